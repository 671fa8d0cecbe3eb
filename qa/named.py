"""The names and numbers that a question speaks of, and which of them a text does not mention.

A question about British troops is not answered by how many American ones there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?")

_ACCENT = re.compile(r"[\u0300-\u036f]")
_DOT = re.compile(r"(?<=\b\w)\.(?=\w\b)")

SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
SAME = (
    re.compile(r"\bU\.?S\b|\bU\.?S\.?A\b|\bAmerica|\bUnited States"),
    re.compile(r"\bU\.?K\b|\bBrit(?:ain|ish|on)|\bUnited Kingdom"),
)
"""Names of the same thing that share no beginning."""

SHORTEST_STEM, ENDING_CHARS = 4, 2
"""A name is found by its beginning, all but the last two letters and four at least: "Iraq" mentions what is Iraqi."""

LONG_NAME = 6
"""A name of so many letters may be misspelt by one."""


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
    """Return the terms that the text does not mention, in order.

    The same name may be spelt with other accents, shortened to its initials, another form of it, or off by a letter.
    """
    if not named:
        return []
    plain = _plain(text)
    return [term for term in named if not _mentions(plain, text, _plain(term), term)]


def _plain(text: str) -> str:
    """Return the text in lower case, without accents, and without the dots of initials."""
    letters = text if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return _DOT.sub("", letters.lower())


def _mentions(plain: str, text: str, term: str, typed: str) -> bool:
    """Whether a text holds a term; both come as they are and made plain."""
    if term[0].isdigit():
        spelled = SPELLED[int(term)] if term.isdecimal() and int(term) < len(SPELLED) else None
        found = rf"(?<![\d.,]){re.escape(term)}(?![\d]|[.,]\d)" + (rf"|\b{spelled}\b" if spelled else "")
        return re.search(found, plain) is not None
    if any(same.match(typed) and same.search(text) for same in SAME):
        return True
    stem = term[: max(SHORTEST_STEM, len(term) - ENDING_CHARS)]
    if re.search(rf"\b{re.escape(stem)}" + (r"\b" if len(term) < SHORTEST_STEM else ""), plain):
        return True
    if typed.isupper() and re.search(r"\b" + r"\w*[ -]+(?:(?:of|the|and|for) )*".join(typed) + r"\w", text):
        return True  # the words that the initials stand for
    return len(term) >= LONG_NAME and extractOne(
        term, set(re.findall(rf"\b[^\W\d_]{{{LONG_NAME - 1},}}", plain)), scorer=Levenshtein.distance, score_cutoff=1
    ) is not None  # fmt: skip
