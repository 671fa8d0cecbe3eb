"""Headings, lists and tables: what only introduces an answer is none, and a row speaks for itself."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from index import Index, Source, Span
from qa.abstain import confidence_features
from qa.answer import Answerer
from qa.parties import in_own_words, parties
from qa.structure import as_they_stand, head_of_lines, line_above, speakers_line
from qa.types import Answer, Evidence

FAQ = """# Questions about the app

## Does the app cost anything?

No. HomeLink Basic is free.

## Can I use ground coffee?

Yes. Lift the small lid and put in one spoon.
"""

LEASE = """6 Alterations

6.4 The Tenant must not:
(a) put up any sign outside the Property;
(b) park lorries in the yard overnight;
(c) burn rubbish at the Property.
"""

CODES = """code,meaning,what to do
E03,Brewing unit blocked,"Take it out, rinse it, put it back in"
E05,Grinder blocked,Empty the bean container
"""

REGIONS = """<title>Halvor Marine</title><h2>Revenue by region</h2><table><tr><th>Region<th>2024<th>2023</tr>
<tr><td>Norway<td>2,187<td>2,054</tr><tr><td>Asia<td>2,440<td>2,000</tr><tr><td>Americas<td>1,009<td>1,062</tr></table>
"""


def asked(index: Index, name: str, text: str, question: str) -> Answer:
    index.add(Source(name, text.encode()))
    return Answerer(index, threshold=0.0).answer(question)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Does the app cost anything?", "No. HomeLink Basic is free."),
        ("Can I use ground coffee?", "Yes."),
    ],
)
def test_of_a_list_of_questions_the_answer_is_cited_below_its_question(
    index: Index, question: str, answer: str
) -> None:
    cited = asked(index, "faq.md", FAQ, question).citations[0]
    assert cited.text == answer
    assert cited.context is not None
    assert cited.context.text == question


STEPS = """# Printer LX210

## Connecting the printer to a new Wi-Fi

The customer has changed the router or the password. The old settings have to go first.

1. Hold the Wi-Fi button for eight seconds until the printer beeps twice.
2. Open the app and choose the printer.

## Factory reset

Switch the printer off and wait. Hold both keys together, switch on, and let go at the question mark.

All settings are lost.
"""


def read_as(index: Index, text: str, scores: dict[str, float]) -> list[Evidence]:
    """The sentences of a text as if the model had given those that begin so these scores, and the others none."""
    index.add(Source("help.md", text.encode()))
    hit = index.search(text[:200], top_k=1)[0]
    score = {span: scores.get(hit.sentence_text(span).strip("# ").split()[0], 0.0) for span in hit.passage.sentences}
    return [Evidence(hit, span, score[span], {}) for span in hit.passage.sentences]


@pytest.mark.parametrize(
    ("scores", "question", "steps"),
    [
        ({"Connecting": 5, "The": 1}, "How do I connect the printer to a new Wi-Fi?", ["Hold", "Open"]),
        ({"Factory": 5}, "How can I do a factory reset?", ["Switch", "Hold"]),
        ({"Factory": 5}, "What does a factory reset do?", ["Switch"]),
    ],
)
def test_who_asks_how_to_do_a_thing_gets_the_steps_below_its_heading(
    index: Index, scores: dict[str, float], question: str, steps: list[str]
) -> None:
    found = as_they_stand(question, read_as(index, STEPS, scores))
    raised = [one for one in found if one.score == 5 and one.head]
    assert [one.text.split()[0] for one in raised] == steps, "the numbered ones, or what stands together"


def test_steps_below_one_head_are_no_rivals_of_each_other(index: Index) -> None:
    question = "How do I connect the printer to a new Wi-Fi?"
    found = sorted(as_they_stand(question, read_as(index, STEPS, {"Connecting": 5})), key=lambda one: -one.score)
    assert confidence_features(found)["lead"] > 0.9
    apart = [replace(one, head=None) for one in found]
    assert confidence_features(apart)["lead"] < 0.5


def test_a_question_that_stands_alone_in_the_documents_answers_nothing(index: Index) -> None:
    text = "Did Okafor know about the report? Called him twice and got no callback."
    assert asked(index, "notes.txt", text, "Did Okafor know about the report?").citations[0].text.startswith("Called")


def test_a_question_that_tells_what_was_asked_is_cited(index: Index) -> None:
    text = (
        "Which cheap phone should I get for my grandmother in Lindholm? She only calls, and has trouble with small "
        "keys. It must not cost much."
    )
    found = asked(index, "post.txt", text, "Who is the phone for?")
    assert found.citations[0].text.startswith("Which cheap phone")


def test_an_item_is_shown_below_the_head_of_its_list(index: Index) -> None:
    cited = asked(index, "lease.txt", LEASE, "May the tenant park lorries in the yard overnight?").citations[0]
    assert cited.text == "(b) park lorries in the yard overnight;"
    assert cited.context is not None
    assert cited.context.text == "6.4 The Tenant must not:"
    assert cited.answer is None, "by itself it would say the opposite"
    assert index.document(cited.document_id).text[cited.context.start : cited.context.end] == cited.context.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rules.md", "# Rules\n\nGuests must not:\n\n1. feed the cat\n2. park lorries\n   in the yard\n\nPay. Now.\n"),
        ("rules.md", "- Guests must not:\n  - feed the cat\n  - park lorries\n    in the yard\n- Hosts may."),
        ("rules.html", "<p>Guests must not:</p><ul><li>feed the cat<li>park lorries in the yard</ul><p>Pay. Now."),
        ("rules.txt", "3. Guests must not\n(a) feed the cat;\n(b) park lorries in the yard.\n"),
    ],
)
def test_an_item_whose_mark_is_no_part_of_it_is_shown_below_its_head_too(index: Index, name: str, text: str) -> None:
    cited = asked(index, name, text, "May I park lorries in the yard?").citations[0]
    assert "lorries" in cited.text
    assert cited.context is not None
    assert cited.context.text.endswith(("Guests must not:", "Guests must not"))
    assert cited.answer is None


@pytest.mark.parametrize(
    "text",
    [
        "They must not:\n\nfeed the cat\n\nsmoke",
        "They must not: eat.\nSo it is. Nobody\ncame.\nsmoke",
        "They must not:\nfeed the cat\nsmoke. And more",
        "No head.\n  feed the cat\nsmoke",
    ],
)
def test_a_line_that_stands_apart_from_a_list_is_none_of_its_items(text: str) -> None:
    spans = [Span(match.start(), match.end()) for match in re.finditer(r"\S[^\n.]*(?:\.|$|(?=\n))", text)]
    place = next(place for place, span in enumerate(spans) if span.of(text).startswith("smoke"))
    assert head_of_lines(spans[place], spans[:place], text) is None


def test_the_sentence_after_a_list_is_none_of_its_items(index: Index) -> None:
    text = "The tenant must not:\n- keep pets\n- sublet the flat\n\nThe landlord must:\n- paint the door\n"
    cited = asked(index, "lease.txt", text, "Can the tenant keep pets?").citations
    assert cited[0].text in ("- keep pets", "- sublet the flat")
    assert all(one.text != "The landlord must:" or one.context is None for one in cited)


def test_an_item_is_shown_below_the_head_of_its_own_list(index: Index) -> None:
    lease = (
        "The Tenant must:\n(a) keep the garden tidy;\n(b) not do any of the following:\n"
        "(i) keep pets in the flat;\n(ii) smoke in the stairwell.\n"
    )
    cited = asked(index, "lease.txt", lease, "May the tenant smoke in the stairwell?").citations[0]
    assert cited.text == "(ii) smoke in the stairwell."
    assert cited.context is not None
    assert cited.context.text == "(b) not do any of the following:"
    assert cited.answer is None


def test_a_row_of_another_code_is_not_quoted(index: Index) -> None:
    found = asked(index, "codes.csv", CODES, "my machine shows E05 what should I do")
    assert found.citations[0].text.startswith("code: E05")


def test_a_row_is_shown_below_the_names_of_its_columns(index: Index) -> None:
    found = asked(index, "revenue.html", REGIONS, "How much revenue came from the Americas in 2023?")
    assert found.citations[0].text == "Americas\t1,009\t1,062"
    assert found.citations[0].context is not None
    assert found.citations[0].context.text == "Region\t2024\t2023"
    assert found.short in (None, "1,062"), "the other cell is of another year"


@pytest.mark.parametrize(
    ("earlier", "sentence", "expected"),
    [
        (["You need:", "- two eggs", "- flour"], "- milk", 0),
        (["1. Unplug it.", "Wait a minute.", "2. Lift the lid."], "3. Press.", None),
        (["The Tenant must not:", "(a) keep bees;"], "6.5 The Landlord repairs the roof.", None),
        (["The Tenant must:", "(a) pay;", "(b) clean;", "The Landlord must:", "(a) insure;"], "(b) repair.", 3),
        (["It pays for:", "(a) either:", "(i) a bus; or", "(ii) a train;"], "(b) meals.", 0),
        (["The Tenant must:", "(a) pay;", "(b) never do this:", "(i) keep bees;"], "(ii) smoke.", 2),
        (["Do:", "(i) a;", "(ii) b:", "(a) x;", "(b) y;"], "(iii) c.", 0),
        (["Do:", *(f"({letter}) thing;" for letter in "abcdefgh")], "(i) the ninth.", 0),
        (["A town has a mayor.", "Ward\tYes\tNo", "First\t62\t41"], "Second\t118\t90", 1),
        (["First\t62\t41"], "Second\t118\t90", None),
        (["Term\tMeaning"], "Rent\tthe Annual Rent", 0),
        (["Date of agreement\t18 July 2025"], "Deposit\t£900", None),  # a form, whose first line names no columns
        (["| Drug | Dose | Way |", "|---|---|---|"], "| Alvar | 39 mg | tablet |", 0),
        (["The harbour is old."], "The bridge is new.", None),
    ],
)
def test_the_line_above_is_the_head_of_the_list_or_of_the_columns(
    earlier: list[str], sentence: str, expected: int | None
) -> None:
    assert line_above(sentence, earlier) == expected


def test_a_passage_is_read_below_its_heading(index: Index) -> None:
    filler = "The staff of the house meet every second Tuesday in the small hall to talk about what is planned. " * 7
    leaves = [
        f"{name} leave\n\n{filler}\n\nIt is {weeks} weeks long." for name, weeks in (("Parental", 26), ("Sick", 6))
    ]
    text = "\n\n".join(["Rules of the house", *leaves])
    found = asked(index, "rules.txt", text, "How long is parental leave?")
    assert found.citations[0].text == "It is 26 weeks long."


@pytest.mark.parametrize(
    ("text", "question", "short"),
    [
        ("The peace pardoned all but four of the rebels.", "How many rebels were pardoned?", None),
        ("The drug is not recommended for children under 12 years.", "For whom is the drug recommended?", None),
        ("The bridge, which has no tolls, opened in May 1998.", "When did the bridge open?", "May 1998"),
        ("The fee for late filing is $50 and is not refundable.", "What is the fee for late filing?", "$50"),
        ("Proposals must be filed no later than 31 March.", "When must proposals be filed?", "31 March"),
    ],
)
def test_what_its_clause_denies_is_no_short_answer(index: Index, text: str, question: str, short: str | None) -> None:
    found = asked(index, "note.txt", text, question).short
    assert (found is None) if short is None else (found is not None and short in found)


CONTRACT = """CONTRACT OF EMPLOYMENT

This agreement is made between Wrenfield Analytics Ltd (the "Company", "we") and Ms Imogen Hale (the "Employee", "you").
"""


def test_a_party_is_asked_for_by_the_word_that_the_document_has_for_it() -> None:
    held = parties(CONTRACT)
    assert {name: word for name, (word, _) in held.items()} == {
        "wrenfield": "Company", "analytics": "Company", "imogen": "Employee", "hale": "Employee"
    }  # fmt: skip
    asked = "How long can Wrenfield keep Ms Imogen Hale on garden leave?"
    assert in_own_words(asked, held, "We may place you on garden leave.") == (
        "How long can the Company keep the Employee on garden leave?"
    )
    assert in_own_words("What is Hale's salary?", held, "You are paid monthly.") == "What is the Employee's salary?"
    assert in_own_words(asked, held, "The office is closed in May.") == asked, "that speaks of neither"
    assert in_own_words("Is Hale Street near?", held, "You are paid monthly.") == "Is Hale Street near?"
    assert in_own_words("What did Imogen say?", held, "Imogen Hale told you.") == "What did Imogen say?"


@pytest.mark.parametrize("called", ['hereinafter "the Employee"', "hereinafter referred to as the “Employee”"])
def test_a_party_may_be_called_so_in_more_words(called: str) -> None:
    assert parties(f"between the firm and Jane Doe ({called})")["doe"] == ("Employee", frozenset({"employee"}))


@pytest.mark.parametrize(
    "text",
    [
        'The lease of Tanyard Wharf (the "Lease") ended.',
        'It is a Service Level Agreement (the "Agreement").',
        "The bridge (the longest of its kind) is old.",
        "(" * 5000,
        'Ida Frey (the "Owner") ' * 50,
    ],
)
def test_what_is_no_party_is_not_called_by_another_word(text: str) -> None:
    assert parties(text) == {}


def test_what_is_said_in_a_transcript_is_shown_with_the_line_that_names_the_speaker() -> None:
    talk = ["ANNA VOSS: Welcome.", "Ben Orr: Thank you.", "It has been a good year.", "ANNA VOSS: Did sales rise?"]
    assert speakers_line("They doubled.", [*talk, "Ben Orr: They did."]) == 4
    assert speakers_line("Ben Orr: They did.", talk) is None
    assert speakers_line("It is late.", ["Name: Ida Frey", "Date: 3 May", "Place: Ulm"]) is None
    notes = ["Note: keep it dry.", "Warning: it gets hot.", "Note: read this first.", "Press the button."]
    assert speakers_line("The battery lasts ten hours.", notes) is None
    assert speakers_line("It is late.", ["From: A", "Subject: B", "From: C", "Subject: D"]) is None


def test_a_clause_is_found_by_its_number(index: Index) -> None:
    text = "\n\n".join(
        [
            "6.1 The Tenant must paint the hall.",
            "6.2 The Landlord mends the roof.",
            "6.3 The Tenant must not keep bees.",
        ]
    )
    found = asked(index, "lease.txt", text, "What does clause 6.2 say?")
    assert [one.text for one in found.citations] == ["6.2 The Landlord mends the roof."]
