"""Answers of the page that a model writes out: in the background, watched by the page, kept when they are complete.

The quotations are on the page already. The page learns of each sentence by a stream of JSON lines, from an address that
nobody can guess; what it shows of them it makes itself, as text.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from qa.check import Checker
from qa.types import Answer, Written
from qa.write import Patience, Writer, written_out
from ui.chat import USER
from ui.desk import Lane
from ui.render import Turn
from ui.render.quotations import citation_key
from ui.render.written import pace

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

AT_ONCE: Final = 2
"""Answers that are written at the same time: a model on a laptop has only so many cores. The others are in line."""

IN_LINE: Final = 8
"""Answers that wait to be written; of more, the page says that the model is busy."""

LOOKED_SECONDS: Final = 0.1
"""How often a stream looks for something new."""

MOST_KEPT: Final = 256
"""Writings that can be watched; of more, the oldest is forgotten. What they say is in the conversation by then."""

log = logging.getLogger(__name__)

Changed = Callable[[Answer], None]


@dataclass
class _Writing:
    """An answer that is being written, for the turn of this number of someone's page."""

    answer: Answer
    turn: int
    owner: str


class Writings:
    """Has answers written out, so many at a time. Safe to use from any thread."""

    def __init__(self, writer: Writer, checker: Checker, patience: Patience | None = None) -> None:
        self.model = writer.name
        self._writer = writer
        self._checker = checker
        self._patience = patience
        self._lane = Lane(AT_ONCE, IN_LINE, "verbatim-writing")
        self._lock = threading.Lock()
        self._writings: OrderedDict[str, _Writing] = OrderedDict()

    def write(self, turns: list[Turn], places: list[int], owner: str, kept: Callable[[Turn, Turn], None]) -> None:
        """Have the answers at some places of a conversation written out, where anything is quoted.

        Each turn gets a token to watch it by, and its answer as it grows; ``kept`` is told of the turn as it was and as
        it is in the end.
        """
        for place in places:
            turn = turns[place] if place < len(turns) else None
            if turn is None or turn.answer is None or turn.answer.abstained:
                continue
            token = secrets.token_urlsafe(32)
            begun = replace(turn.answer, written=Written(self.model, complete=False))
            turns[place] = replace(turn, answer=begun, writing=token)
            self._begin(token, _Writing(begun, place + 1, owner), _following(turns, turn, token, kept))

    def _begin(self, token: str, writing: _Writing, changed: Changed) -> None:
        with self._lock:
            self._writings[token] = writing
            while len(self._writings) > MOST_KEPT:
                self._writings.popitem(last=False)
        if not self._lane.start(partial(self._work, writing, changed)):
            busy = f"{self.model} is busy with other answers. The quotations are the answer."
            writing.answer = replace(writing.answer, written=Written(self.model, note=busy))
            changed(writing.answer)

    def _work(self, writing: _Writing, changed: Changed) -> None:
        try:
            for answer in written_out(writing.answer, self._writer, self._checker, self._patience):
                writing.answer = answer
                changed(answer)
        except Exception:
            log.exception("an answer could not be written out")
            trouble = f"{self.model} could not be asked. The quotations are the answer."
            writing.answer = replace(writing.answer, written=Written(self.model, note=trouble))
            changed(writing.answer)

    async def respond(self, request: Request) -> Response:
        """Answer a request for ``/verbatim/written/{token}``: a line of JSON for each change, until it is complete."""
        from starlette.responses import PlainTextResponse, StreamingResponse

        with self._lock:
            writing = self._writings.get(request.path_params["token"])
        if writing is None or writing.owner != request.scope.get(USER, ""):
            return PlainTextResponse("There is nothing to watch any more.", status_code=404)
        return StreamingResponse(
            _lines(writing), media_type="application/x-ndjson", headers={"cache-control": "no-store"}
        )


def _following(turns: list[Turn], before: Turn, token: str, kept: Callable[[Turn, Turn], None]) -> Changed:
    """Return what puts an answer as it grows in its place in a conversation, wherever that is by then."""

    def changed(answer: Answer) -> None:
        complete = answer.written is not None and answer.written.complete
        for place, turn in enumerate(turns):  # the conversation may have been left meanwhile
            if turn.writing == token:
                turns[place] = replace(turn, answer=answer, writing=None if complete else token)
        if complete:
            kept(before, replace(before, answer=answer))

    return changed


async def _lines(writing: _Writing) -> AsyncIterator[str]:
    """Yield the state of a writing whenever it has changed."""
    told: Answer | None = None
    while told is None or not _is_complete(told):
        if writing.answer is not told:
            told = writing.answer
            yield json.dumps(_state(told, writing.turn)) + "\n"
        else:
            await asyncio.sleep(LOOKED_SECONDS)


def _is_complete(answer: Answer) -> bool:
    return answer.written is None or answer.written.complete


def _state(answer: Answer, turn: int) -> dict[str, Any]:
    """Return what the page shows: sentences with the keys of what they cite, the note, and how fast it went."""
    written = answer.written or Written("")
    sentences = [
        {
            "text": sentence.text,
            "cites": [[str(number), citation_key(turn, number)] for number in sentence.numbers],
            "holds": sentence.holds,
            "why": "; ".join(sentence.reasons),
        }
        for sentence in written.sentences
    ]
    return {"sentences": sentences, "note": written.note, "pace": pace(answer), "complete": written.complete}
