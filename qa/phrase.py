"""The short answer inside a sentence: the phrase of the kind that the question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lexical import terms
from index.types import Span

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_YEAR = r"(?:1[0-9]|20)\d\d"
_DATE = re.compile(
    rf"\b(?:(?:early|late|mid)[ -])?(?:{_DAY}|{_MONTH} \d{{1,2}}(?:, {_YEAR})?|\d{{1,2}} {_MONTH}(?: {_YEAR})?|"
    rf"{_MONTH} {_YEAR}|{_YEAR}s?|{_MONTH}(?= |$)|\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b\.?)"
)
_ONES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|dozens?"
_NUMBER = re.compile(
    rf"(?:[$€£¥] ?)?\b(?:\d+(?:[.,]\d+)*|(?:{_ONES})\b)"
    r"(?:[ -]?(?:%|percent|per cent|hundred|thousand|million|billion)\b|%)?",
    flags=re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w'’.&-]*(?: (?:(?:of|the|and|de|van|von|al) )?[A-Z][\w'’.&-]*)*")

_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"\b(when|(what|which) (year|date|day|month|time)|since when)\b", re.IGNORECASE), _DATE),
    (
        re.compile(r"\b(how (many|much|old|long|far|big|large)|what (number|percentage|share))\b", re.IGNORECASE),
        _NUMBER,
    ),
    (
        re.compile(
            r"\b(who|whom|whose|where|(what|which) (country|city|group|company|person|place))\b",
            re.IGNORECASE,
        ),
        _NAME,
    ),
)

NEAR_CHARS = 60
"""Words of the question count for a phrase when they stand within this distance of it."""


def asks_for_phrase(question: str) -> bool:
    """Whether the question asks for a date, a number or a name, and so has a short answer."""
    return _pattern(question) is not None


def short_answer(question: str, sentence: str) -> Span | None:
    """Return the span, within ``sentence``, of the phrase that answers the question, or None.

    Of the phrases of the right kind that the question does not hold itself, it is the one with the most words of the
    question near it; the first of equals.
    """
    pattern = _pattern(question)
    if pattern is None:
        return None
    asked = set(terms(question))

    def words_near(span: Span) -> int:
        near = sentence[max(0, span.start - NEAR_CHARS) : span.end + NEAR_CHARS]
        return len(asked.intersection(terms(near)))

    return max(_phrases(pattern, sentence, asked), key=words_near, default=None)


def _pattern(question: str) -> re.Pattern[str] | None:
    return next((phrase for asked, phrase in _KINDS if asked.search(question)), None)


def _phrases(pattern: re.Pattern[str], sentence: str, asked: set[str]) -> Iterator[Span]:
    for match in pattern.finditer(sentence):
        words = terms(match[0])
        if words and not asked.issuperset(words):
            yield Span(match.start(), match.end())
