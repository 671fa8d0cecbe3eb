"""Compares ways to understand a question that leans on earlier ones, turn by turn with the system's own answers.

    python -m evals.studies.followup --data DEV                    # the halves of the sets that are for choosing
    python -m evals.studies.followup --data DEV --half report --talks

Tasks: the questions of ``doc2dial`` and ``mtrag`` with a history, and those of ``newsqa`` that only make sense beside
their document, after one about it that stands alone (*follow*); the same with their document *left out*, and with all
that says the answer cut out of it (*cut*); those that lean after the talk before another one, which is about another
document (*crossed*); questions that can be understood without a history, asked after a talk about another document
(*switch*), or after another one about their own (*alone*); and the built-in suite of ``talks``. Every way asks a talk
from its first question on and is given what it answered itself. `--words` compares the words that are carried over
with those that people add (``rewrite_*``), for which no document is needed.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from evals import metrics
from evals.folder import load_suite
from evals.judge import Judge
from evals.run import VerbatimSystem
from evals.sets import LEFT_OUT, Half, left_out, load_set, stands_alone
from evals.suite import Question, Suite
from index import Hit, Index, Span
from index.lexical import terms
from index.sentences import sentence_spans
from qa.answer import Answerer
from qa.carry import turns
from qa.converse import Understood, leans, understand
from qa.read import Reader, open_reader
from qa.types import Answer, Citation, Evidence

History = Sequence[Answer | str]
Way = Callable[[str, History], Understood]


def _asked(history: History) -> list[str]:
    return [turn.question if isinstance(turn, Answer) else turn for turn in history]


def _plain(query: str) -> Understood:
    return Understood(query, query)


WAYS: Mapping[str, Way] = {
    "question alone": lambda question, history: _plain(question),
    "last question before it": lambda question, history: _plain(" ".join([*_asked(history)[-1:], question])),
    "all questions before it": lambda question, history: _plain(" ".join([*_asked(history), question])),
    "Verbatim": understand,
}
"""How a question and its history become what is searched for. The first is what the others are compared with."""

REWRITES = tuple(f"rewrite_{name}" for name in ("canard", "trec_cast", "gecor", "alexa_cqr", "mtrag_rewrite"))

MOST_TURNS = 3
"""Of longer talks the last turns are asked, which keeps the study short."""


class RememberingReader:
    """A reader that reads nothing twice, since most ways ask most questions alike."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[tuple[object, ...], list[Evidence]] = {}
        self.calibration = reader.calibration

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Return what the reader found, now or before."""
        key = (question, *((hit.passage.id, hit.score) for hit in hits))
        if key not in self._read:
            self._read[key] = self._reader.read(question, hits)
        return self._read[key]


@dataclass(frozen=True, slots=True)
class Result:
    """One question as one way asked it. ``found`` tells whether a gold passage was among the ten that were read."""

    id: str
    kind: str
    answerable: bool
    query: str
    right: bool
    found: bool
    refused: bool


def tasks(data: Path, half: Half, sample: int, seed: int) -> Iterator[tuple[str, Suite]]:
    """Yield the development tasks by name."""
    for name in ("doc2dial", "mtrag"):
        suite = load_set(data / f"{name}.jsonl.gz", half=half, sample=None if name == "mtrag" else sample, seed=seed)
        follow = [_shortened(one) for one in suite.questions if one.history and one.kind != LEFT_OUT]
        yield f"{name} follow", replace(suite, questions=tuple(follow))
        yield f"{name} left out", replace(suite, questions=tuple(map(left_out, follow)))
        yield f"{name} cut", _cut(suite, follow)
        yield f"{name} crossed", replace(suite, questions=tuple(_crossed(follow)))
        openings = [one for one in suite.questions if stands_alone(one.question) and one.kind != LEFT_OUT]
        yield f"{name} switch", replace(suite, questions=tuple(_switched(openings)))
    suite = load_set(data / "newsqa.jsonl.gz", half=half)
    answerable = [one for one in suite.questions if one.kind != LEFT_OUT]
    follow = random.Random(seed).sample(list(_after_an_opening(answerable)), sample)  # noqa: S311 - not a secret
    yield "newsqa follow", replace(suite, questions=tuple(follow))
    yield "newsqa left out", replace(suite, questions=tuple(map(left_out, follow)))
    yield "newsqa cut", _cut(suite, follow)
    yield "newsqa crossed", replace(suite, questions=tuple(_crossed(follow)))
    suite = load_set(data / "newsqa.jsonl.gz", half=half, sample=sample, seed=seed, stand_alone=True)
    answerable = [one for one in suite.questions if one.kind != LEFT_OUT]
    yield "newsqa switch", replace(suite, questions=tuple(_switched(answerable)))
    yield "newsqa alone", replace(suite, questions=tuple(_beside(answerable)))


def _shortened(question: Question) -> Question:
    return replace(question, history=question.history[-MOST_TURNS:])


def _cut(suite: Suite, questions: Iterable[Question]) -> Suite:
    """Return the questions asked of the suite's documents, each with its own one cut: what says the answer is gone.

    Cut are the sentences of the evidence, and all others with the words of an answer. Questions that take more than
    half of their document along are left out.
    """
    cuts: dict[str, str] = {}
    asked = []
    for question in questions:
        text = suite.documents[_document(question)]
        spans = list(sentence_spans(text))
        doomed = [span for span in spans if _says(question, span.of(text), span)]
        if len(doomed) <= len(spans) / 2:
            name = f"{Path(_document(question)).stem}-{len(cuts)}.txt"
            cuts[name] = "".join(text[a:b] for a, b in _kept(doomed, len(text)))
            asked.append(replace(left_out(question), id=f"{question.id}~cut", within=(name, *_others(suite, question))))
    return replace(suite, name=f"{suite.name}-cut", documents={**suite.documents, **cuts}, questions=tuple(asked))


def _says(question: Question, text: str, span: Span) -> bool:
    gold = [one for fact in question.evidence for one in fact]
    return any(one.start < span.end and span.start < one.end for one in gold) or any(
        re.search(rf"\b{re.escape(answer)}\b", text) for answer in question.answers
    )


def _kept(doomed: Iterable[Span], end: int) -> Iterator[tuple[int, int]]:
    start = 0
    for span in doomed:
        yield start, span.start
        start = span.end
    yield start, end


def _others(suite: Suite, question: Question) -> list[str]:
    return [name for name in suite.documents if name != _document(question)]


def _crossed(questions: Sequence[Question]) -> Iterator[Question]:
    """Yield each question that leans after the talk before another one, whose document does not have its answer."""
    for question, other in _paired(questions):
        if leans(question.question):
            yield replace(question, id=f"{question.id}~crossed", history=other.history, answerable=False, evidence=())


def _document(question: Question) -> str:
    return question.evidence[0][0].document


def _switched(questions: Sequence[Question]) -> Iterator[Question]:
    """Yield each question after the talk of another one, which is about another document."""
    for question, other in _paired(questions):
        yield replace(question, history=(*other.history, other.question)[-MOST_TURNS:])


def _paired(questions: Sequence[Question]) -> Iterator[tuple[Question, Question]]:
    """Yield each question with the next one that is about another document."""
    for place, question in enumerate(questions):
        others = (questions[(place + step) % len(questions)] for step in range(1, len(questions)))
        other = next((one for one in others if _document(one) != _document(question)), None)
        if other is not None:
            yield question, other


def _beside(questions: Iterable[Question]) -> Iterator[Question]:
    """Yield each question after another one about its own document."""
    before: dict[str, str] = {}
    for question in questions:
        if _document(question) in before:
            yield replace(question, history=(before[_document(question)],))
        before[_document(question)] = question.question


def _after_an_opening(questions: Sequence[Question]) -> Iterator[Question]:
    """Yield each question that only makes sense beside its document, after one about it that stands alone."""
    openings: dict[str, str] = {}
    for question in questions:
        if stands_alone(question.question):
            openings.setdefault(_document(question), question.question)
    for question in questions:
        if not stands_alone(question.question) and _document(question) in openings:
            yield replace(question, history=(openings[_document(question)],))


def ask(suite: Suite, ways: Mapping[str, Way], folder: Path) -> dict[str, list[Result]]:
    """Return the results of each way, question by question."""
    judge = Judge(suite)
    with Index.open(folder) as index:
        index.add(suite.sources())
        reader = RememberingReader(open_reader(None, index))
        found = {}
        for name, way in ways.items():
            answerer = Answerer(index, reader=reader, understand=way)
            system = VerbatimSystem(index, suite, answer=answerer.answer)
            found[name] = [_result(question, system, suite, judge) for question in suite.questions]
    return found


def _result(question: Question, system: VerbatimSystem, suite: Suite, judge: Judge) -> Result:
    said = system.answer(question.question, question.history, within=suite.asked(question))
    row = judge.row(question, said)
    gold = [(span.document, span.start, span.end) for fact in question.evidence for span in fact]
    passages = [(suite.document_name(hit.source), hit.passage.start, hit.passage.end) for hit in said.hits]
    found = any(
        name == document and start < passage_end and passage_start < end
        for document, start, end in gold
        for name, passage_start, passage_end in passages
    )
    return Result(question.id, question.kind, question.answerable, said.query, row.right, found, said.abstained)


# ---- what is printed -----------------------------------------------------------------------------


def report(name: str, results: Mapping[str, Sequence[Result]]) -> None:
    """Print the shares of each way, and by how much it differs from the first."""
    (first, base), *_ = results.items()
    answerable = base[0].answerable
    typer.echo(f"\n{name}  n={len(base)}")
    columns: dict[str, Callable[[Result], bool]] = {"answered": lambda one: not one.refused}
    if answerable:
        columns = {
            "right first": lambda one: one.right,
            "right and answered": lambda one: one.right and not one.refused,
            "passage in 10": lambda one: one.found,
        }
    for way, rows in results.items():
        cells = []
        for column, holds in columns.items():
            before, after = ([[float(holds(one))] for one in some] for some in (base, rows))
            change = metrics.difference(metrics.mean, before, after, seed=0)
            value = statistics.fmean(one for (one,) in after)
            against = "" if way == first else f" ({change.value:+.3f}, {change.low:+.3f} to {change.high:+.3f})"
            cells.append(f"{column} {value:.3f}{against}")
        typer.echo(f"  {way:24} " + "; ".join(cells))


def words(data: Path) -> None:
    """Print how the words that each way adds agree with those that people added, for follow-ups with a history.

    Precision is the share of the added words that people added, too, recall the share of theirs that were added; both
    over all words of a set, with intervals by resampling its questions.
    """
    for name in REWRITES:
        rows = [row for row in _rewrites(data / f"{name}.jsonl.gz") if row["history"]]
        typer.echo(f"\n{name}  n={len(rows)}")
        for way_name, way in [*WAYS.items(), ("everything before it", _everything)][1:]:  # the first adds nothing
            counts = [_agreement(row, way) for row in rows]
            precision = metrics.estimate(metrics.ratio, [(right, added) for right, added, _ in counts], seed=0)
            recall = metrics.estimate(metrics.ratio, [(right, wanted) for right, _, wanted in counts], seed=0)
            f1 = metrics.estimate(_f1, counts, seed=0)
            typer.echo(f"  {way_name:24} precision {precision} recall {recall} F1 {f1}")


def _everything(question: str, history: History) -> Understood:
    """Return a question with all that was asked and answered before it."""
    return _plain(" ".join([*(f"{turn.question} {turn.said}" for turn in turns(history)), question]))


def _agreement(row: Mapping[str, Any], way: Way) -> tuple[float, float, float]:
    """Return how many words a way added that people added, how many it added, and how many they did."""
    own = set(terms(row["question"]))
    wanted = set(terms(row["rewrite"])) - own
    history = [as_answer(turn["question"], turn["answer"]) for turn in row["history"]]
    added = set(terms(way(row["question"], history).query)) - own
    return len(added & wanted), len(added), len(wanted)


def _f1(right: Any, added: Any, wanted: Any, axis: int = -1) -> Any:  # noqa: ANN401 - columns, or samples of them
    return 2 * right.sum(axis=axis) / (added.sum(axis=axis) + wanted.sum(axis=axis))


def as_answer(question: str, text: str) -> Answer:
    """Return an earlier answer that cites nothing but says ``text``: what a history of plain texts tells."""
    cited = Citation(1, "", "", "", "", text, 0, len(text), 1, 0.0)
    return Answer(question, question, (cited,) if text else (), "", 1.0)


def _rewrites(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def added_seconds(suite: Suite, way: Way) -> list[float]:
    """Return the seconds that understanding each question of a suite takes, its history given as answers."""
    found = []
    for question in suite.questions:
        history = [as_answer(earlier, earlier) for earlier in question.history]
        began = time.perf_counter()
        way(question.question, history)
        found.append(time.perf_counter() - began)
    return found


def main(  # noqa: PLR0917 - each is an option of the command
    data: Annotated[Path, typer.Option(help="The folder with the development sets.")],
    half: Annotated[Half, typer.Option(help="Which half of the sets.")] = "choose",
    sample: Annotated[int, typer.Option(help="Questions a set.")] = 120,
    seed: int = 0,
    talks: Annotated[bool, typer.Option("--talks", help="The built-in talks, too: look once.")] = False,
    only: Annotated[str, typer.Option(help="Tasks whose name begins so.")] = "",
    show: Annotated[bool, typer.Option("--show", help="Print what went wrong.")] = False,
    just_words: Annotated[bool, typer.Option("--words", help="Compare with the words that people add.")] = False,
) -> None:
    """Compare the ways."""
    if just_words:
        words(data)
        return
    with TemporaryDirectory(prefix="verbatim-followup-") as folder:  # tasks of the same documents share a store
        for name, suite in tasks(data, half, sample, seed):
            if name.startswith(only):
                results = ask(suite, WAYS, Path(folder, suite.name))
                report(name, results)
                _show(results, show=show)
    if talks:
        suite = load_suite("talks")
        with TemporaryDirectory(prefix="verbatim-followup-") as folder:
            results = ask(suite, WAYS, Path(folder))
        for kind in dict.fromkeys(one.kind for one in suite.questions):
            of_kind = {way: [one for one in rows if one.kind == kind] for way, rows in results.items()}
            report(f"talks, {kind}", of_kind)
            _show(of_kind, show=show)
        seconds = sorted(added_seconds(suite, understand))
        typer.echo(f"\nunderstanding a question takes {1000 * statistics.median(seconds):.2f} ms (p50)")


def _show(results: Mapping[str, Sequence[Result]], *, show: bool) -> None:
    for one in results["Verbatim"] if show else ():
        if one.right == one.refused or one.answerable != one.right:
            typer.echo(f"    {one.id}: {one.query!r} found={one.found} right={one.right} refused={one.refused}")


if __name__ == "__main__":
    typer.run(main)
