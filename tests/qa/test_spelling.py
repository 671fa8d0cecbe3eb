"""Slips of the finger in a question: corrected where only one word can have been meant."""

from __future__ import annotations

import pytest

from index import Index, Source
from index.lexical import terms
from qa.answer import Answerer
from qa.spelling import corrected, joined_codes

LANGUAGE = """
how many troops remain there form from farm were injured injury what did attack attacks attacked who online
""".split()  # noqa: SIM905
DOCUMENTS = """
Many troops remain in Mosul. Sulaiman Dawd led the attack; an injury was reported from the farm. The dredger and its
davit work offline, and grinding takes long.
"""


def spelt(question: str) -> str:
    held = set(terms(DOCUMENTS))
    return corrected(question, lambda some: {one: int(one in held) for one in some}, LANGUAGE.__contains__)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How many troosp remian?", "How many troops remain?"),  # exchanged
        ("Waht did the attackk do?", "What did the attack do?"),
        ("how many tropps remaain", "how many troops remain"),  # mistaken, added
        ("how many troops remin", "how many troops remain"),  # left out
        ("Who led the attak?", "Who led the attack?"),
        ("Who is Sulaimna?", "Who is Sulaiman?"),
        ("what did the dreger do", "what did the dredger do"),  # a word of the documents alone
    ],
)
def test_a_slip_becomes_the_only_word_that_can_be_meant(typed: str, meant: str) -> None:
    assert spelt(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Who is Sulaimen?",  # another letter in a name may be another name
        "Who is Dwad?",  # so may a short name be
        "How many were injurd?",  # injured or injury
        "what is the frim",  # form, farm and firm: a short word
        "How many troops remain there?",
        "did it work ofline",  # online is a word of the language, offline one of the documents
        "what did the grinder do",  # right, though nobody knows it
        "what did the attacker do",
        "what did the davat do",  # too short to be sure
        "who was the attacker of the scooter",  # words of the dictionary, though the vocabulary lacks them
        "is the lessor there",
        "is dawding allowed",  # its stem is a short name of the documents
        "Is it in x1remian or remian@x.org or re-mian?",
        "",
        "??",
        "ist das remßin",
    ],
)
def test_what_is_not_sure_stays_as_it_was_typed(typed: str) -> None:
    assert spelt(typed) == typed


def test_a_code_is_written_as_the_documents_write_it(index: Index) -> None:
    index.add(Source("codes.txt", "E05 means that the router is lost. COVID-19 closed the school. Flat 5 has damp."))
    codes = "What is E 05 or e-05, what is COVID-19, who has flat 5, and what was at 10-12?"
    shown = joined_codes(codes, index.term_frequencies)
    assert shown == "What is E05 or e05, what is COVID-19, who has flat 5, and what was at 10-12?"


def test_the_answer_shows_what_was_searched_for(index: Index) -> None:
    index.add(Source("ferry.txt", "The ferry to Pellow Island leaves the harbour at nine every morning."))
    answerer = Answerer(index)
    result = answerer.answer("When does the frery leave the habrour?")
    assert result.question == "When does the frery leave the habrour?"
    assert result.query == "When does the ferry leave the harbour?"
    assert result.citations[0].source == "ferry.txt"
    assert result.missing == ()
    later = answerer.answer("And in winter?", history=[result])
    assert "frery" not in later.query
