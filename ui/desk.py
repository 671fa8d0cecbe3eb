"""Who is answered when many ask at once: so many at a time, so many in line, and the others are told so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from index.errors import VerbatimError
from index.onnx import cores

AT_ONCE = max(2, cores())
"""How many answers are worked out at the same time: one a core, since the models of the reader run on one thread."""

IN_LINE = 64
"""How many may wait besides; at some 40 ms an answer the last of them waits about three seconds."""

SECONDS = 20.0
"""How long anyone waits, in line and for the answer together."""

T = TypeVar("T")


class BusyError(VerbatimError):
    """There is no time for this question now; the message says so in words for the user."""


class Desk:
    """Works tasks out in the order in which they come; safe to use from any thread and event loop.

    Waiting costs no thread, so that a full line slows nothing else down. A task that has begun cannot be stopped: when
    its time is over its user is told, and its place is free again once it has ended. Nothing can pile up behind it.
    """

    def __init__(self, at_once: int = AT_ONCE, in_line: int = IN_LINE, seconds: float = SECONDS) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="verbatim-answer")
        self._room = threading.BoundedSemaphore(at_once + in_line)
        self._seconds = seconds

    async def work_out(self, task: Callable[[], T]) -> T:
        """Return what ``task`` returns, or raise what it raises.

        Raises `BusyError` at once if the line is full, and after some seconds if the answer is not there by then; what
        has not begun by then never does.
        """
        if not self._room.acquire(blocking=False):
            raise BusyError("Too many questions are being answered at the moment. Try again in a few seconds.")
        future = self._pool.submit(task)
        future.add_done_callback(lambda _: self._room.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            raise BusyError(f"This took longer than {self._seconds:.0f} seconds. Try again in a while.") from error
        finally:
            future.cancel()


class Lane:
    """Works long tasks out beside the desk: so many at a time, so many waiting. The process may end before they do."""

    def __init__(self, at_once: int, in_line: int, name: str) -> None:
        self._room = threading.BoundedSemaphore(at_once + in_line)
        self._turn = threading.BoundedSemaphore(at_once)
        self._name = name

    def start(self, task: Callable[[], None]) -> bool:
        """Have a task worked out in a thread of its own, once it is its turn; return False if too many wait."""
        if not self._room.acquire(blocking=False):
            return False

        def run() -> None:
            try:
                with self._turn:
                    task()
            finally:
                self._room.release()

        threading.Thread(target=run, name=self._name, daemon=True).start()
        return True
