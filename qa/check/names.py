"""The names of a claim that the sentences cited do not mention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa import named
from qa.check.peoples import PEOPLES
from qa.named import GRAMMAR, NO_NAMES, SAME, TIME, WORD, bare, unmentioned
from qa.quantities import UNIT_NAMES

_DIGIT = re.compile(r"\d")

MOST_NAME_WORDS = 4

_COMPASS = frozenset("New North South East West Northern Southern Eastern Western Upper Lower".split())  # noqa: SIM905
"""Words without which a name is another one's."""

_SPACED_INITIALS = re.compile(r"(?<=\b[A-Z]\.) (?=[A-Z]\.)")

_JOINED = re.compile(r"(?:[A-Z][\w'’.-]*(?: (?:of|the|and|for|de|van|von|al|bin|der) )?[ ]?)+")


def unmentioned_names(claim: str, evidence: str, context: str) -> Iterator[str]:
    """Yield each name of a claim that neither the evidence nor its context mentions, as a sentence.

    The context counts, since "he" of a sentence is named by the one before it, or by the title. A fuller form of a name
    that is mentioned is no other one ("Joe Biden" where it says "Biden"), unless another stands in its place ("Jill").
    """
    text = _SPACED_INITIALS.sub("", f"{evidence}\n{context}")
    missing = lacking(list(dict.fromkeys(names(claim))), claim, text)
    if not missing:
        return
    said: set[str] = set()
    for run in _JOINED.finditer(claim):
        words = [word for word in _bare_words(run[0]) if word.rstrip(".") not in NO_NAMES]
        wanting = [word for word in words if word in missing]
        if not wanting or _by_initials(words, text) or _is_fuller(words, wanting, text):
            continue
        wrong = " ".join(words) if len(wanting) == len(words) else wanting[0]
        if wrong not in said:
            said.add(wrong)
            yield f"the name {wrong} is in none of the sentences cited"


def lacking(found: Sequence[str], claim: str, text: str) -> set[str]:
    """Return which of the names found in a claim a text mentions neither so nor by the country or its people."""
    missing = set(unmentioned(found, text))
    if not missing:
        return missing
    otherwise = [name for same in (*SAME, *PEOPLES) if same.search(text) for name in same.findall(claim)]
    return missing.difference(" ".join(otherwise).split())


def _is_fuller(words: Sequence[str], wanting: Sequence[str], text: str) -> bool:
    """Whether a text has some of the words of a name, and no other name beside them where the others would stand."""
    held = [word for word in words if word not in wanting]
    if not held or len(words) > MOST_NAME_WORDS or _COMPASS.intersection(wanting):
        return False
    return any(
        not _has_company(text[: found.start()], text[found.end() :], words)
        for word in held
        for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    )


def _has_company(before: str, after: str, words: Sequence[str]) -> bool:
    """Whether another word with a capital stands just before or after, other than a title or one of the grammar."""
    beside = [
        *re.findall(r"(?<!\S)([A-Z][\w'’.-]*) $", before[-40:]),
        *re.findall(r"^ ([A-Z][\w'’-]*)", after[:40]),
    ]
    return any(
        bare(one) not in words and one.rstrip(".") not in NO_NAMES and one.lower() not in GRAMMAR for one in beside
    )


def names(claim: str) -> list[str]:
    """Return the words of a claim that are names (see `qa.named.names`), without dates and what holds a digit."""
    return [
        name
        for name in named.names(claim)
        if not TIME.match(name) and not _DIGIT.search(name) and not _is_unit(name, claim)
    ]


def _is_unit(name: str, claim: str) -> bool:
    """Whether it is the unit of a number: "25 EUR", "EUR 25", "US$25"."""
    unit = re.escape(name)
    beside = rf"\d[ -]?{unit}(?!\w)|(?<!\w){unit} ?\d"
    return f"{name}$" in claim or (name.lower() in UNIT_NAMES and re.search(beside, claim) is not None)


def _bare_words(name: str) -> list[str]:
    return [bare(word) for word in WORD.findall(name)]


def _by_initials(words: Sequence[str], text: str) -> bool:
    """Whether the text has the initials of a name: "UN" mentions the United Nations."""
    initials = "".join(word[0] for word in words if word[0].isupper())
    return (
        len(initials) > 1
        and re.search(rf"\b{re.escape(initials)}s?\b", re.sub(r"(?<=\b[A-Z])\.", "", text)) is not None
    )
