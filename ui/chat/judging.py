"""What people say of an answer on the page: right, wrong, or which sentence would have been right."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from index import Index, Span
from index.errors import VerbatimError
from ui import render
from ui.chat.components import UNEXPECTED, payload
from ui.chat.export import quoted_in
from ui.chat.feedback import Feedback
from ui.render import Turn

log = logging.getLogger(__name__)


def judge(index: Index, feedback: Feedback, said: str, turns: Sequence[Turn]) -> str:
    """Keep what is said of an answer, or ask which sentence would have been right; return what the source pane shows.

    ``said`` is "right TURN", "wrong TURN", or "pick TURN none" or "pick TURN DOCUMENT START END" after that.
    """
    verb, number, *what = [*payload(said).split(" "), "", ""][:6]
    what = [one for one in what if one]
    turn = turns[int(number) - 1] if number.isdecimal() and 1 <= int(number) <= len(turns) else None
    if turn is None or turn.answer is None:
        return render.source_trouble("This answer belongs to an earlier conversation.")
    found = turn.answer
    try:
        if verb == "wrong":
            return render.which_one(int(number), turn.question, index.search(found.query))
        quoted = [index.document(one.document_id, one.revision) for one in quoted_in(found)]
        expected, short, kind = None, None, "feedback-wrong"
        if verb == "right":
            kind = "feedback-right"
            if found.citations:
                first = found.citations[0]
                expected, short = (quoted[0], Span(first.start, first.end)), first.short
        elif what != ["none"]:
            name, start, end = what
            document = index.document(name)
            expected = document, Span(int(start), int(end))
        earlier = [one.question for one in turns[: int(number) - 1]]
        feedback.keep(turn.question, earlier, expected, kind=kind, others=quoted, answer=short)
        return render.thanks(str(feedback.folder))
    except VerbatimError as error:
        return render.source_trouble(str(error))
    except Exception:
        log.exception("what was said of an answer could not be kept")
        return render.source_trouble(UNEXPECTED)
