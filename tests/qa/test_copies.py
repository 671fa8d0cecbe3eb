"""Versions of a document beside one another: what is said twice is cited once, and is no less sure for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Index, Source
from qa.answer import Answerer
from qa.copies import Said, agree, near_copies, said_once, versions

SEED = next(Path("seeds").glob("*.txt")).read_text(encoding="utf-8")
QUESTIONS = (
    "How many U.S. troops remain in Iraq?",
    "How many American troops were injured?",
    "When was the raid?",
)
"""Each is answered by one sentence of the article; two that say the same may change places."""


@pytest.fixture
def drafts(index: Index) -> Index:
    """The seed document as sent, with a note below it, and with one above it that shifts all of its passages."""
    note = "This draft was sent round for comments, and nothing of what it tells was altered since then by anybody."
    index.add([Source("sent", SEED), Source("below", f"{SEED}\n\n{note}"), Source("above", f"{note} {note} {SEED}")])
    return index


def test_versions_of_a_document_are_answered_from_as_one_is(drafts: Index, seed_index: Index) -> None:
    alone, among = Answerer(seed_index, threshold=0), Answerer(drafts, threshold=0)
    for question in QUESTIONS:
        expected, found = alone.answer(question), among.answer(question)
        assert found.citations[0].text == expected.citations[0].text
        assert found.confidence > expected.confidence - 0.15


def test_a_citation_names_every_version_at_its_own_place(drafts: Index) -> None:
    first = Answerer(drafts).answer(QUESTIONS[0]).citations[0]
    assert {first.source, *(copy.source for copy in first.copies)} == {"sent", "below", "above"}
    for copy in first.copies:
        assert drafts.document(copy.document_id, copy.revision).text[copy.start : copy.end] == copy.text == first.text
        assert copy.short == first.short


def test_what_another_version_gives_otherwise_is_cited_and_does_not_make_the_first_doubtful(index: Index) -> None:
    rule = "Screens lock by themselves after {} minutes without input."
    question = "After how many minutes do screens lock by themselves?"
    index.add(Source("2025.txt", rule.format("five")))
    alone = Answerer(index).answer(question)
    index.add(Source("2022.txt", rule.format("ten")))
    both = Answerer(index).answer(question)
    assert {one.source for one in both.citations} == {"2022.txt", "2025.txt"}
    assert both.confidence == pytest.approx(alone.confidence, abs=0.1)


def test_the_same_answer_in_other_words_does_not_make_the_first_doubtful(index: Index) -> None:
    question = "Who is the director of the paper mill?"
    index.add(Source("courier", "Mill director Anna Voss said the cause was not yet known."))
    alone = Answerer(index).answer(question)
    index.add(Source("radio", "According to the director of the mill, Anna Voss, it is unclear what started the fire."))
    both = Answerer(index).answer(question)
    assert both.citations
    assert both.confidence > alone.confidence - 0.1


def said(*sentences: tuple[str, str, float], answer: str = "") -> list[int]:
    return said_once([Said(text, document, answer, score) for text, document, score in sentences])


def test_only_copies_of_the_first_and_true_copies_are_left_out() -> None:
    ferry, again = "The ferry sank off Kalmar in May.", "Off Kalmar the ferry sank in May."
    trains = [("Trains run.", "b", 2.0), ("Trains\n run.", "b", 2.0)]
    assert said((ferry, "a", 4.0), (again, "a", 3.0), *trains) == [0, 2]
    assert said((ferry, "a", 9.0), (again, "a", 3.0), *trains) == [0, 1, 2]  # too far behind to be compared
    assert said() == []


def test_another_document_may_say_the_same_otherwise() -> None:
    ferry, june = ("The ferry sank off Kalmar in May.", "a", 4.0), "The ferry sank off Kalmar in June."
    assert said(ferry, (june, "a", 3.0)) == [0, 1]
    assert said(ferry, (june, "b", 3.0)) == [0]
    assert said(ferry, ("It went down in spring.", "b", 3.0)) == [0, 1]
    assert said(ferry, ("It went down in spring.", "b", 3.0), answer="the ferry") == [0]
    assert said(ferry, ("It went down in spring.", "a", 3.0), answer="the ferry") == [0, 1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anna Voss", "the director, Voss", False),
        ("Anna Voss", "Voss", True),
        ("Sixty", "about 60 men", True),
        ("60", "70", False),
        ("15 March", "March 15, 2024", True),
        ("3 May", "3 June", False),
        ("2", "2.5", False),
        ("5", "5 million", False),
        ("5%", "$5", False),
        ("20 weeks", "20 days", False),
        ("10 km", "10,000 m", True),
        ("up to 10", "over 10", False),
        ("permitted", "not permitted", False),
        ("", "", False),
        ("the", "of the", False),
    ],
)
def test_short_answers_agree(one: str, other: str, same: bool) -> None:
    assert agree(one, other) is same


def test_the_same_numbers_in_another_order_say_something_else() -> None:
    rise = "Sales rose from 12 million to 15 million last year."
    assert near_copies(rise, rise.replace("12", "12.0"))
    assert not near_copies(rise, "Sales rose from 15 million to 12 million last year.")
    assert near_copies("On Tuesday 20 people died in two towns.", "20 people died in two towns on Tuesday.")


def test_short_sentences_are_no_versions() -> None:
    assert versions("The limit is 40 pounds a night abroad.", "The limit is 55 pounds a night abroad.")
    assert not versions("Yes, 40 pounds.", "The limit is 40 pounds a night abroad.")
    assert not versions("", "")
