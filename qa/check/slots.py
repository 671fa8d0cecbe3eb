"""Where a claim repeats a sentence nearly word for word, and puts another name or number in the place of one.

It may be one that the text mentions elsewhere, so that nothing is missing: of "Moya beat Federer in Rome" it is only
the place that tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import Indel

from qa.check.figures import unstated_figures
from qa.check.names import lacking, names
from qa.quantities import MONEY, UNIT_NAMES, codes
from qa.verbs import BASE_FORM

_WORD = re.compile(r"(?!(?<=\[)\d{1,3}\])[^\W_]+(?:[.,'’/:-][^\W_]+)*|[$€£¥%°]|[.!?;:]")
"""Words and signs, without the marks of references: ``[4]``."""

SAME_BESIDE = 2
"""Words that are the same on either side of a place, if the text does not end there."""

MOST_REPLACED = 4
"""Words that are taken to stand in the place of others."""


def replaced(claim: str, evidence: str, context: str) -> Iterator[str]:
    """Yield each name or number of the claim that stands where the evidence has another, as a sentence."""
    said, given = ([match[0] for match in _WORD.finditer(text)] for text in (claim, evidence))
    known = _named_inside(f"{evidence}\n{context}\n{claim}")
    for here, there in _places(said, given):
        words, others = " ".join(said[slice(*here)]), " ".join(given[slice(*there)])
        if here[0] == 0 and not _begins_with_name(said, given, here[1], there[1], known):
            continue
        if (
            _is_other_name(words, others)
            or _is_other_number(said, given, here, there)
            or _is_other_unit(said, given, here, there)
        ):
            yield f"the sentences cited say “{_written(evidence, *there)}”, not “{_written(claim, *here)}”"


def _written(text: str, first: int, end: int) -> str:
    """Return some words of a text as they are written."""
    words = list(_WORD.finditer(text))
    return text[words[first].start() : words[end - 1].end()]


def _places(said: Sequence[str], given: Sequence[str]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the places of one text, with those of the other, where other words stand between the same ones."""
    keys, others = ([_key(word) for word in words] for words in (said, given))
    blocks = [(0, 0, 0), *(tuple(block) for block in Indel.opcodes(keys, others).as_matching_blocks() if block.size)]
    blocks.append((len(said), len(given), 0))
    for (start, start_there, size), (end, end_there, next_size) in pairwise(blocks):
        begins, ends = start == start_there == 0, end >= len(said) - 1
        here, there = (start + size, end), (start_there + size, end_there)
        if ends and _is_capital(said, here[0]) and _is_capital(given, there[0]):
            there = there[0], min(there[1], there[0] + here[1] - here[0])  # what follows in the sentence is left out
        if not (0 < here[1] - here[0] <= MOST_REPLACED and 0 < there[1] - there[0] <= MOST_REPLACED):
            continue
        if (size >= SAME_BESIDE or begins) and (next_size >= SAME_BESIDE or ends) and size + next_size > SAME_BESIDE:
            yield here, there


def _is_capital(words: Sequence[str], place: int) -> bool:
    return place < len(words) and words[place][0].isupper()


def _key(word: str) -> str:
    return re.sub(r"['’]s$", "", word.lower())


def _is_other_name(words: str, others: str) -> bool:
    """Whether both are names, and not two forms of one."""
    words, others = (re.sub(r"(?<=\b[A-Z]) ?\. (?=[A-Z]\b)", ".", text) for text in (words, others))  # J . K is J.K
    one, other = (
        [name for name in names(f"it is said that {text}") if len(name) > 2 or name.isupper()] or codes(text)
        for text in (words, others)
    )  # within a sentence, since where nearly all words have a capital none is taken for a name
    return bool(one and other and lacking(one, words, others) and lacking(other, others, words))


def _begins_with_name(
    said: Sequence[str], given: Sequence[str], end: int, end_there: int, known: frozenset[str]
) -> bool:
    """Whether both texts begin with a name: one that has its capital within a sentence, too, or stands like one.

    A verb follows it, and it is no plural ("Somalia has", not "Soldiers have"); or it is of a people ("Belgian men").
    """
    if _OF_A_PEOPLE.search(said[end - 1]) and _OF_A_PEOPLE.search(given[end_there - 1]):
        return True
    return all(
        any(word in known for word in words[:place]) or _stands_like_name(words, place)
        for words, place in ((said, end), (given, end_there))
    )


_OF_A_PEOPLE = re.compile(r"^[A-Z]\w*(?:an|ish|ese|ch)$")


def _stands_like_name(words: Sequence[str], end: int) -> bool:
    following, next_one = (*words[end : end + 2], "", "")[:2]
    if re.search(r"[a-z]ly$", following):
        following = next_one
    is_verb = following in _VERBS or following in BASE_FORM or re.search(r"[a-z]ed$", following) is not None
    is_person = following == "who" or (following, next_one) in _AND_THEIRS
    return (is_verb or is_person) and re.search(r"(?:[^s]s|ing|ly|ion|ment)$", words[end - 1]) is None


_VERBS = frozenset(
    """
    is was has had will would can could may might must does did says also then later now made plays lives works
    """.split()  # noqa: SIM905
)
_AND_THEIRS = {("and", "her"), ("and", "his")}


def _named_inside(text: str) -> frozenset[str]:
    """Return the words that have a capital within a sentence."""
    return frozenset(re.findall(r"(?<=[a-z,] )[A-Z][\w-]+", text))


def _is_other_number(said: Sequence[str], given: Sequence[str], here: tuple[int, int], there: tuple[int, int]) -> bool:
    words, others = (
        " ".join(text[start - (text[start - 1 : start] in _SIGNS) : end + 1])
        for text, (start, end) in ((said, here), (given, there))
    )  # with the sign of a currency before it, and the word that follows, which may be a unit
    if not any(map(str.isdigit, words + others)):
        return False
    return any(unstated_figures(words, others, "")) and any(unstated_figures(others, words, ""))


_SIGNS = [[sign] for sign in MONEY]


def _is_other_unit(said: Sequence[str], given: Sequence[str], here: tuple[int, int], there: tuple[int, int]) -> bool:
    """Whether a rate is of another unit: "per month" where it says "per year"."""
    unit, other = _rate(said, *here), _rate(given, *there)
    return unit is not None and other is not None and unit != other


def _rate(words: Sequence[str], start: int, end: int) -> str | None:
    """Return the unit of a rate that ends a place; None if there is none, or more than that."""
    is_rate = end - start <= 2 <= end and words[end - 2] in {"per", "a", "an", "each", "every"}
    return UNIT_NAMES.get(words[end - 1].lower()) if is_rate else None
