"""The names and numbers that a question speaks of, and how many of them a text mentions.

A question about British troops is not answered by how many American ones there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?")

SHORTEST_STEM, ENDING_CHARS = 4, 2
"""A name is found by its beginning, all but the last two letters and four at least: "Iraq" mentions what is Iraqi."""


def named_terms(question: str) -> list[str]:
    """Return the numbers of a question, and the words with a capital that do not begin it; each once.

    Where most words have a capital, capitals say nothing, and only numbers are returned.
    """
    numbers = _NUMBER.findall(question)
    words = _WORD.findall(question)[1:]
    capital = [word for word in words if word[0].isupper() and word not in ("I", "A")]
    if len(capital) > 2 and len(capital) > len(words) * 2 / 3:
        capital = []
    return list(dict.fromkeys([*numbers, *(re.sub(r"['’]s?$", "", word) for word in capital)]))


def unmentioned(named: Sequence[str], text: str) -> list[str]:
    """Return the terms that the text does not mention, in order."""
    lowered = text.lower()
    return [term for term in named if not _mentions(lowered, term.lower())]


def share_named(named: Sequence[str], text: str) -> float:
    """Return the share of the terms that the text mentions, 0..1; 1 where nothing is named."""
    return 1 - len(unmentioned(named, text)) / len(named) if named else 1.0


def _mentions(text: str, term: str) -> bool:
    if term[0].isdigit():
        return re.search(rf"(?<![\d.,]){re.escape(term)}(?![\d]|[.,]\d)", text) is not None
    stem = term[: max(SHORTEST_STEM, len(term) - ENDING_CHARS)]
    end = r"\b" if len(term) < SHORTEST_STEM else ""
    return re.search(rf"\b{re.escape(stem)}{end}", text) is not None
