"""Which names and numbers a question speaks of, and whether a text mentions them."""

from __future__ import annotations

import pytest

from index.lexical import terms
from qa.named import named_terms, unmentioned


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How many British troops are in Iraq?", ["British", "Iraq"]),
        ("When did the U.S. leave, in 2003?", ["U.S", "2003"]),
        ("Is Denali's peak 6,190 m high?", ["Denali", "6,190 m"]),
        ("who runs the harbour", []),
        ("What Did The Mayor Say About The Bridge", []),
        ("Iraq?", []),
        ("What did Mrs. Whitmore propose?", ["Whitmore"]),
        ("Who wrote it? Are dogs allowed?\nHow many?", []),
        ("I'd like to know where J. K. Rowling and George W. Bush met", ["Rowling", "George", "Bush"]),
        ("Was E. coli found?", []),
        ("Who OKs it, and is it OK in Oslo?", ["Oslo"]),
        ("Is hepatitis B covered?", ["B"]),
        ("Does the LR-500 fit a 3B plug?", ["LR-500", "3B"]),
        ("Who repairs flat 12b of Mill House after a p305, or error E 05?", ["12b", "Mill", "House", "p305", "E 05"]),
        ("May 10 guests pay 250 euros in 2031?", ["10 guests", "250 euros", "2031"]),
        ("We got your MX-4 for Easter from Joan. Where is the filter?", ["MX-4"]),
        ("It was Easter. The tank from Oslo leaks. Any idea?", ["Oslo"]),
        ("My son is 23 and starts at Ulm in May. Is he still insured?", ["Ulm"]),
        ("The contract of June 2019 was with US Steel. When did it end?", ["June", "2019", "US", "Steel"]),
        ("We are in Oslo.", ["Oslo"]),
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
        ("Saturday", "At weekends."), ("Wednesday", "Mon-Fri, 9 to 5"), ("January", "He said on Jan. 5 that it was."),
        ("Sunday", "Sat/Sun"), ("September", "It is due by 1 Sept."),
        ("December", "Fires are allowed from October to March."), ("May", "Open daily."),
    ],
)  # fmt: skip
def test_a_range_mentions_the_days_and_months_in_it(time: str, text: str) -> None:
    assert unmentioned([time], text) == []


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("Sunday", "The Sun said so."),
        ("June", "Jul. 5"),
        ("Monday", "Open Tuesday to Sunday."),
        ("June", "From October to March."),
        ("Sunday", "On weekdays only."),
    ],
)
def test_a_range_does_not_mention_what_is_not_in_it(time: str, text: str) -> None:
    assert unmentioned([time], text) == [time]


def test_a_code_is_mentioned_however_it_is_joined() -> None:
    assert unmentioned(["LR-500", "COVID-19", "A4"], "The LR 500, covid19 and A4") == []
    assert unmentioned(["E 05", "p305", "12b"], "E-05 and P-305 of flat 12(b)") == []
    assert unmentioned(["LR-500"], "The LR-50 holds 500.") == ["LR-500"]
    assert unmentioned(["A4"], "There is a 40 km road.") == ["A4"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("250 euros", "A loan of €50 to €300 is signed by the clerk."), ("500 euros", "Loans over €300 are not given."),
        ("7 guests", "Tables for 5–9 guests"), ("10 people", "Up to 12 people may board."), ("5 percent", "It is 5 %."),
        ("3 weeks", "It takes between 10 and 30 days."), ("17 years", "Children of 16 years and over pay."),
    ],
)  # fmt: skip
def test_a_range_or_a_limit_mentions_the_numbers_in_it(number: str, text: str) -> None:
    assert unmentioned([number], text) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("400 euros", "A loan of €50 to €300 is signed by the clerk."), ("200 euros", "Loans over €300 are not given."),
        ("10 people", "Up to 12 kg may be taken aboard."), ("250 euros", "From 100 to 300 metres"),
        ("7", "Tables for 5 to 9 guests"),
    ],
)  # fmt: skip
def test_a_range_or_a_limit_does_not_mention_what_is_not_in_it(number: str, text: str) -> None:
    assert unmentioned([number], text) == [number]


def test_a_joined_name_is_mentioned_by_its_parts() -> None:
    assert unmentioned(["Orme-Tarrant"], "Between Orme Ltd and Tarrant plc") == []
    assert unmentioned(["Orme-Tarrant"], "Between Orme Ltd and others") == ["Orme-Tarrant"]


def test_american_is_not_mentioned_by_us_or_use() -> None:
    assert unmentioned(["American"], "They told us to use it.") == ["American"]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("6.2", "6.2 The Landlord repairs the roof."), ("2024", "Profit in FY24 was £84.7 million."),
        ("2024", "Profit in FY 2024 rose."), ("Q2", "The report for the second quarter is late."),
        ("H1", "Half-year results"), ("Q2", "Second-quarter results"),
    ],
)  # fmt: skip
def test_clauses_and_parts_of_years_are_mentioned_however_they_are_written(term: str, text: str) -> None:
    assert unmentioned([term], text) == []
    assert unmentioned([term], "Nothing of the kind.") == [term]


def test_a_sign_that_becomes_digits_when_made_plain_is_no_number() -> None:
    assert unmentioned(["İ¼"], "") == ["İ¼"]


def test_an_apostrophe_is_the_same_however_it_is_typed() -> None:
    assert unmentioned(["O'Brien", "O’Hara"], "Ms O’Brien and Mr O'Hara left.") == []


def test_of_nothing_named_nothing_is_unmentioned() -> None:
    assert unmentioned([], TEXT) == []
    assert unmentioned(["Iraq"], "") == ["Iraq"]


def test_may_is_a_month_and_not_what_one_may_do():
    assert named_terms("How many visitors came in May?") == ["May"]
    assert unmentioned(["May"], "You may come in April.") == ["May"]
    assert unmentioned(["May"], "In May 40 came.") == unmentioned(["May"], "Open from March to June.") == []
    assert named_terms("When did Will Smith sign?") == ["Will", "Smith"]


@pytest.mark.parametrize(
    "text", ["Date: 2024-03-05; Payee: Hale", "Paid on 05.03.2024", "5/3/24", "on 5th of March 2024"]
)
def test_a_date_is_mentioned_in_figures_or_in_words(text: str) -> None:
    assert unmentioned(named_terms("Who was paid on 5 March?"), text) == []
    assert unmentioned(named_terms("Who was paid on 2024-03-05?"), text) == []
    assert unmentioned(named_terms("Who was paid in December?"), text) == ["December"]
    assert unmentioned(named_terms("Who was paid on 2024-03-06?"), text) == ["2024-03-06"]


def test_a_number_is_the_same_with_a_comma():
    assert unmentioned(["1500"], "It has 1,500 seats.") == unmentioned(["1,500 seats"], "It has 1500 seats.") == []
    assert unmentioned(["1500"], "It has 11,500 seats.") == ["1500"]


def test_a_word_that_may_be_broken_is_one_word() -> None:
    broken = "The moor\u00adings of Rot\u00adter\u200bdam"
    assert terms(broken) == terms("The moorings of Rotterdam")
    assert unmentioned(["Rotterdam"], broken) == []
