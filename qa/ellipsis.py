"""A fragment that changes one thing ("And in 2021?"), and the question before -> that question, changed."""

from __future__ import annotations

import re

from qa.carry import is_date, phrases

LONGEST_FRAGMENT = 80
"""Characters; what is longer is no fragment."""

_FRAGMENT = re.compile(
    r"(?=(?:and|but|or|so|what about|how about|in|on|at|for|from|to|of|by|with|since|until|after|before|during)\b)"
    r"(?:(?:and|but|or|so),? )?(?:(?:what|how) about )?"
    r"(?P<place>(?:in|on|at|for|from|to|of|by|with|since|until|after|before|during) )?"
    r"(?P<article>the )?(?P<thing>\w.*?)[\s?!.]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*(?!\w)")
_PRONOUN = re.compile(r"\b(?:it|he|him|she|they|them)\b", re.IGNORECASE)


def completed(question: str, before: str) -> str:
    """Return the question before with the thing that a fragment names in the place of its own; else the question.

    "How many died in 1944?" and "And in 2021?" are "How many died in 2021?". A number takes the place of the only
    number, a date in words or a name that of the only one, or of "it", or stands at the end with its "in". Where it is
    not clear what changes, nothing does.
    """
    fragment = _FRAGMENT.fullmatch(question.strip()) if len(question) <= LONGEST_FRAGMENT else None
    kind = _kind(fragment["thing"]) if fragment else None
    if fragment is None or kind is None:
        return question
    places = _of_kind(kind, before)
    if len(places) == 1:
        return f"{before[: places[0].start()]}{fragment['thing']}{before[places[0].end() :]}"
    pronouns = list(_PRONOUN.finditer(before))
    if kind == "name" and not places and len(pronouns) == 1:
        thing = f"{fragment['article'] or ''}{fragment['thing']}"
        return f"{before[: pronouns[0].start()]}{thing}{before[pronouns[0].end() :]}"
    if not places and fragment["place"]:
        return f"{before.rstrip(' ?!.')} {fragment['place']}{fragment['article'] or ''}{fragment['thing']}?"
    return question


def _kind(thing: str) -> str | None:
    """Return what a thing is: a number, a date in words, a name, or none of them."""
    if _NUMBER.fullmatch(thing):
        return "number"
    if list(phrases(f"of {thing}")) != [(thing, True)]:
        return None
    return "date" if is_date(thing) else "name"


def _of_kind(kind: str, text: str) -> list[re.Match[str]]:
    """Return where a text has things of a kind."""
    if kind == "number":
        return list(_NUMBER.finditer(text))
    names = [name for name, is_name in phrases(text) if is_name and is_date(name) == (kind == "date")]
    return [match for name in names for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
