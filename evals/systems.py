"""What is judged: any system that says something about a question and cites what it stands on.

One method, ``answer(question, history)``. `qa.types.Answer` is an answer already; anything else can return a `Said`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol


class AnyCitation(Protocol):
    """Words that were cited, and where they are said to stand.

    A system that knows no offsets leaves ``start`` and ``end`` None: then the words are looked for in ``source``, or
    in all documents if that is empty, too.
    """

    @property
    def source(self) -> str:
        """The document's name in the suite, a path that ends with it, or "" if the system names none."""

    @property
    def start(self) -> int | None:
        """The offset of the first character in the document's text, or None."""

    @property
    def end(self) -> int | None:
        """The offset after the last character, or None."""

    @property
    def text(self) -> str:
        """The words that were shown."""


class AnyAnswer(Protocol):
    """What a system says to one question."""

    @property
    def abstained(self) -> bool:
        """Whether it declined to answer. An answer without citations is none the less an answer.

        What can refuse without saying that there is no answer has a property ``unsure`` besides.
        """

    @property
    def text(self) -> str:
        """What was shown to the person who asked; not judged itself."""

    @property
    def citations(self) -> Sequence[AnyCitation]:
        """The cited sentences, best first; empty for a refusal."""

    @property
    def short(self) -> str | None:
        """The short answer, or None."""

    @property
    def confidence(self) -> float | None:
        """How sure the system is of its first citation, for a refusal too; higher is surer. None if it says nothing.

        A refusal's is low, then, if it is sure that the documents do not answer. NaN and infinity count as None.
        Measures of calibration are taken only where every confidence of a run lies in 0..1.
        """

    @property
    def nearest(self) -> AnyCitation | None:
        """What a refusal would have cited, or None: with it the system can be judged at any threshold."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation in its plainest form; see `AnyCitation`."""

    text: str
    source: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in its plainest form; see `AnyAnswer`.

    ``refused`` tells whether it declined to answer; if None, it did if it cites nothing. A refusal that is ``unsure``
    leaves open whether the documents answer. ``seconds`` is for answers that were given elsewhere; where it is None the
    time of the call is taken.
    """

    text: str = ""
    citations: tuple[Quote, ...] = ()
    short: str | None = None
    confidence: float | None = None
    nearest: Quote | None = None
    seconds: float | None = None
    refused: bool | None = None
    unsure: bool = False

    @property
    def abstained(self) -> bool:
        """Whether it declined to answer."""
        return not self.citations if self.refused is None else self.refused


class System(Protocol):
    """Anything that answers questions from documents.

    A suite can ask a question of some of its documents only. A system for such a suite also takes
    ``within: Collection[str]``, the names of those documents: see `ScopedSystem`.
    """

    def answer(self, question: str, history: Sequence[str]) -> AnyAnswer:
        """Answer a question; ``history`` holds the earlier questions, oldest first."""


class ScopedSystem(System, Protocol):
    """A system that can be told which documents to answer from."""

    def answer(self, question: str, history: Sequence[str], *, within: Collection[str] | None = None) -> AnyAnswer:
        """Answer from the documents named by ``within`` alone; None for all."""
