"""What a suite is: documents, and questions about them with their gold evidence.

`evals.folder` reads one from its folder, `evals.sets` from a set of questions in one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index import Source


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A sentence of a document that states a needed fact: ``documents[document][start:end] == text``."""

    document: str
    start: int
    end: int
    text: str


Evidence = tuple[tuple[GoldSpan, ...], ...]
"""The facts that an answer needs; each is a tuple of sentences any one of which states it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its gold. ``evidence`` is empty exactly when it is not ``answerable``.

    ``history`` holds the earlier questions of the talk, oldest first. ``answers`` are acceptable short
    answers, each copied from an evidence sentence; empty where none is natural. ``kind`` and ``domain`` are words to
    group by. ``within`` names the documents that it is asked of, empty for all; ``without`` those that are left out.
    """

    id: str
    question: str
    history: tuple[str, ...]
    answerable: bool
    kind: str
    evidence: Evidence
    answers: tuple[str, ...]
    domain: str = ""
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions and the documents they are about.

    ``documents`` maps a document's name to its text, ``paths`` to its file where it has one. ``sha256`` is that of
    questions.jsonl: two reports with the same one judged the same questions.
    """

    name: str
    questions: tuple[Question, ...]
    documents: Mapping[str, str] = field(repr=False)
    paths: Mapping[str, Path] = field(repr=False)
    sha256: str

    def asked(self, question: Question) -> frozenset[str] | None:
        """Return the names of the documents that a question is asked of; None for all."""
        if not question.within and not question.without:
            return None
        return frozenset(question.within or self.documents).difference(question.without)

    def sources(self) -> Iterator[Source]:
        """Yield the documents for an index: their files where they have one, else their texts."""
        from index import Source

        for name, text in self.documents.items():
            yield Source(name, self.paths[name].read_bytes() if name in self.paths else text)

    def document_name(self, source: str) -> str | None:
        """Return the suite's name for a cited source, which may be a longer path, or the end of one name alone."""
        source = source.replace("\\", "/")
        matching = [name for name in self.documents if source == name or source.endswith(f"/{name}")]
        ending = [name for name in self.documents if name.endswith(f"/{source}")]
        return max(matching, key=len, default=ending[0] if len(ending) == 1 else None)
