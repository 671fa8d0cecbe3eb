"""Which names and numbers a question speaks of, and whether a text mentions them."""

from __future__ import annotations

import pytest

from qa.named import named_terms, share_named


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How many British troops are in Iraq?", ["British", "Iraq"]),
        ("When did the U.S. leave, in 2003?", ["2003", "U.S"]),
        ("Is Denali's peak 6,190 m high?", ["6,190", "Denali"]),
        ("who runs the harbour", []),
        ("What Did The Mayor Say About The Bridge", []),
        ("Iraq?", []),
        ("", []),
        ("¿?", []),
    ],
)
def test_names_and_numbers_of_a_question(question: str, named: list[str]) -> None:
    assert named_terms(question) == named


@pytest.mark.parametrize(
    ("named", "text", "share"),
    [
        ([], "anything", 1.0),
        (["Iraq"], "Iraqi forces", 1.0),
        (["Iraqi"], "the army of Iraq", 1.0),
        (["British", "Iraq"], "2,500 American troops remain in Iraq.", 0.5),
        (["500"], "2,500 troops", 0.0),
        (["2,500"], "some 2,500.", 1.0),
        (["20"], "in 2003", 0.0),
        (["Ulm"], "Ulmer Platz", 0.0),
        (["ISIS"], "the isis fighters", 1.0),
    ],
)
def test_a_text_mentions_what_it_names(named: list[str], text: str, share: float) -> None:
    assert share_named(named, text) == share
