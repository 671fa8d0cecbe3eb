"""The ruler: every measure by hand, what a worse answer does to a report, and what a bad suite is told."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import evals
from evals import Report, Suite, load_suite, metrics
from evals.report import print_report
from evals.results import LOWER_IS_BETTER
from evals.run import git_revision, run
from evals.suite import GoldSpan, Question, SuiteError
from index.types import Span
from qa.types import Answer, Citation

# ---- a town with four sentences ----

TEXT = "The bridge opened in May. It cost nine million euros. The mayor cut the ribbon. Nobody was hurt."
NAME = "town.txt"


def span(text: str) -> GoldSpan:
    start = TEXT.index(text)
    return GoldSpan(NAME, start, start + len(text), text)


OPENED, COST, MAYOR, HURT = map(span, [part.strip() + "." for part in TEXT.rstrip(".").split(".")])


def row(id_: str, question: str, evidence: Sequence[Sequence[GoldSpan]], answers: Sequence[str] = ()) -> dict:
    facts = [
        [{"document": gold.document, "start": gold.start, "end": gold.end, "text": gold.text} for gold in fact]
        for fact in evidence
    ]
    return {
        "id": id_,
        "question": question,
        "history": [],
        "answerable": bool(evidence),
        "kind": "what",
        "evidence": facts,
        "answers": list(answers),
    }


ROWS = [
    row("when", "When could people first drive over it?", [[OPENED]], ["May"]),
    row("price", "What was the price and who came?", [[COST], [MAYOR]]),
    row("either", "Did it go well?", [[MAYOR, HURT]]),
    row("architect", "Who was the architect?", []),
    row("length", "How long is it?", []),
]


def write_suite(folder: Path, rows: Sequence[dict] = ROWS) -> Path:
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / NAME).write_text(TEXT, encoding="utf-8")
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return load_suite(write_suite(tmp_path / "town"))


def cite(gold: GoldSpan, number: int = 1, short: str | None = None) -> Citation:
    answer = None
    if short is not None:
        start = gold.start + gold.text.index(short)
        answer = Span(start, start + len(short))
    return Citation(number, "d1", "r1", gold.document, "Town", gold.text, gold.start, gold.end, 1, 0.9, answer)


def answered(question: str, citations: Sequence[Citation], confidence: float = 0.9) -> Answer:
    return Answer(question, question, tuple(citations), "" if citations else "It does not say.", confidence)


Change = Callable[[Question, tuple[Citation, ...]], Sequence[Citation]]


@dataclass
class Scripted:
    """Cites the gold, the first alternative of each fact, and refuses the rest; ``change`` makes it worse."""

    suite: Suite
    change: Change = lambda question, citations: citations

    def answer(self, question: str, history: Sequence[str]) -> Answer:
        asked = next(one for one in self.suite.questions if one.question == question)
        short = asked.answers[0] if asked.answers else None
        perfect = tuple(cite(fact[0], number, short) for number, fact in enumerate(asked.evidence, start=1))
        return answered(question, self.change(asked, perfect), 0.9 if perfect else 0.1)


def judge(suite: Suite, change: Change | None = None) -> Report:
    return run(suite, system=Scripted(suite, change) if change else Scripted(suite))


def values(report: Report) -> dict[str, float | None]:
    """The measures by name, all so that more is better; time is left out, since nothing here is about it."""
    return {
        name: (None if estimate.value is None else -estimate.value) if name in LOWER_IS_BETTER else estimate.value
        for name, estimate in report.metrics.items()
        if not name.startswith("seconds")
    }


def fallen(suite: Suite, change: Change) -> set[str]:
    """The measures that fall under a change for the worse; fails if any rises."""
    before, after = values(judge(suite)), values(judge(suite, change))
    pairs = {
        name: (before[name], after[name]) for name in before if before[name] is not None and after[name] is not None
    }
    assert {name for name, (old, new) in pairs.items() if new > old} == set()
    return {name for name, (old, new) in pairs.items() if new < old}


# ---- the ruler ----


def test_a_perfect_system_is_perfect(suite: Suite):
    report = judge(suite)
    for name, value in values(report).items():
        assert value == (0 if name in LOWER_IS_BETTER else 1), name
    assert report.wrong == ()


def test_shifted_offsets_are_not_verbatim(suite: Suite):
    def shift(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(one, start=one.start + 1, end=one.end + 1, answer=None) for one in citations]

    assert fallen(suite, shift) == {
        "verbatim_rate",
        "exact_match",
        "token_f1",
    }  # the phrase is lost with its place
    assert judge(suite, shift).metrics["verbatim_rate"].value == 0


def test_a_changed_number_is_not_verbatim(suite: Suite):
    def alter(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(one, text=one.text.replace("nine", "five")) for one in citations]

    report = judge(suite, alter)
    assert report.metrics["verbatim_rate"].value == pytest.approx(3 / 4)
    assert [row.question.id for row in report.wrong] == ["price"]
    assert report.wrong[0].faults == ("1 of 2 citations not verbatim",)


def test_citing_the_neighbour_sentence(suite: Suite):
    def neighbour(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return [cite(COST)] if question.id == "when" else citations

    assert fallen(suite, neighbour) == {
        "citation_precision",
        "citation_precision_micro",
        "citation_recall",
        "citation_recall_micro",
        "citation_f1",
        "right_sentence_at_1",
        "short_answer_contained",
        "exact_match",
        "token_f1",
    }
    assert judge(suite, neighbour).metrics["right_sentence_at_1"].value == pytest.approx(2 / 3)


def test_dropping_one_of_two_citations(suite: Suite):
    def drop(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return citations[:1]

    assert fallen(suite, drop) == {"citation_recall", "citation_recall_micro", "citation_f1", "completeness"}
    report = judge(suite, drop)
    assert report.metrics["completeness"].value == 0
    assert report.metrics["citation_recall"].value == pytest.approx((1 + 0.5 + 1) / 3)
    assert report.metrics["citation_recall_micro"].value == pytest.approx(3 / 4)
    assert report.wrong[0].faults == ("1 of 2 needed facts not cited",)


def test_a_needless_citation(suite: Suite):
    def add(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return [*citations, cite(HURT, 2)] if question.id == "when" else citations

    assert fallen(suite, add) == {"citation_precision", "citation_precision_micro", "citation_f1"}
    report = judge(suite, add)
    assert report.metrics["citation_precision"].value == pytest.approx((0.5 + 1 + 1) / 3)
    assert report.metrics["citation_precision_micro"].value == pytest.approx(4 / 5)
    assert report.wrong[0].faults == ("1 of 2 citations not needed",)


def test_answering_everything(suite: Suite):
    def always(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return citations or [cite(HURT)]

    assert fallen(suite, always) == {
        "right_refusals",
        "wrong_answers",
        "citation_precision",
        "citation_precision_micro",
        "citation_f1",
    }
    report = judge(suite, always)
    assert report.metrics["wrong_answers"].value == 1
    assert report.metrics["right_refusals"].value == 0
    assert report.metrics["citation_precision_micro"].value == pytest.approx(4 / 6)
    assert [row.faults for row in report.wrong] == [("answered, but the documents do not say",)] * 2


def test_refusing_everything(suite: Suite):
    report = judge(suite, lambda question, citations: [])
    value = {name: estimate.value for name, estimate in report.metrics.items()}
    assert value["wrong_refusals"] == 1
    assert value["right_refusals"] == 1
    for name in ("citation_recall", "citation_recall_micro", "citation_f1", "right_sentence_at_1"):
        assert value[name] == 0, name
    for name in ("completeness", "short_answer_contained", "exact_match", "token_f1"):
        assert value[name] == 0, name
    for name in ("citation_precision", "citation_precision_micro", "verbatim_rate"):
        assert value[name] is None, name
    assert [row.faults for row in report.wrong] == [("refused, but the documents say",)] * 3


def test_a_document_of_the_wrong_name_counts_nothing(suite: Suite):
    def elsewhere(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(one, source="other.txt") for one in citations]

    assert judge(suite, elsewhere).metrics["verbatim_rate"].value == 0
    assert judge(suite, elsewhere).metrics["citation_recall"].value == 0


def test_a_source_may_be_a_path(suite: Suite):
    def absolute(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(one, source=f"/home/me/{NAME}") for one in citations]

    assert judge(suite, absolute).wrong == ()
    assert suite.document_name("downtown.txt") is None


def test_confidence_that_does_not_tell(suite: Suite):
    class Unsure(Scripted):
        def answer(self, question: str, history: Sequence[str]) -> Answer:
            return replace(super().answer(question, history), confidence=0.5)

    assert run(suite, system=Unsure(suite)).metrics["auroc"].value == 0.5


def test_history_is_handed_over(tmp_path: Path):
    heard = []

    class Listening:
        def answer(self, question: str, history: Sequence[str]) -> Answer:
            heard.append(tuple(history))
            return answered(question, [])

    rows = [{**ROWS[0], "history": ["Which bridge?", "Whose?"]}, ROWS[3]]
    run(write_suite(tmp_path / "town", rows), system=Listening())
    assert heard == [("Which bridge?", "Whose?"), ()]


# ---- the measures, by hand ----


def place(start: int, end: int, document: str = NAME) -> GoldSpan:
    return GoldSpan(document, start, end, "")


@pytest.mark.parametrize(
    ("citation", "gold", "expected"),
    [
        (place(10, 20), place(10, 20), True),
        (place(10, 20), place(10, 20, "other.txt"), False),
        (place(10, 20), place(15, 40), True),  # 5 of 10: just half of the shorter
        (place(10, 20), place(16, 40), False),  # 4 of 10
        (place(0, 100), place(40, 50), True),  # holds it
        (place(42, 45), place(40, 50), True),  # cut from it
        (place(10, 20), place(20, 30), False),  # touches it
        (place(12, 12), place(10, 20), False),  # empty
    ],
)
def test_matches(citation: GoldSpan, gold: GoldSpan, expected: bool):
    assert metrics.matches(citation, gold) is expected
    assert metrics.matches(gold, citation) is expected


def test_verbatim():
    assert metrics.is_verbatim("bridge", 4, 10, TEXT)
    assert not metrics.is_verbatim("Bridge", 4, 10, TEXT)
    assert not metrics.is_verbatim("bridge", 5, 11, TEXT)
    assert not metrics.is_verbatim("", 4, 4, TEXT)
    assert not metrics.is_verbatim("bridge", 4, 10, None)
    assert not metrics.is_verbatim("hurt.", -5, len(TEXT), TEXT)
    assert not metrics.is_verbatim(TEXT[-5:], len(TEXT) - 5, len(TEXT) + 5, TEXT)


@pytest.mark.parametrize(
    ("citations", "facts", "precision", "recall", "f1", "first", "complete"),
    [
        ([OPENED], [[OPENED]], 1, 1, 1, 1, None),
        ([COST], [[OPENED]], 0, 0, 0, 0, None),
        ([COST, OPENED], [[OPENED]], 0.5, 1, 2 / 3, 0, None),
        ([OPENED], [[OPENED], [COST]], 1, 0.5, 2 / 3, 1, 0),
        ([COST, OPENED], [[OPENED], [COST]], 1, 1, 1, 1, 1),
        ([MAYOR, HURT], [[HURT, MAYOR]], 1, 1, 1, 1, None),
        ([MAYOR, HURT, COST], [[HURT, MAYOR], [OPENED]], 2 / 3, 0.5, 4 / 7, 1, 0),
        ([OPENED], [[OPENED], [OPENED, COST]], 1, 1, 1, 1, 1),
        ([], [[OPENED]], None, 0, 0, 0, None),
        ([], [[OPENED], [COST]], None, 0, 0, 0, 0),
        ([COST], [], 0, None, 0, None, None),
        ([], [], None, None, None, None, None),
    ],
)
def test_citations(citations, facts, precision, recall, f1, first, complete):  # noqa: PLR0917 - one row a case
    assert metrics.citation_precision(citations, facts) == (None if precision is None else pytest.approx(precision))
    assert metrics.citation_recall(citations, facts) == recall
    assert metrics.citation_f1(citations, facts) == (None if f1 is None else pytest.approx(f1))
    assert metrics.right_sentence_at_1(citations, facts) == first
    assert metrics.completeness(citations, facts) == complete


def test_normalise():
    assert metrics.normalise("The  2,500 U.S. troops!") == "2500 us troops"
    assert metrics.normalise("An answer, then a theatre") == "answer then theatre"
    assert metrics.normalise("“the”") == "“ ”"


@pytest.mark.parametrize(
    ("short", "answers", "exact", "f1"),
    [
        ("about 2,500", ["2,500", "about 2,500"], 1, 1),
        ("the 2500.", ["2,500"], 1, 1),
        ("2,500 troops", ["2,500"], 0, 2 / 3),  # precision 1/2, recall 1
        ("in May in May", ["in June"], 0, 1 / 3),  # one shared "in": precision 1/4, recall 1/2
        ("nine", ["five"], 0, 0),
        (None, ["five"], 0, 0),
        ("the", ["a"], 1, 1),
        ("the", ["five"], 0, 0),
        ("five", [], None, None),
    ],
)
def test_short_answers(short, answers, exact, f1):
    assert metrics.exact_match(short, answers) == exact
    assert metrics.token_f1(short, answers) == (None if f1 is None else pytest.approx(f1))


@pytest.mark.parametrize(
    ("citations", "answers", "expected"),
    [
        (["They killed 15 of them."], ["15"], 1),
        (["It was in 2015."], ["15"], 0),
        (["It wrote on X."], ["X"], 1),
        (["An explosion."], ["X"], 0),
        (["Nobody.", "About 2,500 troops"], ["2500"], 1),
        (["two thousand", "five hundred"], ["thousand five"], 0),  # not across citations
        ([], ["15"], 0),
        (["Anything."], [], None),
    ],
)
def test_short_answer_contained(citations, answers, expected):
    assert metrics.short_answer_contained(citations, answers) == expected


@pytest.mark.parametrize(
    ("refused", "answerable", "right_refusal", "wrong_refusal", "wrong_answer"),
    [
        (True, True, None, 1, None),
        (False, True, None, 0, None),
        (True, False, 1, None, 0),
        (False, False, 0, None, 1),
    ],
)
def test_refusals(refused, answerable, right_refusal, wrong_refusal, wrong_answer):
    assert metrics.right_refusal(refused, answerable) == right_refusal
    assert metrics.wrong_refusal(refused, answerable) == wrong_refusal
    assert metrics.wrong_answer(refused, answerable) == wrong_answer


def test_auroc():
    assert metrics.auroc([0.9, 0.4], [0.6, 0.1]) == pytest.approx(3 / 4)
    assert metrics.auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert metrics.auroc([0.1], [0.9]) == 0
    assert metrics.auroc([], [0.9]) is None
    assert metrics.auroc([0.9], []) is None


# ---- intervals ----


def test_mean_interval():
    estimate = metrics.mean_estimate([0.0] * 30 + [1.0] * 70, seed=0)
    assert estimate.value == pytest.approx(0.7)
    assert estimate.n == 100
    # the binomial's own 95 % limits at n = 100 are 0.61 and 0.79
    assert estimate.low == pytest.approx(0.61, abs=0.03)
    assert estimate.high == pytest.approx(0.79, abs=0.03)
    assert estimate == metrics.mean_estimate([0.0] * 30 + [1.0] * 70, seed=0)


def test_degenerate_samples():
    assert metrics.mean_estimate([1.0] * 5, seed=0) == metrics.Estimate(1, 1, 1, 5)
    assert metrics.mean_estimate([0.3], seed=0) == metrics.Estimate(0.3, None, None, 1)
    assert metrics.mean_estimate([], seed=0) == metrics.Estimate(None, None, None, 0)
    assert metrics.ratio_estimate([(0, 0)], seed=0) == metrics.Estimate(None, None, None, 0)
    assert metrics.auroc_estimate([0.9], [], seed=0) == metrics.Estimate(None, None, None, 1)
    assert metrics.auroc_estimate([0.9, 0.8], [0.1, 0.2], seed=0) == metrics.Estimate(1, 1, 1, 4)


def test_ratio_weighs_by_count_and_draws_whole_questions():
    estimate = metrics.ratio_estimate([(1, 1), (0, 3), (0, 0)], seed=0)
    assert (estimate.value, estimate.n) == (pytest.approx(1 / 4), 4)
    assert (estimate.low, estimate.high) == (
        0,
        1,
    )  # each question alone is drawn twice in a quarter of the draws


def test_percentiles():
    seconds = [float(number) for number in range(1, 101)]
    assert metrics.percentile_estimate(seconds, 50, seed=0).value == pytest.approx(50.5)
    high = metrics.percentile_estimate(seconds, 95, seed=0)
    assert high.value == pytest.approx(95.05)
    assert high.low < high.value < high.high <= 100


def test_auroc_interval_holds_its_value():
    estimate = metrics.auroc_estimate([0.9, 0.8, 0.7, 0.3, 0.6], [0.5, 0.4, 0.2, 0.65, 0.1], seed=0)
    assert estimate.value == pytest.approx(21 / 25)
    assert 0.4 < estimate.low < estimate.value < estimate.high <= 1


# ---- the report ----


def test_json(suite: Suite):
    report = judge(suite, lambda question, citations: citations[:1])
    read = json.loads(report.to_json())
    assert read["suite"] == "town"
    assert read["suite_sha256"] == suite.sha256
    assert read["questions"] == len(ROWS)
    assert read["seed"] == 0
    assert read["system"] == "Scripted"
    assert read["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert "numpy" in read["versions"]
    assert read["metrics"]["completeness"]["value"] == 0
    price = read["rows"][1]
    assert price["question"]["id"] == "price"
    assert price["values"]["citation_recall"] == 0.5
    assert price["citations"][0]["text"] == COST.text
    assert price["question"]["evidence"][1][0]["text"] == MAYOR.text


def test_save(suite: Suite, tmp_path: Path):
    report = replace(judge(suite), revision="abc123-dirty")
    path = report.save(tmp_path / "results")
    assert path.name == "town-abc123-dirty.json"
    assert json.loads(path.read_text(encoding="utf-8"))["revision"] == "abc123-dirty"
    report.save(tmp_path / "results")
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_failed_save_leaves_the_old_file(suite: Suite, tmp_path: Path):
    report = replace(judge(suite), revision="r")
    path = report.save(tmp_path)
    before = path.read_bytes()
    broken = replace(report, rows=(replace(report.rows[0], seconds=float("nan")),))
    with pytest.raises(ValueError, match="not JSON compliant"):
        broken.save(tmp_path)
    assert path.read_bytes() == before
    assert list(tmp_path.glob(".unfinished-*")) == []


def test_printed_report(suite: Suite):
    console = Console(file=StringIO(), width=120)
    print_report(judge(suite, lambda question, citations: [cite(HURT)]), console)
    printed = console.file.getvalue()
    assert "verbatim rate" in printed
    assert "What goes wrong: 4 of 5 questions" in printed
    assert "asked   Who was the architect?" in printed
    assert f"gold    “{OPENED.text}”" in printed
    assert "either" not in printed.split("What goes wrong")[1]


def test_markup_in_an_answer_is_shown_and_not_obeyed(suite: Suite):
    def shout(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(cite(COST), text="[bold]loud[/bold] [/nothing]")]

    console = Console(file=StringIO(), width=120)
    print_report(judge(suite, shout), console)
    assert "[bold]loud[/bold] [/nothing]" in console.file.getvalue()


def test_outside_a_checkout_the_revision_is_unknown(tmp_path: Path):
    assert git_revision(tmp_path) == "unknown"


def test_a_system_or_a_store_but_not_both(suite: Suite, tmp_path: Path):
    with pytest.raises(ValueError, match="not both"):
        run(suite, system=Scripted(suite), store=tmp_path)


def test_the_import_is_cheap_and_run_is_a_function():
    heavy = "{'torch', 'chromadb', 'sklearn', 'scipy', 'gradio'}"
    code = f"import sys, evals, evals.run; assert callable(evals.run); print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert evals.run is run


# ---- suites ----


def test_a_suite_is_read(suite: Suite):
    assert suite.name == "town"
    assert dict(suite.documents) == {NAME: TEXT}
    assert [question.id for question in suite.questions] == [row["id"] for row in ROWS]
    assert suite.questions[2].evidence == ((MAYOR, HURT),)


def test_suite_json_names_documents_elsewhere(tmp_path: Path):
    folder = write_suite(tmp_path / "town")
    (folder / "documents" / NAME).rename(tmp_path / NAME)
    (folder / "suite.json").write_text(json.dumps({"documents": [f"../{NAME}"]}), encoding="utf-8")
    assert dict(load_suite(folder).documents) == {NAME: TEXT}


def sentence(**changed: object) -> dict:
    return {"evidence": [[{"document": NAME, "start": OPENED.start, "end": OPENED.end, "text": OPENED.text} | changed]]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "price"}, "the id 'price' is used twice"),
        ({"id": ""}, "'id'"),
        ({"question": 7}, "'question'"),
        ({"history": "earlier"}, "'history'"),
        ({"answerable": "yes"}, "'answerable'"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"answerable": False}, "it is not answerable but has"),
        ({"evidence": [], "answers": []}, "it is answerable but has no 'evidence'"),
        ({"evidence": [[]]}, "each fact of 'evidence' must be"),
        ({"evidence": [OPENED.text]}, "each fact of 'evidence' must be"),
        ({"evidence": [[OPENED.text]]}, "must be an object with document"),
        ({"answers": ["June"]}, "the answer 'June' stands in none of its evidence sentences"),
        (sentence(start=OPENED.start + 1), r"it stands at \[0, 25\)"),
        (sentence(text="The bridge fell."), "it stands nowhere in it"),
        (sentence(document="city.txt"), "no document 'city.txt'; the suite has town.txt"),
        (sentence(end=True), "'end'"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, change: dict, said: str):
    folder = write_suite(tmp_path / "town", [ROWS[1], ROWS[0] | change])
    with pytest.raises(SuiteError, match=said) as caught:
        load_suite(folder)
    assert f"{folder / 'questions.jsonl'}, line 2: " in str(caught.value)


@pytest.mark.parametrize("field", ROWS[0])
def test_a_missing_field_is_named(tmp_path: Path, field: str):
    lacking = {name: value for name, value in ROWS[0].items() if name != field}
    with pytest.raises(SuiteError, match=f"line 1: the question lacks '{field}'"):
        load_suite(write_suite(tmp_path / "town", [lacking]))


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"id": "\xff"}'])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: bytes):
    folder = write_suite(tmp_path / "town")
    file = folder / "questions.jsonl"
    file.write_bytes(b"\n" + line + b"\n" + file.read_bytes())
    with pytest.raises(SuiteError, match="line 2: it is not"):
        load_suite(folder)


def test_an_unknown_suite(tmp_path: Path):
    with pytest.raises(SuiteError, match=r"give a folder, or one of: .*seed"):
        load_suite(tmp_path / "nowhere")


def test_a_suite_without_questions(tmp_path: Path):
    with pytest.raises(SuiteError, match="holds no question"):
        load_suite(write_suite(tmp_path / "town", []))
    (tmp_path / "town" / "questions.jsonl").unlink()
    with pytest.raises(SuiteError, match=r"questions\.jsonl cannot be read"):
        load_suite(tmp_path / "town")


def test_a_suite_without_documents(tmp_path: Path):
    folder = write_suite(tmp_path / "town")
    (folder / "documents" / NAME).unlink()
    with pytest.raises(SuiteError, match="has no documents"):
        load_suite(folder)


def test_a_missing_document_is_named(tmp_path: Path):
    folder = write_suite(tmp_path / "town")
    (folder / "suite.json").write_text('{"documents": ["../gone.txt"]}', encoding="utf-8")
    with pytest.raises(SuiteError, match=r"gone\.txt is missing"):
        load_suite(folder)


@pytest.mark.parametrize("listing", ["{", "{}", "[]", '{"documents": "town.txt"}'])
def test_a_bad_suite_json_is_named(tmp_path: Path, listing: str):
    folder = write_suite(tmp_path / "town")
    (folder / "suite.json").write_text(listing, encoding="utf-8")
    with pytest.raises(SuiteError, match=r"suite\.json: "):
        load_suite(folder)
