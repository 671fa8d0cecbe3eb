"""Which sentences say the same: documents come in several versions, quote one another, and report the same events.

What is said twice is cited once, and is no less sure for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import NamedTuple

from index.lexical import terms
from index.shapes import is_row
from qa.quantities import Amount, Moment, conversion, quantities

ALIKE = 0.7
"""Two sentences of which the smaller shares this part of its terms with the other may be versions of each other."""

LEAST_TERMS = 3
"""Shorter sentences are not taken for versions of others: nearly everything holds the words of "Yes, it is"."""

_STANCES = frozenset(terms("admits acknowledges alleges argues claims concedes confirms contends denies disputes"))
_TIMES = frozenset(terms("twice"))
"""What a sentence with "once", a word of the grammar, lacks."""

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
    """Whether one sentence says what the other does, in its words: all of them, with more or no others.

    What each puts otherwise may be what matters: that the Tenant repairs the roof, and that the Landlord does. Nor
    are they copies if each gives a number or date that the other does not, or one says the opposite of the other:
    two days a week and three, permitted and not permitted are contradictions, to be shown; so are a rise from 12 to
    15 and one from 15 to 12. Nor if one takes a stance: what is alleged is not what is admitted. Rows of a table
    share the names of its columns; they are copies only if they are the same.
    """
    one, other = set(terms(first)), set(terms(second))
    if min(len(one), len(other)) < LEAST_TERMS or is_row(first) or is_row(second):
        if not one or one != other:
            return False
    elif (_STANCES | _TIMES).intersection(one ^ other) or not _one_holds_the_other(_words(one), _words(other)):
        return False
    figures, others = _figures(first), _figures(second)
    return _same_figures(figures, others) and _in_order(figures, others) and not _opposed(first, second)


def versions(first: str, second: str) -> bool:
    """Whether sentences of two documents say the same in nearly the same words, but perhaps for their figures."""
    one, other = ({term for term in terms(text) if term.isalpha()} for text in (first, second))
    smaller = min(len(one), len(other))
    return smaller >= LEAST_TERMS and len(one & other) >= ALIKE * smaller


def agree(first: str, second: str) -> bool:
    """Whether two short answers are the same or one holds the other: "Anna Voss" and "Voss", "sixty" and "about 60".

    Those that give figures are the same by these; what they count or measure is often told by one only.
    """
    figures, others = _figures(first), _figures(second)
    if figures and others:
        is_same = _same_figures(figures, others)
    else:
        one, other = set(terms(first)), set(terms(second))
        is_same = bool(one and other) and _one_holds_the_other(one, other)
    return is_same and not _opposed(first, second)


def _words(found: set[str]) -> set[str]:
    """Return terms without numbers, which can be written in several ways."""
    return {term for term in found if not term[0].isdigit()}


def _one_holds_the_other(one: set[str], other: set[str]) -> bool:
    return one <= other or other <= one


def _opposed(first: str, second: str) -> bool:
    from qa.check.polarity import contradictions  # seldom needed, and with all of the checker

    return any(contradictions(first, second)) or any(contradictions(second, first))


def _figures(text: str) -> list[Amount | Moment]:
    amounts, moments = quantities(text)
    return [*amounts, *moments]


def _same_figures(figures: Sequence[Amount | Moment], others: Sequence[Amount | Moment]) -> bool:
    """Whether all figures of one text are among those of the other, written in any way."""
    return all(any(_same(one, other) for other in others) for one in figures) or all(
        any(_same(one, other) for one in figures) for other in others
    )


def _in_order(figures: Sequence[Amount | Moment], others: Sequence[Amount | Moment]) -> bool:
    """Whether the amounts of two texts, if they are as many, stand in the same order."""
    amounts, other_amounts = ([one for one in found if isinstance(one, Amount)] for found in (figures, others))
    return len(amounts) != len(other_amounts) or all(map(_same, amounts, other_amounts))


def _same(one: Amount | Moment, other: Amount | Moment) -> bool:
    """Whether two figures may be the same: they say nothing that differs, though one may leave out a unit or a year.

    A year alone may be a number: "1800 people" of one sentence are the "1,800 people" of another.
    """
    if isinstance(one, Moment) and isinstance(other, Moment):
        return bool(one.agrees(other))
    if isinstance(one, Moment):
        return isinstance(other, Amount) and _is_number(other, one)
    if isinstance(other, Moment):
        return _is_number(one, other)
    factor = conversion(one.unit, other.unit) if one.unit and other.unit else 1.0
    if factor is None or one.rank != other.rank or one.bound * other.bound < 0:
        return False
    return any(
        isclose(low, factor * other_low) and isclose(high, factor * other_high)
        for low, high in one.readings
        for other_low, other_high in other.readings
    )


def _is_number(amount: Amount, year: Moment) -> bool:
    return year.is_year and not amount.unit and year.years in amount.readings


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
