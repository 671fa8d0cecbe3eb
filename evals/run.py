"""Asks a system every question of a suite and keeps what it said.

Any system can be judged: one method maps a question and the earlier questions to citations with offsets.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from evals.metrics import is_verbatim
from evals.results import Cited, Report, Row
from evals.suite import Question, Suite, SuiteError, load_suite

if TYPE_CHECKING:
    from rich.console import Console

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
)
"""The packages whose versions a result can depend on."""

Progress = Callable[[int, int], None]
"""Called before each question with how many are done and how many there are."""


class AnyCitation(Protocol):
    """A cited sentence: where it stands in which document, and the words that were shown."""

    @property
    def source(self) -> str:
        """The document's name in the suite, or a path that ends with it."""

    @property
    def start(self) -> int:
        """The offset of the first character."""

    @property
    def end(self) -> int:
        """The offset after the last character."""

    @property
    def text(self) -> str:
        """The words that were shown."""


class AnyAnswer(Protocol):
    """What a system says: `qa.types.Answer`, or anything with these five. No citations is a refusal."""

    @property
    def citations(self) -> Sequence[AnyCitation]:
        """The cited sentences, best first; empty for a refusal."""

    @property
    def short(self) -> str | None:
        """The short answer, or None."""

    @property
    def reason(self) -> str:
        """Why it was refused; not judged."""

    @property
    def confidence(self) -> float:
        """How sure the system is that the documents answer the question; for a refusal, too."""


class System(Protocol):
    """Anything that answers questions from documents."""

    def answer(self, question: str, history: Sequence[str]) -> AnyAnswer:
        """Answer a question; ``history`` holds the earlier questions, oldest first."""


class VerbatimSystem:
    """Verbatim over an index."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def answer(self, question: str, history: Sequence[str]) -> Answer:
        """Answer from the index's documents."""
        import qa

        return qa.answer(question, index=self.index, history=tuple(history))


def run(
    suite: Suite | str | Path,
    *,
    system: System | None = None,
    store: str | Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Ask every question of a suite and return the report; `SuiteError` if something in the suite is wrong.

    ``suite`` is a loaded suite, the name of a built-in one, or a folder. ``system`` is what is judged: by
    default Verbatim, over the ``store`` that holds the suite's documents, or over a temporary one made of
    them. ``seed`` is the bootstrap's. ``progress`` is told how far it is.
    """
    if system is not None and store is not None:
        raise ValueError("give a system or a store for Verbatim, not both")
    suite = suite if isinstance(suite, Suite) else load_suite(suite)
    if system is not None:
        return _report(suite, system, seed, progress)
    with _verbatim(suite, store) as verbatim:
        return _report(suite, verbatim, seed, progress)


def evaluate(suite: str = "seed", *, save: bool, console: Console) -> Report:
    """Judge Verbatim on a suite and print the report; with ``save``, keep it in ``evals/results``."""
    from evals.report import print_report

    loaded = load_suite(suite)
    with console.status("indexing the documents") as status:
        report = run(loaded, progress=lambda done, total: status.update(f"question {done + 1} of {total}"))
    print_report(report, console)
    if save:
        console.print(f"saved as {report.save()}", markup=False, highlight=False, soft_wrap=True)
    return report


@contextmanager
def _verbatim(suite: Suite, store: str | Path | None) -> Iterator[VerbatimSystem]:
    """Verbatim over a store, or over the suite's documents in a temporary one, with its models loaded."""
    from index import Index, Source

    with (
        tempfile.TemporaryDirectory(prefix="verbatim-evals-", ignore_cleanup_errors=True) as folder,
        Index.open(store if store is not None else folder) as index,
    ):
        if store is None:
            changes = index.add([Source(name, path.read_bytes()) for name, path in suite.paths.items()])
            for failure in changes.failed:
                raise SuiteError(f"the document {failure.source} cannot be indexed: {failure.reason}")
        index.warm()  # loading the models is no part of a question's time
        yield VerbatimSystem(index)


def _report(suite: Suite, system: System, seed: int, progress: Progress | None) -> Report:
    rows = []
    for done, question in enumerate(suite.questions):
        if progress:
            progress(done, len(suite.questions))
        began = time.perf_counter()
        answer = system.answer(question.question, question.history)
        rows.append(_row(question, answer, time.perf_counter() - began, suite))
    name = getattr(system, "name", type(system).__name__)
    return Report(tuple(rows), suite.name, suite.sha256, str(name), git_revision(), versions(), seed)


def _row(question: Question, answer: AnyAnswer, seconds: float, suite: Suite) -> Row:
    citations = tuple(_cited(citation, suite) for citation in answer.citations)
    return Row(question, citations, answer.short, answer.reason, float(answer.confidence), seconds)


def _cited(citation: AnyCitation, suite: Suite) -> Cited:
    name = suite.document_name(citation.source)
    text = suite.documents[name] if name is not None else None
    verbatim = is_verbatim(citation.text, citation.start, citation.end, text)
    return Cited(name or citation.source, citation.start, citation.end, citation.text, verbatim)


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
