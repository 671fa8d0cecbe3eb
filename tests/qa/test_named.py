"""Which names and numbers a question speaks of, and whether a text mentions them."""

from __future__ import annotations

import pytest

from qa.named import named_terms, unmentioned


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How many British troops are in Iraq?", ["British", "Iraq"]),
        ("When did the U.S. leave, in 2003?", ["2003", "U.S"]),
        ("Is Denali's peak 6,190 m high?", ["6,190", "Denali"]),
        ("who runs the harbour", []),
        ("What Did The Mayor Say About The Bridge", []),
        ("Iraq?", []),
        ("What did Mrs. Whitmore propose?", ["Whitmore"]),
        ("Who wrote it? Are dogs allowed?\nHow many?", []),
        ("I'd like to know where J. K. Rowling and George W. Bush met", ["Rowling", "George", "Bush"]),
        ("Was E. coli found?", []),
        ("Who OKs it, and is it OK in Oslo?", ["Oslo"]),
        ("Is hepatitis B covered?", ["B"]),
        ("Does the LR-500 fit a 3B plug?", ["3", "LR-500"]),
        ("Museum Opening Hours", []),
        ('Which magazine is like "Playboy"?', ["Playboy"]),
        ("Dear sir, NATO troops where?", ["NATO"]),
        ("", []),
        ("¿?", []),
    ],
)
def test_names_and_numbers_of_a_question(question: str, named: list[str]) -> None:
    assert named_terms(question) == named


TEXT = (
    "Iraqi and U.S. troops told us of an invasion in 2003 by Britain. United Nations staff of five, led by AFŽ and Old "
    "Dschang, climbed 6,190 m."
)


@pytest.mark.parametrize(
    "term",
    [
        "Iraq", "iraq", "Iraqi", "American", "US", "U.S", "USA", "UK", "British", "UN", "5", "AFZ", "Dchang", "2003",
        "6,190", "Invasions",
    ],
)  # fmt: skip
def test_a_text_mentions_a_name_in_another_form(term: str) -> None:
    assert unmentioned([term], TEXT) == []


@pytest.mark.parametrize("term", ["Iran", "Germany", "2,500", "619", "6", "200", "NY", "EU", "Inv", "(", "Ulm"])
def test_a_text_does_not_mention_what_it_lacks(term: str) -> None:
    assert unmentioned(["Iraq", term, "2003"], TEXT) == [term]


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("Fridays", "Open Tuesday to Sunday."), ("Monday", "Open Friday–Tuesday."), ("Wednesday", "On weekdays only."),
        ("Saturday", "At weekends."), ("December", "Fires are allowed from October to March."), ("May", "Open daily."),
    ],
)  # fmt: skip
def test_a_range_mentions_the_days_and_months_in_it(time: str, text: str) -> None:
    assert unmentioned([time], text) == []


@pytest.mark.parametrize(
    ("time", "text"),
    [("Monday", "Open Tuesday to Sunday."), ("June", "From October to March."), ("Sunday", "On weekdays only.")],
)
def test_a_range_does_not_mention_what_is_not_in_it(time: str, text: str) -> None:
    assert unmentioned([time], text) == [time]


def test_a_code_is_mentioned_however_it_is_joined() -> None:
    assert unmentioned(["LR-500", "COVID-19", "A4"], "The LR 500, covid19 and A4") == []
    assert unmentioned(["LR-500"], "The LR-50 holds 500.") == ["LR-500"]
    assert unmentioned(["A4"], "There is a 40 km road.") == ["A4"]


def test_american_is_not_mentioned_by_us_or_use() -> None:
    assert unmentioned(["American"], "They told us to use it.") == ["American"]


def test_of_nothing_named_nothing_is_unmentioned() -> None:
    assert unmentioned([], TEXT) == []
    assert unmentioned(["Iraq"], "") == ["Iraq"]
