"""Asks a system every question of a suite and keeps what it said."""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, cast

from evals.answers import AnswersFromFile
from evals.folder import load_suite
from evals.judge import Judge
from evals.results import Report, Row
from evals.rows import SuiteError
from evals.suite import Question, Suite
from evals.systems import AnyAnswer, ScopedSystem, System

if TYPE_CHECKING:
    from index import Index
    from qa.types import Answer

REPOSITORY = Path(__file__).resolve().parent.parent
"""The checkout that the code runs from."""

JUDGED_WITH = (
    "verbatim-qa",
    "torch",
    "sentence-transformers",
    "chromadb",
    "tantivy",
    "numpy",
    "scipy",
    "scikit-learn",
    "rapidfuzz",
    "llama-index-core",
    "txtai",
    "haystack-ai",
    "bm25s",
)
"""The packages whose versions a result can depend on."""

Progress = Callable[[int, int], None]
"""Called before each question with how many are done and how many there are."""


class VerbatimSystem:
    """Verbatim over an index that holds the documents of a suite.

    A question with a history is asked as in a talk: after the answers that the earlier questions got, each once.
    """

    name = "Verbatim"

    def __init__(self, index: Index, suite: Suite, answer: Callable[..., Answer] | None = None) -> None:
        import qa

        self.index = index
        self._answer = answer or partial(qa.answer, index=index)
        self._ids = {suite.document_name(document.source): document.id for document in index.documents()}
        self._said: dict[tuple[object, ...], Answer] = {}

    def answer(self, question: str, history: Sequence[str], *, within: Collection[str] | None = None) -> Answer:
        """Answer from the index's documents."""
        said = self._answer(question, history=self.recall(history, within=within), documents=self.ids(within))
        self._said[*history, question, _scope(within)] = replace(said, hits=())
        return said

    def recall(self, history: Sequence[str], *, within: Collection[str] | None = None) -> list[Answer]:
        """Return what the earlier questions of a talk got; those that were not asked yet are asked now."""
        return [
            self._said.get((*history[: place + 1], _scope(within)))
            or self.answer(asked, history[:place], within=within)
            for place, asked in enumerate(history)
        ]

    def ids(self, names: Collection[str] | None) -> list[str] | None:
        """Return the ids that documents of the suite have in the index; None for all."""
        return None if names is None else [self._ids[name] for name in names if name in self._ids]


def _scope(within: Collection[str] | None) -> frozenset[str] | None:
    return None if within is None else frozenset(within)


def run(
    suite: Suite | str | Path,
    *,
    system: System | AnswersFromFile | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Ask every question of a suite and return the report; `SuiteError` if something in the suite is wrong.

    ``suite`` is a loaded suite, the name of a built-in one, or a folder. ``system`` is what is judged: by
    default Verbatim, over a temporary store of the suite's documents. ``seed`` is the bootstrap's. ``progress`` is told
    how far it is.
    """
    suite = suite if isinstance(suite, Suite) else load_suite(suite)
    if system is not None:
        return _report(suite, system, seed, progress)
    with open_verbatim(suite) as verbatim:
        return _report(suite, verbatim, seed, progress)


@contextmanager
def open_verbatim(suite: Suite) -> Iterator[VerbatimSystem]:
    """Verbatim over the suite's documents in a temporary store, with its models loaded."""
    from index import Index

    with (
        tempfile.TemporaryDirectory(prefix="verbatim-evals-", ignore_cleanup_errors=True) as folder,
        Index.open(folder) as index,
    ):
        for failure in index.add(suite.sources()).failed:
            raise SuiteError(f"the document {failure.source} cannot be indexed: {failure.reason}")
        index.warm()  # loading the models is no part of a question's time
        yield VerbatimSystem(index, suite)


def _report(suite: Suite, system: System | AnswersFromFile, seed: int, progress: Progress | None) -> Report:
    judge = Judge(suite)
    rows = []
    for done, question in enumerate(suite.questions):
        if progress:
            progress(done, len(suite.questions))
        rows.append(_row(question, system, suite, judge))
    return Report(
        tuple(rows),
        suite.name,
        suite.sha256,
        str(getattr(system, "name", type(system).__name__)),
        git_revision(),
        versions(),
        seed,
        datetime.now(UTC).date().isoformat(),
        (*(system.notes if isinstance(system, AnswersFromFile) else ()), *_confidence_notes(rows)),
    )


def _confidence_notes(rows: Sequence[Row]) -> Iterator[str]:
    """Yield in words what makes the measures of confidence say nothing, or something else than one may think."""
    sure = {refused: [row.confidence for row in rows if row.refused == refused] for refused in (True, False)}
    given = {refused: [one for one in values if one is not None] for refused, values in sure.items()}
    missing = len(rows) - sum(map(len, given.values()))
    if 0 < missing < len(rows):
        yield f"{missing} of {len(rows)} rows have no confidence: what needs one is not measured"
    if all(given.values()) and fmean(given[True]) > fmean(given[False]):
        yield (
            f"refusals have more confidence than answers ({fmean(given[True]):.2f} and {fmean(given[False]):.2f} on "
            "average): it must say how sure the system is that what it cites, or would have cited, is right"
        )


def _row(question: Question, system: System | AnswersFromFile, suite: Suite, judge: Judge) -> Row:
    if isinstance(system, AnswersFromFile):
        said = system.answer_to(question.id)
        return replace(judge.row(question, said), seconds=said.seconds)
    if isinstance(system, VerbatimSystem):  # what was asked earlier is no part of this question's time
        system.recall(question.history, within=suite.asked(question))
    began, began_cpu = time.perf_counter(), time.process_time()
    answer = _ask(system, question, suite)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    return replace(judge.row(question, answer), seconds=seconds, cpu_seconds=cpu_seconds)


def _ask(system: System, question: Question, suite: Suite) -> AnyAnswer:
    within = suite.asked(question)
    if within is None:
        return system.answer(question.question, question.history)
    try:
        return cast("ScopedSystem", system).answer(question.question, question.history, within=within)
    except TypeError as error:
        if "within" not in str(error):
            raise
        raise SuiteError(
            f"the suite {suite.name!r} asks {question.id!r} of some of its documents only; give "
            f"{type(system).__name__}.answer a keyword `within` that takes their names, or use another suite"
        ) from error


def git_revision(root: Path = REPOSITORY) -> str:
    """Return the code's git revision, with "-dirty" for uncommitted changes; "unknown" outside a checkout."""
    git = shutil.which("git")
    # An installed copy may lie inside some other repository, whose revision says nothing about it.
    if git is None or not (root / ".git").exists():
        return "unknown"
    describe = ["--no-optional-locks", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty"]
    command = [git, "-C", str(root), *describe]
    described = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all fixed
    return described.stdout.strip() or "unknown"


def versions() -> Mapping[str, str]:
    """Return the versions that a result can depend on: Python's and those of the installed packages."""
    found = {"python": platform.python_version()}
    for package in JUDGED_WITH:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
