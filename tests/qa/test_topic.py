"""Requests for whatever is said of something: what mentions it is cited, and nothing is estimated."""

from __future__ import annotations

import pytest

from index import Index, Source
from qa import answer
from qa.answer import Answerer
from qa.display import html_answer
from qa.topic import topic
from ui.render import Turn, conversation

FERRY = (
    "The ferry Alma sails from Kalmar at nine. Dogs travel free. A dog needs a lead on the car deck. "
    "Bicycles cost 4 euros. Nobody may stay on the car deck. Tickets for Kalmar are sold on board."
)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("What do the documents say about dogs?", "dogs"),
        ("what does it say on the car deck", "the car deck"),
        ("What's written about Kalmar in the files?", "Kalmar"),
        ("Is there anything in the handbook about dogs?", "dogs"),
        ("Are there any mentions of Kalmar anywhere?", "Kalmar"),
        ("Do the documents mention Kalmar?", "Kalmar"),
        ("Where is the ferry Alma mentioned?", "the ferry Alma"),
        ("Tell me everything there is about dogs, please.", "dogs"),
        ("Could you tell me more about “Alma”?", "Alma"),
        ("Tell me what the documents say about dogs", "dogs"),
        ("Find all sentences that mention dogs", "dogs"),
        ("And what is known about the attackers?", "the attackers"),
        ("information on parking", "parking"),
        ("What does Anna say about dogs?", None),
        ("What did the mayor say about it?", None),
        ("What do the documents say about how long dogs may stay?", None),
        ("What do the documents say about this?", None),
        ("Tell me about it", None),
        ("Who is mentioned in the documents?", None),
        ("Are there any other ferries mentioned?", None),
        ("Tell me about the rule that says how many of the dogs on board need a lead", None),
        ("How many dogs are there?", None),
        ("", None),
    ],
)
def test_a_request_names_what_it_is_about(message: str, expected: str | None) -> None:
    assert topic(message) == expected


def test_what_it_says_is_asked_of_something_once_there_is_talk() -> None:
    assert topic("What does it say about dogs?", in_talk=True) is None
    assert topic("What do the documents say about dogs?", in_talk=True) == "dogs"


@pytest.fixture
def ferry(index: Index) -> Index:
    index.add(Source("ferry.txt", FERRY))
    return index


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        ("dogs", ["Dogs travel free.", "A dog needs a lead on the car deck."]),
        ("Kalmar", ["The ferry Alma sails from Kalmar at nine.", "Tickets for Kalmar are sold on board."]),
        ("the car deck", ["A dog needs a lead on the car deck.", "Nobody may stay on the car deck."]),
        ("4 euros", ["Bicycles cost 4 euros."]),
    ],
)
def test_the_sentences_that_mention_it_are_cited(ferry: Index, thing: str, expected: list[str]) -> None:
    result = answer(f"What do the documents say about {thing}?", index=ferry)
    assert [one.text for one in result.citations] == expected
    assert all(one.text == FERRY[one.start : one.end] and one.answer is None for one in result.citations)
    assert (result.mentions, result.confidence, result.query) == (len(expected), 1.0, thing)
    assert f"{len(expected)} sentence" in html_answer(result)


def test_more_than_are_cited_are_counted(index: Index) -> None:
    index.add([Source(f"{day}.txt", f"On day {day} the lighthouse keeper saw {day} ships.") for day in range(1, 8)])
    result = answer("Tell me about the lighthouse keeper", index=index)
    assert (result.mentions, len(result.citations)) == (7, 4)
    assert result.sureness == "7 sentences mention it, the first 4 are cited"
    shown = conversation([Turn(result.question, result)], documents=7)
    assert result.sureness in shown
    assert "likely" not in shown


def test_the_first_mention_of_each_passage_comes_before_further_ones_and_all_in_reading_order(index: Index) -> None:
    filler = "Nothing else of note was written down on that day in the book of the harbour master of the town. " * 8
    log = "The Alma sailed at nine. The Alma took 40 guests. " + filler + "In the evening the Alma came back. " + filler
    index.add(Source("log.txt", f"{log}At night the Alma was painted. {filler}On Sunday the Alma lay still."))
    result = answer("What do the documents say about the Alma?", index=index)
    assert [one.text for one in result.citations] == [
        "The Alma sailed at nine.",
        "In the evening the Alma came back.",
        "At night the Alma was painted.",
        "On Sunday the Alma lay still.",
    ]


def test_the_page_says_what_a_pronoun_means_once(index: Index) -> None:
    index.add(Source("coins.txt", "Dr Hythe, the curator, found the coins. He put the coins in the safe of a bank."))
    result = answer("What do the documents say about the coins?", index=index)
    assert result.citations[1].context is not None
    assert result.citations[1].context.text == result.citations[0].text
    shown = conversation([Turn(result.question, result)], documents=1)
    assert shown.count("Dr Hythe, the curator") == 1
    assert "Sentences that mention “the coins”" in shown


def test_what_stands_in_several_documents_is_cited_once_with_its_places(index: Index) -> None:
    notice = "Nobody has changed this notice since it was put up on the board of the harbour office."
    index.add([Source("one.txt", FERRY), Source("other.txt", f"{FERRY}\n\n{notice}")])
    result = answer("What do the documents say about bicycles?", index=index)
    assert [one.text for one in result.citations] == ["Bicycles cost 4 euros."]
    assert {one.source for one in (result.citations[0], *result.citations[0].copies)} == {"one.txt", "other.txt"}
    assert result.sureness == "2 sentences mention it"


def test_what_nothing_mentions_is_refused(ferry: Index) -> None:
    result = answer("What do the documents say about Syria?", index=ferry)
    assert result.abstained
    assert not result.mentions
    assert result.missing == ("Syria",)


def test_what_only_stands_apart_is_not_denied(ferry: Index) -> None:
    result = Answerer(ferry, threshold=1).answer("What do the documents say about free bicycles?")
    assert result.abstained
    assert result.unsure
    assert "“free bicycles”" in result.reason


def test_a_heading_is_cited_only_where_there_is_nothing_else(index: Index) -> None:
    index.add(
        Source("rules.md", "# 6. Visitors\n\nVisitors sign in at reception.\n\n# 7. Dogs and cats\n\nNone may enter.")
    )
    told = answer("What do the documents say about visitors?", index=index)
    assert [one.text for one in told.citations] == ["Visitors sign in at reception."]
    heading = answer("What do the documents say about dogs?", index=index)
    assert [one.text for one in heading.citations] == ["Dogs and cats"]


def test_only_the_chosen_documents_are_looked_through(index: Index) -> None:
    index.add([Source("one.txt", "The mill opened in 1901."), Source("other.txt", "The mill burned down in 1950.")])
    one = next(held.id for held in index.documents() if held.source == "one.txt")
    result = answer("What do the documents say about the mill?", index=index, documents=[one])
    assert [item.text for item in result.citations] == ["The mill opened in 1901."]


def test_a_topic_in_a_talk_stands_by_itself(ferry: Index) -> None:
    first = answer("When does the ferry Alma sail?", index=ferry)
    result = answer("And what do the documents say about bicycles?", index=ferry, history=[first])
    assert [one.text for one in result.citations] == ["Bicycles cost 4 euros."]
