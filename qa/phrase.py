"""The short answer inside a sentence: the phrase of the kind that the question asks for."""

from __future__ import annotations

import math
import re

from index.lexical import terms
from index.types import Span
from qa.quantities import MONTH, WEEKDAY, YEAR

_DATE = re.compile(
    rf"\b(?:(?:early|late|mid)[ -])?(?:{WEEKDAY}|{MONTH} \d{{1,2}}\b(?:, {YEAR})?|\d{{1,2}} {MONTH}(?: {YEAR})?|"
    rf"{MONTH} {YEAR}|{YEAR}s?|{MONTH}(?= |$)|\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b\.?)"
)
_ONES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|dozens?"
_NUMBER = re.compile(
    rf"(?:[$€£¥] ?)?\b(?:\d+(?:[.,]\d+)*|(?:{_ONES})\b)"
    r"(?:[ -]?(?:%|percent|per cent|hundred|thousand|million|billion)\b|%)?",
    flags=re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w'’.&-]*(?: (?:(?:of|the|and|de|van|von|al) )?[A-Z][\w'’.&-]*)*")

_INTRODUCED = r"^\W*(?:and |but |so |(?:at|by|for|from|in|of|on|since|to|until|with) )*"

_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(_INTRODUCED + asked, re.IGNORECASE), phrase)
    for asked, phrase in (
        (r"(?:when|(?:what|which) (?:\w+ )?(?:year|date|day|month|time))\b", _DATE),
        (r"(?:how (?:many|much|old|long|far|big|large)|what (?:number|percentage|share))\b", _NUMBER),
        (r"(?:who|whom|whose|where|(?:what|which) (?:country|city|group|company|person|place))\b", _NAME),
    )
)

FOLLOWING_CHARS = 40
"""What a number counts stands this close behind it."""


def fits(question: str, sentence: str) -> bool:
    """Whether the sentence holds a phrase of the kind that the question asks for: a date, a number or a name.

    True for a question that asks for none of them.
    """
    pattern = _asked_for(question)
    return pattern is None or bool(_phrases(pattern, sentence, set(terms(question))))


def short_answer(question: str, sentence: str) -> Span | None:
    """Return the span, within ``sentence``, of the date or number that answers the question, or None.

    It is the only one of its kind that the question does not hold itself, or the one that is followed soonest by a word
    of the question ("28 injuries"). In doubt there is none, and never a name: a rule for names was mostly wrong.
    """
    pattern, asked = _asked_for(question), set(terms(question))
    if pattern is None or pattern is _NAME:
        return None
    phrases = _phrases(pattern, sentence, asked)
    if pattern is _NUMBER:
        dates = [Span(*match.span()) for match in _DATE.finditer(sentence)]
        phrases = [phrase for phrase in phrases if not any(phrase.overlaps(date) for date in dates)]
    limits = [*(phrase.start for phrase in phrases[1:]), len(sentence)]
    distances = [
        _distance(asked, sentence[phrase.end : min(phrase.end + FOLLOWING_CHARS, limit)])
        for phrase, limit in zip(phrases, limits, strict=False)
    ]
    nearest = [phrase for phrase, distance in zip(phrases, distances, strict=True) if distance == min(distances)]
    return nearest[0] if len(nearest) == 1 else None


def _distance(asked: set[str], following: str) -> float:
    """Return how many terms stand before the first one that the question asked about."""
    return next((distance for distance, term in enumerate(terms(following)) if term in asked), math.inf)


def _asked_for(question: str) -> re.Pattern[str] | None:
    last = re.split(r"(?<=\?)\s+(?=\S)", question.strip())[-1]  # a completed follow-up begins with the question before
    return next((phrase for asked, phrase in _KINDS if asked.search(last)), None)


def _phrases(pattern: re.Pattern[str], sentence: str, asked: set[str]) -> list[Span]:
    """Return the phrases of the sentence that the question does not hold already."""
    matches = [(match, set(terms(match[0]))) for match in pattern.finditer(sentence)]
    return [Span(*match.span()) for match, words in matches if words and not words <= asked]
