"""Evidence -> where documents differ: one answers with a number or a date, and another with one that is not the same.

Rules only, so that it can be told in words. Two counts, two sums of one currency, two lengths of time, or two dates can
differ; "about 2,500" and 2,487 do not, nor do "more than 2,000" and 2,500, nor "in May" and "on 3 May". Whether another
sentence answers the question at all is the reader's to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isclose

from index.lexical import terms
from qa.cite import NEAR_SCORE
from qa.named import named_terms, unmentioned
from qa.quantities import ABOUT, UNIT_NAMES, Amount, Moment, conversion, quantities
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
    return features["span"] >= (SURE if behind <= NEAR_SCORE else SURER)


def _own(item: Evidence) -> float:
    """Return the part of a sentence's score that comes from models, not from words."""
    return sum(WEIGHTS[name] * item.features.get(name, 0.0) for name in ("sentence", "span", "cosine"))


def conflicting(question: str, one: Evidence, other: Evidence) -> bool:
    """Whether sentences of two documents answer a question with values that cannot both be meant."""
    if one.hit.passage.document_id == other.hit.passage.document_id:
        return False
    asked = set(terms(question))
    pairs = list(zip(_values(one, asked), _values(other, asked), strict=False))  # "from 9:00 to 15:30" gives two
    return bool(pairs) and all(_comparable(*pair, asked) for pair in pairs) and not all(_agree(*pair) for pair in pairs)


def _values(item: Evidence, asked: set[str]) -> list[Value]:
    """Return the values that the short answer of a sentence gives, in order; none if it says more than values."""
    if item.answer is None:
        return []
    begin = max(item.sentence.start, item.answer.start - AROUND_CHARS)
    text = item.text[begin - item.sentence.start :][: item.answer.end - begin + AROUND_CHARS]
    start, end = item.answer.start - begin, item.answer.end - begin
    found: Sequence[Value] = sorted([one for kind in quantities(text) for one in kind], key=lambda one: one.start)
    values = [value for value in found if start < value.end and value.start < end]
    if not values:
        return []
    before, after = text[start : values[0].start], text[values[0].end : end]
    inner = before.split()[1:] if item.answer.start == item.sentence.start else before.split()
    is_name = any(word[0].isupper() for word in inner)  # which has numbers, too: Windows 10
    beside = set(terms(f"{before} {after}")) - asked
    return [] if is_name or len(beside) > BESIDE else values


def _comparable(one: Value, other: Value, asked: set[str]) -> bool:
    """Whether two values are of one kind, so that they can differ."""
    if isinstance(one, Moment) and isinstance(other, Moment):
        return bool(_said(one).keys() & _said(other).keys())
    if isinstance(one, Moment) or isinstance(other, Moment):
        return False
    exact = all(low == high for low, high in (*one.readings, *other.readings))
    return exact and not one.rank and not other.rank and _of_one_kind(one, other, asked)


def _of_one_kind(one: Amount, other: Amount, asked: set[str]) -> bool:
    """Whether two amounts have units that compare, or both have none; not if only one counts what was asked for."""
    units = {_unit(one), _unit(other)}
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
        said, others = _said(one), _said(other)
        return all(said[part] == others[part] for part in said.keys() & others.keys())
    assert isinstance(one, Amount) and isinstance(other, Amount)  # noqa: S101 - they are comparable
    factor = conversion(_unit(one), _unit(other)) or 1.0
    return any(_meet(one, value, other, low * factor, factor) for value, _ in one.readings for low, _ in other.readings)


def _meet(one: Amount, value: float, other: Amount, other_value: float, factor: float) -> bool:
    if isclose(value, other_value):
        return True
    if bool(one.bound) != bool(other.bound):  # "more than 2,000" and "2,500"
        bound, limit, exact = (one.bound, value, other_value) if one.bound else (other.bound, other_value, value)
        low, high = sorted((abs(limit), abs(exact)))
        return bound * (exact - limit) > 0 and high <= WELL_BEYOND * low
    apart = abs(value - other_value)
    if (one.about or other.about) and apart <= ABOUT * max(abs(value), abs(other_value)):
        return True
    return apart <= max(one.step, other.step * factor) / 2


def _unit(amount: Amount) -> str:
    """Return the unit of an amount, also where other words stand before it: "24 vacation days"; "" if there is none."""
    named = (UNIT_NAMES[word] for word in amount.following if len(word) > 2 and word in UNIT_NAMES)
    return amount.unit or next(named, "")


def _said(moment: Moment) -> dict[str, object]:
    """Return what a date or time says, part by part. A decade or century says no year."""
    parts: dict[str, object] = {"month": moment.month, "day": moment.day, "weekday": moment.weekday}
    if moment.years and moment.years[0] == moment.years[1]:
        parts["year"] = moment.years[0]
    if moment.minute is not None:
        parts["minute"] = moment.minute % 720
        parts["half of the day"] = moment.minute // 720 if moment.half_known else None
    return {name: value for name, value in parts.items() if value is not None}
