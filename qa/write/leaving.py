"""The end of Python waits for threads that it could not end itself.

It ends a thread that comes back to it after its end by unwinding the stack. C++ and Rust take that for an exception
which nobody may catch, and end the process, with a message of theirs and not with the status of the program.
"""

from __future__ import annotations

import atexit
import threading


class Inside:
    """Counts the threads that must be out before Python ends: ``with`` it, they are in.

    ``seconds`` is how long the end waits at most. From its beginning ``leaving`` is true: whoever is in looks at it and
    comes out, and whoever wants in has a `RuntimeError`.
    """

    def __init__(self, seconds: float) -> None:
        self.leaving = False
        self._seconds = seconds
        self._count = 0
        self._changed = threading.Condition()
        atexit.register(self._leave)

    def __enter__(self) -> None:
        with self._changed:
            if self.leaving:
                raise RuntimeError("the program ends")
            self._count += 1

    def __exit__(self, *trouble: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def _leave(self) -> None:
        with self._changed:
            self.leaving = True
            self._changed.wait_for(lambda: not self._count, self._seconds)
