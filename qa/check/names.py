"""The names of a claim that the sentences cited do not mention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.lexical import STOP_WORDS
from qa.named import unmentioned
from qa.quantities import MONTH, WEEKDAY

_WORD = re.compile(r"(?<!\w)[^\W\d_](?:[\w'’.-]*\w)?")
_TIME = re.compile(rf"(?:{WEEKDAY}s?|{MONTH})$")
_DIGIT = re.compile(r"\d")
_GRAMMAR = frozenset(STOP_WORDS.split()) | {"yes", "no", "well", "oh", "please"}
_TITLES = frozenset(
    """
    Mr Mrs Ms Miss Dr Prof Professor Sir Dame Lord Lady Sen Rep Gov Gen Col Capt Lt Sgt Rev St Jr Sr The A An I
    President Minister Chancellor King Queen Prince Princess Mayor Judge Justice General Captain Senator Governor
    """.split()  # noqa: SIM905
)
"""Words with a capital that are said of many and name nobody by themselves."""

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
    missing = set(unmentioned(list(dict.fromkeys(names(claim))), text))
    if not missing:
        return
    said: set[str] = set()
    for run in _JOINED.finditer(claim):
        words = [word for word in _bare_words(run[0]) if word.rstrip(".") not in _TITLES]
        lacking = [word for word in words if word in missing]
        if not lacking or _by_initials(words, text) or _is_fuller(words, lacking, text):
            continue
        wrong = " ".join(words) if len(lacking) == len(words) else lacking[0]
        if wrong not in said:
            said.add(wrong)
            yield f"the name {wrong} is in none of the sentences cited"


def _is_fuller(words: Sequence[str], lacking: Sequence[str], text: str) -> bool:
    """Whether a text has some of the words of a name, and no other name beside them where the others would stand."""
    held = [word for word in words if word not in lacking]
    if not held or len(words) > MOST_NAME_WORDS or _COMPASS.intersection(lacking):
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
        _bare(one) not in words and one.rstrip(".") not in _TITLES and one.lower() not in _GRAMMAR for one in beside
    )


def names(claim: str) -> list[str]:
    """Return the words of a claim that are names: those with a capital, but for dates, titles and words of the grammar.

    The first word of a sentence has a capital anyway: it is a name only if the next word has one too, or if it has
    further capitals or a possessive ("NATO", "McDonald", "Smith's"). Where nearly all words have a capital, none is.
    """
    words = list(_WORD.finditer(claim))
    capital = [word[0][0].isupper() for word in words]
    if len(words) > 3 and sum(capital) > 0.7 * len(words):
        return []
    found = []
    for place, word in enumerate(words):
        name = _bare(word[0])
        if not capital[place] or not name or name.rstrip(".") in _TITLES or _TIME.match(name) or _DIGIT.search(name):
            continue
        if _begins(claim, word.start()) and not _is_name(place, words, capital):
            continue
        if name.lower() not in _GRAMMAR or (name.isupper() and len(name) > 1):
            found.append(name)
    return found


def _begins(claim: str, start: int) -> bool:
    """Whether a word begins a sentence or a quotation."""
    before = claim[:start].rstrip()
    return not before or before[-1] in '.!?:“"‘([•*-–—;'


def _is_name(place: int, words: list[re.Match[str]], capital: list[bool]) -> bool:
    word = words[place][0]
    if word.lower() in _GRAMMAR:
        return False
    if sum(letter.isupper() for letter in word) > 1 or re.search(r"['’]s$", word):
        return True
    after = place + 1
    return (
        after < len(words)
        and capital[after]
        and words[after].start() - words[place].end() == 1
        and not _TIME.match(words[after][0])
    )


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def _bare_words(name: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(name)]


def _by_initials(words: Sequence[str], text: str) -> bool:
    """Whether the text has the initials of a name: "UN" mentions the United Nations."""
    initials = "".join(word[0] for word in words if word[0].isupper())
    return (
        len(initials) > 1
        and re.search(rf"\b{re.escape(initials)}s?\b", re.sub(r"(?<=\b[A-Z])\.", "", text)) is not None
    )
