"""Two ways of writing the same number, amount or date are read alike, and no two different ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.quantities import codes, quantities


def amounts(text: str) -> list[tuple[float, str]]:
    return [(amount.value, amount.unit) for amount in quantities(text)[0]]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1.5 million people", 1_500_000, ""),
        ("1,500,000 people", 1_500_000, ""),
        ("1 500 000 people", 1_500_000, ""),
        ("1'500’000 people", 1_500_000, ""),
        ("1.500.000 people", 1_500_000, ""),
        ("one and a dozen", 1, ""),
        ("a dozen eggs", 12, ""),
        ("two dozen eggs", 24, ""),
        ("half a dozen", 6, ""),
        ("two hundred and five men", 205, ""),
        ("two thousand five hundred men", 2_500, ""),
        ("twenty-one men", 21, ""),
        ("a hundred men", 100, ""),
        ("CHF 1,200", 1_200, "CHF"),
        ("USD250,000", 250_000, "$"),
        ("EUR5m", 5_000_000, "€"),
        ("1.2 \n> million people", 1_200_000, ""),
        ("20% of it", 20, "%"),
        ("20 percent", 20, "%"),
        ("20 per cent", 20, "%"),
        ("20 percentage points", 20, "point"),
        ("half of them", 50, "%"),
        ("a quarter of them", 25, "%"),
        ("3/4 of them", 75, "%"),
        ("$1.5bn", 1.5e9, "$"),
        ("£3m", 3e6, "£"),
        ("US$20", 20, "$"),
        ("20 dollars", 20, "$"),
        ("5 km", 5, "km"),
        ("5-km race", 5, "km"),
        ("5 m", 5, "m"),
        ("10 square miles", 10, "square mile"),
        ("a 5-year-old boy", 5, "year"),
        ("-5 °C", -5, "°C"),
        ("minus 3", -3, ""),
        ("2.5 times", 2.5, ""),
        ("1,5 Liter", 1.5, "litre"),
        ("5 L", 5, "litre"),
        ("5 mg", 5, "mg"),
        ("5 mcg", 5, "µg"),
        ("20 m²", 20, "square m"),
        ("20 km2", 20, "square km"),
        ("20 sqm", 20, "square m"),
        ("3 cubic metres", 3, "cubic m"),
        ("60 miles per hour", 60, "mph"),
        ("2½ hours", 2.5, "hour"),
        ("½ cup", 50, "%"),
        ("1 1/2 cups", 1.5, ""),
        ("two and a half million people", 2.5e6, ""),
        ("12.500,00 €", 12_500, "€"),
        ("12 500,50 €", 12_500.5, "€"),
        ("EUR 1.5 million", 1.5e6, "€"),
    ],
)
def test_an_amount_is_read_with_its_unit(text, value, unit):
    assert amounts(text)[0] == (pytest.approx(value), unit)


@pytest.mark.parametrize(
    ("text", "bound", "strict", "about"),
    [
        ("more than 20 men", 1, True, False),
        ("over 20 men", 1, True, False),
        ("at least 20 men", 1, False, False),
        ("no fewer than 20 men", 1, False, False),
        ("20 or more men", 1, False, False),
        ("stored at 8 °C or below", -1, False, False),
        ("a dozen at least, she said", 1, False, False),
        ("within 30 days at most", -1, False, False),
        ("fewer than 20 men", -1, True, False),
        ("no more than 20 men", -1, False, False),
        ("up to 20 men", -1, False, False),
        ("about 20 men", 0, False, True),
        ("nearly 20 men", 0, False, True),
        ("20 men", 0, False, False),
    ],
)
def test_the_bounds_of_an_amount(text, bound, strict, about):
    (amount,), _ = quantities(text)
    assert (amount.bound, amount.strict, amount.about) == (bound, strict, about)


def test_ranges_share_their_unit_and_scale():
    (one, other), _ = quantities("between 5 and 10 million km")
    assert one.unit == other.unit == "km"
    assert (5e6, 5e6) in one.readings
    assert [amount.unit for amount in quantities("5–10 percent")[0]] == ["%", "%"]
    assert (1e6, 1e6) in quantities("1 to 1.5 million men")[0][0].readings
    assert (5e6, 5e6) in quantities("5, 6 or 7 million men")[0][0].readings
    assert [amount.unit for amount in quantities("$1.2 to 1.5 billion, then €5–6")[0]] == ["$", "$", "€", "€"]
    assert [amount.unit for amount in quantities("He gave $5 to 10 people.")[0]] == ["$", ""]
    assert quantities("After day 3, 2 million had signed.")[0][0].readings == ((3, 3),)
    assert [amount.unit for amount in quantities("Adults older than 65 pay 50%.")[0]] == ["", "%"]


@pytest.mark.parametrize(
    ("text", "year", "month", "day"),
    [
        ("March 3, 2024", 2024, 3, 3),
        ("3 March 2024", 2024, 3, 3),
        ("the 3rd of March 2024", 2024, 3, 3),
        ("2024-03-03", 2024, 3, 3),
        ("31-12-2023", 2023, 12, 31),
        ("31-Dec-2023", 2023, 12, 31),
        ("Mar. 3", None, 3, 3),
        ("on Sept. 11, 2001", 2001, 9, 11),
        ("May 2003", 2003, 5, None),
        ("in May", None, 5, None),
        ("in 1998", 1998, None, None),
    ],
)
def test_a_date_is_read_however_it_is_written(text, year, month, day):
    _, (moment,) = quantities(text)
    assert (moment.years, moment.month, moment.day) == (year and (year, year), month, day)


def test_decades_centuries_ranges_and_times():
    def years(text: str) -> list[tuple[int, int] | None]:
        return [moment.years for moment in quantities(text)[1]]

    assert years("the 1990s") == years("the '90s") == [(1990, 1999)]
    assert years("19th century") == years("nineteenth-century art") == [(1800, 1900)]
    assert years("2003–04") == years("2003-2004") == [(2003, 2003), (2004, 2004)]
    assert {(one.month, one.day) for one in quantities("03/04/2024")[1]} == {(3, 4), (4, 3)}
    assert [one.minute for one in quantities("5:30 pm, 17:30, noon")[1]] == [1050, 1050, 720]
    assert [one.weekday for one in quantities("Monday and Sundays")[1]] == [0, 6]


@pytest.mark.parametrize(
    "text", ["may go", "march on", "COVID-19", "the A380", "version 4.2.1", "no number", "", "$", "the M2"]
)
def test_what_is_no_number_is_none(text):
    assert quantities(text) == ([], [])


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5 KİLO", 5, "kg"),
        ("2 lıtres", 2, "litre"),
        ("5 thouſand", 5_000, ""),
        ("ſixty", 60, ""),
        ("the ſixth", 6, ""),
    ],
)
def test_letters_that_look_like_others_are_read_as_these(text, value, unit):
    assert amounts(text) == [(value, unit)]
    assert quantities("9 ſept. 1720")[1][0].month == 9


@pytest.mark.parametrize(("text", "low"), [("(45) million euros", -45e6), ("(2.1)%", -2.1), ("$(45)", -45)])
def test_a_number_in_brackets_may_be_negative(text, low):
    (amount,), _ = quantities(f"The result was {text}.")
    assert (amount.text, amount.readings) == (text, ((-low, -low), (low, low)))


def test_a_number_said_twice_is_not_negative():
    assert all(amount.value == 30 and len(amount.readings) == 1 for amount in quantities("thirty (30) days")[0])


def test_names_with_digits_are_codes():
    assert codes("COVID-19, the A380 and F-16 of 4.2.1, but 10k and 5th") == ["COVID-19", "A380", "F-16", "4.2.1"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read_and_places_are_its_own(text):
    found, moments = quantities(text)
    for one in [*found, *moments]:
        assert text[one.start : one.end] == one.text


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=3, max_value=10**9))
def test_separators_change_nothing(number):
    assert amounts(f"{number:,} men") == [(number, "")]
    if not 1000 <= number <= 2100:  # those may be years
        assert amounts(f"{number} men") == [(number, "")]


def test_a_long_text_of_digits_is_read_in_time():
    assert len(quantities("1,2 3.4 of " * 500)[0]) >= 500
    quantities("twenty " * 2_000)
    quantities("9" * 20_000)


@pytest.mark.parametrize(
    "words", ["must not exceed", "not exceeding", "cannot exceed", "doesn't exceed", "may never exceed"]
)
def test_what_may_not_be_exceeded_is_at_most_that(words: str):
    (amount,), _ = quantities(f"The fee {words} 500 euros.")
    assert (amount.value, amount.bound, amount.strict) == (500, -1, False)
    (amount,), _ = quantities(f"The fee {words.rsplit(maxsplit=1)[-1]} 500 euros.".replace("n't", ""))
    assert (amount.bound, amount.strict) == (1, True)


def test_what_may_be_done_is_no_date_and_sums_are_no_years():
    assert quantities("Clause 5 may be waived.")[1] == []
    assert [one.month for one in quantities("on 5 May, or on 6 may 2020")[1]] == [5, 5]
    (amount,), moments = quantities("The deposit is 1500 euros.")
    assert (amount.value, moments) == (1500, [])


def test_half_a_million_is_no_share_of_one():
    ((amount,), _) = quantities("Half a million people came.")
    assert (amount.value, amount.unit) == (500_000, "")
