"""A message -> the questions in it: a list, asked one after another, or joined in one by "and"."""

from __future__ import annotations

import re

from index.lexical import terms
from qa.converse import leans
from qa.ellipsis import ASKING, completed
from qa.smalltalk import without_frame, without_small_talk

MOST_PARTS = 3

_NO_NAME = r"(?!(?-i:May|Will)\b)"  # of a month, or of somebody
_AND = re.compile(rf",? and (?={_NO_NAME}{ASKING})|, (?={_NO_NAME}{ASKING}.*,? and {ASKING})", re.IGNORECASE)
_OPENING = re.compile(rf"\W*{ASKING}", re.IGNORECASE)

_JOINT = r"(?:(?:and|but|also|or|then),? )?"
_NEXT = re.compile(rf"(?<=\?)\s+(?={_JOINT}(?:{ASKING}|(?:and|what about|how about)\b))", re.IGNORECASE)
_ITEM = re.compile(rf"(?:^|(?<=\s))(?:\(?(?:\d{{1,2}}|[a-h])[.)]|[-*•–])\s+(?={_JOINT}{ASKING})", re.IGNORECASE)
_LINE = re.compile(rf"(?<!\s)[^\S\n]*+\n\s*+(?=[A-Z])(?=(?i:{ASKING}))")

MOST_QUESTIONS = 5
"""Further questions of a message stay with the last one."""


def questions(message: str) -> list[str]:
    """Return the questions of a message that are asked one after another; one question as it is.

    "Who built it? And when?" are two, and so are two items of a list, or two lines that ask. What stands before a
    question without asking stays with it; what stands before a list, a greeting or thanks around it, and what only asks
    to be told ("Could you tell me") do not.
    """
    asked = without_small_talk(message.strip())
    items = _ITEM.split(asked) if len(_ITEM.findall(asked)) > 1 else [asked]
    found: list[str] = []
    for piece in (piece.strip() for item in items for piece in _NEXT.split(item)):
        found += _lines(piece)
    if len(items) > 1 and not _OPENING.match(found[0]):  # "Please tell me: 1. ..."
        found = found[1:]
    found = [without_frame(one) for one in found]
    kept, others = found[: MOST_QUESTIONS - 1], found[MOST_QUESTIONS - 1 :]
    return [*kept, " ".join(others)] if others else kept


def _lines(text: str) -> list[str]:
    """Return the lines of a text if each of them asks something by itself; else the text."""
    lines = _LINE.split(text)
    return lines if len(lines) > 1 and all(_OPENING.match(line) and terms(line) for line in lines) else [text]


def parts(question: str) -> list[str]:
    """Return the questions that are joined in one by "and", in order; a single question as it is.

    A part that says nothing alone ("and how many in Oman?") is completed from the first, or stands behind it if that
    cannot be done.
    """
    pieces = _AND.split(question.strip().rstrip("? "), maxsplit=MOST_PARTS - 1)
    if len(pieces) == 1 or not all(_OPENING.match(piece) and terms(piece) for piece in pieces):
        return [question]
    first, *others = (f"{piece}?" for piece in pieces)
    return [first, *(_completed(other, first) for other in others)]


def _completed(part: str, first: str) -> str:
    if len(terms(part)) > 1:
        return part
    whole = completed(part, first)
    return f"{first} {part}" if whole == part and leans(part) else whole
