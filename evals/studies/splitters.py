"""Which library finds the ends of sentences best? Run ``python -m evals.studies.splitters``.

Each candidate is measured on our gold list, once alone on the raw text and once inside our blocks
(``index.sentences``). The half named "choose" was looked at while choosing and repairing. The
half "report" was held out until its first measurement; the head of the gold list tells what was mended since.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby, pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from index.sentences import sentence_ends, sentence_spans, spans_with
from index.types import Span

GOLD = Path(__file__).parents[2] / "tests" / "gold" / "sentences.txt"
MARK = "‖"
HALVES = ("choose", "report")
SPEED_REPEATS = 40  # how often the gold texts are split to take the time

FindEnds = Callable[[str], Iterable[int]]
SplitText = Callable[[str, bool], list[Span]]
"""Takes a text, and whether it is markdown; gives its sentences."""


@dataclass(frozen=True, slots=True)
class Gold:
    """One text with the offsets where its sentences end, the end of the text itself left out."""

    kind: str
    half: str
    markdown: bool
    text: str
    ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of boundaries: in both the gold and the splitter's answer, in the answer, in the gold.

    ``faults`` counts the characters lost or doubled, whitespace left out.
    """

    right: int = 0
    given: int = 0
    gold: int = 0
    faults: int = 0

    @property
    def precision(self) -> float:
        """The share of the given boundaries that are right, 0 to 1."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold boundaries that were given, 0 to 1."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, 0 to 1."""
        return 2 * self.right / (self.given + self.gold) if self.right else 0.0

    def __add__(self, other: Score) -> Score:
        """Add up the counts of two texts."""
        return Score(
            self.right + other.right,
            self.given + other.given,
            self.gold + other.gold,
            self.faults + other.faults,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A splitter by name. ``load`` gives its function; without it, ImportError or LookupError."""

    name: str
    load: Callable[[], FindEnds]
    pip: str = ""


def read_gold(path: Path = GOLD) -> list[Gold]:
    """Read the gold list; its format is told at its top."""
    _, *entries = path.read_text(encoding="utf-8").split("\n@@ ")
    return [_read_entry(entry) for entry in entries]


def _read_entry(entry: str) -> Gold:
    head, _, marked = entry.partition("\n")
    kind, half, *rest = (part.strip() for part in head.split("|"))
    sentences = marked.strip().rstrip(MARK).split(MARK)
    ends, length = [], 0
    for sentence in sentences[:-1]:
        length += len(sentence)
        ends.append(length)
    return Gold(kind, half, rest == ["markdown"], "".join(sentences), frozenset(ends))


def score(gold: Gold, spans: list[Span]) -> Score:
    """Compare the ends of ``spans`` with the gold ones, but for the end of the text, which all find."""
    given = {end for span in spans if (end := _trimmed_end(gold.text, span)) < len(gold.text)}
    lost = 0 if gold.markdown else faults(gold.text, spans)
    return Score(len(given & gold.ends), len(given), len(gold.ends), lost)


def _trimmed_end(text: str, span: Span) -> int:
    return span.start + len(span.of(text).rstrip())


def faults(text: str, spans: Iterable[Span]) -> int:
    """Count the characters, whitespace left out, that are in no span or in more than one."""
    owners = [0] * len(text)
    for span in spans:
        for at in range(span.start, min(span.end, len(text))):
            owners[at] += 1
    return sum(count != 1 and not character.isspace() for character, count in zip(text, owners, strict=True))


def measure(split: SplitText, golds: Iterable[Gold]) -> Score:
    """Add up the scores of ``split`` over some gold texts."""
    return sum((score(gold, split(gold.text, gold.markdown)) for gold in golds), Score())


def alone(find_ends: FindEnds) -> SplitText:
    """Let a candidate work on the raw text, as a caller would use it without us."""

    def split(text: str, _markdown: bool) -> list[Span]:
        ends = [0, *find_ends(text)]
        return [Span(start, end) for start, end in pairwise(ends) if start < end]

    return split


def in_blocks(find_ends: FindEnds) -> SplitText:
    """Let a candidate work inside our blocks."""
    return lambda text, markdown: spans_with(find_ends, text, markdown=markdown)


def verbatim(text: str, markdown: bool) -> list[Span]:
    """Split as the product does: blocks, library, repairs."""
    return sentence_spans(text, markdown=markdown)


def speed(split: SplitText, golds: list[Gold]) -> float:
    """Return how many characters a second ``split`` gets through."""
    started = time.perf_counter()
    for gold in golds * SPEED_REPEATS:
        split(gold.text, gold.markdown)
    return SPEED_REPEATS * sum(len(gold.text) for gold in golds) / (time.perf_counter() - started)


# ── The candidates ────────────────────────────────────────────────────────────

_STOP = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+[”」]?|\n")


def _load_regex() -> FindEnds:
    return lambda text: _with_last((found.end() for found in _STOP.finditer(text)), text)


def _with_last(ends: Iterable[int], text: str) -> Iterator[int]:
    yield from ends
    yield len(text)


def _load_sentencex() -> FindEnds:
    import sentencex  # type: ignore[import-untyped,unused-ignore]

    return lambda text: [piece["end_index"] for piece in sentencex.get_sentence_boundaries("en", text)]


def _load_pysbd() -> FindEnds:
    import pysbd  # type: ignore[import-untyped,unused-ignore,import-not-found]

    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
    return lambda text: [piece.end for piece in segmenter.segment(text)]


def _load_syntok() -> FindEnds:
    from syntok import segmenter  # type: ignore[import-untyped,unused-ignore,import-not-found]

    def find_ends(text: str) -> list[int]:
        sentences = (sentence for paragraph in segmenter.analyze(text) for sentence in paragraph)
        return [sentence[-1].offset + len(sentence[-1].value) for sentence in sentences]

    return find_ends


def _load_blingfire() -> FindEnds:
    import blingfire  # type: ignore[import-untyped,unused-ignore,import-not-found]

    return lambda text: [end for _, end in blingfire.text_to_sentences_and_offsets(text)[1]]


def _load_punkt() -> FindEnds:
    """Take Punkt's English model from the copy that LlamaIndex carries."""
    import nltk  # type: ignore[import-untyped,unused-ignore,import-not-found]
    from nltk.tokenize.punkt import (  # type: ignore[import-untyped,unused-ignore,import-not-found]
        PunktTokenizer,
    )

    carrier = find_spec("llama_index.core")  # imported by nobody: only its folder is wanted
    if carrier is None or carrier.origin is None:
        raise ImportError("llama-index-core")
    nltk.data.path.append(str(Path(carrier.origin).parent / "_static" / "nltk_cache"))
    tokenizer = PunktTokenizer("english")
    return lambda text: [end for _, end in tokenizer.span_tokenize(text)]


def _load_spacy() -> FindEnds:
    import spacy  # type: ignore[import-untyped,unused-ignore,import-not-found]

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return lambda text: [sentence.end_char for sentence in nlp(text).sents]


def _load_ours() -> FindEnds:
    return lambda text: _with_last(sentence_ends(text), text)


CANDIDATES = (
    Candidate("regex only", _load_regex),
    Candidate("sentencex", _load_sentencex, "sentencex"),
    Candidate("blingfire", _load_blingfire, "blingfire"),
    Candidate("syntok", _load_syntok, "syntok"),
    Candidate("pysbd", _load_pysbd, "pysbd"),
    Candidate("nltk punkt", _load_punkt, "nltk"),
    Candidate("spacy sentencizer", _load_spacy, "spacy"),
    Candidate("verbatim", _load_ours),
)


# ── The tables ────────────────────────────────────────────────────────────────


def results_table(golds: list[Gold], candidates: Iterable[Candidate] = CANDIDATES) -> Table:
    """Compare the candidates: F1 alone, then precision, recall and F1 inside our blocks, for each half."""
    table = Table(title="Ends of sentences: precision, recall, F1 inside our blocks; F1 alone on the raw text")
    table.add_column("splitter")
    for half in HALVES:
        for name in ("alone F1", "P", "R", "F1"):
            table.add_column(f"{half}\n{name}", justify="right")
    table.add_column("characters\na second", justify="right")
    for candidate in candidates:
        table.add_row(candidate.name, *_cells(candidate, golds))
    return table


def _cells(candidate: Candidate, golds: list[Gold]) -> list[str]:
    try:
        find_ends = candidate.load()
    except (ImportError, LookupError):
        return [f"not installed: pip install {candidate.pip}"]
    cells = []
    for half in HALVES:
        chosen = [gold for gold in golds if gold.half == half]
        inside = measure(in_blocks(find_ends), chosen)
        numbers = (measure(alone(find_ends), chosen).f1, inside.precision, inside.recall, inside.f1)
        cells += [f"{number:.3f}" for number in numbers]
    return [*cells, f"{speed(in_blocks(find_ends), golds):,.0f}"]


def kinds_table(golds: list[Gold]) -> Table:
    """Show the product's own precision, recall and F1 for each kind of text and half."""
    table = Table(title="Verbatim, by kind of text")
    for name in ("kind", "half", "boundaries", "P", "R", "F1"):
        table.add_column(name, justify="left" if name in {"kind", "half"} else "right")
    for (half, kind), group in groupby(sorted(golds, key=_half_and_kind), key=_half_and_kind):
        found = measure(verbatim, group)
        numbers = (found.precision, found.recall, found.f1)
        table.add_row(kind, half, str(found.gold), *(f"{number:.3f}" for number in numbers))
    return table


def _half_and_kind(gold: Gold) -> tuple[str, str]:
    return gold.half, gold.kind


def main() -> None:
    """Print both tables."""
    golds, console = read_gold(), Console()
    console.print(results_table(golds), kinds_table(golds), sep="\n\n")


if __name__ == "__main__":
    main()
