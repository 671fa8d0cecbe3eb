"""Which sentences say the same: documents come in several versions, quote one another, and report the same events.

What is said twice is cited once, and is no less sure for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from index.lexical import terms
from index.shapes import is_row
from qa.quantities import quantities

NEAR_COPY = 0.7
"""Two sentences of which the smaller shares this part of its terms with the other say the same; one is cited."""

LEAST_TERMS = 3
"""Shorter sentences are not taken for versions of others: nearly everything holds the words of "Yes, it is"."""

_STANCES = frozenset(terms("admits acknowledges alleges argues claims concedes confirms contends denies disputes"))

LIKELY = 3.0
"""Only sentences whose score is at most so much lower are compared with the first word by word: what another weighs
beside it, 5 % or less, is not worth the time."""


class Said(NamedTuple):
    """A sentence, the id of its document, its short answer ("" if it has none), and its score."""

    text: str
    document: str
    answer: str
    score: float


def near_copies(first: str, second: str) -> bool:
    """Whether two sentences say the same in nearly the same words.

    Not if each gives a number or date that the other does not, or one says the opposite of the other: two days a week
    and three, permitted and not permitted are contradictions, to be shown. Nor if one takes a stance: what is alleged
    is not what is admitted. Rows of a table share the names of its columns; they are copies only if they are the same.
    """
    one, other = set(terms(first)), set(terms(second))
    if min(len(one), len(other)) < LEAST_TERMS or is_row(first) or is_row(second):
        if one != other:
            return False
    elif _STANCES.intersection(one ^ other):
        return False
    if not _alike(one, other):
        return False
    if any(not (one <= other or other <= one) for one, other in zip(_figures(first), _figures(second), strict=True)):
        return False
    from qa.check.polarity import contradictions  # seldom needed, and with all of the checker

    return not any(contradictions(first, second)) and not any(contradictions(second, first))


def versions(first: str, second: str) -> bool:
    """Whether sentences of two documents say the same in nearly the same words, but perhaps for their figures."""
    one, other = ({term for term in terms(text) if term.isalpha()} for text in (first, second))
    return min(len(one), len(other)) >= LEAST_TERMS and _alike(one, other)


def agree(first: str, second: str) -> bool:
    """Whether two short answers are the same or one holds the other: "Anna Voss" and "Voss", "sixty" and "about 60"."""
    one, other = set(terms(first)), set(terms(second))
    if one and other and (one <= other or other <= one):
        return True
    amounts, others = ({each.value for each in quantities(text)[0]} for text in (first, second))
    return bool(amounts) and amounts == others


def _alike(one: set[str], other: set[str]) -> bool:
    smaller = min(len(one), len(other))
    return smaller > 0 and len(one & other) >= NEAR_COPY * smaller


def _figures(text: str) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """Return the numbers and ranks of a text, and its dates, those written in two ways as the same.

    A year alone is a number: "1800 people" of one sentence are not the "2,400 people" of another.
    """
    amounts, moments = quantities(text)
    years = [one for one in moments if one.is_year]
    return (
        {(one.readings, one.rank) for one in amounts} | {((one.years,), False) for one in years},
        {(one.years, one.month, one.day, one.weekday, one.minute) for one in moments if not one.is_year},
    )


def said_once(sentences: Sequence[Said]) -> list[int]:
    """Return the places of sentences without those that one before them says, too.

    The first is the one that matters: of the others, its near-copies are left out, and those of other documents that
    are versions of it or give the same short answer; of the rest only true copies.
    """
    kept, said = list[int](), set[str]()
    for place, one in enumerate(sentences):
        words = " ".join(one.text.split())
        if words not in said and not (kept and _says_what(sentences[0], one)):
            said.add(words)
            kept.append(place)
    return kept


def _says_what(first: Said, other: Said) -> bool:
    if other.score < first.score - LIKELY:
        return False
    if near_copies(other.text, first.text):
        return True
    return other.document != first.document and (versions(other.text, first.text) or agree(other.answer, first.answer))
