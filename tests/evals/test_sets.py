"""Sets in one file become suites: with the passage given, or in an open corpus with a twin that has no answer."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from evals import load_suite
from evals.rows import SuiteError
from evals.sets import half_of, load_set, load_written, question_type, stands_alone
from qa.train.questions import SHARES
from qa.train.written import FOLDER, written_rows

CONTEXTS = [
    "The bridge opened in May. It cost nine million euros. The mayor cut the ribbon.",
    "The harbour froze in 1911. Skaters crossed it by night.",
]


def row(id_: str, context: int, question: str, answers: list[str], **more: object) -> dict:
    text = CONTEXTS[context]
    spans = [{"text": answer, "start": text.index(answer)} for answer in answers]
    fields = {"dataset": "town", "domain": "news", "title": "", "evidence": [], "answerable": bool(answers)}
    return {"id": id_, "context": context, "question": question, "answers": spans, **fields, **more}


def evidence(context: int, *sentences: str) -> list[dict]:
    return [{"text": sentence, "start": CONTEXTS[context].index(sentence)} for sentence in sentences]


ROWS = [
    row("a", 0, "How much did it cost?", ["nine million", "euros. The"]),
    row("b", 0, "Who paid for it?", []),
    row("c", 1, "When was the ice thick enough?", ["1911"], history=["user: What froze?", "agent: The harbour."]),
    row("d", 0, "What happened?", [], answerable=True, evidence=evidence(0, "The bridge opened in May.", "The mayor")),
]


def write(path: Path, rows: list[dict]) -> Path:
    lines = [{"context": number, "text": text} for number, text in enumerate(CONTEXTS)]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in [*lines, *rows])
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "town.jsonl.gz", ROWS)


def test_open_asks_the_answerable_twice(file: Path) -> None:
    suite = load_set(file)
    assert dict(suite.documents) == {"00000.txt": CONTEXTS[0], "00001.txt": CONTEXTS[1]}
    asked = {question.id: question for question in suite.questions}
    assert list(asked) == ["a", "b", "c", "d", "a~left-out", "c~left-out", "d~left-out"]
    assert suite.asked(asked["a"]) is None
    assert suite.asked(asked["a~left-out"]) == {"00001.txt"}
    assert [question.answerable for question in suite.questions] == [True, False, True, True, False, False, False]
    assert [asked[name].kind for name in ("a", "b", "c", "a~left-out")] == [
        "number",
        "unanswerable",
        "when",
        "left-out",
    ]
    assert asked["c"].history == ("What froze?",), "the other side's turns are left out"


def test_given_asks_each_of_its_own_passage(file: Path) -> None:
    suite = load_suite(f"{file}#given")
    assert suite.name == "town-given"
    assert [suite.asked(question) for question in suite.questions] == [
        {"00000.txt"},
        {"00000.txt"},
        {"00001.txt"},
        {"00000.txt"},
    ]


def test_near_asks_each_question_and_its_twin(tmp_path: Path) -> None:
    swappable = row("e", 1, "What froze in 1911 so that people could skate?", ["harbour"])
    suite = load_suite(f"{write(tmp_path / 'town.jsonl.gz', [*ROWS, swappable])}#near")
    assert suite.name == "town-near"
    question, twin = suite.questions
    assert (question.id, twin.id, twin.kind) == ("e", "e~twin", "twin")
    assert twin.question != question.question
    assert twin.question.startswith("What froze in ")
    assert "1911" not in twin.question
    assert question.answerable
    assert not twin.answerable
    assert suite.asked(twin) == suite.asked(question) == {"00001.txt"}


def test_another_way_to_ask_a_set_is_an_error(file: Path) -> None:
    with pytest.raises(SuiteError, match="#given or with #near"):
        load_suite(f"{file}#nearly")


def test_spans_become_the_sentences_they_touch(file: Path) -> None:
    (fact,) = load_set(file).questions[0].evidence
    assert [gold.text for gold in fact] == ["It cost nine million euros.", "The mayor cut the ribbon."]
    assert all(CONTEXTS[0][gold.start : gold.end] == gold.text for gold in fact)


def test_gold_sentences_are_all_needed_or_each_suffices(tmp_path: Path) -> None:
    all_needed = load_set(write(tmp_path / "x.jsonl.gz", ROWS[3:])).questions[0]
    assert [len(fact) for fact in all_needed.evidence] == [1, 1]
    each = load_set(write(tmp_path / "y.jsonl.gz", [{**ROWS[3], "dataset": "selqa"}])).questions[0]
    assert [len(fact) for fact in each.evidence] == [2]


def test_a_sample_and_a_half_are_always_the_same(file: Path, tmp_path: Path) -> None:
    many = write(tmp_path / "many.jsonl.gz", [{**ROWS[0], "id": f"q{number}"} for number in range(40)])
    drawn = [question.id for question in load_set(many, sample=5).questions]
    assert drawn == [question.id for question in load_set(many, sample=5).questions]
    assert drawn != [question.id for question in load_set(many, sample=5, seed=1).questions]
    halves = [{question.id for question in load_set(many, half=half).questions} for half in ("choose", "report")]
    assert halves[0] & halves[1] == set()
    assert len(halves[0] | halves[1]) == 80
    assert {half_of(f"q{number}") for number in range(40)} == {"choose", "report"}
    assert load_set(many, sample=5).sha256 != load_set(many, sample=6).sha256


def test_questions_that_lean_on_their_document(file: Path) -> None:
    assert stands_alone("What did Anna Berg open in May?")
    assert not stands_alone("Who was charged?")
    assert not stands_alone("What did they open in early summer?")
    with pytest.raises(SuiteError, match="no question of that choice"):
        load_set(file, stand_alone=True)


@pytest.mark.parametrize(
    ("question", "expected"),
    [("How many died?", "number"), ("To whom was it sold?", "who"), ("In what year?", "what"), ("Name it.", "other")],
)
def test_question_type(question: str, expected: str) -> None:
    assert question_type(question) == expected


@pytest.mark.parametrize(
    "content", [b"no gzip", gzip.compress(b"{"), gzip.compress(b'{"other": 1}')], ids=["no gzip", "no JSON", "no set"]
)
def test_what_is_no_set_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(SuiteError, match=r"bad\.jsonl\.gz"):
        load_suite(path)
    with pytest.raises(SuiteError, match=r"gone\.jsonl\.gz"):
        load_suite(tmp_path / "gone.jsonl.gz")


def test_a_row_that_lacks_a_field_is_named(tmp_path: Path) -> None:
    lacking = {name: value for name, value in ROWS[0].items() if name != "evidence"}
    with pytest.raises(SuiteError, match="'a' lacks 'evidence'"):
        load_set(write(tmp_path / "bad.jsonl.gz", [lacking]))


WRITTEN = """\
# Lease of a garage
> The tenant pays by the third day of a month.
> The landlord gives notice three months ahead.
1 | by the third day of a month | When is the rent due?
- | | When does the tenant give notice?

# Ferry to Holm
> It sails at noon.
1 | noon | When does the boat leave?

# The mill
> It burned down in 1904.
1 | in 1904 | When did the mill burn?
"""


def test_written_questions_are_asked_of_a_few_documents_together(tmp_path: Path) -> None:
    path = tmp_path / "town.txt"
    path.write_text(WRITTEN)
    suite = load_written(path, together=2)
    lease, ferry, mill = suite.documents
    assert [suite.asked(one) for one in suite.questions] == [{lease, ferry}, {lease, ferry}, {lease, ferry}, {mill}]
    assert [one.answerable for one in suite.questions] == [True, False, True, True]
    for question in suite.questions:
        for (gold,) in question.evidence:
            assert suite.documents[gold.document][gold.start : gold.end] == gold.text
            assert question.answers[0] in gold.text
    assert suite.documents[ferry] == "# Ferry to Holm\n\nIt sails at noon."
    assert len(load_written(path, together=2, sample=3).questions) == 3


def test_what_is_no_written_set_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(WRITTEN.replace("| noon |", "| at midnight |"))
    with pytest.raises(SuiteError, match=r"bad\.txt.*at midnight"):
        load_written(path, together=2)
    with pytest.raises(SuiteError, match=r"gone\.txt"):
        load_written(tmp_path / "gone.txt", together=2)


def test_no_training_sees_what_the_confidence_is_fitted_on() -> None:
    unseen = {document for path in (FOLDER / "unseen").glob("*.txt") for document in _passages(path)}
    taught = {document for path in FOLDER.glob("*.txt") for document in _passages(path)}
    assert len(unseen) > 100
    assert not unseen & taught
    assert not any("/" in name or name.startswith("unseen") for name in SHARES)


def _passages(path: Path) -> set[str]:
    return {row["text"] for row in written_rows(path, defaultdict(str)) if "question" not in row}
