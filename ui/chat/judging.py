"""What people say of an answer on the page: right, wrong, or which sentence would have been right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index import Index, Span
from qa import Answer
from ui import render
from ui.chat.components import in_words, payload
from ui.chat.export import quoted_in
from ui.chat.feedback import Feedback
from ui.render import Turn


@dataclass(frozen=True, slots=True)
class Judged:
    """What is shown once something was said of an answer: below it, and in the source pane; "" leaves either alone."""

    below: str = ""
    source: str = ""


def judge(
    index: Index, feedback: Feedback, said: str, turns: list[Turn], amend: Callable[[Turn, Turn], None]
) -> Judged:
    """Keep what is said of an answer, or ask which sentence would have been right.

    ``said`` is "right TURN", "wrong TURN", or "pick TURN none" or "pick TURN DOCUMENT START END" after that. ``amend``
    gets the turn as it was and as it is then.
    """
    message = said.partition(" ")[0]
    verb, given, *what = [*payload(said).split(" "), "", ""][:6]
    what = [one for one in what if one]
    number = int(given) if given.isdecimal() and 1 <= int(given) <= len(turns) else 0
    turn = turns[number - 1] if number else None
    if turn is None or turn.answer is None:
        return Judged(source=render.source_trouble("This answer belongs to an earlier conversation."))
    try:
        if verb == "wrong":
            return Judged(source=render.which_one(number, turn.question, index.search(turn.answer.query)))
        _keep(index, feedback, turns[:number], turn.answer, None if verb == "right" else what)
    except Exception as error:
        trouble = in_words(error, "what was said of an answer could not be kept")
    else:
        judged, thanks = ("right", "") if verb == "right" else ("wrong", render.thanks(str(feedback.folder)))
        turns[number - 1] = replace(turn, judged=judged)
        amend(turn, turns[number - 1])
        return Judged(render.just_judged(number, message, judged), thanks)
    if verb == "right":
        return Judged(render.just_judged(number, message, trouble=trouble))
    return Judged(source=render.source_trouble(trouble))


def _keep(index: Index, feedback: Feedback, turns: Sequence[Turn], answer: Answer, what: Sequence[str] | None) -> None:
    """Keep a case of the last of some turns: the answer was right, or ``what`` would have been."""
    last = turns[-1]
    earlier = [] if last.alone else [turn.question for turn in turns[:-1] if turn.answer is not None]
    quoted = [index.document(one.document_id, one.revision) for one in quoted_in(answer)]
    expected, short = None, None
    if what is None and answer.citations:
        first = answer.citations[0]
        expected, short = (quoted[0], Span(first.start, first.end)), first.short
    elif what is not None and what != ["none"]:
        name, start, end = what
        expected = index.document(name), Span(int(start), int(end))
    kind = "feedback-right" if what is None else "feedback-wrong"
    feedback.keep(last.question, earlier, expected, kind=kind, others=quoted, answer=short)
