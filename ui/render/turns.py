"""The conversation: questions, their answers with quotations, and refusals that help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.types import Answer, Citation
from ui.render.history import notes
from ui.render.text import button, escape, with_answer

_CONFIDENCE = ((0.85, "Very likely right"), (0.65, "Probably right"), (0.4, "Uncertain"), (0.0, "Doubtful"))


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, trouble in words, or (neither) still being looked up.

    ``paged`` holds the ids of the cited documents that have several pages; only there a page says much. ``notes`` are
    said below it: which documents were asked, and what became of those it cites.
    """

    question: str
    answer: Answer | None = None
    trouble: str | None = None
    paged: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether the answer is still being looked up."""
        return self.answer is None and self.trouble is None


def citation_key(turn: int, number: int) -> str:
    """Return how the page names a citation: turn and number, from 1; number 0 is the nearest sentence."""
    return f"{turn}.{number}"


def cited(turns: Sequence[Turn], key: str) -> Citation | None:
    """Return the citation that ``key`` names in this conversation, or None."""
    turn, _, number = key.partition(".")
    if not (turn.isdecimal() and number.isdecimal() and 1 <= int(turn) <= len(turns)):
        return None
    answer = turns[int(turn) - 1].answer
    if answer is None:
        return None
    if int(number) == 0:
        return answer.nearest and replace(answer.nearest, answer=None)
    return next((citation for citation in answer.citations if citation.number == int(number)), None)


def confidence_words(confidence: float) -> str:
    """Return what ``confidence`` means, in words."""
    return next(words for least, words in _CONFIDENCE if confidence >= least or least == 0.0)


def conversation(turns: Sequence[Turn], *, documents: int) -> str:
    """Return the whole conversation, or what to do first when there is none yet."""
    if not turns:
        return _welcome(documents)
    return "\n\n".join(_turn(number, turn) for number, turn in enumerate(turns, start=1))


def _welcome(documents: int) -> str:
    """Return the opening words: what one can do here."""
    if documents == 0:
        lead = "There is nothing to ask yet: add a document, then ask about it."
        action = button("show", "Add documents", value="documents", css="primary")
        return f'<div class="welcome"><h2>Answers, word for word.</h2><p>{lead}</p>{action}</div>'
    whose, them = ("your document", "it") if documents == 1 else (f"your {documents:,} documents", "them")
    lead = f"Ask about {whose}. Every answer is a sentence copied from {them}, with its place."
    return f'<div class="welcome"><h2>Answers, word for word.</h2><p>{lead}</p></div>'


def _turn(number: int, turn: Turn) -> str:
    """Return one question with its answer."""
    question = f'<h2 class="question" dir="auto">{escape(turn.question)}</h2>'
    return f'<div class="turn">{question}{_outcome(number, turn)}{notes(turn.notes)}</div>'


def _outcome(number: int, turn: Turn) -> str:
    """Return what a question got."""
    if turn.trouble is not None:
        return f'<p class="trouble">{escape(turn.trouble)}</p>'
    if turn.answer is None:
        return '<p class="pending">Reading your documents…</p>'
    searched = _searched(turn.answer)
    if turn.answer.abstained:
        return searched + _refusal(number, turn.answer, turn.paged)
    return searched + _answered(number, turn.answer, turn.paged)


def _searched(answer: Answer) -> str:
    """Return what was searched for, where that is not the question as typed."""
    if answer.query.strip() == answer.question.strip():
        return ""
    return f'<p class="searched" dir="auto">Searched for: “{escape(answer.query)}”</p>'


def _answered(turn: int, answer: Answer, paged: frozenset[str]) -> str:
    """Return the short answer, the sentences it stands in, and how sure we are."""
    short = "" if answer.short is None else f'<p class="short" dir="auto">{escape(answer.short)}</p>'
    quotations = "".join(_quotation(turn, citation.number, citation, paged) for citation in answer.citations)
    words = f"{confidence_words(answer.confidence)} · {answer.confidence:.2f}"
    meaning = "The estimated chance that the first sentence answers the question"
    unanswered = "".join(
        f'<p class="reason" dir="auto">The documents do not seem to say: {escape(part)}</p>'
        for part in answer.unanswered
    )
    return f'{short}{quotations}{unanswered}<p class="confidence" title="{meaning}">{words}</p>'


def _refusal(turn: int, answer: Answer, paged: frozenset[str]) -> str:
    """Return a refusal that helps: what is not there, which words occur nowhere, and the nearest sentence."""
    said = "Your documents do not say."
    reason = answer.reason.strip()
    if reason.casefold().startswith(said.casefold()[:-1]):
        said, reason = reason, ""
    parts = [f'<p class="refusal" dir="auto">{escape(said)}</p>']
    if reason:
        parts.append(f'<p class="reason" dir="auto">{escape(reason)}</p>')
    if answer.missing:
        words = ", ".join(f"<b><bdi>{escape(word)}</bdi></b>" for word in answer.missing)
        parts.append(f'<p class="missing">Nowhere in your documents: {words}</p>')
    if answer.nearest is not None:
        parts.append('<p class="nearest-label">Nearest sentence, not an answer</p>')
        parts.append(_quotation(turn, 0, replace(answer.nearest, answer=None), paged))
    return "".join(parts)


def _quotation(turn: int, number: int, citation: Citation, paged: frozenset[str]) -> str:
    """Return a cited sentence with its number, which opens the source, and where it stands."""
    kind, face = ("nearest", "≈") if number == 0 else ("evidence", str(number))
    label = f"open in its source, {citation.title}"
    page = f" · page {citation.page}" if citation.document_id in paged else ""
    return (
        f'<figure class="quotation {kind}">'
        f"{button('cite', face, unseen=label, value=citation_key(turn, number), css='number')}"
        f'<blockquote dir="auto">{with_answer(citation, "mark")}</blockquote>'
        f'<figcaption><bdi class="title">{escape(citation.title)}</bdi>{page}</figcaption></figure>'
    )
