"""A message -> the questions in it: asked one after another, or joined in one by "and"."""

from __future__ import annotations

import re

from index.lexical import terms
from qa.ellipsis import ASKING, completed

MOST_PARTS = 3
SHORT_TERMS = 1

_AND = re.compile(rf",? and (?={ASKING})", re.IGNORECASE)
_OPENING = re.compile(rf"\W*{ASKING}", re.IGNORECASE)

_NEXT = re.compile(
    rf"(?<=\?)\s+(?=(?:(?:and|but|also|or|then),? )?(?:{ASKING}|(?:and|what about|how about)\b))", re.IGNORECASE
)

MOST_QUESTIONS = 5
"""Further questions of a message stay with the last one."""


def questions(message: str) -> list[str]:
    """Return the questions of a message that are asked one after another; one question as it is.

    "Who built it? And when?" are two. What stands before a question without asking stays with it.
    """
    return _NEXT.split(message.strip(), maxsplit=MOST_QUESTIONS - 1) or [message]


def parts(question: str) -> list[str]:
    """Return the questions that are joined in one by "and", in order; a single question as it is.

    A short part ("and how many in Oman?") is completed from the first, or stands behind it if that cannot be done.
    """
    pieces = _AND.split(question.strip().rstrip("? "), maxsplit=MOST_PARTS - 1)
    if len(pieces) == 1 or not all(_OPENING.match(piece) and terms(piece) for piece in pieces):
        return [question]
    first, *others = (f"{piece}?" for piece in pieces)
    return [first, *(other if len(terms(other)) > SHORT_TERMS else _completed(other, first) for other in others)]


def _completed(part: str, first: str) -> str:
    whole = completed(part, first)
    return f"{first} {part}" if whole == part else whole
