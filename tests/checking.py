"""The checker that comes with Verbatim, loaded once for all tests that need it."""

from __future__ import annotations

from functools import cache

from index.embed import open_encoder
from qa.check import Checker


@cache
def checker() -> Checker:
    """Return it, with the real encoder."""
    return Checker(open_encoder(None))
