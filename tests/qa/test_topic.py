"""Requests for whatever is said of something: what mentions it is cited, and nothing is estimated."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index import Index, Source
from qa import answer
from qa.answer import Answerer
from qa.display import html_answer
from qa.export import to_markdown
from qa.parts import questions
from qa.smalltalk import asks_for_inventory, reply_to
from qa.topic import MOST_MENTIONS, topic
from qa.types import Searched
from ui.render import Turn, conversation

FERRY = (
    "The ferry Alma sails from Kalmar at nine. Dogs travel free. A dog needs a lead on the car deck. "
    "Bicycles cost 4 euros. Nobody may stay on the car deck. Tickets for Kalmar are sold on board."
)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("What do the documents say about dogs?", "dogs"),
        ("what does it say about the car deck", "car deck"),
        ("What does our employee handbook say about dogs?", "dogs"),
        ("What's written about Kalmar in the files?", "Kalmar"),
        ("Is there anything in the handbook about dogs?", "dogs"),
        ("Is there anything else about dogs?", "dogs"),
        ("Are there any mentions of Kalmar anywhere?", "Kalmar"),
        ("Is there a mention of Kalmar?", "Kalmar"),
        ("What information is there about dogs?", "dogs"),
        ("Do the documents mention Kalmar?", "Kalmar"),
        ("Does it mention Kalmar?", "Kalmar"),
        ("Which documents mention Kalmar?", "Kalmar"),
        ("Was Kalmar mentioned?", "Kalmar"),
        ("Where is the ferry Alma mentioned?", "ferry Alma"),
        ("Tell me everything there is about dogs, please.", "dogs"),
        ("Give me everything on dogs", "dogs"),
        ("Could you tell me more about “Alma”?", "Alma"),
        ("Tell me what the documents say about dogs", "dogs"),
        ("Can you please tell me what our report says about Will Smith?", "Will Smith"),
        ("I want to know what the files say about May 2019", "May 2019"),
        ("What do the documents say about WHO guidelines?", "WHO guidelines"),
        ("Find all sentences that mention dogs", "dogs"),
        ("And what is known about the attackers?", "attackers"),
        ("information on parking", "parking"),
        ("What do the documents say about dogs and cats?", "dogs and cats"),
        ("cats", "cats"),
        ("mooring fees - anything?", "mooring fees"),
        ("The wall at Lower Quay: what do the articles say?", "wall at Lower Quay"),
        ("What does the paper have on the Kittiwake?", "Kittiwake"),
        ("What do our documents say on visitors?", "visitors"),
        ("Show me the passages on first aid", "first aid"),
        ("what's in there about flu shots", "flu shots"),
        ("In which documents does PeopleDesk come up?", "PeopleDesk"),
        ("Does any policy mention chatbots?", "chatbots"),
        ("Info about Pellow Island please", "Pellow Island"),
        ("Look up Dorothy Kemp", "Dorothy Kemp"),
        ("Celia Brandt?", "Celia Brandt"),
        ("What rules are there about alcohol?", "alcohol"),
        ("I'm looking for information about the Corn Hall.", "Corn Hall"),
        ("Anything on Edna Purvis?", "Edna Purvis"),
        ("Have we got anything on smoking?", "smoking"),
        ("What has been written about Philippa Calloway?", "Philippa Calloway"),
        ("Do the articles mention a parrot?", "parrot"),
        ("Does anyone mention seals?", "seals"),
        ("find everything about chatbots please", "chatbots"),
        ("what's in the documents about lockers", "lockers"),
        ("Is anything said about the Christmas bonus?", "Christmas bonus"),
        ("Tell me everything you have on PeopleDesk.", "PeopleDesk"),
    ],
)
def test_a_request_names_what_it_is_about(message: str, expected: str) -> None:
    (asked,) = questions(message)
    assert topic(asked) == expected


@pytest.mark.parametrize(
    "message",
    [
        "What does Anna say about dogs?",
        "What did the mayor say about it?",
        "What does the police report say about the driver?",
        "What do the documents say about how long dogs may stay?",
        "What do the documents say about this?",
        "What does the contract say about termination, and who may terminate it?",
        "What does the contract say about fees and how high are they?",
        "Tell me about it",
        "Tell me about parking. I have a car.",
        "Who is mentioned in the documents?",
        "Are there any other ferries mentioned?",
        "Is the person who was mentioned alive?",
        "Tell me about the rule that says how many of the dogs on board need a lead",
        "How many dogs are there?",
        "What year is mentioned in the article?",
        "What covers 1554 hectares?",
        "Mention one university in Ulm.",
        "What do they think about the design?",
        "Yes, I do.",
        "Yes",
        "If that is so, what else?",
        "To get a permit, what must one do?",
        "What do you have to do on board once the ship sails?",
        "Why?",
        "opening hours",
        "1998",
        "Is there anything to pay for children?",
        "Is there something to sign?",
        "Is there anything to declare at customs?",
        "What was written on the wall?",
        "What was said on Monday?",
        "Is there anything on the second floor?",
        "Is there anything of value in the safe?",
        "Where are new patients referred to?",
        "Give me about ten examples",
        "List about 5 dogs",
        "More to the point, who pays?",
        "",
    ],
)
def test_what_asks_for_something_in_particular_is_no_such_request(message: str) -> None:
    assert topic(message) is None


@pytest.mark.parametrize("suite", sorted(Path("evals/suites").glob("*/questions.jsonl")))
def test_no_question_of_the_suites_is_taken_for_one(suite: Path) -> None:
    rows = [json.loads(line) for line in suite.read_text(encoding="utf-8").splitlines() if line.strip()]
    asked = [row["question"] for row in rows if "question" in row]
    assert [one for one in asked if topic(one) or asks_for_inventory(one) or reply_to(one)] == []


def test_what_it_says_is_asked_of_something_once_there_is_talk() -> None:
    assert topic("What does it say about dogs?", in_talk=True) is None
    assert topic("What do the documents say about dogs?", in_talk=True) == "dogs"
    assert topic("Oman?", in_talk=True) is None


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
        ("bicycles or tickets", ["Bicycles cost 4 euros.", "Tickets for Kalmar are sold on board."]),
    ],
)
def test_the_sentences_that_mention_it_are_cited(ferry: Index, thing: str, expected: list[str]) -> None:
    result = answer(f"What do the documents say about {thing}?", index=ferry)
    assert [one.text for one in result.citations] == expected
    assert all(one.text == FERRY[one.start : one.end] and one.answer is None for one in result.citations)
    assert (result.mentions, result.confidence, result.query) == (len(expected), 1.0, thing.removeprefix("the "))
    assert result.sureness in to_markdown(result)
    assert f"{len(expected)} sentence" in html_answer(result)


def test_more_than_are_cited_are_counted(index: Index) -> None:
    index.add([Source(f"{day}.txt", f"On day {day} the lighthouse keeper saw {day} ships.") for day in range(1, 13)])
    result = answer("Tell me about the lighthouse keeper", index=index)
    assert (result.mentions, len(result.citations)) == (12, MOST_MENTIONS)
    assert result.sureness == "12 sentences found mention it; 8 of them are cited"
    shown = conversation([Turn(result.question, result)], documents=12)
    assert result.sureness in shown
    assert "likely" not in shown


def test_the_first_mention_of_each_passage_comes_before_further_ones(index: Index) -> None:
    logs = [f"On day {day} the Alma sailed. The Alma took {day} guests." for day in range(1, 9)]
    index.add([Source(f"{day}.txt", log) for day, log in enumerate(logs)])
    result = answer("What do the documents say about the Alma?", index=index)
    assert result.mentions == 16
    assert {one.text for one in result.citations} == {f"On day {day} the Alma sailed." for day in range(1, 9)}


def test_the_sentences_of_a_document_are_cited_in_its_order(index: Index) -> None:
    filler = "Nothing else of note was written down that day in the book of the harbour master of the town. " * 9
    days = [f"On day {day} the Alma sailed. {filler}" for day in range(1, 7)]
    index.add(Source("log.txt", " ".join(days)))
    result = answer("What do the documents say about the Alma?", index=index)
    assert [one.text for one in result.citations] == [f"On day {day} the Alma sailed." for day in range(1, 7)]


@pytest.mark.parametrize(
    ("thing", "told", "other"),
    [
        ("India", "The Indian team won.", "Each individual pays."),
        ("Austria", "Austria won.", "Australia won."),
        ("Oman", "Omani ships sailed.", "A woman sailed."),
        ("US troops", "The U.S. troops left.", "They told us that troops left."),
        ("IT security", "IT security is a task of all.", "It is a matter of security."),
        ("5G masts", "Three 5G masts stand there.", "Five masts and 5 huts stand there."),
        ("Martin", "Martin left.", "The Marlin sank."),
        ("China", "China signed.", "His chin hurt."),
        ("COVID", "Covid closed the school.", "The covert closed."),
        ("AIDS", "Aids was unknown.", "The first aid kit is red."),
        ("Müller", "Herr Muller left.", "The mull sailed."),
    ],
)
def test_a_name_is_mentioned_by_itself_and_not_by_what_looks_like_it(
    index: Index, thing: str, told: str, other: str
) -> None:
    index.add([Source("told.txt", told), Source("other.txt", other)])
    result = answer(f"What do the documents say about {thing}?", index=index)
    assert [one.text for one in result.citations] == [told]


def test_a_question_is_no_answer_and_a_heading_comes_last(index: Index) -> None:
    faq = "Dogs in the office\n\nMay I bring my dog?\n\nNo.\n\nA dog of a guest waits outside."
    index.add(Source("faq.md", faq))
    result = answer("What do the documents say about dogs?", index=index)
    assert result.hits
    assert {one.text for one in result.citations} == {"Dogs in the office", "A dog of a guest waits outside."}


def test_somebody_is_mentioned_by_title_and_last_name(index: Index) -> None:
    index.add(Source("rusk.txt", "Dale Rusk was arrested. Mr Rusk denies it. Rusk is a biscuit. Ms Tusk left."))
    result = answer("What do the documents say about Dale Rusk?", index=index)
    assert [one.text for one in result.citations] == ["Dale Rusk was arrested.", "Mr Rusk denies it."]


def test_a_list_of_prices_is_no_heading(index: Index) -> None:
    index.add(Source("prices.txt", "Parking: 5 euros\n\nParking is free on Sundays.\n\nParking"))
    result = answer("What do the documents say about parking?", index=index)
    assert [one.text for one in result.citations] == ["Parking: 5 euros", "Parking is free on Sundays."]


def test_a_topic_is_taken_up_again_for_another_thing(ferry: Index) -> None:
    first = answer("What do the documents say about dogs?", index=ferry)
    result = answer("And about bicycles?", index=ferry, history=[first])
    assert result.query == "bicycles"
    assert [one.text for one in result.citations] == ["Bicycles cost 4 euros."]


def test_several_topics_in_one_message_are_counted_together(ferry: Index) -> None:
    result = answer("What do the documents say about dogs? What do the documents say about bicycles?", index=ferry)
    assert [part.mentions for part in result.parts] == [2, 1]
    assert result.sureness == "3 sentences found mention it"
    mixed = answer("What do the documents say about dogs? What do bicycles cost?", index=ferry)
    assert mixed.mentions == 0


def test_the_page_says_what_a_pronoun_means_once(index: Index) -> None:
    index.add(Source("coins.txt", "Dr Hythe, the curator, found the coins. He put the coins in the safe of a bank."))
    result = answer("What do the documents say about the coins?", index=index)
    assert result.citations[1].context is not None
    assert result.citations[1].context.text == result.citations[0].text
    shown = conversation([Turn(result.question, result)], documents=1)
    assert shown.count("Dr Hythe, the curator") == 1
    assert html_answer(result).count("Dr Hythe, the curator") == 1
    index.add(Source("bank.txt", "The bank insured the coins."))
    between = answer("What do the documents say about the bank?", index=index).citations[0]
    apart = replace(result, citations=(result.citations[0], between.numbered(2), result.citations[1].numbered(3)))
    shown_apart = conversation([Turn(apart.question, apart)], documents=2)
    assert shown_apart.count("Dr Hythe, the curator") == 2
    assert "Sentences that mention “coins”" in shown


def test_what_stands_in_several_documents_is_cited_once_with_its_places(index: Index) -> None:
    notice = "Nobody has changed this notice since it was put up on the board of the harbour office."
    index.add([Source("one.txt", FERRY), Source("other.txt", f"{FERRY}\n\n{notice}")])
    result = answer("What do the documents say about bicycles?", index=index)
    assert [one.text for one in result.citations] == ["Bicycles cost 4 euros."]
    assert {one.source for one in (result.citations[0], *result.citations[0].copies)} == {"one.txt", "other.txt"}
    assert result.sureness == "2 sentences found mention it"


def test_a_name_that_nothing_mentions_is_denied_and_other_things_are_not(ferry: Index) -> None:
    syria = Answerer(ferry, threshold=1).answer("What do the documents say about Syria?")
    assert syria.abstained
    assert not syria.unsure
    assert syria.missing == ("Syria",)
    assert syria.reason == "Your documents do not say. No sentence found mentions “Syria”."
    pets = Answerer(ferry, threshold=1).answer("What do the documents say about pets?")  # of which dogs are some
    assert pets.abstained
    assert pets.unsure
    assert "No sentence found mentions “pets”; other words may speak of it." in pets.reason


@pytest.mark.parametrize(
    "asked", ["E05", "E-05", "error E 05", "Error code e05?", "What do the documents say about E-05?"]
)
def test_a_code_is_found_however_it_is_typed_and_its_own_row_first(index: Index, asked: str) -> None:
    mail = "My mixer shows E05 again and again."
    index.add([Source("mail.txt", mail), Source("codes.csv", "code,meaning\nE03,Lid open\nE05,Motor too hot\n")])
    result = Answerer(index).answer(asked)
    assert [one.source for one in result.citations] == ["codes.csv", "mail.txt"]
    assert "E03" not in result.text


def test_a_heading_is_cited_only_where_there_is_nothing_else(index: Index) -> None:
    index.add(
        Source("rules.md", "# 6. Visitors\n\nVisitors sign in at reception.\n\n# 7. Dogs and cats\n\nNone may enter.")
    )
    told = answer("What do the documents say about visitors?", index=index)
    assert [one.text for one in told.citations] == ["Visitors sign in at reception."]
    heading = answer("What do the documents say about dogs?", index=index)
    assert [one.text for one in heading.citations] == ["Dogs and cats"]


def test_what_was_looked_through_is_said_whether_it_mentions_the_thing_or_not(index: Index) -> None:
    index.add([Source("mill.txt", "The mill opened in 1901."), Source("inn.txt", "The inn has six rooms. It is old.")])
    result = answer("What do the documents say about the mill?", index=index)
    assert result.mentions == 1
    assert result.searched == Searched(documents=2, passages=2, sentences=3)


def test_only_the_chosen_documents_are_looked_through(index: Index) -> None:
    index.add([Source("one.txt", "The mill opened in 1901."), Source("other.txt", "The mill burned down in 1950.")])
    one = next(held.id for held in index.documents() if held.source == "one.txt")
    result = answer("What do the documents say about the mill?", index=index, documents=[one])
    assert [item.text for item in result.citations] == ["The mill opened in 1901."]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does the lease say about the fee?", ["The fee for a key is 5 pounds."]),
        ("What does the lease say about Covid?", []),
        ("What does the contract say about Covid?", ["Covid tests are free.", "Covid was mentioned."]),
        ("What does the policy say about Covid?", ["Covid was mentioned."]),
        ("What does the policy say about parking?", ["The fee for parking is 4 pounds."]),
    ],
)
def test_what_a_lease_says_is_looked_for_in_what_is_called_a_lease(
    index: Index, question: str, expected: list[str]
) -> None:
    index.add(
        [
            Source("lease of flat 3.txt", "The landlord is Ms Vane. The fee for a key is 5 pounds."),
            Source("staff handbook.txt", "Covid tests are free. The fee for parking is 4 pounds."),
            Source("leave policy.txt", "Leave is 25 days a year. Covid was mentioned."),
        ]
    )
    result = answer(question, index=index)
    assert sorted(one.text for one in result.citations) == expected


def test_what_stands_below_a_heading_is_of_what_it_names(index: Index) -> None:
    index.add(
        Source("manual.md", "# Purifier\n\n## Filters\n\nThey last long.\n\n## Cleaning\n\nWipe it. Use no soap.\n")
    )
    result = answer("What does the manual say about cleaning?", index=index)
    assert [one.text for one in result.citations] == ["Wipe it.", "Use no soap."]
    assert {one.context.text for one in result.citations if one.context} == {"## Cleaning"}
    later = answer("And the letter?", index=index, history=[result])
    assert later.query == "cleaning"


def test_a_topic_in_a_talk_stands_by_itself(ferry: Index) -> None:
    first = answer("When does the ferry Alma sail?", index=ferry)
    result = answer("And what do the documents say about bicycles?", index=ferry, history=[first])
    assert [one.text for one in result.citations] == ["Bicycles cost 4 euros."]
