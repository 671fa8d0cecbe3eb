"""A sentence that leans on an earlier one ("He said the group ...") -> the sentence that names who or what.

A reader of the quotation alone should be able to tell whom it is about. In doubt no sentence is brought.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from qa.named import bare

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
_NAME = re.compile(r"\b[A-Z][\w-]+")
_NO_PERSON = re.compile(
    r"^(?:New|North|South|East|West|United|Great|Los|San|Santa|Saudi|St|Mount|Lake|Fort|Port|Cape)\b"
    r"|\b(?:(?![IVX]+$)[A-Z]{2,}|[A-Z]\w+day|January|February|March|April|June|July|August|September|October|November|December"
    r"|Street|Road|Avenue|Freeway|Highway|County|City|State|Island|River|Bridge|Park|Airport|Hospital|Prison|Hotel"
    r"|University|College|School|Institute|Church|Court|House|Senate|Congress|Council|Committee|Commission|Department"
    r"|Ministry|Office|Agency|Service|Police|Army|Navy|Force|Guard|Party|Union|Republic|Bank|Group|Company|Corp|Inc"
    r"|Partner|Association|Foundation|Society|Center|Centre|Club|League|Cup|Game|Olympic|Festival|Award|Show|Time"
    r"|Post|News|Press|Journal|War|Act|Day|Week)s?$"
)
"""Names of several words that are those of places, bodies or days."""
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_HE, _SHE = re.compile(r"\b(?:he|his|him)\b", re.IGNORECASE), re.compile(r"\b(?:she|hers?)\b", re.IGNORECASE)
_GOES_ON = {
    "it": re.compile(_OPENING + r"(?:its?|that['’]s)\b", re.IGNORECASE),
    "they": re.compile(_OPENING + r"(?:they|their)\b", re.IGNORECASE),
}
_GREETING = re.compile(r"\W*(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening))\b[^.!?]*,$")
_SPEECH = re.compile(r"\s*[\"“]")
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

    For a person it is the nearest with the name of one that may fit, the last name alone if it was told in full before;
    for "the group" and the like the nearest that uses the word or has a name; for "it" and "they" the one just before,
    or before others that go on about "it", but none where somebody's words begin with it, which may be about anything.
    None of them leans itself, and who is greeted is not who is told of.
    """
    need = leaning(sentence)
    if need is None or (need in _GOES_ON and _SPEECH.match(sentence)):
        return None
    last_names = _last_names(earlier) if need in _TITLED else frozenset()
    for place in range(len(earlier) - 1, max(-1, len(earlier) - 1 - LOOKED_BACK), -1):
        text = earlier[place]
        if _GREETING.match(text):
            return None
        if need in _GOES_ON:
            if _GOES_ON[need].match(text):
                continue
            return place if leaning(text) is None and len(text.split()) >= FEWEST_WORDS else None
        if leaning(text) is None and _names(need, text, last_names):
            return place
    return None


def _names(need: str, text: str, last_names: Collection[str]) -> bool:
    if need in _TITLED:
        return _names_a_person(need, _told(text), last_names)
    return re.search(rf"\b{need}\b", text, re.IGNORECASE) is not None or _CAPITAL.search(text) is not None


def _told(text: str) -> str:
    """Return a text without its quotations, and without bodies."""
    return _BODIES.sub(" it ", _QUOTED.sub(" ", text))


def _last_names(texts: Iterable[str]) -> frozenset[str]:
    """Return the last names of the people that texts name in full."""
    names = (name for text in texts for name in _ANY_NAME.findall(_told(text)) if not _NO_PERSON.search(name))
    return frozenset(bare(name.split()[-1]) for name in names)


def _names_a_person(pronoun: str, text: str, last_names: Collection[str]) -> bool:
    """Whether a text without its quotations names somebody who may be meant by "he" or "she", before any pronoun."""
    title, other = _TITLED[pronoun], _TITLED["she" if pronoun == "he" else "he"]
    own, others = (_HE, _SHE) if pronoun == "he" else (_SHE, _HE)
    names = [one for one in _ANY_NAME.finditer(text) if not _NO_PERSON.search(one[0])]
    names += [one for one in _NAME.finditer(text) if one[0] in last_names]
    if found := title.search(text):
        place = found.start()
    elif names and not other.search(text) and (own.search(text) or not others.search(text)):
        place = min(one.start() for one in names)
    else:
        return False
    return not own.search(text[:place]) and not others.search(text[:place])
