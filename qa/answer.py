"""The pipeline: a question becomes a cited answer, or an honest refusal."""

from __future__ import annotations

import string
import time
from collections.abc import Collection, Sequence

from index import EmptyStoreError, Index
from index.lexical import terms
from qa.abstain import THRESHOLD, confidence
from qa.cite import choose, cite
from qa.converse import standalone
from qa.read import BaselineReader, Reader
from qa.types import Answer

TOP_K = 10
"""Passages that are read for a question."""


class Answerer:
    """Answers questions from one index. Keep it: its reader remembers what it has read."""

    def __init__(self, index: Index, *, reader: Reader | None = None, threshold: float = THRESHOLD) -> None:
        self.index = index
        self.reader = reader or BaselineReader(index)
        self.threshold = threshold

    def answer(
        self, question: str, *, history: Sequence[Answer | str] = (), documents: Collection[str] | None = None
    ) -> Answer:
        """Answer a question with sentences of the documents. See `qa.answer`."""
        clock = _Clock()
        if not self.index.document_count():
            raise EmptyStoreError(
                f"the store {self.index.path} holds no documents yet; add some with `verbatim index add PATH`"
            )
        query = standalone(question, history) if question.strip() else ""
        hits = self.index.search(query, top_k=TOP_K, documents=documents)
        clock.lap("search")
        evidence = self.reader.read(query, hits)
        chance = confidence(evidence)
        clock.lap("read")
        answered = chance >= self.threshold
        citations = cite(choose(evidence) if answered else evidence[:1], self.index)
        clock.lap("cite")
        return Answer(
            question=question,
            query=query,
            citations=citations if answered else (),
            reason=_reason(answered, citations != (), question),
            confidence=chance,
            nearest=citations[0] if citations and not answered else None,
            missing=() if answered else self._missing(query),
            hits=tuple(hits),
            seconds=clock.seconds,
        )

    def _missing(self, query: str) -> tuple[str, ...]:
        """Return the words of the query that stand nowhere in the documents."""
        words = dict.fromkeys(word.strip(string.punctuation + "“”‘’…") for word in query.split())
        frequencies = self.index.term_frequencies({term for word in words for term in terms(word)})
        return tuple(word for word in words if terms(word) and not any(frequencies[term] for term in terms(word)))


def _reason(answered: bool, found: bool, question: str) -> str:
    if answered:
        return "The documents say so in the sentences cited."
    if not question.strip():
        return "There is no question to answer."
    if found:
        return "Your documents do not say. The nearest sentence found does not seem to answer the question."
    return "Your documents do not say. No sentence has anything to do with the question."


class _Clock:
    """Wall seconds of each stage, by name, and in all."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self.seconds["total"] = now - self._start
        self._last = now
