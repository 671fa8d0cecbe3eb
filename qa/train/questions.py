"""Sets of questions with gold evidence, cut into the passages that the product reads.

The files are ``NAME.jsonl.gz``: contexts, ``{"context": 7, "text": "..."}``, then questions, ``{"question", "title",
"context": 7, "answers": [{"text", "start"}], "evidence": [{"text", "start"}], "answerable"}``. Or they hold claims,
``{"claim", "evidence_text", "label"}``, each read as a question that its text answers where the label is "supports".
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.passages import passage_groups
from index.sentences import sentence_spans
from index.types import Span
from qa.cells import AsRead, as_read
from qa.train.written import FOLDER as WRITTEN
from qa.train.written import is_written, written_rows

SHARES: Mapping[str, float] = {
    "squad11": 1.0,
    "squad11_more": 1.0,
    "squad20": 2.0,
    "qed": 1.0,
    "cuad_chunks": 0.4,
    "fairytaleqa": 1.0,
    "policyqa": 0.5,
    "qamr": 0.3,
    "selqa": 3.0,
    "tatqa_text": 2.0,
    "covidqa": 1.0,
    "friendsqa": 1.0,
    "hotpotqa_rpt": 1.0,
    "qmsum_windows": 0.5,
    "forum": 1.0,
    "reviews": 1.0,
    "news": 1.0,
    "office": 1.0,
    "encyclopedia": 1.0,
    "papers": 1.0,
    "several": 1.0,
    "search": 1.0,
    "tables": 1.0,
    "clauses": 1.0,
    "help": 1.0,
    "records": 1.0,
    "asked": 1.0,
    "roles": 1.0,
    "cases": 1.0,
    "claims_fever_evidence": 1.0,
    "claims_fm2": 2.0,
    "claims_conjnli": 0.3,
    "claims_snli_cad": 0.5,
    "claims_begin_wow": 0.5,
}
"""How often each question of a set is seen in an epoch. Only sets whose licence is stated are here. Few templates
(contracts, policies) or one-sentence contexts (qamr) teach less a question, rare kinds of evidence more. Claims are
there for their words: a text supports or refutes them in other words than theirs, and by one name or number."""

Context = tuple[str, int]
"""A context's set and its number there."""

HELD_OUT = 0.01
"""The share of contexts kept out of training, to watch it by."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage as the product cuts and reads it: its text, and its sentences as spans of that text."""

    number: int
    title: str
    text: str
    sentences: tuple[Span, ...]
    document: tuple[str, str]  # the set, and the title or context: what "the same document" means


@dataclass(frozen=True, slots=True)
class Gold:
    """What answers in a piece: the answer's span in the piece's text, if the set has one, and the sentences."""

    piece: int
    answer: Span | None
    evidence: frozenset[int]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the pieces that answer it (none if nothing does), and those of its context that were looked in."""

    set_name: str
    text: str
    golds: tuple[Gold, ...]
    context: tuple[int, ...]
    answers: tuple[str, ...]
    held_out: bool


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a piece stands in its context, its sentences there, and how it is read."""

    stands: Span
    sentences: Sequence[Span]
    read: AsRead


@dataclass(frozen=True, slots=True)
class Corpus:
    """All questions, and the pieces that they speak of by number."""

    pieces: Sequence[Piece]
    questions: Sequence[Question]


def load_corpus(folder: Path, names: Iterable[str] = SHARES) -> Corpus:
    """Read sets. Raises FileNotFoundError when one of them is not in the folder.

    One that is asked of another's contexts comes after it in ``names``.
    """
    pieces: list[Piece] = []
    questions: list[Question] = []
    texts: dict[Context, str] = {}
    contexts: dict[Context, list[Piece]] = {}
    cuts: dict[int, _Cut] = {}
    for name in names:
        for row in _set_rows(folder, name, texts):
            key = (row.get("set", name), row["context"])
            if "question" not in row:
                texts[key] = row["text"]
                continue
            if key not in contexts:
                of_context = dict(enumerate(_cuts(texts[key]), start=len(pieces)))
                contexts[key] = [_piece(number, key, row, cut) for number, cut in of_context.items()]
                pieces.extend(contexts[key])
                cuts.update(of_context)
            question = _question(name, row, contexts[key], cuts)
            if question is not None:
                questions.append(question)
    return Corpus(pieces, questions)


def _set_rows(folder: Path, name: str, texts: Mapping[Context, str]) -> Iterator[dict[str, Any]]:
    if is_written(name):
        return written_rows(WRITTEN / f"{name}.txt", texts)
    return _questions_of(_rows(folder / f"{name}.jsonl.gz"))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _questions_of(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give the rows of a set, those of claims as contexts and questions."""
    numbers: dict[str, int] = {}
    for row in rows:
        if "claim" not in row:
            yield row
            continue
        text = row["evidence_text"]
        if text not in numbers:
            numbers[text] = len(numbers)
            yield {"context": numbers[text], "text": text}
        supports = row["label"] == "supports"
        evidence = [{"text": text, "start": 0}] if supports else []
        about = {"question": row["claim"], "title": "", "context": numbers[text]}
        yield about | {"answers": [], "evidence": evidence, "answerable": supports}


def _cuts(text: str) -> Iterator[_Cut]:
    sentences = sentence_spans(text)
    groups = list(passage_groups(text, sentences))
    above = list[str]()
    for group in groups:
        stands = Span(group[0].start, group[-1].end)
        inside = [one.moved(-stands.start) for one in group]
        yield _Cut(stands, group, as_read(stands.of(text), inside, above, asked=None))
        above += [one.of(text) for one in group]


def _piece(number: int, key: Context, row: Mapping[str, Any], cut: _Cut) -> Piece:
    title = str(row["title"]).replace("_", " ")
    return Piece(number, title, cut.read.text, cut.read.sentences, document=(key[0], title or str(key[1])))


def _question(name: str, row: Mapping[str, Any], pieces: Sequence[Piece], cuts: Mapping[int, _Cut]) -> Question | None:
    """Return the question with its gold in each piece, or None if its gold lies in no piece as a whole."""
    if "within" in row:
        within = Span(*row["within"])
        pieces = [one for one in pieces if within.overlaps(cuts[one.number].stands)]
    answers = [Span(one["start"], one["start"] + len(one["text"])) for one in row["answers"]]
    evidence = [Span(one["start"], one["start"] + len(one["text"])) for one in row["evidence"]] or answers
    golds = []
    for piece in pieces:
        cut = cuts[piece.number]
        inside = [one for one in answers if cut.stands.start <= one.start and one.end <= cut.stands.end]
        marked = inside if inside and not row["evidence"] else evidence
        found = frozenset(
            number for number, sentence in enumerate(cut.sentences) if any(sentence.overlaps(one) for one in marked)
        )
        if found and (inside or row["evidence"]):
            answer = cut.read.read_at(inside[0].moved(-cut.stands.start)) if inside else None
            golds.append(Gold(piece.number, answer, found))
    if row["answerable"] and not golds:
        return None
    return Question(
        set_name=name,
        text=row["question"],
        golds=tuple(golds) if row["answerable"] else (),
        context=tuple(piece.number for piece in pieces),
        answers=tuple(one["text"] for one in row["answers"]),
        held_out=_share(f"{row.get('set', name)}/{row['context']}") < HELD_OUT,
    )


def _share(key: str) -> float:
    """Return a number in [0, 1) that depends on nothing but the key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) / 2**32


# ── Questions that their passage does not answer ──────────────────────────────

_OPPOSITES = [
    "first last", "before after", "north south", "east west", "northern southern", "eastern western",
    "largest smallest", "highest lowest", "most least", "more less", "oldest youngest",
    "maximum minimum", "increase decrease", "rise fall", "early late", "earliest latest", "win lose", "won lost",
    "male female", "men women", "king queen", "father mother", "son daughter", "start end", "began ended",
    "best worst", "longest shortest", "majority minority", "inside outside", "allowed forbidden", "buy sell",
    "one two", "three four", "five six", "seven eight", "nine ten", "million billion", "always never", "both neither",
    "above below", "over under", "cause prevent", "caused prevented", "accept reject", "with without",
    "accepted rejected", "support oppose", "supported opposed", "brother sister", "husband wife", "boys girls",
    "summer winter", "morning evening", "day night", "month year", "weeks months", "national local",
    "public private", "import export", "included excluded", "upper lower", "old new",
]  # fmt: skip
OPPOSITES: Mapping[str, str] = {
    one: other for pair in _OPPOSITES for a, b in [pair.split()] for one, other in ((a, b), (b, a))
}

_NUMBER = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w'’-]*)(?: (?:of |the )?[A-Z][\w'’-]*)*")
_WORD = re.compile(r"\b[a-z]+\b")


def names(text: str) -> list[str]:
    """Return what looks like a name: capitalised words that do not begin a sentence."""
    return _NAME.findall(text)


def corrupted(question: str, elsewhere: Sequence[str], chance: random.Random) -> str | None:
    """Return the question with one name, number or word swapped so that its passage no longer answers it, or None.

    ``elsewhere`` are names to swap in.
    """
    changes: list[tuple[int, int, str]] = []
    for found in _NUMBER.finditer(question):
        changes.append((found.start(), found.end(), _other_number(found.group(), chance)))
    others = [name for name in elsewhere if name.lower() not in question.lower()]
    for found in _NAME.finditer(question):
        if others:
            changes.append((found.start(), found.end(), chance.choice(others)))
    for found in _WORD.finditer(question):
        if found.group() in OPPOSITES:
            changes.append((found.start(), found.end(), OPPOSITES[found.group()]))
    if not changes:
        return None
    start, end, text = chance.choice(changes)
    return question[:start] + text + question[end:]


def transplanted(question: str, names_here: Sequence[str]) -> str | None:
    """Return a question about something else, asked of a name of this passage instead.

    None if it names not just one thing. It is about the right thing and asks what the passage hardly ever says.
    """
    found = list(_NAME.finditer(question))
    if len(found) != 1 or not names_here:
        return None
    name = max(names_here, key=names_here.count)
    return question[: found[0].start()] + name + question[found[0].end() :]


def _other_number(number: str, chance: random.Random) -> str:
    digits = number.replace(",", "")
    if "." in digits or len(digits) > 9:
        return str(chance.randint(2, 900))
    value = int(digits)
    if 1000 <= value <= 2100:  # a year: another one near it
        return str(value + chance.choice([-30, -12, -7, -3, -2, -1, 1, 2, 3, 7, 12, 30]))
    return str(max(1, round(value * chance.choice([0.3, 0.5, 2, 3, 5])) + chance.randint(1, 3)))
