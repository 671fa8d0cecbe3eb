"""How the time of a piece of work grows with its size, told by comparison: a slow machine is slow for both."""

from __future__ import annotations

import time
from collections.abc import Callable

# Work in step with its size takes four times as long for four times as much, quadratic work sixteen times.
MOST_TIMES = 10
UNNOTICED_SECONDS = 0.1  # too short to compare, and for anyone to wait for
TRIES = 3  # another process may take the caches


def grows_in_step(work: Callable[[int], object], size: int) -> bool:
    """Whether ``work`` of ``size`` takes the processor no more than in proportion longer than a quarter of it."""
    return any(_seconds(work, size) < MOST_TIMES * _seconds(work, size // 4) + UNNOTICED_SECONDS for _ in range(TRIES))


def _seconds(work: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began
