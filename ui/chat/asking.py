"""From a question to a turn of the conversation with its answer, or with the trouble there was in words.

A conversation is a list of turns that is changed in place, so that an answer that arrives late still lands at its own
question, or nowhere if the conversation was started anew meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from index import Index
from qa import Answer, answer
from ui import render
from ui.chat.components import in_words
from ui.chat.opening import placed
from ui.questions import MAX_QUESTION_CHARS
from ui.render import Turn

MAX_TURNS = 200
"""A conversation this long is asked to start anew, so that one page cannot fill the memory."""


def of(index: Index) -> Callable[[str], Answer]:
    """Return what answers a question that stands alone."""
    return partial(answer, index=index)


def begin(question: str, turns: list[Turn], *, alone: bool = False, of_all: bool = False) -> None:
    """Add the turn of a question, which `finish` answers.

    ``alone`` it is asked as if nothing had been said before, and ``of_all`` documents, whichever are chosen.
    """
    question = question.strip()
    if question:
        notes = ["Asked alone, without what was said before."] if alone else []
        notes += ["Asked of all documents."] if of_all else []
        turns.append(replace(_new_turn(question, len(turns)), alone=alone, of_all=of_all, notes=tuple(notes)))


def _new_turn(question: str, turns: int) -> Turn:
    """Return the turn that a question opens, or the reason why it is not asked."""
    if len(question) > MAX_QUESTION_CHARS:
        limit = f"This question has {len(question):,} characters; at most {MAX_QUESTION_CHARS:,} can be asked."
        return Turn(f"{question[:200]}{render.CUT}", trouble=f"{limit} Ask for one thing in a sentence or two.")
    if turns >= MAX_TURNS:
        return Turn(question, trouble="This conversation is full. Start a new one to go on asking.")
    return Turn(question)


def finish(
    index: Index,
    turns: list[Turn],
    pending: Sequence[Turn],
    documents: Collection[str] | None = None,
    *,
    there: int = 0,
    keep: Callable[[Sequence[Turn]], None] = lambda _: None,
) -> list[int]:
    """Answer the ``pending`` turns, ``keep`` them, and return their places.

    They are asked of ``documents``, so many of those that are ``there``; by default of all.
    """
    places = []
    for turn in pending:
        chosen = None if turn.of_all else documents
        answered = _answered(index, turn, turns, chosen)
        if chosen is not None and answered.answer:
            note = f"Asked of {len(chosen):,} of {there:,} documents."
            answered = replace(answered, notes=(*answered.notes, note), asked=(len(chosen), there))
        for place, current in enumerate(turns):
            if current is turn:
                turns[place] = answered
                places.append(place)
                keep([answered])
    return places


def give_up(turns: list[Turn], pending: Sequence[Turn], why: str) -> None:
    """Leave the ``pending`` turns unanswered, for a reason."""
    given_up = set(map(id, pending))
    turns[:] = [replace(turn, trouble=why) if id(turn) in given_up else turn for turn in turns]


def _answered(index: Index, turn: Turn, turns: Sequence[Turn], documents: Collection[str] | None) -> Turn:
    """Return ``turn`` with its answer, or with the trouble there was."""
    history = [earlier.answer for earlier in turns if earlier.answer is not None and not turn.alone]
    try:
        if documents is not None:
            documents = index.held(documents)  # one may have been removed since it was chosen
            if not documents:
                return replace(turn, trouble="No document is chosen: tick those to ask, or “all”, among the documents.")
        found = answer(turn.question, index=index, history=history, documents=documents)
        return placed(index, replace(turn, answer=replace(found, hits=())))
    except Exception as error:
        return replace(turn, trouble=in_words(error, "a question could not be answered"))
