"""Answers from a file: how a row is read, what is a refusal, and what a bad row is told."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals import Suite, load_suite
from evals.align import Aligner
from evals.answers import AnswersFromFile, load_answers, quotations, says_nothing, sentences
from evals.rows import SuiteError
from evals.systems import Quote, Said

TOWN = "The bridge opened in May. It cost nine million euros. The mayor cut the ribbon… and nobody was hurt."
QUESTIONS = {
    "when": "When did it open?",
    "price": "What was the price?",
    "who": "Who came?",
    "again": "Who came?",
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    folder = tmp_path_factory.mktemp("suites") / "town"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "town.txt").write_text(TOWN, encoding="utf-8")
    rows = [
        {"id": id_, "question": text, "history": [], "answerable": False, "kind": "x", "evidence": [], "answers": []}
        for id_, text in QUESTIONS.items()
    ]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return load_suite(folder)


def load(suite: Suite, folder: Path, *rows: object) -> AnswersFromFile:
    file = folder / "product.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return load_answers(file, suite)


def answered(suite: Suite, folder: Path, **row: object) -> tuple[Said, str]:
    """What a row about "when" says, and how it was read."""
    answers = load(suite, folder, {"id": "when", **row})
    (reading,) = answers.read_as.keys() - {"missing"}
    return answers.answer_to("when"), reading


# ---- rows ----


def test_everything_that_a_row_can_say(suite: Suite, tmp_path: Path) -> None:
    said, reading = answered(
        suite,
        tmp_path,
        text="In May [1].",
        citations=[
            "The bridge opened in May.",
            {"quote": "It cost nine", "document": "files/town.txt", "start": 26, "end": 38},
            {"quote": "in May", "document": None, "start": None},
        ],
        short="May",
        confidence=0.8,
        seconds=2,
        refused=False,
    )
    quotes = (
        Quote("The bridge opened in May."),
        Quote("It cost nine", "files/town.txt", 26, 38),
        Quote("in May"),
    )
    assert said == Said("In May [1].", quotes, "May", 0.8, None, 2, refused=False)
    assert reading == "citations"


def test_questions_are_named_by_id_or_by_their_text(suite: Suite, tmp_path: Path) -> None:
    rows = [{"question": " What was  the price?", "text": "Nine million."}, {"id": "who", "answer": "The mayor came."}]
    answers = load(suite, tmp_path, *rows)
    assert answers.name == "product.jsonl"
    assert answers.answer_to("price").text == "Nine million."
    assert answers.answer_to("who").text == "The mayor came."
    assert answers.answer_to("who").seconds is None
    with pytest.raises(KeyError):
        answers.answer_to("where")


def test_a_question_without_a_row_is_a_refusal(suite: Suite, tmp_path: Path) -> None:
    answers = load(suite, tmp_path, {"id": "when", "text": "It opened in May."}, {"id": "who", "refused": True})
    assert answers.answer_to("price") == Said(refused=True)
    assert any("2 of 4 questions have no row" in note for note in answers.notes)
    assert answers.read_as == Counter(sentences=1, refusals=1, missing=2)


def test_blank_lines_and_a_byte_order_mark_do_not_matter(suite: Suite, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'\xef\xbb\xbf\r\n{"id": "when", "citations": ["In May it opened."]}\r\n\r\n')
    assert load_answers(file, suite).answer_to("when").citations == (Quote("In May it opened."),)


# ---- what is cited ----


def test_quotations_of_the_text_are_its_citations(suite: Suite, tmp_path: Path) -> None:
    said, reading = answered(
        suite, tmp_path, text='The town says "the bridge opened in May" and is "very proud" of it.'
    )
    assert (said.citations, reading) == ((Quote("the bridge opened in May"),), "quotations")


def test_else_those_sentences_are_that_stand_in_the_documents(suite: Suite, tmp_path: Path) -> None:
    prose = "That was a great sum of money for such a place."
    said, reading = answered(
        suite, tmp_path, text=f"It opened in May [1]. {prose} It cost five million euros.【2†town】"
    )
    assert said.citations == (Quote("It opened in May."), Quote("It cost five million euros."))
    assert reading == "sentences"
    said, reading = answered(suite, tmp_path, text=f"{prose}\n\nSources: [1] town.txt\n[2] The bridge opened in May.")
    assert (said.citations, said.abstained, reading) == ((), False, "uncited")


def test_a_quote_with_an_ellipsis_becomes_its_parts(suite: Suite, tmp_path: Path) -> None:
    given = {"quote": "The bridge opened […] nine million euros.", "document": "town.txt", "start": 0, "end": 50}
    said, _ = answered(suite, tmp_path, citations=[given, "The mayor cut the ribbon... and nobody"])
    assert said.citations == (
        Quote("The bridge opened", "town.txt"),
        Quote("nine million euros.", "town.txt"),
        Quote("The mayor cut the ribbon... and nobody"),  # the document's own ellipsis
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said "one two three four".', ["one two three four"]),
        ("He said “one two three\nfour”.", ["one two three\nfour"]),
        (
            "Er sagte „eins zwei drei vier“ und »fünf sechs sieben acht«.",
            ["eins zwei drei vier", "fünf sechs sieben acht"],
        ),
        ("Il dit « un deux trois quatre » et «cinq six sept huit».", ["un deux trois quatre", "cinq six sept huit"]),
        ("He said ‘it’s one two three’ there.", ["it’s one two three"]),
        ("It's so. He said 'it's one two three' there.", ["it's one two three"]),
        ("The tenants' duty is to pay, and the owners' to mend.", []),
        ("He said “one ‘two three four five’ six”.", ["one ‘two three four five’ six"]),
        ('A 6" pipe and a 9" pipe and nothing else.', []),
        ('"one two three"', []),
        (
            "Sie nannte es ‚eins zwei drei vier‘ und ‹fünf sechs sieben acht›.",
            ["eins zwei drei vier", "fünf sechs sieben acht"],
        ),
        ("文書に「この湖では鳥が確認された」とある。", ["この湖では鳥が確認された"]),
        ("『日本銀行』による。", []),
        ("In the '90s the costs were the owners' problem.", []),
        ('He said "one two three four [1]" there.', ["one two three four"]),
        ('An open "quotation\n\nends with its paragraph" here.', []),
        ("> one two three four\n> five\n\nSo it says.", ["one two three four\nfive"]),
        (
            "So:\n\n> “one two three four”\n> — Ana Ruiz\n>\n> five six seven eight\n",
            ["one two three four", "five six seven eight"],
        ),
        (
            '> one "two three four five" six\n\n"seven eight nine ten"',
            ['one "two three four five" six', "seven eight nine ten"],
        ),
        ('"seven eight nine ten"\n> one two three four', ["seven eight nine ten", "one two three four"]),
    ],
)
def test_what_a_text_quotes(text: str, expected: list[str]) -> None:
    assert list(quotations(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It opened in May [1][2]. It rained [3, 4].", ["It opened in May.", "It rained."]),
        ("It opened in May (1). It rained. (2)", ["It opened in May.", "It rained."]),
        ("It opened in May^1. It rained.^2", ["It opened in May.", "It rained."]),
        ("It opened in May.¹ It rained<sup>2</sup>.", ["It opened in May.", "It rained."]),
        ("It opened in [May](https://a.example/b). ![map](c.png)", ["It opened in May."]),
        ("It opened in May [[1]](https://a.example/b).", ["It opened in May."]),
        ("It opened in May [Source 1]. It rained (town.txt).", ["It opened in May.", "It rained."]),
        ("It opened in May [town.txt, p. 3].", ["It opened in May."]),
        ("The list (rooms.txt) is kept here.", ["The list (rooms.txt) is kept here."]),
        (
            "- It opened in May[^1].\n- It rained 10^6 times on the (12) bridges.",
            ["It opened in May.", "It rained 10^6 times on the (12) bridges."],
        ),
        ("... [1]", []),
    ],
)
def test_sentences_come_without_markers(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


# ---- refusals ----


@pytest.mark.parametrize(
    "row",
    [
        {"refused": True},
        {"refused": True, "text": "It opened in May."},
        {"text": ""},
        {"text": " … "},
        {"citations": []},
        {"text": "N/A"},
        {"text": "Sorry, I am unable to help with that."},
        {"text": "This isn't covered in our knowledge base."},
        {"text": "None of the sources discuss it."},
        {"text": "The documents do not say when it opened."},
        {"text": "The documents do not say when it opened.", "citations": ["It cost nine million euros."]},
    ],
)
def test_refusals(suite: Suite, tmp_path: Path, row: dict[str, object]) -> None:
    said, reading = answered(suite, tmp_path, **row)
    assert (said.citations, reading) == ((), "refusals")


@pytest.mark.parametrize("row", [{"text": "It opened in May.", "citations": []}, {"short": "May"}])
def test_an_answer_without_citations_is_no_refusal(suite: Suite, tmp_path: Path, row: dict[str, object]) -> None:
    said, reading = answered(suite, tmp_path, **row)
    assert (said.citations, said.abstained, reading) == ((), False, "uncited")


def test_documents_that_are_none_of_the_suite_are_told(suite: Suite, tmp_path: Path) -> None:
    row = {"id": "when", "citations": [{"quote": "It opened in May.", "document": "village.txt"}]}
    assert (
        "1 of 1 named documents are none of the suite; their quotes were looked for in all"
        in load(suite, tmp_path, row).notes
    )


def test_a_refusal_keeps_what_it_would_have_cited(suite: Suite, tmp_path: Path) -> None:
    said, _ = answered(suite, tmp_path, refused=True, citations=["It cost nine", "in May"], confidence=0.1)
    assert (said.nearest, said.confidence) == (Quote("It cost nine"), 0.1)


@pytest.mark.parametrize("unsure", [True, False])
def test_a_refusal_can_be_unsure(suite: Suite, tmp_path: Path, unsure: bool) -> None:
    said, _ = answered(suite, tmp_path, refused=True, unsure=unsure)
    assert (said.abstained, said.unsure) == (True, unsure)


@pytest.mark.parametrize(
    "row",
    [
        {"text": "The documents do not say when it opened."},
        {"text": "I don't know.", "citations": ["in May"]},
    ],
)
def test_refused_false_overrides(suite: Suite, tmp_path: Path, row: dict[str, object]) -> None:
    said, reading = answered(suite, tmp_path, refused=False, **row)
    assert (said.abstained, reading) == (False, "citations" if "citations" in row else "uncited")


REFUSING = """
The text doesn’t mention it.
The documents do not say when it opened.
The provided documents do not include information about this.
The documents don't address this question.
I don't have enough information to answer this.
The provided context does not include information about who designed the bridge.
The documents do not discuss the designer.
There is nothing in the documents about this.
I'm sorry, but I couldn't locate that in the documents.
Unknown.
Not mentioned.
I have no data on that.
It is unclear from the documents who designed it.
I wasn't able to find any information about this.
I haven't been able to find that in the documents.
There isn't anything in the documents about the designer.
Although I read the documents, I could not find it.
According to [1], the documents do not say.
The documents do not say who designed it [1].
The documents do not give the name of the designer.
The designer is not named in the documents.
The documents do not indicate who designed the bridge.
Based on the documents, it is not possible to say who designed it.
I am unable to provide an answer.
Sorry, I do not have that information.
The text does not reveal the designer.
There isn't any information about the designer.
The documents never mention a designer.
I don't have information about that.
The sources you gave me contain no mention of a designer.
None of the provided documents mention a designer.
The search results do not contain an answer.
I could not find any information about the designer in the provided context.
From the given passages, it is impossible to tell who designed it.
The available data do not show who designed it.
The context lacks details about the designer.
The passage fails to name the designer.
I'm unable to find who designed it.
We were unable to verify this.
I see no reference to a designer.
There is insufficient context to answer.
The excerpts provide no details about the designer.
This information isn't available in the documents.
That detail is not included in the sources.
The answer is not in the documents.
Nothing in the documents mentions a designer.
No document mentions the designer.
The documents are silent on this.
The provided information is insufficient to answer.
The documents make no mention of a designer.
I found nothing about a designer.
This is outside the scope of the provided documents.
The question cannot be answered from the given passages.
I was not able to find this.
Not enough info.
No relevant information.
The name of the designer is not provided in the text.
According to the documents, the designer is unknown.
This isn't discussed in the uploaded files.
""".strip().splitlines()
"""Of the documents, or of what "I" know: refusals even if something is cited."""

REFUSING_UNCITED = """
The treaty does not explicitly specify a date.
The date is not available.
There is no information about the architect.
There is no answer.
No relevant information was found.
No information about the designer is available.
I could not find an answer. Please ask again. Thank you.
This cannot be determined from the sources.
I'm not sure.
Sorry, I am not sure who designed it.
It does not say.
Cannot answer.
There's no mention of a price.
This is not mentioned in the provided documents.
I am unable to answer this.
I don't know.
There is not enough information to tell.
There isn't enough information to answer.
No information found.
No relevant passages found.
Unanswerable
The handbook doesn't cover parental leave.
The manual contains no information on it.
""".strip().splitlines()

ANSWERING = """
It opened in May.
Nobody was hurt, and no car was lost.
The mayor did not attend.
It is known that the bridge is closed.
Tickets are not available on public holidays.
The price does not include breakfast.
The plan does not provide money for schools.
Flood damage is not covered.
The mayor gave no answer.
The council gave no details of the price.
The suspect was not named in the police report.
The report did not mention the fire.
The company released no information about the victims.
The cause of the fire is unknown.
It is unclear who lit the fire, the police said.
The ferry does not run on Sundays.
The policy does not cover dental care.
The court had no evidence against him.
Dogs are not included in the fare.
There is no information desk on Sundays.
There is nothing to pay for children.
Members do not have access to the archive.
He did not say when he would return.
They cannot enter without a ticket.
I'm not sure, but it opened in May.
It cost nine million euros [1]. The text does not say who paid.
It opened in May.[1] The documents do not mention the cost.
Although the report does not explain why, the bridge cost nine million euros [1].
While the context does not mention dollars, the cost is nine million euros.
Passwords must not be given by phone.
The documents are kept for ten years and do not leave the building.
The source of the river is not in France.
You will find the information in the leaflet.
Staff cannot provide refunds.
The context of the speech was the strike.
No, the car was not insured.
Nothing was found on the pages of his diary.
The documents are not in the safe.
No report was written.
No relevant experience is needed.
No answer was given by the minister.
The data was lost, and there was no record of it.
It opened in May. It rained. Many came. The price is not mentioned.
""".strip().splitlines()
"""What the world does not say, hold or know; the last one is longer than a refusal is."""


@pytest.mark.parametrize("text", REFUSING)
def test_texts_that_say_nothing(text: str) -> None:
    assert says_nothing(text, cites=True)
    assert says_nothing(text)


@pytest.mark.parametrize("text", REFUSING_UNCITED)
def test_texts_that_say_nothing_if_nothing_is_cited(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ANSWERING)
def test_texts_that_say_something(text: str) -> None:
    assert not says_nothing(text)
    assert not says_nothing(text, cites=True)


def test_with_citations_it_must_be_the_documents_that_do_not_say() -> None:
    for text in ("The plan does not mention schools.", "The car was not found.", "They could not find it."):
        assert says_nothing(text)
        assert not says_nothing(text, cites=True)
    for text in (
        "The provided context does not contain the price.",
        "The price is not stated in the given documents.",
        "There is no mention of a price.",
        "I could not find the price.",
        "I cannot answer this.",
    ):
        assert says_nothing(text, cites=True)
    assert says_nothing("")
    assert not says_nothing("", cites=True)


def test_what_was_answered_first_stays_an_answer(suite: Suite, tmp_path: Path) -> None:
    said, reading = answered(suite, tmp_path, text="It cost nine million euros. The text does not say who paid.")
    assert (said.citations[0], reading) == (Quote("It cost nine million euros."), "sentences")
    assert answered(suite, tmp_path, text="Let me see. The text does not say who paid.")[1] == "refusals"


def test_a_marker_that_stands_in_the_document_is_kept(suite: Suite, tmp_path: Path) -> None:
    aligner = Aligner({"mill.txt": "The mill,[3] which burned, was rebuilt."})
    assert quotations('"The mill,[3] which burned [1]" and "which burned, was rebuilt [1]"', aligner) == (
        "The mill, which burned",
        "which burned, was rebuilt",
    )
    assert quotations('"The mill,[3] which burned"', aligner) == ("The mill,[3] which burned",)


def test_half_a_character_is_replaced(suite: Suite, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": "when", "text": "In May \\ud83d.", "citations": ["in May \\ud83d\\ude00", "\\udc00 day"]}')
    said = load_answers(file, suite).answer_to("when")
    assert said.text == "In May \N{REPLACEMENT CHARACTER}."
    assert said.citations == (Quote("in May \N{GRINNING FACE}"), Quote("\N{REPLACEMENT CHARACTER} day"))


def test_a_text_with_a_quotation_is_an_answer(suite: Suite, tmp_path: Path) -> None:
    said, _ = answered(suite, tmp_path, text='It does not say who, only that "nobody was hurt there".')
    assert said.citations == (Quote("nobody was hurt there"),)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Tickets are not available.", "sentences"),
        ("The boat was not found.", "refusals"),
        ("The letter says that the price is not mentioned in the report.", "sentences"),
        ("The price is not mentioned in the text.", "refusals"),
        ("The mayor said that it could not be found.", "sentences"),
        ("The mayor said that he could not be found.", "sentences"),  # altered, and about the world
        ("The letter says the price is not mentioned in the documents.", "refusals"),  # altered, about the documents
        ('The documents do not say "that the mayor was at the bridge".', "refusals"),
        ('The documents do not say so, only "The mayor said that it could not be found."', "quotations"),
    ],
)
def test_what_a_document_says_is_no_refusal(tmp_path: Path, text: str, read_as: str) -> None:
    folder = tmp_path / "letter"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "letter.txt").write_text(
        "Tickets are not available. The letter says that the price is not mentioned in the report. "
        "The mayor said that it could not be found."
    )
    row = {"id": "when", "question": "When?", "history": [], "answerable": False, "kind": "x"}
    (folder / "questions.jsonl").write_text(json.dumps({**row, "evidence": [], "answers": []}))
    assert answered(load_suite(folder), tmp_path, text=text)[1] == read_as


def test_uncited_texts_where_nothing_answers_are_to_be_looked_at(suite: Suite, tmp_path: Path) -> None:
    rows = [{"id": "when", "text": "No clue."}, {"id": "price", "text": "Dear me."}, {"id": "who", "refused": True}]
    (note,) = [note for note in load(suite, tmp_path, *rows).notes if "look whether they refuse" in note]
    assert note.startswith("2 texts without a citation")
    assert note.endswith("(when, price)")
    row = {"id": "when", "text": "No information on the day was found.", "citations": ["in May"]}
    (note,) = [note for note in load(suite, tmp_path, row).notes if "look whether they refuse" in note]
    assert note.startswith("1 texts with citations")


# ---- bad rows ----


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("{", ["not JSON", "write each in one line"]),
        ("[1]", ["not a JSON object"]),
        ("[" * 100_000, ["not JSON"]),
        ('{"text": "May."}', ["names no question", "'id'"]),
        ('{"id": "when"}', ["says nothing", "'text' or 'citations'"]),
        ('{"id": "where", "text": "x"}', ["town has no question 'where'", "did you mean 'when'?"]),
        ('{"id": 7, "text": "x"}', ["'id': 7"]),
        ('{"question": "Why?", "text": "x"}', ["no question 'Why?'", "'id'"]),
        ('{"question": "Who came?", "text": "x"}', ["asked by who, again", "'id'"]),
        ('{"id": "when", "question": "Who came?", "text": "x"}', ["'When did it open?'", "'Who came?'"]),
        ('{"id": "when", "text": "x", "answer": "y"}', ["mean the same"]),
        ('{"id": "when", "citation": ["x"]}', ["unknown field 'citation'", "citations"]),
        ('{"id": "when", "text": 5}', ["'text': 5", "as a text"]),
        ('{"id": "when", "citations": "x"}', ["'citations': 'x'", "a list"]),
        ('{"id": "when", "citations": [5]}', ["a citation is 5", "quote"]),
        ('{"id": "when", "citations": [" "]}', ["'quote': ' '", "words that were cited"]),
        ('{"id": "when", "citations": [{"document": "a"}]}', ["lacks 'quote'"]),
        ('{"id": "when", "citations": [{"quote": "a", "page": 2}]}', ["unknown field 'page'"]),
        ('{"id": "when", "citations": [{"quote": "a", "start": 2}]}', ["only one of 'start' and 'end'"]),
        ('{"id": "when", "citations": [{"quote": "a", "start": 2, "end": 2}]}', ["'start' 2 and 'end' 2"]),
        ('{"id": "when", "citations": [{"quote": "a", "start": -1, "end": 2}]}', ["'start': -1"]),
        ('{"id": "when", "text": "x", "confidence": NaN}', ["'confidence': nan", "a number"]),
        ('{"id": "when", "text": "x", "confidence": "high"}', ["'confidence': 'high'"]),
        ('{"id": "when", "text": "x", "seconds": -1}', ["'seconds': -1", "not negative"]),
        ('{"id": "when", "text": "x", "refused": "no"}', ["'refused': 'no'", "true or false"]),
        ('{"id": "when", "refused": false}', ['"refused": false', "neither citations nor a text"]),
        ('{"id": "price", "text": "x"}', ["'price' was answered in an earlier line already"]),
    ],
)
def test_a_bad_row_is_told_its_line_and_its_cause(suite: Suite, tmp_path: Path, line: str, messages: list[str]) -> None:
    file = tmp_path / "product.jsonl"
    file.write_text('{"id": "price", "text": "Nine million."}\n\n' + line + "\n")
    with pytest.raises(SuiteError) as error:
        load_answers(file, suite)
    for message in [f"{file}, line 3: ", *messages]:
        assert message in str(error.value)


def test_a_bad_file_is_told_what_to_do(suite: Suite, tmp_path: Path) -> None:
    file = tmp_path / "product.jsonl"
    with pytest.raises(SuiteError, match="cannot be read: No such file"):
        load_answers(file, suite)
    file.write_bytes(b"\n")
    with pytest.raises(SuiteError, match="holds no answer; write one JSON object a line"):
        load_answers(file, suite)
    file.write_bytes(b'{"id": "when", "text": "\xff"}')
    with pytest.raises(SuiteError, match="line 1: it is not JSON in UTF-8"):
        load_answers(file, suite)


# ---- laws ----


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("a 1.…\"“”‘’'«»„>\n[]()【】^¹-*!"), max_size=80) | st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert all(len(quotation.split()) >= 4 for quotation in quotations(text))
    assert all(any(character.isalnum() for character in sentence) for sentence in sentences(text))
    assert says_nothing(text) or sentences(text)


def test_long_texts_take_no_time() -> None:
    for text in (
        " " * 200_000,
        '"' * 50_000,
        " 'a" * 50_000,
        "“a " * 50_000,
        "> " * 50_000,
        "[1" * 50_000,
        "a (1) " * 30_000,
    ):
        says_nothing(text)
        quotations(text)
