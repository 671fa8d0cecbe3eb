"""Judges one answer: where each citation stands, whether its words are the document's, and what it states."""

from __future__ import annotations

import math
from dataclasses import replace

from evals.align import Aligner, Alignment
from evals.excerpts import excerpts
from evals.metrics import stated_facts
from evals.results import FAITHFUL, Cited, Fidelity, Row
from evals.suite import Question, Suite
from evals.systems import AnyAnswer, AnyCitation


class Judge:
    """Judges answers to the questions of one suite. Keep it: it remembers the documents as they are compared."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._aligner = Aligner(suite.documents)

    def row(self, question: Question, answer: AnyAnswer) -> Row:
        """Return what was asked, said and found, without the times."""
        citations = tuple(self.cited(citation, question) for citation in answer.citations)
        nearest = None if answer.nearest is None or citations else self.cited(answer.nearest, question)
        gold = [span for fact in question.evidence for span in fact]
        places = [citation if citation.fidelity != "absent" else None for citation in citations]
        return Row(
            question,
            citations,
            answer.abstained,
            text=answer.text,
            short=answer.short,
            nearest=nearest,
            confidence=_finite(answer.confidence),
            excerpts=excerpts(gold, places, self.suite.documents),
            unsure=answer.abstained and getattr(answer, "unsure", False),
        )

    def cited(self, citation: AnyCitation, question: Question) -> Cited:
        """Return a citation with the place of its words and how they agree with the document.

        What is shown supports. So the words are looked for, in the document that is named, or in all if it is none of
        the suite's. Where they stand more than once, the place nearest to the offsets counts; without a document that
        the offsets could be in, or without offsets, the first place that states a needed fact.
        """
        name = self.suite.document_name(citation.source) if citation.source else None
        if name is not None and citation.start is not None and citation.end is not None:
            return self._placed(citation, name, citation.start, citation.end)
        found = [_found(citation.text, place) for place in self._aligner.align(citation.text, document=name)]
        if not found:
            return Cited(name or citation.source, 0, 0, citation.text, self._elsewhere(citation.text, name))
        exactly = [one for one in found if (one.start, one.end) == (citation.start, citation.end)] or found
        stating = (one for one in exactly if stated_facts(one, question.evidence, question.answers))
        return next(stating, exactly[0])

    def _elsewhere(self, words: str, name: str | None) -> Fidelity:
        """Return what words are that the document ``name`` does not hold: misplaced if another one does."""
        places = () if name is None else self._aligner.align(words)
        return "misplaced" if places and places[0].fidelity in FAITHFUL else "absent"

    def _placed(self, citation: AnyCitation, name: str, start: int, end: int) -> Cited:
        if self.suite.documents[name][start:end] == citation.text:
            return Cited(name, start, end, citation.text, "verbatim", 0)
        places = self._aligner.align(citation.text, document=name)
        if not places:
            return Cited(name, 0, 0, citation.text, self._elsewhere(citation.text, name))
        nearest = min(places, key=lambda place: abs(place.start - start))
        found = replace(_found(citation.text, nearest), offset_error=abs(nearest.start - start))
        # White space moves the words that are set otherwise a little, so they need only be there.
        is_there = nearest.fidelity != "verbatim" and nearest.start < end and start < nearest.end
        return found if is_there or nearest.fidelity not in FAITHFUL else replace(found, fidelity="misplaced")


def _finite(confidence: float | None) -> float | None:
    """Return a confidence, None if it is no number: NaN has no place in a ranking, nor in JSON."""
    return None if confidence is None or not math.isfinite(confidence) else float(confidence)


def _found(words: str, place: Alignment) -> Cited:
    return Cited(place.document, place.start, place.end, words, place.fidelity, differences=place.differences)
