"""`verbatim eval`, run as a person or a build would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals import Report
from tests.evals.test_evals import NAME, OPENED, ROWS, TEXT, write_suite
from ui.terminal import commands


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_suite(tmp_path / "town")


def run(*arguments: str) -> int:
    """Run the command in this process and return its exit status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["verbatim", "eval", *arguments])
        with pytest.raises(SystemExit) as done:
            commands.main()
    return int(done.value.code or 0)


def answers(path: Path, *rows: dict) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def perfect(tmp_path: Path) -> Path:
    rows = [
        {"id": row["id"], "citations": [fact[0]["text"] for fact in row["evidence"]], "refused": not row["answerable"]}
        for row in ROWS
    ]
    return answers(tmp_path / "perfect.jsonl", *rows)


def test_answers_from_a_file_are_judged(folder: Path, perfect: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder), "--answers", str(perfect), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["system"] == "perfect.jsonl"
    assert report["metrics"]["citation_f1"]["value"] == 1
    assert report["metrics"]["verbatim_rate"]["value"] == 1
    assert report["metrics"]["seconds_p50"]["value"] is None
    assert report["notes"] == ["how the rows were read: 3 with the citations that they give, 2 as refusals"]


def test_prose_with_an_altered_quote_is_caught(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prose = 'It was cheap. As the report says, "It cost five million euros" [1].'
    file = answers(tmp_path / "product.jsonl", {"id": "price", "answer": prose})
    assert run(str(folder), "--answers", str(file)) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 of 1 citations altered" in printed
    assert "altered: “nine” in the document, “five” cited" in printed
    assert "4 missing" in printed


def test_a_build_fails_under_a_bound(folder: Path, perfect: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged = (str(folder), "--answers", str(perfect))
    assert run(*judged, "--fail-under", "citation_f1=0.90", "--fail-over", "wrong_answers=0.1") == 0
    assert run(*judged, "--fail-over", "seconds_p50=1") == 1, "what was not measured keeps no bound"
    assert "town: seconds_p50 could not be measured" in capsys.readouterr().err
    silent = answers(perfect.with_name("silent.jsonl"), {"id": "when", "refused": True})
    bounded = (str(folder), "--answers", str(silent), "--fail-under", "citation_f1=0.90")
    assert run(*bounded) == 2
    assert f"4 of 5 questions have no row in {silent}" in capsys.readouterr().err
    assert run(*bounded, "--allow-missing") == 1
    assert "town: citation_f1 is 0.400, under 0.9" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--fail-under", "citaton_f1=0.9"), "did you mean 'citation_f1'?"),
        (("--fail-under", "beauty=1"), "there is no measure 'beauty'; there are verbatim_rate"),
        (("--fail-under", "citation_f1=high"), "write MEASURE=NUMBER"),
        (("--fail-under", "citation_f1=90"), "write 0.9 for 90 %"),
        (("--fail-under", "wrong_answers=0.1"), "use --fail-over wrong_answers=0.1"),
        (("--fail-over", "citation_f1=0.9"), "use --fail-under citation_f1=0.9"),
        (("--system", "bm25"), "give one of them"),
    ],
)
def test_a_bound_that_makes_no_sense_is_told(
    folder: Path, perfect: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, str], said: str
) -> None:
    assert run(str(folder), "--answers", str(perfect), *option) == 2
    assert said in capsys.readouterr().err


def test_a_report_is_kept_where_it_is_told(folder: Path, perfect: Path, tmp_path: Path) -> None:
    judged = (str(folder), "--answers", str(perfect))
    assert run(*judged, "--save", str(tmp_path / "before.json")) == 0
    assert Report.load(tmp_path / "before.json").system == "perfect.jsonl"
    assert run(*judged, "--save", str(tmp_path / "kept")) == 0
    assert [file.name.startswith("town-perfect.jsonl-") for file in (tmp_path / "kept").iterdir()] == [True]
    assert run(*judged, "--html", str(tmp_path)) == 2, "a folder is no page"


def test_verbatim_is_judged_by_default(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", str(folder), "--fail-over", "wrong_answers=0") == 0
    assert "Verbatim on town, 5 questions" in " ".join(capsys.readouterr().out.split())


def test_another_system_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder), "--system", "nobody") == 2
    assert "there are baseline, bm25, llamaindex, txtai, haystack" in " ".join(capsys.readouterr().err.split())
    pytest.importorskip("bm25s")
    pytest.importorskip("Stemmer")
    assert run(str(folder), "--system", "bm25") == 0
    assert "BM25 on town" in " ".join(capsys.readouterr().out.split())


def test_a_page_is_written(folder: Path, perfect: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(str(folder), "--answers", str(perfect), "--html", str(page)) == 0
    assert "perfect.jsonl" in page.read_text(encoding="utf-8")
    assert run(str(folder), "seed", "--html", str(page)) == 2


def test_two_runs_are_compared(
    folder: Path,
    perfect: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    silent = answers(tmp_path / "silent.jsonl", {"id": "when", "text": ""})
    saved = []
    for file in (silent, perfect):
        run(str(folder), "--answers", str(file), "--json")
        saved.append(tmp_path / f"{file.stem}.json")
        saved[-1].write_text(capsys.readouterr().out, encoding="utf-8")
    page = tmp_path / "diff.html"
    assert run("compare", str(saved[0]), str(saved[1]), "--html", str(page)) == 0
    assert "3 fixed, 0 broken, 0 changed, 2 same" in capsys.readouterr().out
    assert OPENED.text in page.read_text(encoding="utf-8")
    assert run("compare", str(perfect), str(saved[1])) == 2
    assert "is not a report" in capsys.readouterr().err


def test_a_suite_is_drafted_from_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / NAME
    document.write_text(f"{TEXT} Anna Berg designed the new bridge in 2019. It is 240 metres long.", encoding="utf-8")
    made = tmp_path / "made"
    assert run("make", str(tmp_path), "--to", str(made)) == 2
    assert "must not be made inside" in capsys.readouterr().err
    assert run("make", str(document), "--to", str(made)) == 0
    assert "100 were asked for" in capsys.readouterr().out
    assert run(str(made)) == 0
    assert run("make", str(document), "--to", str(made)) == 2, "it is not overwritten"
    assert run("make", str(document), "--to", str(tmp_path / "few"), "--questions", "3") == 0
    assert "were asked for" not in capsys.readouterr().out, "they come in pairs"


def test_a_sample_is_for_sets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder), "--sample", "3") == 2
    assert "--sample is for sets" in capsys.readouterr().err


def test_python_m_evals_is_the_same(folder: Path, perfect: Path) -> None:
    command = [sys.executable, "-m", "evals", str(folder), "--answers", str(perfect), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["questions"] == len(ROWS)
    wrong = subprocess.run([sys.executable, "-m", "evals", "nosuch"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("verbatim: there is no folder ")
