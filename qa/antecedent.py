"""A sentence that leans on an earlier one ("He said the group ...") -> the sentence that names who or what.

A reader of the quotation alone should be able to tell whom it is about. In doubt no sentence is brought.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LOOKED_BACK = 8
"""Sentences before a leaning one that are looked through, nearest first."""

_OPENING = r"""^[\s"'“”‘’(\[–—-]*(?:(?:and|but|so|then|also|still|now|later|however|in (?:addition|return))[, ]+)?"""
_BEGINS = re.compile(
    _OPENING + r"(?:(?P<he>he|his)|(?P<she>she|her)|(?P<they>they|their|these|those|both)"
    r"|(?P<it>it(?! (?:is|was|will be|would be|has been|seems|turned out|turns out|takes|took)\b)|its|this|that))\b"
    r"(?!['’]s\b)",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"[,”\"?!] (?:(?P<he>he)|(?P<she>she)|(?P<they>they)|(?P<it>it)) "
    r"(?:said|says|added|told|wrote|asked|called|explained|replied|noted|warned|insisted|recalled|thinks|thought)\b"
)
_ROLE = re.compile(
    _OPENING + r"(?:the|this|that) (?:\w+ )?(?P<role>group|company|firm|agency|command|ministry|organi[sz]ation|union|"
    r"committee|commission|authority|party|team|club|panel|man|woman|couple|pair|suspect|victim|driver|pilot|author|"
    r"singer|minister|president|director|manager|spokesman|spokeswoman|officer|operation|attack|agreement|plan|report)\b"
    r"(?! (?:of|for|that|which|who|in|at)\b)",
    re.IGNORECASE,
)

_CAPITAL = re.compile(r"(?<![.?!:“\"‘(]\s)(?<!^)(?<![“\"‘(\n])\b(?!(?:I|A)\b)[A-Z][\w’'-]+")
_ANY_NAME = re.compile(r"\b[A-Z][\w.’'-]*(?: (?:de|van|von|al|of) )?(?:[ ][A-Z][\w’'-]+)+")
_TITLED = {
    "he": re.compile(r"\b(?:Mr|Sir|Lord|Father|King|Prince)\.? [A-Z]"),
    "she": re.compile(r"\b(?:Mrs|Ms|Miss|Madam|Lady|Sister|Queen|Princess)\.? [A-Z]"),
}


def leaning(sentence: str) -> str | None:
    """Return what a sentence needs an earlier one for: "he", "she", "they", "it" or a word such as "group"; or None.

    It leans if it begins with a pronoun, or with "the group" and the like, or tells what "she said", and names nobody
    before.
    """
    opening = _BEGINS.match(sentence)
    said = None if opening else _SAID.search(sentence)
    found = opening or said
    if found:
        if said and _CAPITAL.search(sentence[: said.start()] + sentence[said.end() :]):
            return None
        return next(name for name, value in found.groupdict().items() if value)
    role = _ROLE.match(sentence)
    if role and not re.match(r",? (?:\w+ )?[A-Z]", sentence[role.end() :]):
        return role["role"].lower()
    return None


def antecedent(sentence: str, earlier: Sequence[str]) -> int | None:
    """Return which of the earlier sentences of the document (in order) names what this one leans on; None for none.

    For a person it is the nearest with the name of one that may fit, for a role the nearest that uses the word or has a
    name, else the one just before. That one is passed on to what it leans on itself.
    """
    need = leaning(sentence)
    if need is None or not earlier:
        return None
    for back, text in enumerate(reversed(earlier[-LOOKED_BACK:]), start=1):
        if _fits(need, text):
            return len(earlier) - back
    return None


def _fits(need: str, text: str) -> bool:
    if leaning(text) is not None:
        return False
    if need in _TITLED:
        other = _TITLED["she" if need == "he" else "he"]
        wrong = other.search(text) and not _TITLED[need].search(text)
        return not wrong and (_ANY_NAME.search(text) is not None or _TITLED[need].search(text) is not None)
    if need in ("it", "they"):
        return True
    return re.search(rf"\b{need}\b", text, re.IGNORECASE) is not None or _CAPITAL.search(text) is not None
