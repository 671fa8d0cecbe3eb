"""A fragment that changes one thing ("And in 2021?"), and the question before -> that question, changed."""

from __future__ import annotations

import re

from index.lexical import terms
from qa.carry import is_date, phrases
from qa.named import TITLES

QUESTION_WORDS = "who|whom|whose|what|when|where|which|why|how"
BEFORE_THEM = r"(?:(?:at|by|for|from|in|of|on|to|with) )?"
"""What may stand before such a word: "By whom?"."""

VERBS = "is|are|am|was|were|do|does|did|has|have|had|can|could|may|must|shall|should|will|would"
"""With what a question begins that has no word such as "who"."""

ASKING = rf"{BEFORE_THEM}(?:(?:who|what|when|where|why|how)['’]?s|{QUESTION_WORDS}|{VERBS})\b"
"""How a question begins."""

_WHOLE = re.compile(rf"(?:(?:and|but|so|or|then|also),? )?(?!(?:what|how) about\b){ASKING}", re.IGNORECASE)

LONGEST_FRAGMENT = 80
"""Characters; what is longer is no fragment."""

LONGEST_TAIL = 4
"""Words; "on weekdays" at the end of a question gives way to "And on Sundays?"."""

_PLACE = (
    r"(?:about|above|after|against|among|at|before|behind|below|beside|between|by|during|for|from|in|inside|into|near|of"
    r"|on|outside|over|since|through|to|towards|under|until|via|with|within|without)"
)
_FRAGMENT = re.compile(
    r"(?P<joint>(?:and|but|or|so),? (?:(?:what|how) about )?|(?:what|how) about "
    r"|(?:(?:no|oh|sorry|wait|actually)[,.]? )*(?:I|we) mean(?:t)? |(?:no|sorry|actually), )?"
    rf"(?:(?P<place>{_PLACE}) )?(?P<article>the )?(?P<thing>\w.*?)(?:,? (?:too|as well|please))?[\s?!.]*",
    re.IGNORECASE,
)
_RELATIVE = r"(?: (?:who|whom|whose|that|which)\b[^?!.]*)?"
"""What is still said of the last thing of a question: "for someone who works at night"."""

_AGAIN = re.compile(
    r"(?:(?:and|but|or|so),? )?(?P<asked>how (?:many|much|often|long|far|old|big)|who|when|where) "
    rf"(?P<rest>(?!(?:about|to|of)\b){_PLACE} .+)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*(?!\w)")
_HEAD = re.compile(rf"(?:[A-Z]{{2,}}|{'|'.join(sorted(TITLES))}) of (?:the )?")
_PRONOUN = re.compile(r"\b(?:it|he|him|she|they|them)\b", re.IGNORECASE)
_VAGUE = re.compile(
    rf"\b(?:{ASKING}|this|that|these|those|ones?|else|others?|same|former|latter|rest|then|course|now)\b", re.IGNORECASE
)


def asks(question: str) -> bool:
    """Whether a question tells by itself what it asks for, unlike "Why?" and "And in Oman?"."""
    return bool(_WHOLE.match(question.strip()) and terms(question))


def completed(question: str, before: str) -> str:
    """Return the question before with the thing that a fragment names in the place of its own; else the question.

    "How many died in 1944?" and "And in 2021?" or "And how many in 2021?" are "How many died in 2021?". A number takes
    the place of the only number; a date in words or a name that of the only one, or of "it"; "And on Sundays?" that of
    "on weekdays" at the end, or of "on days that are holidays". What has no place there stands at the end with its
    "in". "No, I meant Oman" is a fragment, too. Where it is not clear what changes, nothing does.
    """
    fragment = _fragment(_once_asked(question, before))
    if fragment is None or not asks(before):
        return question
    thing, named = fragment["thing"], f"{fragment['article'] or ''}{fragment['thing']}"
    kind = _kind(thing)
    places = _of_kind(kind, before)
    if kind == "name" and len(places) > 1 and fragment["place"]:
        there = re.compile(rf"\b{fragment['place']} (?:the )?$", re.IGNORECASE)
        places = [place for place in places if there.search(before, 0, place[0])]
    if len(places) == 1:
        return _changed(before, places[0], thing)
    if kind == "name" and not (places or fragment["place"]) and len(pronouns := list(_PRONOUN.finditer(before))) == 1:
        return _changed(before, pronouns[0].span(), named)
    if places or not fragment["place"]:
        return question
    told = f"{fragment['place']} {named}"
    words = rf"(?: [\w'’-]+){{1,{LONGEST_TAIL}}}?{_RELATIVE}"
    tail = re.search(rf"\b{fragment['place']}{words}(?=[ ?!.]*$)", before, re.IGNORECASE)
    return _changed(before, tail.span(), told) if tail else f"{before.rstrip(' ?!.')} {told}?"


def other_thing(question: str, thing: str) -> str | None:
    """Return what a fragment names in the place of a thing, if both are names or neither is: "And Yemen?" for Oman."""
    fragment = _fragment(question)
    return fragment["thing"] if fragment and _kind(fragment["thing"]) == _kind(thing) else None


def _once_asked(question: str, before: str) -> str:
    """Return "and in Oman?" for "And how many in Oman?" if the question before asks how many, too."""
    again = _AGAIN.fullmatch(question.strip()) if len(question) <= LONGEST_FRAGMENT else None
    same = again and re.match(rf"{re.escape(again['asked'])}\b", before.strip(), re.IGNORECASE)
    return f"and {again['rest']}" if again and same else question


def _fragment(question: str) -> re.Match[str] | None:
    """Return the parts of a fragment that names a thing; None for all else, such as "By whom?" and "After that?"."""
    found = _FRAGMENT.fullmatch(question.strip()) if len(question) <= LONGEST_FRAGMENT else None
    if found is None or (found["thing"] != "May" and (_VAGUE.search(found["thing"]) or not terms(found["thing"]))):
        return None
    whole = found["joint"] or (found["place"] and _kind(found["thing"]) != "other")
    return found if whole else None


def _changed(text: str, place: tuple[int, int], thing: str) -> str:
    return f"{text[: place[0]]}{thing}{text[place[1] :]}"


def _kind(thing: str) -> str:
    """Return what a thing is: a number, a date in words, a name, or something else."""
    if _NUMBER.fullmatch(thing):
        return "number"
    if list(phrases(f"of {thing}")) != [(thing, True)]:
        return "other"
    return "date" if is_date(thing) else "name"


def _of_kind(kind: str, text: str) -> list[tuple[int, int]]:
    """Return where a text has numbers, dates or names; of "the GDP of Oman" and "President of France" the country."""
    if kind == "other":
        return []
    if kind == "number":
        return [match.span() for match in _NUMBER.finditer(text)]
    names = [name for name, is_name in phrases(text) if is_name and is_date(name) == (kind == "date")]
    found = [match for name in names for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    heads = [_HEAD.match(match[0]) for match in found]
    return [
        (match.start() + (head.end() if head else 0), match.end()) for match, head in zip(found, heads, strict=True)
    ]
