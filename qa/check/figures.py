"""The numbers and dates of a claim that the sentences cited do not state.

Another way of writing the same is the same (see `qa.quantities`). A number is also wrong beside the wrong thing: of
"five killed, ten hurt" it is not true that ten were killed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import dropwhile

from index.lexical import terms
from qa.check.polarity import key
from qa.quantities import ABOUT, UNIT_NAMES, UNITS, Amount, Moment, codes, conversion, quantities

ROUNDED = 0.05
"""A number written with decimals or a scale ("1.5 million") may differ by so much from the one that it rounds."""

COUNTED_UP = ("two", "three", "four")
"""Numbers that one gets by counting what a sentence lists."""

_REJECTED = re.compile(r"\b(?:not|instead of|rather than)(?: (?:on|in|at|by|for|the))*[ £$€]*$", re.IGNORECASE)

_UNIT_ALONE = re.compile(r"[^\W\d_]+|[%$€£¥₹]")

WELL_BEYOND = 1.5
""""More than 100" is not said of more than this many times 100, nor "fewer than 100" of as much less."""


def unstated_figures(claim: str, evidence: str, context: str) -> Iterator[str]:
    """Yield why a claim's numbers and dates do not follow from the evidence, a sentence each.

    The context may tell the year of a date, since texts seldom repeat it; it states no number.
    """
    amounts, moments = _meant(claim)
    stated, dated = _meant(evidence)
    years = [*dated, *quantities(context)[1]]
    for amount in amounts:
        if not _is_said_loosely(amount, claim):
            yield from _amount_trouble(amount, stated, dated, evidence)
    places = list(dict.fromkeys((moment.start, moment.end, moment.text) for moment in moments))
    for start, _, text in places:
        readings = [moment for moment in moments if moment.start == start]
        said = [_is_dated(moment, dated, stated, years) for moment in readings]
        if not (any(said) if _is_ambiguous(text) else all(said)):
            yield _date_trouble(text, readings[0], dated)
    for code in dict.fromkeys(codes(claim)):
        if _plain(code) not in _plain(evidence) and _plain(code) not in _plain(context):
            yield f"“{code}” is in none of the sentences cited"


def _meant(text: str) -> tuple[list[Amount], list[Moment]]:
    """Return the amounts and moments of a text, but for those that it rejects: "on 3 June, not on 27 May"."""
    amounts, moments = quantities(text)
    return (
        [amount for amount in amounts if not _REJECTED.search(text[: amount.start])],
        [moment for moment in moments if not _REJECTED.search(text[: moment.start])],
    )


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == ".")


# ---- amounts -----------------------------------------------------------------------------------------------------


def _is_said_loosely(amount: Amount, claim: str) -> bool:
    """Whether a word for a number counts nothing: "one of them", "second" of time."""
    word = amount.text.lower()
    return word == "one" or (word == "second" and claim[amount.end :].startswith("s "))


def _is_counted_up(amount: Amount, stated: Sequence[Amount]) -> bool:
    """Whether a small number may be counted from the evidence, which gives none: "a groom and a bride".

    Another number of the same thing is one: of "one cat" it is not true that there are two cats.
    """
    is_small = amount.text.lower() in COUNTED_UP and not amount.unit
    thing = _counted(amount.following)[:1]
    return is_small and all(
        other.unit or other.rank or (other.value == 1 and not (thing and thing == _counted(other.following)[:1]))
        for other in stated
    )


def _amount_trouble(amount: Amount, stated: Sequence[Amount], dated: Sequence[Moment], evidence: str) -> Iterator[str]:
    if amount.rank:
        said = [other.value for other in stated] + [moment.day for moment in dated]
        if amount.value not in said and (amount.text.lower() != "first" or _is_another_rank(amount, stated)):
            yield f"“{amount.text}” is in none of the sentences cited"
        return
    same = [other for other in stated if not other.rank and _same_value(amount, other)]
    fitting = [other for other in same if _same_unit(amount, other, evidence)]
    if not same and any(moment.years == (amount.value, amount.value) for moment in dated):
        return
    if not same and _is_counted_up(amount, stated):
        return
    if not same:
        written = [other.text for other in stated if not other.rank and other.value == amount.value]
        yield (
            f"the sentences cited say “{written[0]}”, not “{amount.text}”"
            if written
            else f"the number {amount.text} is in none of the sentences cited"
        )
    elif not fitting:
        yield f"the sentences cited say “{same[0].text}”, not “{amount.text}”"
    elif not any(_same_bound(amount, other) for other in fitting):
        yield f"the sentences cited do not say “{_bounded(amount)}”"
    elif wrong := _of_another(amount, fitting, stated):
        yield f"in the sentences cited the number {amount.text} is not of “{wrong}”"


def _is_another_rank(amount: Amount, stated: Sequence[Amount]) -> bool:
    """Whether the evidence gives what is counted another rank: "first" is said of much that has none."""
    counted = _counted(amount.following)[:1]
    return bool(counted) and any(other.rank and _counted(other.following)[:1] == counted for other in stated)


def _same_value(amount: Amount, other: Amount) -> bool:
    factor = _factor(amount, other)
    return any(
        _meets(amount, low, other, other_low * factor, other_high * factor)
        for low, high in amount.readings
        for other_low, other_high in other.readings
        if low == high or (other_high >= low and other_low <= high)
    )


def _meets(amount: Amount, value: float, other: Amount, low: float, high: float) -> bool:
    """Whether a claim's value may be said of what the evidence gives as between low and high."""
    first, last = amount.readings[0]
    if first != last:  # "hundreds" is said of 300, and of "hundreds"
        return first <= low and high <= last
    if low != high:
        return False  # no number is stated by "hundreds"
    size = max(abs(value), abs(low), 1e-9)
    apart = abs(value - low) / size
    if apart < 1e-9:
        return True
    if amount.bound and other.bound in {0, amount.bound} and amount.bound * (low - value) > 0:
        return max(low, value) <= WELL_BEYOND * max(min(low, value), 1e-9)
    if amount.about or (other.about and amount.step > 1):
        return apart <= ABOUT
    converted = _factor(amount, other) != 1
    rounded = converted or amount.step % 1 or amount.step >= 1e5 or other.step < amount.step < 1.5
    return bool(rounded) and apart <= ROUNDED and abs(value - low) <= amount.step * (1 if converted else 0.5) + 1e-9


def _factor(amount: Amount, other: Amount) -> float:
    """Return by what the other's value is multiplied to be in the unit of the first; 1 if nothing makes it so."""
    return conversion(amount.unit, other.unit) or 1.0


def _same_unit(amount: Amount, other: Amount, evidence: str) -> bool:
    if amount.unit == other.unit or _factor(amount, other) != 1:
        return True
    if "pound" in (amount.unit, other.unit):
        return {amount.unit, other.unit} <= {"pound", "£", "lb", ""}
    if not other.unit:  # a table names the unit in its header; an age has none
        is_age = UNITS.get(amount.unit, ("",))[0] in {"time", "months"} and not _counts_the_next_word(other)
        return is_age or _names_unit(amount.unit, evidence)
    return not amount.unit and other.unit != "%"


def _counts_the_next_word(amount: Amount) -> bool:
    """Whether a number is of what stands right after it: "12 people", "two of them", but not "34 and lives"."""
    following = amount.following[:1]
    return following == ("of",) or any(map(terms, following))


def _names_unit(unit: str, evidence: str) -> bool:
    """Whether a text names a unit apart from its numbers, as a table does: "Share (%): 20"."""
    rest = evidence
    for amount in quantities(evidence)[0]:
        if amount.unit:
            rest = f"{rest[: amount.start]}{' ' * (amount.end - amount.start)}{rest[amount.end :]}"
    return any(UNIT_NAMES.get(word.lower()) == unit for word in _UNIT_ALONE.findall(rest)) or any(
        found.unit == unit for found in quantities(rest.replace("(", "1 "))[0]
    )


def _same_bound(amount: Amount, other: Amount) -> bool:
    """Whether "more than" and the like agree. One that only the evidence has may be left out."""
    if amount.bound == other.bound:
        return True
    if amount.bound and not other.bound:
        apart = amount.bound * (other.value * _factor(amount, other) - amount.value)
        return apart > 1e-9 or (not amount.strict and math.isclose(apart, 0, abs_tol=1e-9)) or amount.about
    return not amount.bound


def _bounded(amount: Amount) -> str:
    strict = {(1, True): "more than", (1, False): "at least", (-1, True): "less than", (-1, False): "at most"}
    return f"{strict[amount.bound, amount.strict]} {amount.text}" if amount.bound else amount.text


def _of_another(amount: Amount, fitting: Sequence[Amount], stated: Sequence[Amount]) -> str | None:
    """Return what the claim's number counts if in the evidence another number counts it, and this one does not.

    Where both count people, a later word tells: "five people were killed and ten people were hurt".
    """
    counted = _counted(amount.following)
    own = {_counted(other.following) for other in fitting}
    starts = {other.start for other in fitting}
    if not all(own):
        return None
    for place, word in enumerate(counted):
        if not terms(word) or any(word in words for words in own):
            continue
        is_alike = all(words[:place] == counted[:place] and len(words) > place for words in own)
        upto = counted[: place + 1]
        others = [
            other
            for other in stated
            if _counted(other.following)[: place + 1] == upto and not other.rank and other.start not in starts
        ]
        if not is_alike or not others or any(other.unit != amount.unit for other in others):
            return None
        return next(written for written in amount.following if key(written) == word)
    return None


@lru_cache(maxsize=10_000)
def _counted(following: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words after a number from the first with a meaning on, each as its key: of "2,500 troops" troop."""
    return tuple(map(key, dropwhile(lambda word: not (word[0].isalpha() and terms(word)), following)))


# ---- dates -------------------------------------------------------------------------------------------------------


def _is_ambiguous(date: str) -> bool:
    """Whether a date's readings are alternatives (03/04/2024), not the two ends of a range."""
    return re.fullmatch(r"\d+[/.]\d+[/.]\d+", date) is not None


def _is_dated(moment: Moment, dated: Sequence[Moment], stated: Sequence[Amount], years: Sequence[Moment]) -> bool:
    """Whether one date of the evidence agrees with all that the claim's says."""
    if moment.years and moment.month is None and moment.minute is None:
        first, last = moment.years
        return any(other.years and first <= other.years[0] and other.years[1] <= last for other in dated) or (
            first == last and any(amount.value == first for amount in stated)
        )
    return any(_agrees(moment, other, years) for other in dated)


def _agrees(moment: Moment, other: Moment, years: Sequence[Moment]) -> bool:
    if moment.minute is not None:
        if other.minute is None:
            return False
        whole = moment.half_known and other.half_known
        return (moment.minute - other.minute) % (1440 if whole else 720) == 0
    if moment.years and other.years is None:
        year_known = any(one.years == moment.years for one in years)
    else:
        year_known = moment.years in (None, other.years)
    return year_known and all(
        wanted is None or wanted == given
        for wanted, given in ((moment.month, other.month), (moment.day, other.day), (moment.weekday, other.weekday))
    )


def _date_trouble(text: str, moment: Moment, dated: Sequence[Moment]) -> str:
    def kind(one: Moment) -> tuple[bool, ...]:
        return (one.years is not None, one.month is not None, one.weekday is not None, one.minute is not None)

    others = list(dict.fromkeys(other.text for other in dated if kind(other) == kind(moment)))
    if len(others) == 1:
        return f"the sentences cited say “{others[0]}”, not “{text}”"
    return f"the date {text} is in none of the sentences cited"
