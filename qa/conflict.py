"""Evidence -> where documents differ: one answers with a number or a date, and another with one that is not the same.

Rules only, so that it can be told in words. Two counts, two sums of one currency, two lengths of time, or two dates can
differ; "about 2,500" and 2,487 do not, nor do "more than 2,000" and 2,500, nor "in May" and "on 3 May". Whether another
sentence answers the question at all is the reader's to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import isclose

from index.lexical import terms
from qa.cite import NEAR_SCORE
from qa.copies import LEAST_TERMS
from qa.named import named_terms, unmentioned
from qa.quantities import ABOUT, SMALL, UNIT_NAMES, Amount, Moment, conversion, quantities
from qa.read import WEIGHTS
from qa.types import Evidence

Value = Amount | Moment

NEAR, OWN_NEAR = 2.5, 0.75
"""A sentence of another document is heard if its score is at most so much below the best, or the part of it that is the
models' own: in a store of a few documents the words that it shares with the question weigh too much."""

SURE, SURER = 2.0, 4.5
"""By so much its answer beats no answer (see ``span`` of `qa.read.ModelReader`): a sentence that would be cited anyway,
and one that is cited for this alone. These four were chosen on pairs of documents written for it (``python -m
evals.studies.conflict``), among 24 others: of 32 pairs that differ 29 are said to, and 1 of 34 that only look like it.
On the choosing halves of seven sets in open corpus 5 of 436 answers are said to differ, 2 of which do, and on the
reporting halves 1 of 411, which does not."""

WELL_BEYOND = 2.0
"""Up to so many times a number, another one may be what is meant by "more than"."""

AROUND_CHARS = 80
"""So much of a sentence before and after the answer is looked at, which is more than tells what a value means."""

_NUMBERS = frozenset(terms(" ".join(SMALL)))
_EACH = frozenset(("a", "an", "per", "each", "every"))
_PERIODS = frozenset(("hour", "day", "week", "month", "year"))

BESIDE = 4
"""An answer that gives a value has at most so many terms beside it that the question lacks: "a flat rate of"."""


def rivals(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the sentences, best first, that answer with another value than the best one, out of other documents.

    What lacks a number of the question that the best one has, such as its year, speaks of another case.
    """
    if not evidence:
        return []
    first = evidence[0]
    asked = [term for term in named_terms(question) if re.search(r"\d", term)]
    lacking = set(unmentioned(asked, first.surroundings))
    heard = [one for one in evidence[1:] if _is_sure(one, first)]
    return [
        one
        for one in heard
        if conflicting(question, first, one) and lacking.issuperset(unmentioned(asked, one.surroundings))
    ]


def _is_sure(item: Evidence, first: Evidence) -> bool:
    """Whether a sentence surely answers as well; that is known of the scores of our own model only."""
    features, behind = item.features, first.score - item.score
    if "sentence" not in features or not features.get("told"):
        return False
    if behind > NEAR and _own(first) - _own(item) > OWN_NEAR:
        return False
    if behind <= NEAR_SCORE and _differ_in_figures(item.text, first.text):
        return True
    return features["span"] >= (SURE if behind <= NEAR_SCORE else SURER)


def _differ_in_figures(one: str, other: str) -> bool:
    """Whether two sentences are the same but for their numbers, as in two versions of a policy."""
    words, others = ({term for term in terms(text) if term.isalpha()} - _NUMBERS for text in (one, other))
    return words == others and len(words) >= LEAST_TERMS


def _own(item: Evidence) -> float:
    """Return the part of a sentence's score that comes from models, not from words."""
    return sum(WEIGHTS[name] * item.features.get(name, 0.0) for name in ("sentence", "span", "cosine"))


def conflicting(question: str, one: Evidence, other: Evidence) -> bool:
    """Whether sentences of two documents answer a question with values that cannot both be meant.

    Then each gives a value that the other lacks: "from 9:00 to 15:30" and "from 10:00 to 15:30", but not "£10 (£12 with
    tax)" and "£12".
    """
    if one.hit.passage.document_id == other.hit.passage.document_id:
        return False
    asked = set(terms(question))
    values, others = _values(one, asked), _values(other, asked)
    lacking, lacking_there = _without(values, others, asked), _without(others, values, asked)
    return any(_comparable(value, another, asked) for value in lacking for another in lacking_there)


def _without(values: Sequence[Value], others: Sequence[Value], asked: set[str]) -> list[Value]:
    """Return the values that agree with none of the others, and do not lie between two of them: "3 to 5", "4"."""
    found = list[Value]()
    for value in values:
        compared = [other for other in others if _comparable(value, other, asked)]
        is_within = len(values) == 1 and _is_within(value, compared)
        if not is_within and not any(_agree(value, other) for other in compared):
            found.append(value)
    return found


def _is_within(value: Value, others: Sequence[Value]) -> bool:
    """Whether an amount or year lies between the least and the greatest of others that are comparable."""
    if isinstance(value, Moment):
        years = [other.years for other in others if isinstance(other, Moment) and other.years and other.is_year]
        return value.is_year and value.years is not None and bool(years) and min(years) <= value.years <= max(years)
    numbers = [other.value * _factor(value, other) for other in others if isinstance(other, Amount)]
    return bool(numbers) and min(numbers) <= value.value <= max(numbers)


def _values(item: Evidence, asked: set[str]) -> list[Value]:
    """Return the values that the short answer of a sentence gives, in order; none if it says more than values."""
    if item.answer is None:
        return []
    begin = max(item.sentence.start, item.answer.start - AROUND_CHARS)
    text = item.text[begin - item.sentence.start :][: item.answer.end - begin + AROUND_CHARS]
    start, end = item.answer.start - begin, item.answer.end - begin
    amounts, moments = quantities(text)
    found: Sequence[Value] = sorted([*_added(amounts, text), *moments], key=lambda one: one.start)
    values = [value for value in found if start < value.end and value.start < end]
    if not values:
        return []
    before, after = text[start : values[0].start], text[values[0].end : end]
    inner = before.split()[1:] if item.answer.start == item.sentence.start else before.split()
    is_name = any(word[0].isupper() for word in inner)  # which has numbers, too: Windows 10
    beside = set(terms(f"{before} {after}")) - asked
    return [] if is_name or len(beside) > BESIDE else values


_ADDED = re.compile(r",? (?:and )?")


def _added(amounts: Sequence[Amount], text: str) -> list[Amount]:
    """Return amounts, those that are written in two units as one: "1 hour 45 minutes"."""
    found = list[Amount]()
    for amount in amounts:
        last = found[-1] if found else amount
        factor = conversion(last.unit, amount.unit)
        if factor and factor < 1 and _ADDED.fullmatch(text[last.end : amount.start]):
            whole = last.value + amount.value * factor
            found[-1] = replace(
                last,
                end=amount.end,
                text=text[last.start : amount.end],
                readings=((whole, whole),),
                step=amount.step * factor,
                following=amount.following,
            )
        else:
            found.append(amount)
    return found


def _comparable(one: Value, other: Value, asked: set[str]) -> bool:
    """Whether two values are of one kind, so that they can differ."""
    if isinstance(one, Moment) and isinstance(other, Moment):
        return one.agrees(other) is not None
    if isinstance(one, Moment) or isinstance(other, Moment):
        return False
    exact = all(low == high for low, high in (*one.readings, *other.readings))
    return exact and not one.rank and not other.rank and _of_one_kind(one, other, asked)


def _of_one_kind(one: Amount, other: Amount, asked: set[str]) -> bool:
    """Whether two amounts have units that compare, or both have none; not if only one counts what was asked for."""
    units, periods = {_unit(one), _unit(other)}, {_period(one), _period(other)} - {""}
    if len(periods) > 1 and periods != {"month", "year"}:  # a full-time week has no seven days
        return False
    if len(units) > 1:
        return units == {"£", "pound"} or conversion(_unit(one), _unit(other)) is not None
    if any(units):
        return True
    if (one.value < 1) != (other.value < 1):  # "a fifth"
        return False
    counted, others = one.counted, other.counted
    return not (counted and others) or bool(counted & asked) == bool(others & asked)


def _agree(one: Value, other: Value) -> bool:
    """Whether two comparable values may be the same one."""
    if isinstance(one, Moment) and isinstance(other, Moment):
        return bool(one.agrees(other))
    assert isinstance(one, Amount) and isinstance(other, Amount)  # noqa: S101 - they are comparable
    factor = _factor(one, other)
    return any(_meet(one, value, other, low * factor, factor) for value, _ in one.readings for low, _ in other.readings)


def _factor(one: Amount, other: Amount) -> float:
    """Return by what another amount is multiplied to be in the unit of one, and for its period: "£20 a month"."""
    return (conversion(_unit(one), _unit(other)) or 1.0) / (conversion(_period(one), _period(other)) or 1.0)


def _meet(one: Amount, value: float, other: Amount, other_value: float, factor: float) -> bool:
    if isclose(value, other_value):
        return True
    if bool(one.bound) != bool(other.bound):  # "more than 2,000" and "2,500"
        bound, limit, exact = (one.bound, value, other_value) if one.bound else (other.bound, other_value, value)
        low, high = sorted((abs(limit), abs(exact)))
        return bound * (exact - limit) > 0 and high <= WELL_BEYOND * low
    if one.bound * other.bound < 0:  # "at least 5" and "at most 10"
        return one.bound * (other_value - value) > 0
    apart, about = abs(value - other_value), ABOUT * max(abs(value), abs(other_value))
    rounded = max(one.step, other.step * factor) / 2
    if one.about or other.about:
        return apart <= max(about, rounded)
    return apart <= (rounded if factor == 1 else min(about, rounded))  # "2 years" is not rounded from 18 months


def _unit(amount: Amount) -> str:
    """Return the unit of an amount, also where other words stand before it: "24 vacation days"; "" if there is none."""
    named = (UNIT_NAMES[word] for word in amount.following if len(word) > 2 and word in UNIT_NAMES)
    return amount.unit or next(named, "")


def _period(amount: Amount) -> str:
    """Return for how long an amount is, "month" of "£20 a month" or "2 days of leave per month"; "" if it is unsaid."""
    pairs = pairwise(amount.following)
    return next((word for before, word in pairs if before in _EACH and word in _PERIODS), "")
