"""The conversation: questions, their answers with quotations, and refusals that help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from qa.types import MAY_SAY, NOT_SAID, UNANSWERED, Answer, Citation, Searched
from ui.render.feedback import verdict
from ui.render.history import notes
from ui.render.places import Place
from ui.render.quotations import Asked, bystander, conflict, quotation
from ui.render.text import button, escape, several
from ui.render.why import confidence_words, why
from ui.render.written import prose


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, trouble in words, or (neither) still being looked up.

    ``places`` says of its citations where they stand; it can be made anew from the documents. ``notes`` are said below
    it: which documents were asked, and what became of those it cites. ``alone`` tells that it is asked as if nothing
    had been said before. ``writing`` is the token by which the page watches how its answer is written out, while it is.
    ``judged`` is what was said of its answer: "right" or "wrong". ``asked`` tells how many documents were asked, and
    how many there were, unless all were; ``of_all`` that all are asked, whichever are chosen.
    """

    question: str
    answer: Answer | None = None
    trouble: str | None = None
    places: Mapping[Citation, Place] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    alone: bool = False
    writing: str | None = None
    judged: str = ""
    asked: tuple[int, int] | None = None
    of_all: bool = False
    drawn: dict[int, str] = field(init=False, default_factory=dict, repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """Whether the answer is still being looked up."""
        return self.answer is None and self.trouble is None


def of_the_asked(words: str, asked: tuple[int, int] | None) -> str:
    """Return the words of a refusal such that they do not speak for documents that were not ``asked`` (see `Turn`)."""
    if asked is None:
        return words
    number, there = asked
    these = f"The {several(number, 'document')} you asked"
    others = f"{there - number:,} {'was' if there - number == 1 else 'were'} not asked"
    not_said = f"{these} {'does' if number == 1 else 'do'} not say ({others})."
    may_say = f"{these} may say, but Verbatim is not sure ({others})."
    return words.replace(NOT_SAID, not_said).replace(MAY_SAY, may_say)


CUT = "…"
"""What a question ends with that was too long to be kept whole."""

_LONGEST_KEY = 20


def cited(turns: Sequence[Turn], key: str) -> Citation | None:
    """Return the citation that ``key`` (see `citation_key`) names in this conversation, or None."""
    head, *rest = key.split(".")
    numbers = [*head.split("p"), *rest]
    if len(key) > _LONGEST_KEY or not all(number.isdecimal() for number in numbers) or len(rest) not in (1, 2):
        return None
    turn, *parts = map(int, head.split("p"))
    number, other = [*map(int, rest), 0][:2]
    answer = turns[turn - 1].answer if 1 <= turn <= len(turns) else None
    for part in parts:
        answer = answer.parts[part - 1] if answer and 1 <= part <= len(answer.parts) else None
    if answer is None:
        return None
    if number == 0:
        found = _at(answer.runners_up, other) if other else answer.nearest
        return found and replace(found, answer=None)
    found = _at(answer.citations, number)
    return _at(found.copies, other) if found and other else found


def shown_citations(answer: Answer) -> list[Citation]:
    """Return the citations of an answer that the page shows as quotations."""
    return [
        *answer.citations,
        *(answer.near or answer.runners_up),
        *(one for part in answer.parts for one in part.near or part.runners_up),
    ]


def _at(citations: Sequence[Citation], number: int) -> Citation | None:
    return next((citation for citation in citations if citation.number == number), None)


RECENT = 12
"""Turns that are shown of a long conversation; a button asks for the earlier ones."""


def conversation(turns: Sequence[Turn], *, documents: int, whole: bool = False) -> str:
    """Return the conversation, or what to do first when there is none yet.

    It is sent anew with every turn: so only its recent part is shown, unless the ``whole`` is asked for.
    """
    if not turns:
        return _welcome(documents)
    earlier = 0 if whole else max(0, len(turns) - RECENT)
    shown = [_turn(number, turn) for number, turn in enumerate(turns[earlier:], start=earlier + 1)]
    if earlier:
        face = f"Show {several(earlier, 'earlier question')}"
        shown.insert(0, f'<div class="earlier">{button("earlier", face)}</div>')
    return "\n\n".join(shown)


def _welcome(documents: int) -> str:
    """Return the opening words: what one can do here."""
    if documents == 0:
        lead = "There is nothing to ask yet: add a document, then ask about it."
        action = button("show", "Add documents", value="documents", css="primary")
        return f'<div class="welcome"><h2>Answers, word for word.</h2><p>{lead}</p>{action}</div>'
    whose, them = ("your document", "it") if documents == 1 else (f"your {documents:,} documents", "them")
    lead = f"Ask about {whose}. Every answer is a sentence copied from {them}, with its place."
    return f'<div class="welcome"><h2>Answers, word for word.</h2><p>{lead}</p></div>'


def unknown_page() -> str:
    """Return what stands for the conversation of a page that the server does not know; its script loads it anew."""
    return '<p class="pending unknown-page">The server does not know this page any more. It is being loaded again…</p>'


def _turn(number: int, turn: Turn) -> str:
    """Return one question with its answer, drawn once."""
    if number not in turn.drawn:
        question = f'<h2 class="question" dir="auto">{escape(turn.question)}</h2>'
        judged = verdict(number, turn.judged) if turn.answer and turn.answer.reply is None else ""
        outcome = _outcome(number, turn)
        turn.drawn[number] = f'<div class="turn">{question}{outcome}{notes(turn.notes)}{judged}</div>'
    return turn.drawn[number]


def _outcome(number: int, turn: Turn) -> str:
    """Return what a question got."""
    if turn.trouble is not None:
        again = "" if turn.question.endswith(CUT) else button("edit", "Ask again", value=turn.question, css="quiet")
        return f'<p class="trouble"><bdi>{escape(turn.trouble)}</bdi> {again}</p>'
    if turn.answer is None:
        return '<p class="pending">Reading your documents…</p>'
    if turn.answer.reply is not None:
        return f'<p class="reply" dir="auto">{escape(turn.answer.reply)}</p>'
    if turn.answer.parts:
        parts = "".join(_part(number, turn, part, place) for place, part in enumerate(turn.answer.parts, start=1))
        return parts + prose(number, turn.answer, turn.writing)
    searched = _searched(turn.answer)
    if turn.answer.abstained:
        return searched + _refusal(number, turn, turn.answer)
    return searched + _answered(number, turn, turn.answer, number)


def _part(number: int, turn: Turn, part: Answer, place: int) -> str:
    """Return one question of several in a message, with what it got."""
    asked = f"{number}p{place}"
    outcome = _refusal(asked, turn, part) if part.abstained else _answered(number, turn, part, asked)
    return f'<h3 class="part" dir="auto">{escape(part.question)}</h3>{_searched(part)}{outcome}'


def _searched(answer: Answer) -> str:
    """Return what was searched for, where that is not the question as typed, with buttons to change and to undo it."""
    if answer.query.strip() == answer.question.strip():
        return ""
    change = button("edit", "Change", unseen="what was searched for", value=answer.query, css="quiet")
    if answer.mentions:
        return f'<p class="searched" dir="auto">Sentences that mention “{escape(answer.query)}” {change}</p>'
    alone = button(
        "ask-alone", "Ask it alone", unseen="without what was said before", value=answer.question, css="quiet"
    )
    return f'<p class="searched" dir="auto">Searched for: “{escape(answer.query)}” {change} {alone}</p>'


def _answered(number: int, turn: Turn, answer: Answer, asked: Asked) -> str:
    """Return the short answer, the sentences it stands in, and how sure we are."""
    short = "" if answer.short is None else f'<p class="short" dir="auto">{escape(answer.short)}</p>'
    if answer.conflicts:
        short = "".join(conflict(number, several, turn.places) for several in answer.differing)
    quotations = "".join(quotation(number, citation, turn.places) for citation in answer.quotations)
    unanswered = "".join(f'<p class="reason" dir="auto">{UNANSWERED}: {escape(part)}</p>' for part in answer.unanswered)
    words = f"{confidence_words(answer.confidence)} · {answer.confidence:.2f}"
    meaning = ' title="The estimated chance that the first sentence answers the question"'
    if answer.mentions:
        words, meaning = answer.sureness, ""
    sure = f'<p class="confidence"{meaning}>{words}</p>'
    written = prose(number, answer, turn.writing)
    chosen = why(asked, answer, turn.places, _read(answer.searched))
    return f"{short}{_missing(answer)}{quotations}{unanswered}{written}{sure}{chosen}"


def _missing(answer: Answer) -> str:
    """Return which words of the question stand nowhere."""
    if not answer.missing:
        return ""
    words = ", ".join(f"<b><bdi>{escape(word)}</bdi></b>" for word in answer.missing)
    return f'<p class="missing">Nowhere in your documents: {words}</p>'


def _refusal(asked: Asked, turn: Turn, answer: Answer) -> str:
    """Return a refusal that helps: what is not there, which words occur nowhere, and the nearest sentences."""
    said = MAY_SAY if answer.unsure else NOT_SAID
    reason = answer.reason.removeprefix(said).strip()
    parts = [f'<p class="refusal" dir="auto">{escape(of_the_asked(said, turn.asked))}</p>']
    if turn.asked:
        parts.append(f'<p class="reason">{button("ask-all", "Ask all", value=answer.question, css="quiet")}</p>')
    if reason:
        parts.append(f'<p class="reason" dir="auto">{escape(reason)}</p>')
    parts.append(_missing(answer))
    read = _read(answer.searched)
    if read and not answer.unsure:
        parts.append(f'<p class="reason">{read}</p>')
    if answer.nearest is not None:
        parts.append(f'<p class="nearest-label">{escape(answer.near_label)}</p>')
        parts.extend(bystander(asked, other, citation, turn.places) for other, citation in enumerate(answer.near))
    parts.append(why(asked, answer, turn.places, read if answer.unsure else ""))
    return "".join(parts)


def _read(searched: Searched | None) -> str:
    """Return what was searched, in words."""
    if searched is None:
        return ""
    documents, sentences = several(searched.documents, "document"), several(searched.sentences, "sentence")
    passages = "the passage" if searched.passages == 1 else f"the {searched.passages} passages"
    return f"Searched {documents}, and read the {sentences} of {passages} that came nearest."
