"""Judges one answer: where each citation stands, whether its words are the document's, and what it states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evals.align import Aligner, Alignment
from evals.excerpts import excerpts
from evals.metrics import offset_error, stated_facts
from evals.results import FAITHFUL, Cited, Fidelity, Row
from evals.suite import Evidence, Question, Suite
from evals.systems import AnyAnswer, AnyCitation


class Judge:
    """Judges answers to the questions of one suite. Keep it: it remembers the documents as they are compared."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._aligner = Aligner(suite.documents)

    def row(self, question: Question, answer: AnyAnswer) -> Row:
        """Return what was asked, said and found, without the times."""
        citations = tuple(self.cited(citation, question.evidence) for citation in answer.citations)
        nearest = None if answer.nearest is None or citations else self.cited(answer.nearest, question.evidence)
        gold = [span for fact in question.evidence for span in fact]
        places = [citation if citation.fidelity != "absent" else None for citation in citations]
        return Row(
            question,
            citations,
            answer.abstained,
            text=answer.text,
            short=answer.short,
            nearest=nearest,
            confidence=None if answer.confidence is None else float(answer.confidence),
            excerpts=excerpts(gold, places, self.suite.documents),
            unsure=answer.abstained and getattr(answer, "unsure", False),
        )

    def cited(self, citation: AnyCitation, evidence: Evidence = ()) -> Cited:
        """Return a citation with its place and how its words agree with the document.

        A place that is given is judged as it is given: that is what the reader is shown. Otherwise the words are
        looked for in the document that is named, or in all if it is none of the suite's. Where they stand more than
        once, the first place that states a needed fact counts: the words shown are the same.
        """
        name = self.suite.document_name(citation.source) if citation.source else None
        if citation.start is not None and citation.end is not None:
            return self._placed(citation, name, citation.start, citation.end)
        found = [_found(citation.text, place) for place in self._aligner.align(citation.text, document=name)]
        if not found:
            return Cited(name or citation.source, 0, 0, citation.text, self._elsewhere(citation.text, name))
        return next((one for one in found if stated_facts(one, evidence)), found[0])

    def _elsewhere(self, words: str, name: str | None) -> Fidelity:
        """Return what words are that the document ``name`` does not hold: misplaced if another one does."""
        places = () if name is None else self._aligner.align(words)
        return "misplaced" if places and places[0].fidelity in FAITHFUL else "absent"

    def _placed(self, citation: AnyCitation, name: str | None, start: int, end: int) -> Cited:
        if name is None:
            return Cited(citation.source, start, end, citation.text, "absent")
        text = self.suite.documents[name]
        given = Cited(name, start, end, citation.text, "absent")
        if 0 <= start < end <= len(text) and text[start:end] == citation.text:
            return replace(given, fidelity="verbatim", offset_error=0)
        if (error := offset_error(citation.text, start, text)) is not None:
            return replace(given, fidelity="misplaced", offset_error=error)
        places = self._aligner.align(citation.text, document=name)
        return _words_at(given, places) if places else replace(given, fidelity=self._elsewhere(citation.text, name))


def _found(words: str, place: Alignment) -> Cited:
    return Cited(place.document, place.start, place.end, words, place.fidelity, differences=place.differences)


def _words_at(given: Cited, places: Sequence[Alignment]) -> Cited:
    """Return how the words agree with the document; the offset error is to the nearest place of theirs."""
    nearest = min(places, key=lambda place: abs(place.start - given.start))
    error = abs(nearest.start - given.start)
    return replace(given, fidelity=nearest.fidelity, offset_error=error, differences=nearest.differences)
