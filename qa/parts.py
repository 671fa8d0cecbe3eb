"""A message -> the questions in it: a list, asked one after another, or joined in one by "and"."""

from __future__ import annotations

import re

from index.lexical import terms
from qa.converse import leans
from qa.ellipsis import ASKING, VERBS, completed
from qa.smalltalk import without_frame, without_small_talk

MOST_PARTS = 3

_NO_NAME = r"(?!(?-i:May|Will)\b)"  # of a month, or of somebody
_AND = re.compile(rf",? and (?={_NO_NAME}{ASKING})|, (?={_NO_NAME}{ASKING}.*,? and {ASKING})", re.IGNORECASE)
_OPENING = re.compile(rf"\W*{ASKING}", re.IGNORECASE)

# What joins two things said of one: "Who has a car and is ill?" asks nothing of "is ill". A verb that asks anew has
# its subject behind it.
_VERB = re.compile(rf"(?:{VERBS})\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\w+ (?:I|we|you|he|she|it|they|there|the|this|that|these|those|all|each|every|my|our|your|his|her|their|its"
    r"|[A-Z]\w*|(?!always|sometimes)[a-z]+s)\b"
)
_SOME_SUBJECT = re.compile(r"(?!ha)\w+ (?:an?|any|some|no|[a-z]+ing)\b")
_OF_SOMEBODY = re.compile(r"\W*(?:who|which)\b", re.IGNORECASE)

_BARE = re.compile(
    r"(?:(?:by|since|until) )?(?:when|where|why|how)(?: \w+ (?:it|that|this|he|she|they)(?: be)?)?", re.IGNORECASE
)

_JOINT = r"(?:(?:and|but|also|or|then),? )?"
_OF_ONESELF = r"(?:I|I['’]\w+|my|we|we['’]\w+|our) [^?]*\?"
_NEXT = re.compile(rf"(?<=\?)\s+(?={_JOINT}(?:{ASKING}|(?:and|what about|how about)\b)|{_OF_ONESELF})", re.IGNORECASE)
_MARK = r"(?:\(?(?:\d{1,2}|[a-h])[.)]|[-*•–])\s+"
_ITEM_ON_A_LINE = re.compile(rf"(?:^|(?<=\n))[^\S\n]*{_MARK}", re.IGNORECASE)
_ITEM = re.compile(rf"(?:^|(?<=[?!:;,]\s)){_MARK}(?={_JOINT}{ASKING})", re.IGNORECASE)
_LINE = re.compile(rf"(?<!\s)[^\S\n]*+\n\s*+(?=[A-Z])(?=(?i:{ASKING}))")

MOST_QUESTIONS = 5
"""Further questions of a message stay with the last one."""


def questions(message: str) -> list[str]:
    """Return the questions of a message that are asked one after another; one question as it is.

    "Who built it? And when?" are two, and so are two items of a list, or two lines that ask. What stands before a
    question without asking stays with it; what announces a list, a greeting or thanks around it, and what only asks
    to be told ("Could you tell me") do not.
    """
    found: list[str] = []
    for item in _items(without_small_talk(message.strip())):
        for piece in _NEXT.split(item):
            found += _lines(piece.strip())
    found = [without_frame(one) for one in found]
    kept, others = found[: MOST_QUESTIONS - 1], found[MOST_QUESTIONS - 1 :]
    return [*kept, " ".join(others)] if others else kept


def _items(text: str) -> list[str]:
    """Return the items of a list that asks; a text without one as it is."""
    for mark in (_ITEM_ON_A_LINE, _ITEM):
        before, *items = (item.strip() for item in mark.split(text))
        if len(items) > 1 and any(_OPENING.match(item) for item in items):
            if not before or before.endswith(":"):  # "Please tell me: 1. ..."
                return items
            return [before, *items] if _OPENING.match(before) else [f"{before} {items[0]}", *items[1:]]
    return [text]


def _lines(text: str) -> list[str]:
    """Return the lines of a text if each of them asks something by itself; else the text."""
    lines = _LINE.split(text)
    return lines if len(lines) > 1 and all(_OPENING.match(line) and terms(line) for line in lines) else [text]


def parts(question: str) -> list[str]:
    """Return the questions that are joined in one by "and", in order; a single question as it is.

    A part that says nothing alone ("and how many in Oman?") is completed from the first, or stands behind it if that
    cannot be done.
    """
    first, *others = pieces(question)
    return [first, *(_completed(other, first) for other in others)]


def pieces(question: str) -> list[str]:
    """Return the questions that are joined in one by "and", as they are typed."""
    found = _AND.split(question.strip().rstrip("? "), maxsplit=MOST_PARTS - 1)
    if len(found) == 1 or not terms(found[0]) or not all(_OPENING.match(piece) for piece in found):
        return [question]
    if not all((terms(piece) or _BARE.fullmatch(piece)) and _asks_anew(piece, found[0]) for piece in found[1:]):
        return [question]
    return [f"{piece}?" for piece in found]


def _asks_anew(piece: str, first: str) -> bool:
    """Whether a piece asks something, and does not only say more of the first, as of "Who is ill and is a member?"."""
    if not _VERB.match(piece) or _SUBJECT.match(piece):
        return True
    return _SOME_SUBJECT.match(piece) is not None and not _OF_SOMEBODY.match(first)


def _completed(part: str, first: str) -> str:
    if len(terms(part)) > 1:
        return part
    whole = completed(part, first)
    return f"{first} {part}" if whole == part and leans(part) else whole
