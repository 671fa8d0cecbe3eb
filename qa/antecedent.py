"""A sentence that leans on an earlier one ("He said the group ...") -> the sentence that names who or what.

A reader of the quotation alone should be able to tell whom it is about. In doubt no sentence is brought.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LOOKED_BACK = 4
"""Sentences before a leaning one that are looked through for a name, nearest first."""

FEWEST_WORDS = 6
"""A shorter sentence before tells hardly what "it" is: "Effective from 1 January.\""""

_OPENING = r"""^[\s"'“”‘’(\[–—-]*(?:(?:and|but|so|then|also|still|now|later|however|in (?:addition|return))[, ]+)?"""
_BEGINS = re.compile(
    _OPENING + r"(?:(?P<he>he|his)|(?P<she>she|her)|(?P<they>they|their|these|those)"
    r"|(?P<it>it(?! (?:is|was|will be|would be|has been|seems|turned out|turns out|takes|took)\b)|its"
    r"|(?:this|that)(?! (?:same )?(?:time|week|month|year|summer|spring|autumn|winter|day|morning|evening|night|is|was"
    r"|has|had|all)\b)))\b(?!['’]s\b)",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"[,”\"?!] (?:(?P<he>he)|(?P<she>she)|(?P<they>they)|(?P<it>it)) "
    r"(?:said|says|added|told|wrote|asked|called|explained|replied|noted|warned|insisted|recalled|thinks|thought)\b"
)
_ROLE = re.compile(
    r"^[\s\"“‘]*(?:But |And )?[Tt]h(?:e|is|at) (?:[a-z]+ )?"
    r"(?P<role>group|command|agency|firm|ministry|union|suspect|victim|gunman|man|woman)\b"
    r"(?! (?:of|for|that|which|who|in|at)\b)"
)
"""Not "the company": in a company's own papers it is known which."""

_CAPITAL = re.compile(r"(?<![.?!:“\"‘(]\s)(?<!^)(?<![“\"‘(\n])\b(?!(?:I|A)\b)[A-Z][\w’'-]+")
_ANY_NAME = re.compile(r"\b[A-Z][\w.’'-]*(?: (?:de|van|von|al|of) )?(?:[ ][A-Z][\w’'-]+)+")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_BODIES = re.compile(r"\b[Tt]he (?:[A-Z][\w.’'-]*\s)+")
"""What has an article and capitals is no person: the Marine Safety Board."""
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

    For a person it is the nearest with the name of one that may fit, for "the group" and the like the nearest that uses
    the word or has a name, for "it" and "they" the one just before. None of them leans itself.
    """
    need = leaning(sentence)
    if need is None or not earlier:
        return None
    if need in ("it", "they"):  # what was spoken of just before, if that says enough itself
        return len(earlier) - 1 if leaning(earlier[-1]) is None and len(earlier[-1].split()) >= FEWEST_WORDS else None
    for back, text in enumerate(reversed(earlier[-LOOKED_BACK:]), start=1):
        if leaning(text) is None and _names(need, text):
            return len(earlier) - back
    return None


def _names(need: str, text: str) -> bool:
    if need in _TITLED:
        return _names_a_person(need, _BODIES.sub(" it ", _QUOTED.sub(" ", text)))
    return re.search(rf"\b{need}\b", text, re.IGNORECASE) is not None or _CAPITAL.search(text) is not None


def _names_a_person(pronoun: str, text: str) -> bool:
    """Whether a text without its quotations names somebody who may be meant by "he" or "she", before any pronoun."""
    title, other = _TITLED[pronoun], _TITLED["she" if pronoun == "he" else "he"]
    found = title.search(text) or (None if other.search(text) else _ANY_NAME.search(text))
    return found is not None and not re.search(r"\b(?:he|his|him|she|her)\b", text[: found.start()], re.IGNORECASE)
