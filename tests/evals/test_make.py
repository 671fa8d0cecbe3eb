"""Drafted suites: what they hold is true of the documents, and a user is told what went wrong."""

import json
import re
from pathlib import Path

import pytest

from evals import load_suite
from evals.make.cloze import draft_clozes
from evals.make.draft import Draft, draft_questions
from evals.make.suite import Made, make_suite
from evals.make.terms import vocabulary
from evals.rows import SuiteError

TOWN = """\
Anna Berg opened the stone bridge over the river on May 4, 1998. She had waited for years.

The city council paid 15 million euros for the stone bridge in 1999. At least 40 workers died during the winter of 1996.

Marta Olsen sold 300 paintings to the museum in Bergen in 2004. "I was so glad," said Marta Olsen.

The old harbour was closed by the city council in March 2001. In June 2003, Peter Holm bought the red lighthouse for
90,000 euros. The Oslo Sailing Club built 12 wooden boats in the old harbour.
"""

FARM = """\
# The farm

Henrik Lund founded the farm near the lake in 1954. The northern barn burned down on July 9, 1961, according to the
police.

- The new owners planted 700 apple trees in Denmark behind the northern barn.
- Yield, acres, price

| year | trees |
|------|-------|
| 1990 | 7,000 |
"""

SHOP = """\
<html><head><title>The shop</title><script>var x = 1;</script></head><body><h1>The shop in Vienna</h1>
<p>Laura Stein ran the small <b>book shop</b> in Vienna with two brothers until 1987.</p>
<p>The second fire destroyed 5,000 rare books on Monday.</p></body></html>
"""


def write_documents(folder: Path) -> Path:
    (folder / "deep").mkdir(parents=True)
    (folder / "town.txt").write_text(TOWN, encoding="utf-8")
    (folder / "deep" / "farm.md").write_text(FARM, encoding="utf-8")
    (folder / "shop.html").write_text(SHOP, encoding="utf-8")
    return folder


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return write_documents(tmp_path / "mine")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What is made of the documents, for tests that only read it."""
    folder = tmp_path_factory.mktemp("made")
    return make_suite([write_documents(folder / "mine")], folder / "suite")


def asked(sentence: str) -> list[Draft]:
    return draft_questions(sentence, vocabulary([sentence, "the bridge the council"]))


# ---- the suite -------------------------------------------------------------------------------------------


def test_the_suite_loads_and_every_gold_sentence_is_its_slice(made: Made) -> None:
    suite = load_suite(made.folder)
    answerable = [question for question in suite.questions if question.answerable]
    assert set(suite.documents) == {"town.txt", "deep/farm.md", "shop.html"}
    assert made.answerable == made.unanswerable == len(answerable) == len(suite.questions) / 2 >= 6
    assert made.failed == ()
    for question in answerable:
        ((gold, *_),) = question.evidence
        assert suite.documents[gold.document][gold.start : gold.end] == gold.text
        assert all(answer in gold.text for answer in question.answers)
        assert question.answers
        assert not any(re.search(rf"\b{re.escape(answer)}\b", question.question) for answer in question.answers)
    assert {gold.document for question in answerable for fact in question.evidence for gold in fact} == set(
        suite.documents
    )


def test_a_twin_asks_for_what_no_sentence_states(made: Made) -> None:
    questions = load_suite(made.folder).questions
    for question, twin in zip(questions[::2], questions[1::2], strict=True):
        assert question.answerable
        assert not twin.answerable
        assert twin.evidence == twin.answers == ()
        assert twin.question != question.question
        assert twin.id.rpartition("-")[2] == question.id.rpartition("-")[2]
        swapped = set(re.findall(r"\w+", twin.question)) - set(re.findall(r"\w+", question.question))
        kept = set(re.findall(r"[a-z]{4,}", twin.question)) & set(re.findall(r"[a-z]{4,}", question.question))
        for sentence in re.split(r"(?<=\.)\s", TOWN + FARM + SHOP):
            words = set(re.findall(r"\w+", sentence))
            assert not (swapped and swapped <= words and kept <= words)


def test_everything_is_labelled_as_drafted(documents: Path, tmp_path: Path) -> None:
    folder = make_suite([documents], tmp_path / "suite", seed=7).folder
    for question in load_suite(folder).questions:
        assert question.kind.startswith("made-")
        assert question.id.startswith(question.kind)
        assert question.history == ()
        assert question.question.endswith(("?", '"'))
        assert question.question[0].isupper() or not question.question[0].isalpha()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for word in ("synthetic", "seed 7", "made-cloze-", "made-near-miss", "flatters", "How to edit"):
        assert word in " ".join(readme.split())
    assert max(map(len, readme.splitlines())) <= 130


def test_the_same_documents_and_seed_give_the_same_suite(documents: Path, tmp_path: Path) -> None:
    first, again, other = (
        make_suite([documents], tmp_path / name, questions=8, seed=seed).folder / "questions.jsonl"
        for name, seed in (("first", 0), ("again", 0), ("other", 1))
    )
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()


def test_ids_outlive_a_new_document(documents: Path, tmp_path: Path) -> None:
    before = load_suite(make_suite([documents], tmp_path / "before").folder).questions
    (documents / "zoo.txt").write_text("Karl Meier built the zoo near the station in 1931.\n", encoding="utf-8")
    after = load_suite(make_suite([documents], tmp_path / "after").folder).questions
    by_id = {question.id: question.question for question in after}
    shared = [question for question in before if question.id in by_id]
    assert len(shared) >= len(before) / 2
    assert all(by_id[question.id] == question.question for question in shared if question.answerable)


def test_the_number_of_questions_is_a_ceiling_spread_over_the_documents(documents: Path, tmp_path: Path) -> None:
    made = make_suite([documents], tmp_path / "suite", questions=7)
    questions = [question for question in load_suite(made.folder).questions if question.answerable]
    assert made.answerable == made.unanswerable == 3
    assert len({question.evidence[0][0].document for question in questions}) == 3


def test_the_suite_stands_by_itself(documents: Path, tmp_path: Path) -> None:
    folder = make_suite([documents], tmp_path / "suite").folder
    (documents / "town.txt").write_text("All is new.", encoding="utf-8")
    assert load_suite(folder).documents["town.txt"] == TOWN


def test_a_fact_that_is_stated_twice_has_both_sentences_as_gold(tmp_path: Path) -> None:
    line = "Anna Berg opened the stone bridge over the river on May 4, 1998."
    (tmp_path / "a.txt").write_text(line, encoding="utf-8")
    (tmp_path / "b.txt").write_text(f"Nothing here. {line}", encoding="utf-8")
    questions = load_suite(make_suite([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "suite").folder).questions
    ((fact,),) = [question.evidence for question in questions if question.answerable][:1]
    assert {gold.document for gold in fact} == {"a.txt", "b.txt"}


def test_a_fact_that_is_contradicted_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "The council paid 15 million euros for the bridge in Oslo.\n\n"
        "The council paid 19 million euros for the bridge in Oslo.\n",
        encoding="utf-8",
    )
    made = make_suite([tmp_path / "a.txt"], tmp_path / "suite")
    asked_for = {question.kind for question in load_suite(made.folder).questions if question.answerable}
    assert asked_for == {"made-place"}  # both say in which city


# ---- the questions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("Anna Berg opened the bridge in May.", "Who opened the bridge in May?", "Anna Berg"),
        ("Anna Berg opened the bridge in 1998.", "When did Anna Berg open the bridge?", "1998"),
        ("The bridge was closed for three weeks.", "For how many weeks was the bridge closed?", "three"),
        ("The council sold 300 red cars in May.", "How many red cars did the council sell in May?", "300"),
        ("Seven people died on the bridge.", "How many people died on the bridge?", "Seven"),
        ("The bridge cost $15 million in total.", "How much did the bridge cost in total?", "$15 million"),
        ("In May 1998, the council closed the bridge.", "In which month did the council close the bridge?", "May 1998"),
        (
            "The bridge in Norway was sold to whoever paid.",
            "The bridge in which country was sold to whoever paid?",
            "Norway",
        ),
        ("The bridge was opened by Anna Berg in May.", "By whom was the bridge opened in May?", "Anna Berg"),
        ("The council said that Anna Berg opened the bridge in May.", "Who opened the bridge in May?", "Anna Berg"),
        ("Anna Berg opened the bridge in May, the council said.", "Who opened the bridge in May?", "Anna Berg"),
    ],
)
def test_a_question_is_what_a_person_would_ask(sentence: str, question: str, answer: str) -> None:
    assert (question, answer) in [(draft.question, draft.answer) for draft in asked(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "He opened the bridge over the river in May.",  # who?
        "This bridge was opened over the river in May.",
        "Then the council opened the bridge in May 1998.",
        "The two opened the bridge over the river in May.",
        "We opened the bridge over the river in 1998.",
        "The History of the Stone Bridge 1998",  # a heading
        "It cost 3 euros.",
        "The council never opened the bridge in May 1998.",
        "Flight 93 passengers opened the bridge over the river.",  # no number of passengers
        "The first 30 guests of the council opened the bridge.",
        "The council opened the bridge " + "and the bridge " * 20 + "in May.",
    ],
)
def test_a_sentence_that_leans_or_misleads_is_passed_over(sentence: str) -> None:
    assert [draft.question for draft in asked(sentence) if draft.kind != "date"] == []


# ---- the clozes --------------------------------------------------------------------------------------------


def gaps(sentence: str) -> list[tuple[str, str]]:
    context = "the sale of the town in the rain was a success, so the council of Marta Olsen said to Peter Holm"
    return [(draft.question, draft.answer) for draft in draft_clozes(sentence, vocabulary([sentence, context]))]


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "The first replacement is free, and every further one costs 15 euros.",
            'Which number is missing: "The first replacement is free, and every further one costs ___ euros."',
            "15",
        ),
        (
            "- Up to twenty-five unused days may be carried over.",
            'Which number is missing: "Up to ___ unused days may be carried over."',
            "twenty-five",
        ),
        (
            "**Work** on the wall has cost £2.6m [3] so far.",
            'Which amount is missing: "Work on the wall has cost ___ so far."',
            "£2.6m",
        ),
        (
            "The wall was finished by 3 May 2019 without any accident.",
            'Which date is missing: "The wall was finished by ___ without any accident."',
            "3 May 2019",
        ),
        (
            "The office opens at 8:30 on all days but the last.",
            'Which time is missing: "The office opens at ___ on all days but the last."',
            "8:30",
        ),
        (
            "The wall was paid for by the Rivers Authority of Orrisby and the town.",
            'Which name is missing: "The wall was paid for by the ___ and the town."',
            "Rivers Authority of Orrisby",
        ),
        (
            "The firm calls the wall in Norway a “sound” piece of work.",
            'Which country is missing: "The firm calls the wall in ___ a ‘sound’ piece of work."',
            "Norway",
        ),
    ],
)
def test_a_gap_is_a_whole_term(sentence: str, question: str, answer: str) -> None:
    assert (question, answer) in gaps(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "He paid 15 euros for the old red bridge.",
        "This bridge has been closed for 15 days.",
        "## The bridge was closed for 15 days.",
        "| The bridge | was closed | 15 | days |.",
        "The bridge and the 15 old boats of the council.",  # no verb
        "It was closed for 15 days.",
        "The bridge was closed under section 15 of the rules.",
        "The bridge was closed after 15 days, and again after 15 days.",  # the other gives it away
        "The bridge was closed for two or three days by the council.",
        "The bridge was closed for 15 days, namely:",
        "The bridge of the council was built by all and for all " + "and for all " * 10 + "in 15 days.",
        "Volunteering at the bridge is open to all of the council.",  # no name, though in capitals
    ],
)
def test_no_gap_without_a_whole_sentence_and_a_clear_term(sentence: str) -> None:
    assert [answer for _, answer in gaps(sentence) if answer != "three"] == []


def test_clozes_fill_up_where_the_questions_run_out(tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text(
        "Anna Berg opened the stone bridge over the river on May 4, 1998.\n\n"
        "Whoever loses the first key has to pay 15 euros for another.\n\n"
        "Passwords must have at least ten characters, among them a digit.\n",
        encoding="utf-8",
    )
    made = make_suite([tmp_path / "rules.txt"], tmp_path / "suite")
    pairs = [question for question in load_suite(made.folder).questions if question.answerable]
    assert [question.kind.startswith("made-cloze-") for question in pairs] == [False, True, True]
    assert len({question.evidence[0][0].start for question in pairs}) == 3  # no sentence twice
    assert "2 `made-cloze-number`" in (made.folder / "README.md").read_text(encoding="utf-8")
    few = make_suite([tmp_path / "rules.txt"], tmp_path / "few", questions=2)
    assert not [question for question in load_suite(few.folder).questions if "cloze" in question.kind]


# ---- hostile and unusual documents ---------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_used(documents: Path, tmp_path: Path) -> None:
    (documents / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (documents / "nul.txt").write_bytes(b"Anna Berg opened\0 the bridge in 1998.")
    (documents / "empty.txt").write_bytes(b"")
    (documents / "song.mp3").write_bytes(b"ID3")
    made = make_suite([documents, documents / "missing.txt", documents / "town.txt"], tmp_path / "suite")
    failed = {Path(failure.source).name for failure in made.failed}
    assert failed == {"binary.txt", "nul.txt", "empty.txt", "song.mp3", "missing.txt"}
    assert all(failure.reason for failure in made.failed)
    assert set(load_suite(made.folder).documents) == {"mine/town.txt", "mine/deep/farm.md", "mine/shop.html"}


def test_strange_text_does_no_harm(documents: Path, tmp_path: Path) -> None:
    (documents / "strange.txt").write_text(
        "🎉 Anna Berg opened 🚀 the bridge in 1998. 👩‍👩‍👧\n"
        "פתח הגשר \u202e1998 in the year of the opening.\n"
        "The {council} sold %s 300 \\1 cars (?P<x>) in 2004 to [them] \u2028 and <script>alert(1)</script>.\n"
        'Marta Olsen sold the "{seed}" to 300 people in Bergen in 2001.\n'
        "Ω≈ç√ 5,000 ½ cups were sold by the İstanbul Bank in 1999.\r\rA\u0000".replace("\u0000", ""),
        encoding="utf-8",
    )
    made = make_suite([documents], tmp_path / "suite")
    assert not made.failed
    assert load_suite(made.folder).questions


def test_a_large_file_is_read_in_reasonable_time(tmp_path: Path) -> None:
    lines = (
        f"Anna Berg{number} sold {number + 2} red cars to the council in Oslo in 1998." for number in range(20_000)
    )
    (tmp_path / "big.txt").write_text("\n\n".join([*lines, "a" * 200_000, "x," * 50_000]), encoding="utf-8")
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    made = make_suite([tmp_path / "big.txt", tmp_path / "town.txt"], tmp_path / "suite", questions=10)
    assert {file.name for file in (made.folder / "documents").iterdir()} == {"big.txt", "town.txt"}


def test_names_that_clash_or_hide_are_kept_apart(tmp_path: Path) -> None:
    for name in ("one/a.txt", "two/one/a.txt", ".hidden.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TOWN.replace("bridge", f"bridge{len(name)}"), encoding="utf-8")
    paths = [tmp_path / "one", tmp_path / "two" / "one", tmp_path / ".hidden.txt"]
    made = make_suite(paths, tmp_path / "suite")
    assert set(load_suite(made.folder).documents) == {"one/a.txt", "one/a-2.txt", "hidden.txt"}


# ---- refusals ------------------------------------------------------------------------------------------------


def test_nothing_is_overwritten(documents: Path, tmp_path: Path) -> None:
    folder = tmp_path / "suite"
    folder.mkdir()
    make_suite([documents], folder)  # an empty folder is free
    before = (folder / "questions.jsonl").read_bytes()
    with pytest.raises(SuiteError, match="nothing is overwritten; give a new folder"):
        make_suite([documents], folder, seed=1)
    assert (folder / "questions.jsonl").read_bytes() == before
    with pytest.raises(SuiteError, match="nothing is overwritten"):
        make_suite([documents], documents / "town.txt")


def test_nothing_is_left_behind_when_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "poem.txt").write_text("Roses are red.\nViolets are blue.", encoding="utf-8")
    (tmp_path / "data.bin").write_bytes(b"\0\1")
    for path, reason in (
        ("empty", "hold no documents"),
        ("poem.txt", "1 document;"),
        ("data.bin", r"data\.bin: files of"),
    ):
        with pytest.raises(SuiteError, match=reason):
            make_suite([tmp_path / path], tmp_path / "suite")
    with pytest.raises(SuiteError, match="at least 2"):
        make_suite([tmp_path / "poem.txt"], tmp_path / "suite", questions=1)
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "poem.txt", "data.bin"}


def test_a_folder_that_cannot_be_written_is_named(documents: Path) -> None:
    with pytest.raises(SuiteError, match=r"cannot be written: .*; give another folder with --to"):
        make_suite([documents], documents / "town.txt" / "suite")


def test_the_rows_are_plain_json(made: Made) -> None:
    lines = (made.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    fields = {"id", "question", "history", "answerable", "kind", "evidence", "answers"}
    assert all(set(json.loads(line)) == fields for line in lines)
