"""Answers of the API that a model writes out: at a desk of its own, since it takes far longer than to quote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

from qa.check import Checker
from qa.types import Answer
from qa.write import Patience, Writer, written_out
from ui.desk import Desk

AT_ONCE: Final = 2
IN_LINE: Final = 16

PATIENCE: Final = Patience()


@dataclass(frozen=True, slots=True)
class Prose:
    """Writes answers out, so many at a time; who comes when too many wait is told that it is busy."""

    writer: Writer
    checker: Checker
    desk: Desk

    @classmethod
    def by(cls, writer: Writer, checker: Checker) -> Prose:
        """Return it with a desk that waits as long as anyone has to: for those in line before, and for the answer."""
        seconds = PATIENCE.in_all * (1 + IN_LINE / AT_ONCE)
        return cls(writer, checker, Desk(AT_ONCE, IN_LINE, seconds))

    async def write(self, answer: Answer) -> Answer:
        """Return an answer written out. Raises `BusyError` if too many wait."""
        *_, last = [step async for step in self.stream(answer)]
        return last

    async def stream(self, answer: Answer) -> AsyncIterator[Answer]:
        """Yield an answer whenever a sentence was added, and at last complete."""
        loop = asyncio.get_running_loop()
        steps: asyncio.Queue[Answer | None] = asyncio.Queue()

        def work() -> None:
            try:
                for step in self._steps(answer):
                    loop.call_soon_threadsafe(steps.put_nowait, step)
            finally:
                loop.call_soon_threadsafe(steps.put_nowait, None)

        working = asyncio.ensure_future(self.desk.work_out(work))
        working.add_done_callback(lambda _: steps.put_nowait(None))  # it may never have begun
        while (step := await steps.get()) is not None:
            yield step
        await working

    def _steps(self, answer: Answer) -> Iterator[Answer]:
        return written_out(answer, self.writer, self.checker, PATIENCE)
