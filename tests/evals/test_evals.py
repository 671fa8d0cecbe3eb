"""The ruler: every measure by hand, what a worse answer does to a report, and what a bad suite is told."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import evals
from evals import Report, Suite, load_suite
from evals.judge import Judge
from evals.metrics import estimates
from evals.report.terminal import print_report
from evals.results import BY_NAME, Cited, Row
from evals.rows import SuiteError
from evals.run import git_revision, run
from evals.suite import GoldSpan, Question
from evals.systems import Quote, Said
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


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return load_suite(write_suite(tmp_path_factory.mktemp("suites") / "town"))


@pytest.fixture(scope="module", autouse=True)
def few_draws() -> Iterator[None]:
    """The intervals are beside the point."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimates, "RESAMPLES", 20)
        yield


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
        name: None if value is None else -value if BY_NAME[name].lower_is_better else value
        for name, estimate in report.metrics.items()
        for value in [estimate.value]
        if BY_NAME[name].group != "cost"
    }


def fallen(suite: Suite, change: Change) -> set[str]:
    """The measures that fall under a change for the worse; fails if any rises."""
    before, after = values(judge(suite)), values(judge(suite, change))
    pairs = {
        name: (before[name], after[name]) for name in before if before[name] is not None and after[name] is not None
    }
    assert {name for name, (old, new) in pairs.items() if new > old + 1e-12} == set()
    return {name for name, (old, new) in pairs.items() if new < old - 1e-12}


RIGHT = {
    "right_sentence_at_1",
    "right_if_answered",
    "citation_precision",
    "citation_recall",
    "citation_f1",
    "alce_precision",
}
SURE = {"aurc", "brier", "calibration_error", "coverage_at_95"}
"""What falls when a first citation that was sure and right is wrong."""

SHORT = {"exact_match", "token_f1", "squad2_exact", "squad2_f1"}


# ---- the ruler ----


def test_a_perfect_system_is_perfect(suite: Suite):
    report = judge(suite)
    best = {name: 0 if BY_NAME[name].lower_is_better else 1 for name in values(report)}
    # of five questions three have an answer; its confidence is 0.9 where it answers and 0.1 where it refuses
    best |= {"coverage_at_95": 3 / 5, "aurc": -(1 / 4 + 2 / 5) / 5, "brier": -0.01, "calibration_error": -0.1}
    assert values(report) == {name: pytest.approx(value) for name, value in best.items()}
    assert report.wrong == ()


def test_shifted_offsets_are_misplaced(suite: Suite):
    def shift(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(one, start=one.start + 1, end=one.end + 1, answer=None) for one in citations]

    assert fallen(suite, shift) == {"verbatim_rate", "offset_error"}, (
        "what is shown is the right sentence none the less"
    )
    report = judge(suite, shift)
    assert report.metrics["verbatim_rate"].value == 0
    assert report.metrics["offset_error"].value == 1
    assert report.wrong[0].faults == ("1 of 1 citations misplaced",)


def test_a_changed_number_is_altered_and_supports_nothing(suite: Suite):
    def alter(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(one, text=one.text.replace("nine", "five")) for one in citations]

    assert fallen(suite, alter) == {"verbatim_rate", "altered_rate", "completeness", *RIGHT, *SURE}
    report = judge(suite, alter)
    assert report.metrics["verbatim_rate"].value == pytest.approx(3 / 4)
    assert [row.question.id for row in report.wrong] == ["price"]
    cited = report.wrong[0].citations[0]
    assert (cited.fidelity, cited.differences, cited.offset_error) == ("altered", (("nine", "five"),), 0)
    assert report.wrong[0].faults[0] == "1 of 2 citations altered"


def test_citing_the_neighbour_sentence(suite: Suite):
    def neighbour(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return [cite(COST)] if question.id == "when" else citations

    assert fallen(suite, neighbour) == {"answer_in_citation", "focus", *RIGHT, *SURE}
    assert judge(suite, neighbour).metrics["right_sentence_at_1"].value == pytest.approx(2 / 3)


def test_dropping_one_of_two_citations(suite: Suite):
    def drop(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return citations[:1]

    assert fallen(suite, drop) == {"citation_recall", "citation_f1", "alce_precision", "completeness"}
    report = judge(suite, drop)
    assert report.metrics["completeness"].value == 0
    assert report.metrics["citation_recall"].value == pytest.approx((1 + 0.5 + 1) / 3)
    assert report.wrong[0].faults == ("1 of 2 needed facts not cited",)


def test_a_wrong_short_answer_is_a_fault(suite: Suite):
    class Wrong(Scripted):
        def answer(self, question: str, history: Sequence[str]) -> Answer:
            said = super().answer(question, history)
            return replace(said, citations=(cite(OPENED, short="bridge"),)) if "first drive" in question else said

    report = run(suite, system=Wrong(suite))
    assert report.rows[0].faults == ("the short answer is wrong",)
    assert report.metrics["exact_match"].value == 0


def test_a_needless_citation(suite: Suite):
    def add(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return [*citations, cite(HURT, 2)] if question.id == "when" else citations

    assert fallen(suite, add) == {"citation_precision", "citation_f1", "alce_precision", "focus"}
    report = judge(suite, add)
    assert report.metrics["citation_precision"].value == pytest.approx((0.5 + 1 + 1) / 3)
    assert report.wrong[0].faults == ("1 of 2 citations not needed",)


def test_a_citation_that_nothing_would_miss(suite: Suite):
    shorter = GoldSpan(NAME, COST.start, COST.end - 1, COST.text[:-1])

    def repeat(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return [*citations, cite(shorter)] if question.id == "price" else citations

    assert fallen(suite, repeat) == {"alce_precision"}
    assert judge(suite, repeat).metrics["alce_precision"].value == pytest.approx((1 + 1 / 3 + 1) / 3)


def test_citing_the_same_again_is_no_better(suite: Suite):
    def padded(times: int) -> Change:
        def pad(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
            return [*citations * times, cite(HURT)] if question.id == "when" else citations

        return pad

    once, often = judge(suite, padded(1)), judge(suite, padded(9))
    for name in ("citation_precision", "citation_f1", "alce_precision", "focus"):
        assert once.metrics[name].value == often.metrics[name].value < 1, name


def test_quotes_of_a_document_that_does_not_hold_them_are_each_one(suite: Suite):
    asked = next(question for question in suite.questions if question.id == "when")
    elsewhere = Cited("other.txt", 0, 0, HURT.text, "misplaced")
    right = Cited(NAME, OPENED.start, OPENED.end, OPENED.text, "verbatim")
    row = Row(asked, (right, elsewhere, replace(elsewhere, text=COST.text)), refused=False)
    assert len(row.distinct) == 3


def test_answering_everything(suite: Suite):
    def always(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return citations or [cite(HURT)]

    wrong = {"right_refusals", "wrong_answers", "citation_precision", "citation_f1", "alce_precision"}
    assert fallen(suite, always) == {*wrong, "squad2_exact", "squad2_f1"}
    report = judge(suite, always)
    assert report.metrics["wrong_answers"].value == 1
    assert report.metrics["right_refusals"].value == 0
    assert [row.faults for row in report.wrong] == [("answered, but the documents do not say",)] * 2


def test_refusing_everything(suite: Suite):
    def never(question: Question, citations: tuple[Citation, ...]) -> Sequence[Citation]:
        return []

    ranked = SURE - {"brier", "calibration_error"}
    found = RIGHT - {"citation_precision", "alce_precision"}
    assert fallen(suite, never) >= {
        "wrong_refusals",
        "wrong_denials",
        "completeness",
        "answer_in_citation",
        *found,
        *ranked,
    }
    report = judge(suite, never)
    value = {name: estimate.value for name, estimate in report.metrics.items()}
    assert (value["wrong_refusals"], value["right_refusals"]) == (1, 1)
    assert value["citation_f1"] == 2 / 5, "the share of the questions without an answer"
    assert report.refusing_everything == judge(suite).refusing_everything == 2 / 5
    for name in ("citation_recall", "right_sentence_at_1", "completeness", "answer_in_citation"):
        assert value[name] == 0, name
    for name in ("citation_precision", "alce_precision", "verbatim_rate", "offset_error", "focus", *SHORT):
        assert value[name] is None, name
    assert [row.faults for row in report.wrong] == [("refused, but the documents say",)] * 3


def test_citing_the_whole_document(suite: Suite):
    def everything(question: Question, citations: tuple[Citation, ...]) -> list[Citation]:
        return [replace(one, start=0, end=len(TEXT), text=TEXT, answer=None) for one in citations[:1]]

    assert fallen(suite, everything) == {"focus"}
    report = judge(suite, everything)
    assert report.metrics["focus"].value < 0.5
    assert report.wrong == (), "three times the gold may be"
    page = replace(report.rows[0].citations[0], text=f"{TEXT} {TEXT}")
    assert replace(report.rows[0], citations=(page,)).faults == ("cites 193 characters for a sentence of 25",)
    assert replace(report.rows[0], citations=(report.rows[0].citations[0],) * 9).faults == ()


def test_an_answer_without_citations_is_no_refusal(suite: Suite):
    class Uncited:
        def answer(self, question: str, history: Sequence[str]) -> Said:
            return Said("In May.", refused=False)

    report = run(suite, system=Uncited())
    value = {name: estimate.value for name, estimate in report.metrics.items()}
    assert (value["wrong_answers"], value["wrong_refusals"], value["citation_f1"]) == (1, 0, 0)
    assert report.rows[0].faults == ("answered without a citation",)
    assert report.rows[3].faults == ("answered, but the documents do not say",)


def test_a_refusal_is_ranked_by_what_it_would_have_cited(suite: Suite):
    class Shy(Scripted):
        def answer(self, question: str, history: Sequence[str]) -> Answer:
            said = super().answer(question, history)
            return replace(said, citations=(), nearest=said.citations[0]) if said.citations else said

    report = run(suite, system=Shy(suite))
    assert report.metrics["wrong_refusals"].value == report.metrics["wrong_denials"].value == 1
    assert report.metrics["right_sentence_at_1"].value == 0
    assert report.metrics["right_if_answered"].value == 1
    for name in SURE | {"auroc"}:
        assert report.metrics[name].value == pytest.approx(judge(suite).metrics[name].value), name


def test_a_refusal_that_is_not_sure_denies_nothing(suite: Suite):
    class Unsure:
        def answer(self, question: str, history: Sequence[str]) -> Said:
            return Said("I am not sure.", refused=True, unsure=True)

    report = run(suite, system=Unsure())
    assert report.metrics["wrong_refusals"].value == 1, "it is a refusal all the same"
    assert report.metrics["wrong_denials"].value == 0
    assert [row.faults for row in report.wrong] == [("refused, not sure, but the documents say",)] * 3


def test_confidence_is_measured_for_all_questions_or_not_at_all(suite: Suite):
    @dataclass
    class Plain:
        confidence: Callable[[str], float | None]

        def answer(self, question: str, history: Sequence[str]) -> Said:
            return Said("It opened.", (Quote(OPENED.text, NAME),), confidence=self.confidence(question))

    half = run(suite, system=Plain(lambda question: None if "price" in question else 0.5)).metrics
    assert all(half[name].value is None for name in SURE | {"auroc"})
    assert run(suite, system=Plain(lambda question: 0.5)).notes == ()
    for nothing in (None, math.nan, math.inf):
        some = run(suite, system=Plain(lambda question, nothing=nothing: nothing if "price" in question else 0.5))
        assert some.notes == ("1 of 5 rows have no confidence: what needs one is not measured",)
        assert json.loads(some.to_json())["rows"][1]["confidence"] is None
    unbounded = run(suite, system=Plain(lambda question: 17.0)).metrics
    assert unbounded["brier"].value is None
    assert unbounded["calibration_error"].value is None
    assert unbounded["auroc"].value == 0.5


def test_a_confidence_in_refusing_is_told(suite: Suite):
    class Proud(Scripted):
        def answer(self, question: str, history: Sequence[str]) -> Answer:
            said = super().answer(question, history)
            return replace(said, confidence=0.7 if said.citations else 0.95)

    (note,) = run(suite, system=Proud(suite)).notes
    assert note.startswith("refusals have more confidence than answers (0.95 and 0.70 on average)")
    assert judge(suite).notes == ()


def test_a_quote_without_offsets_is_looked_for(suite: Suite):
    @dataclass
    class Quoting:
        quote: Quote

        def answer(self, question: str, history: Sequence[str]) -> Said:
            return Said(citations=(self.quote,))

    def cited(quote: Quote) -> Cited:
        return run(suite, system=Quoting(quote)).rows[0].citations[0]

    assert cited(Quote(OPENED.text)) == Cited(NAME, OPENED.start, OPENED.end, OPENED.text, "verbatim")
    assert cited(Quote(OPENED.text, "no such file.pdf")).fidelity == "verbatim"
    assert cited(Quote("“The bridge\nopened in May.”", NAME)).fidelity == "reformatted"
    altered = cited(Quote("The bridge opened in June.", NAME))
    assert (altered.fidelity, altered.differences) == ("altered", (("May", "June"),))
    assert cited(Quote("the")).fidelity == "verbatim", "but a word states nothing:"
    assert run(suite, system=Quoting(Quote("the"))).metrics["right_sentence_at_1"].value == 0
    assert cited(Quote("Cats sleep all day long.")) == Cited("", 0, 0, "Cats sleep all day long.", "absent")


def test_words_that_stand_twice_count_where_they_help(tmp_path: Path):
    folder = write_suite(tmp_path / "town")
    (folder / "documents" / "a-copy.txt").write_text(TEXT, encoding="utf-8")

    class Quoting:
        def answer(self, question: str, history: Sequence[str]) -> Said:
            return Said(citations=(Quote(OPENED.text),))

    report = run(load_suite(folder), system=Quoting())
    assert report.rows[0].citations[0].document == NAME, "the gold stands there"
    (folder / "documents" / "a-copy.txt").write_text("It is empty.", encoding="utf-8")

    class Misquoting:
        def answer(self, question: str, history: Sequence[str]) -> Said:
            return Said(citations=(Quote(OPENED.text, "a-copy.txt"),))

    misplaced = run(load_suite(folder), system=Misquoting())
    assert misplaced.rows[0].citations[0].fidelity == "misplaced", "it stands in another document than it names"
    assert misplaced.metrics["right_sentence_at_1"].value == 0
    assert report.rows[1].citations[0].document == "a-copy.txt", "the first place, where neither helps"


@pytest.fixture
def town(tmp_path: Path) -> Judge:
    """Documents in a folder, one of which holds a sentence twice; gold is `OPENED`, and its copy is none."""
    folder = write_suite(tmp_path / "town")
    (folder / "documents" / "old").mkdir()
    (folder / "documents" / "old" / "harbour.txt").write_text(f"It rained. {OPENED.text} It rained.", encoding="utf-8")
    return Judge(load_suite(folder))


def cited(town: Judge, *quote: object) -> tuple[str, str, int, int | None]:
    found = town.cited(Quote(*quote), town.suite.questions[0])
    assert found.fidelity in ("absent", "misplaced") or found.start < found.end
    return found.fidelity, found.document, found.start, found.offset_error


def test_offsets_without_a_document_choose_among_the_places_of_the_words(town: Judge):
    for source in ("", "page-3"):
        assert cited(town, OPENED.text, source, 11, 36) == ("verbatim", "old/harbour.txt", 11, None)
        assert cited(town, OPENED.text, source, 7, 32) == ("verbatim", NAME, OPENED.start, None), "where they help"
        assert cited(town, "“It cost\nnine million euros.”", source, 0, 3) == ("reformatted", NAME, COST.start, None)
    assert cited(town, "Cats sleep all day long.", "page-3", 0, 24) == ("absent", "page-3", 0, None)


def test_a_document_may_be_named_by_the_end_of_its_name(town: Judge):
    for source in ("harbour.txt", "old/harbour.txt", "/files/old/harbour.txt", "old\\harbour.txt"):
        assert cited(town, OPENED.text, source, 11, 36) == ("verbatim", "old/harbour.txt", 11, 0)
    assert town.suite.document_name("bour.txt") is None
    two = replace(town.suite, documents={"old/harbour.txt": "", "new/harbour.txt": "", NAME: ""})
    assert two.document_name("harbour.txt") is None, "which of them?"


def test_what_is_shown_supports_and_not_what_stands_at_the_offsets(town: Judge):
    given = (NAME, OPENED.start, OPENED.end)
    assert cited(town, MAYOR.text, *given) == ("misplaced", NAME, MAYOR.start, MAYOR.start)
    assert cited(town, MAYOR.text.upper(), *given) == ("misplaced", NAME, MAYOR.start, MAYOR.start)
    assert cited(town, "The", NAME, 0, len(TEXT)) == ("misplaced", NAME, 0, 0)
    assert cited(town, "It rained.", *given) == ("misplaced", NAME, 0, None), "only elsewhere"
    assert cited(town, "The mayor cut a ribbon.", *given) == ("altered", NAME, MAYOR.start, MAYOR.start)
    assert cited(town, OPENED.text.upper(), NAME, 2, 27) == ("reformatted", NAME, 0, 2), "white space may have moved it"
    assert cited(town, "It rained.", "harbour.txt", 30, 40) == ("misplaced", "old/harbour.txt", 37, 7)
    shown = Said(citations=(Quote(MAYOR.text, *given),))
    assert not town.row(town.suite.questions[0], shown).right
    elsewhere = Said(citations=(Quote("It rained.", *given),))
    assert not town.row(town.suite.questions[0], elsewhere).right


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
    assert path.name == "town-Scripted-abc123-dirty.json"
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
    assert "citation f1 (refusing everything: 0.400)" in printed
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


def test_documents_are_asked_by_choice(tmp_path: Path):
    folder = write_suite(
        tmp_path / "town",
        [ROWS[0] | {"within": [NAME]}, ROWS[3] | {"without": [NAME]}, ROWS[4] | {"domain": "bridges"}],
    )
    (folder / "documents" / "other.txt").write_text("Nothing of note.", encoding="utf-8")
    suite = load_suite(folder)
    assert [suite.asked(question) for question in suite.questions] == [{NAME}, {"other.txt"}, None]
    assert suite.questions[2].domain == "bridges"
    asked = []

    class Scoped:
        def answer(self, question: str, history: Sequence[str], *, within: Collection[str] | None = None) -> Said:
            asked.append(within)
            return Said()

    run(suite, system=Scoped())
    assert asked == [{NAME}, {"other.txt"}, None]
    with pytest.raises(SuiteError, match="keyword `within`"):
        run(suite, system=Scripted(suite))


def test_verbatim_answers_from_the_documents_asked(tmp_path: Path):
    rows = [ROWS[0] | {"within": [NAME]}, ROWS[3] | {"question": "When did the bridge open?", "without": [NAME]}]
    folder = write_suite(tmp_path / "town", rows)
    (folder / "documents" / "other.txt").write_text("The museum is closed on Mondays.", encoding="utf-8")
    report = run(folder)
    said = [[*row.citations, *([row.nearest] if row.nearest else [])] for row in report.rows]
    assert {cited.document for cited in said[0]} == {NAME}
    assert {cited.document for cited in said[1]} <= {"other.txt"}


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
        ({"within": ["city.txt"]}, "no document 'city.txt'"),
        ({"without": NAME}, "'without'"),
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
    with pytest.raises(SuiteError, match=r"give a folder that holds questions.jsonl, or one of: .*seed"):
        load_suite(tmp_path / "nowhere")


def test_a_suite_without_questions(tmp_path: Path):
    with pytest.raises(SuiteError, match="holds no question"):
        load_suite(write_suite(tmp_path / "town", []))
    (tmp_path / "town" / "questions.jsonl").unlink()
    with pytest.raises(SuiteError, match=r"holds no questions\.jsonl, .* `verbatim eval make "):
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
