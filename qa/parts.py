"""A message -> the questions in it: asked one after another, or joined in one by "and"."""

from __future__ import annotations

import re

from index.lexical import terms

MOST_PARTS = 3
SHORT_TERMS = 1

ASKING = (
    r"(?:(?:at|by|for|from|in|of|on|to|with) )?"
    r"(?:(?:who|what|when|where|why|how)['’]?s|who|whom|whose|what|when|where|which|why|how"
    r"|is|are|was|were|do|does|did|has|have|had|can|could|may|will|would)\b"
)
"""How a question begins."""

_WHOLE = re.compile(rf"(?:(?:and|but|so|or|then|also),? )?(?!(?:what|how) about\b){ASKING}", re.IGNORECASE)
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

    A short part ("and how many in Oman?") is completed with the whole question before it.
    """
    pieces = _AND.split(question.strip().rstrip("? "), maxsplit=MOST_PARTS - 1)
    if len(pieces) == 1 or not all(_OPENING.match(piece) and terms(piece) for piece in pieces):
        return [question]
    first, *others = (f"{piece}?" for piece in pieces)
    return [first, *(other if len(terms(other)) > SHORT_TERMS else f"{first} {other}" for other in others)]


def asks(question: str) -> bool:
    """Whether a question tells by itself what it asks for, unlike "Why?" and "And in Oman?"."""
    return bool(_WHOLE.match(question.strip()) and terms(question))
