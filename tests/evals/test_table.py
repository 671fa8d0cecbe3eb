"""The table of docs/measured.md: how peers are set, and what is printed of the reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from evals import Report
from evals.metrics import estimates
from evals.peers import PEERS
from evals.rows import SuiteError
from evals.studies import table
from evals.studies.table import Setting, choose
from tests.evals import test_compare
from tests.evals.test_compare import COST, OPENED, report, row


def always(confidence: float, *, right: bool) -> Report:
    """A run of a peer: it cites two sentences for each question, surer of the one that has an answer."""
    first, second = (OPENED, COST) if right else (COST, OPENED)
    return report(row(test_compare.A, first, second, confidence=confidence), row(test_compare.C, COST, confidence=0.2))


def test_a_setting_is_applied_to_a_run_that_always_answered() -> None:
    limited = Setting(1, 0.5).applied(always(0.9, right=True))
    assert [len(one.citations) for one in limited.rows] == [1, 0]
    assert [one.refused for one in limited.rows] == [False, True]
    assert limited.rows[1].nearest is not None
    assert limited.metrics["citation_f1"].value == 1
    assert limited.metrics["auroc"].value == always(0.9, right=True).metrics["auroc"].value


def test_the_best_setting_is_chosen_over_all_runs() -> None:
    assert choose([always(0.9, right=True)]).cited == 1
    assert choose([always(0.9, right=False)]).cited == 2
    assert 0.2 < choose([always(0.9, right=True)]).threshold <= 0.9


def test_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "SUITES", ("town",))
    monkeypatch.setattr(table, "SETS", ("city",))
    monkeypatch.setattr(estimates, "RESAMPLES", 50)  # the intervals are beside the point
    with pytest.raises(SuiteError, match=r"city\.choose\.baseline\.json is missing; make it with"):
        table.show(tmp_path)
    for key in PEERS:
        peer = replace(always(0.9, right=key != "bm25"), system=key)
        for name in ("town.report", "city.report", "city.choose"):
            peer.save(tmp_path / f"{name}.{key}.json")
    for name in ("town", "city"):
        replace(always(0.9, right=False), system="Verbatim").save(tmp_path / f"{name}.report.verbatim.json")
    table.show(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| town (1 + 1) | Verbatim | 0.33 [")
    assert "| **1.00 [" in lines[4]
    nothing = [line for line in lines if line.startswith("| | refuses everything | 0.50 [")]
    assert len(nothing) == 2
    assert nothing[0].endswith("| – | – | – |"), "it is sure of nothing and takes no time"
    assert sum(line.startswith("- txtai: 1 cited, refuses below ") for line in lines) == 1
    assert len([line for line in lines if line.startswith("|")]) == 2 + 2 * (2 + len(PEERS))
    table.draw(tmp_path, tmp_path / "table.png")
    with Image.open(tmp_path / "table.png") as picture:
        assert picture.size == (1500, 1125)
        colours = {colour: count for count, colour in picture.convert("RGB").getcolors(2**24)}
        assert all(colours[ImageColor.getrgb(colour)] > 50 for colour in table.COLOURS)  # each system has its points
        assert colours[ImageColor.getrgb(table.NOTHING)] > 50
