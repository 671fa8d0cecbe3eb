"""Two runs side by side, by measure and question by question."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from evals import Report
from evals.compare import Comparison
from evals.report.terminal import print_comparison
from evals.results import Cited, Row
from evals.rows import SuiteError
from evals.suite import GoldSpan, Question

TEXT = "The bridge opened in May. It cost nine million euros."
OPENED = GoldSpan("town.txt", 0, 25, TEXT[:25])
COST = GoldSpan("town.txt", 26, 53, TEXT[26:])


def question(name: str, *gold: GoldSpan) -> Question:
    return Question(name, f"About {name}?", (), bool(gold), "what", tuple((span,) for span in gold), ())


def row(asked: Question, *cited: GoldSpan, confidence: float = 0.5) -> Row:
    citations = tuple(Cited(gold.document, gold.start, gold.end, gold.text, "verbatim") for gold in cited)
    return Row(asked, citations, not citations, confidence=confidence, seconds=0.1)


def report(*rows: Row, suite: str = "town") -> Report:
    return Report(rows, suite, "0" * 64, "Scripted", "abc", {})


A, B, C, D = question("a", OPENED), question("b", COST), question("c"), question("d", OPENED, COST)
BEFORE = report(row(A, COST), row(B, COST), row(C), row(D, OPENED))
AFTER = report(row(A, OPENED), row(B, OPENED), row(C), row(D, COST))


def test_each_question_is_fixed_broken_changed_or_the_same() -> None:
    comparison = Comparison(BEFORE, AFTER)
    assert [change.verdict for change in comparison.changes] == ["fixed", "broken", "same", "changed"]
    assert dict(comparison.verdicts) == {"fixed": 1, "broken": 1, "same": 1, "changed": 1}


def test_differences_are_paired() -> None:
    better = report(row(A, OPENED), row(B, COST), row(C), row(D, OPENED, COST))
    differences = Comparison(BEFORE, better).differences
    assert differences["right_sentence_at_1"].value == pytest.approx(1 / 3)
    assert differences["completeness"].value == 1
    assert differences["completeness"].n == 1
    assert differences["wrong_answers"].value == 0
    assert differences["exact_match"].value is None
    same = Comparison(BEFORE, BEFORE).differences
    assert all(estimate.value in (None, 0) for estimate in same.values())


def test_only_questions_of_both_runs_are_compared() -> None:
    reworded = replace(A, question="About something else?")
    comparison = Comparison(BEFORE, report(row(reworded, OPENED), row(B, COST)))
    assert [change.after.question.id for change in comparison.changes] == ["b"]
    with pytest.raises(SuiteError, match="share no question: one is of the suite 'town', the other of 'city'"):
        _ = Comparison(BEFORE, report(row(reworded), suite="city")).changes


def test_confidence_of_some_questions_only_is_not_compared() -> None:
    silent = replace(BEFORE, rows=tuple(replace(one, confidence=None) for one in BEFORE.rows))
    assert Comparison(silent, AFTER).differences["auroc"].value is None
    assert Comparison(silent, AFTER).differences["citation_f1"].value is not None


def test_printed() -> None:
    console = Console(file=StringIO(), width=120)
    print_comparison(Comparison(BEFORE, AFTER), console)
    printed = console.file.getvalue()
    assert "1 fixed, 1 broken, 1 changed, 1 same" in printed
    assert "broken: the first citation is not the right sentence" in printed
    assert "fixed: the first citation is not the right sentence" in printed
    assert "About c?" not in printed


def test_what_is_left_out_of_a_comparison_is_printed() -> None:
    console = Console(file=StringIO(), width=120)
    reworded = replace(A, question="About something else?")
    comparison = Comparison(BEFORE, report(row(reworded, OPENED), row(B, COST)))
    assert comparison.left_out == (3, 1)
    print_comparison(comparison, console)
    assert "Left out: 3 of the earlier run and 1 of the later one" in console.file.getvalue()
    print_comparison(Comparison(BEFORE, AFTER), console := Console(file=StringIO(), width=120))
    assert "Left out" not in console.file.getvalue()


def test_a_report_is_read_as_it_was_saved(tmp_path: Path) -> None:
    path = AFTER.save(tmp_path)
    assert Report.load(path) == AFTER
    path.write_text("{}")
    with pytest.raises(SuiteError, match="is not a report of this version"):
        Report.load(path)
    with pytest.raises(SuiteError, match=r"gone\.json cannot be read: No such file"):
        Report.load(tmp_path / "gone.json")
