"""The benchmarks, in their smallest forms: they run, say what they measured, and leave out who is not there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.studies import benchmarks
from evals.studies.benchmarks import command, make_passages, make_questions
from index.passages import PASSAGE_CHARS


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No peer is installed."""
    monkeypatch.setattr(
        benchmarks, "SYSTEMS", dict.fromkeys(benchmarks.SYSTEMS, (("no_such.module",), None)) | {"verbatim": OWN}
    )


OWN = benchmarks.SYSTEMS["verbatim"]


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_passages_are_those_of_the_documents_and_then_combined(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry leaves at noon. Dogs travel free.\n\nTickets cost 14 crowns.")
    (tmp_path / "claims.jsonl.gz").write_bytes(b"no set")
    passages = make_passages(tmp_path, 20)
    assert len(passages) == 20
    assert "The ferry leaves at noon. Dogs travel free.\n\nTickets cost 14 crowns." in passages
    assert max(map(len, passages)) <= PASSAGE_CHARS
    assert passages == make_passages(tmp_path, 20)
    assert len(set(make_passages(None, 300))) == 300


def test_questions_come_from_the_passages() -> None:
    assert make_questions(["The old ferry leaves at noon."], 1) == ["what The ferry at?"]


@pytest.mark.usefixtures("alone")
def test_indexing_says_who_is_not_there(tmp_path: Path) -> None:
    said = invoke("indexing", "--passages", "8", "--save", str(tmp_path))
    assert "verbatim " in said
    assert "llamaindex   skipped: no_such.module is not installed" in said
    saved = json.loads((tmp_path / "indexing.json").read_text())
    assert list(saved["systems"]) == ["verbatim"]
    assert saved["systems"]["verbatim"]["passages_per_cpu_second"] > 0


def test_growth_is_measured_and_drawn(tmp_path: Path) -> None:
    said = invoke("search", "--sizes", "60,120", "--embedded", "20", "--save", str(tmp_path))
    assert "made up" in said
    rows = json.loads((tmp_path / "search.json").read_text())
    assert [(row["recall"], row["recall_embedded"]) for row in rows] == [(1.0, 1.0), (1.0, 1.0)]
    assert "CPU ms by stage, p50 (p95): encoder " in said
    for row in rows:
        assert list(row["stages"]) == ["encoder", "vectors", "words", "hits", "rest", "all but the encoder"]
        assert all(0 < half <= most for half, most in row["stages"].values())
    assert rows[0]["passages"] < rows[1]["passages"]
    assert (tmp_path / "growth.png").stat().st_size > 10_000


@pytest.mark.usefixtures("alone")
def test_a_cold_start_needs_no_heavy_library(tmp_path: Path) -> None:
    said = invoke("cold", "--passages", "8", "--times", "1", "--save", str(tmp_path))
    assert "imports ['[]']" in said
    assert list(json.loads((tmp_path / "cold.json").read_text())) == ["verbatim"]


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no luck"):
        benchmarks.run([sys.executable, "-c", "raise SystemExit('no luck')"])
