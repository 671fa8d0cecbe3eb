"""The checker that comes with Verbatim, loaded once for all tests that need it."""

from __future__ import annotations

from functools import cache

from qa.check import Checker


@cache
def checker() -> Checker:
    """Return it."""
    return Checker()
