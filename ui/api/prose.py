"""Answers of the API that a model writes out: beside the desk, since it takes far longer than to quote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from qa.check import Checker
from qa.types import Answer
from qa.write import Writer, written_out
from ui.desk import BusyError, Lane

AT_ONCE: Final = 2
IN_LINE: Final = 16


class Prose:
    """Writes answers out, so many at a time; who comes when too many wait is told that it is busy."""

    def __init__(self, writer: Writer, checker: Checker) -> None:
        self._writer = writer
        self._checker = checker
        self._lane = Lane(AT_ONCE, IN_LINE, "verbatim-prose")

    async def write(self, answer: Answer) -> Answer:
        """Return an answer written out. Raises `BusyError` if too many wait."""
        *_, last = [step async for step in self.stream(answer)]
        return last

    def stream(self, answer: Answer) -> AsyncIterator[Answer]:
        """Return an answer as it grows, at last complete. Raises `BusyError` at once if too many wait.

        A refusal, or the reply to a greeting, comes as it is: nothing is written of it, so that it waits for nobody.
        """
        if answer.abstained:
            return once(answer)
        loop = asyncio.get_running_loop()
        steps: asyncio.Queue[Answer | Exception | None] = asyncio.Queue()

        def work() -> None:
            end: Exception | None = None
            try:
                for step in written_out(answer, self._writer, self._checker):
                    loop.call_soon_threadsafe(steps.put_nowait, step)
            except Exception as error:
                end = error
            loop.call_soon_threadsafe(steps.put_nowait, end)

        if not self._lane.start(work):
            raise BusyError(f"{self._writer.name} is busy with other answers. Try again in a while, or without it.")
        return _until_the_end(steps)


async def once(answer: Answer) -> AsyncIterator[Answer]:
    """Yield an answer as it is."""
    yield answer


async def _until_the_end(steps: asyncio.Queue[Answer | Exception | None]) -> AsyncIterator[Answer]:
    while (step := await steps.get()) is not None:
        if isinstance(step, Exception):
            raise step
        yield step
