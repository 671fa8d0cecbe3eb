"""Who is answered when many ask at once: so many at a time, so many in line, and the others are told so."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from index.errors import VerbatimError
from index.onnx import cores

AT_ONCE = max(2, cores())
"""How many answers are worked out at the same time: one a core, since the models of the reader run on one thread."""

IN_LINE = 64
"""How many may wait besides."""

LINE_SECONDS = 5.0
"""And no longer than about this, as fast as answers were worked out lately: sooner to be told than to wait in vain."""

SECONDS = 20.0
"""How long anyone waits, in line and for the answer together."""

REMEMBERED = 8
"""The pace is that of about so many answers."""

CROWDED = 1.6
"""An answer takes so much longer while others wait than while nobody does, since to let them in, or to send them away,
takes of the processor, too (100 chats on two cores). Without it the first of a crowd would be promised too much."""

T = TypeVar("T")


class BusyError(VerbatimError):
    """There is no time for this question now; the message says so in words for the user."""


class Desk:
    """Works tasks out in the order in which they come; safe to use from any thread and event loop.

    Waiting costs no thread, so that a full line slows nothing else down. A task that has begun cannot be stopped: when
    its time is over its user is told, and its place is free again once it has ended. Nothing can pile up behind it.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        in_line: int = IN_LINE,
        seconds: float = SECONDS,
        line_seconds: float = LINE_SECONDS,
    ) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="verbatim-answer")
        self._at_once = at_once
        self._most = at_once + in_line
        self._seconds = seconds
        self._line_seconds = line_seconds
        self._inside = 0
        self._pace = 0.0  # seconds that a task takes while others wait, the later ones counting more
        self._lock = threading.Lock()

    async def work_out(self, task: Callable[[], T]) -> T:
        """Return what ``task`` returns, or raise what it raises.

        Raises `BusyError` at once if the line is full or too slow, and after some seconds if the answer is not there by
        then; what has not begun by then never does.
        """
        if not self._let_in():
            raise BusyError("Too many questions are being answered at the moment. Try again in a few seconds.")
        future = self._pool.submit(self._timed, task)
        future.add_done_callback(lambda _: self._let_out())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            raise BusyError(f"This took longer than {self._seconds:.0f} seconds. Try again in a while.") from error
        finally:
            future.cancel()

    def _let_in(self) -> bool:
        with self._lock:
            wait = self._pace * (self._inside - self._at_once + 1) / self._at_once
            if self._inside >= self._most or wait > self._line_seconds:
                return False
            self._inside += 1
            return True

    def _let_out(self) -> None:
        with self._lock:
            self._inside -= 1

    def _timed(self, task: Callable[[], T]) -> T:
        began = time.monotonic()
        try:
            return task()
        finally:
            with self._lock:
                seconds = (time.monotonic() - began) * (CROWDED if self._inside <= self._at_once else 1)
                self._pace += (seconds - self._pace) / REMEMBERED


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
