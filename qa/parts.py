"""A question that asks for two things -> the questions in it, each to be read for by itself."""

from __future__ import annotations

import re

from index.lexical import terms

MOST_PARTS = 3
SHORT_TERMS = 1

_ASKING = (
    r"(?:(?:at|by|for|from|in|of|on|to|with) )?"
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|may|will|would)\b"
)
_AND = re.compile(rf",? and (?={_ASKING})", re.IGNORECASE)
_OPENING = re.compile(rf"\W*{_ASKING}", re.IGNORECASE)


def parts(question: str) -> list[str]:
    """Return the questions that are joined in one by "and", in order; a single question as it is.

    A short part ("and how many in Oman?") is completed with the whole question before it.
    """
    pieces = _AND.split(question.strip().rstrip("? "), maxsplit=MOST_PARTS - 1)
    if len(pieces) == 1 or not all(_OPENING.match(piece) and terms(piece) for piece in pieces):
        return [question]
    first, *others = (f"{piece}?" for piece in pieces)
    return [first, *(other if len(terms(other)) > SHORT_TERMS else f"{first} {other}" for other in others)]
