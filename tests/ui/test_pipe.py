"""Questions in, answers out: pipes, files, exit statuses, and everything that can go wrong with them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index import Index
from qa import answer
from qa.export import from_json, to_json
from tests.support.command import run
from ui.questions import MAX_LINE_BYTES, Asked, read_questions

ROOT = Path(__file__).parents[2]
SAID, UNSAID = "How many troops remain in Iraq?", "Who trains the penguins of Antarctica?"


def asked(data: bytes) -> list[Asked]:
    return list(read_questions(io.BytesIO(data)))


def test_questions_are_read_one_a_line_as_text_or_json():
    rows = asked(
        b"\xef\xbb\xbfWho?\n\n  Where?  \r\n"
        b'{"question": "When?", "id": "q3", "history": ["Who?"], "more": 1}\n{"question": "Why?", "id": 4}'
    )
    assert rows == [
        Asked(1, "Who?"),
        Asked(3, "Where?"),
        Asked(4, "When?", "q3", ("Who?",)),
        Asked(5, "Why?", 4),
    ]
    assert asked(b"") == asked(b"\n \n") == asked(b"\xef\xbb\xbf\n") == asked(b"\xef\xbb\xbf") == []
    assert asked(b"\xef\xbb\xbf\nWho?") == [Asked(2, "Who?")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"caf\xe9?", "not UTF-8 text (byte 4)"),
        (b'{"question": "\\ud800"}', "not UTF-8"),
        (b"{", "not JSON"),
        (b'{"a":' * 5_000, "not JSON"),
        (b"{}", 'no "question"'),
        (b'{"question": 5}', 'no "question"'),
        (b'{"question": "a", "history": "b"}', '"history"'),
        (b'{"question": "a", "history": [1]}', '"history"'),
        (b'{"question": "a", "id": [1]}', '"id"'),
        (b"x" * 9_000, "at most 8,000"),
        (b"x" * (MAX_LINE_BYTES + 5), "more than 1,000,000 bytes"),
        (b"x" * (3 * MAX_LINE_BYTES), "more than 1,000,000 bytes"),
    ],
)
def test_a_line_that_is_no_question_says_so_and_the_next_is_read(line, said):
    bad, good = asked(line + b"\nWho?\n")
    assert bad.trouble is not None
    assert said in bad.trouble
    assert good == Asked(2, "Who?")


@pytest.fixture(scope="module")
def store(seed_index: Index) -> str:
    return str(seed_index.path)


def verbatim(store: str, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(store, *arguments), cwd=ROOT, input=data, capture_output=True, timeout=120, check=False
    )


def command(store: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", "from ui.terminal import main; main()", *arguments, "--store", store]


def test_many_questions_become_json_lines_with_what_python_says(store: str, seed_index: Index):
    rows = [SAID, json.dumps({"question": UNSAID, "id": "q2"}), "", "caf\udce9"]
    data = "\n".join(rows).encode("utf-8", "surrogateescape")
    done = verbatim(store, "ask", "-", "--json", data=data)
    said, refused, broken = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 2, "an error is worse than a refusal"
    assert from_json(json.dumps(said)) == from_json(to_json(answer(SAID, index=seed_index)))
    assert (refused.pop("id"), refused["abstained"]) == ("q2", True)
    assert json.dumps(refused) == json.dumps(json.loads(to_json(answer(UNSAID, index=seed_index))))
    assert (broken["line"], "not UTF-8" in broken["error"]) == (4, True)


@pytest.mark.parametrize(
    ("lines", "status"), [([SAID, SAID], 0), ([SAID, UNSAID], 3), ([UNSAID, "{", SAID], 2), ([], 0)]
)
def test_of_many_the_worst_counts(tmp_path: Path, store: str, lines: list[str], status: int, capfd):
    file = tmp_path / "questions.txt"
    file.write_text("\n".join(lines))
    for form in ("text", "markdown", "json", "annotation"):
        assert run("ask", "--file", str(file), "--format", form, "--store", store) == status


def test_an_empty_question_is_refused_and_reads_no_pipe(store: str, capfd: pytest.CaptureFixture[str]):
    assert run("ask", "", "--store", store) == 3
    assert "no question" in capfd.readouterr().out


def test_the_forms_of_one_question(store: str, seed_index: Index, capfd: pytest.CaptureFixture[str]):
    result = answer(SAID, index=seed_index)
    assert run("ask", SAID, "--format", "json", "--store", store) == 0
    assert capfd.readouterr().out == to_json(result) + "\n"
    assert run("ask", SAID, "--format", "markdown", "--store", store) == 0
    assert f"`{result.citations[0].address}`" in capfd.readouterr().out
    assert run("ask", SAID, "--format", "annotation", "--store", store) == 0
    assert json.loads(capfd.readouterr().out)["type"] == "AnnotationCollection"


def test_some_documents_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    monkeypatch.setenv("VERBATIM_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    for name in ("north", "south"):
        Path(name).mkdir()
        Path(name, f"{name}.txt").write_text(f"The harbour of the {name} opened in 1901.")
    assert run("index", "add", "north", "south") == 0
    with Index.open(tmp_path / "store") as index:
        ids = {Path(entry.source).stem: entry.id for entry in index.listing()}
    capfd.readouterr()
    for name in ("south.txt", "South", ids["south"], "south/south.txt", "south", "north/../south"):
        run("ask", "When did the harbour open?", "--json", "--documents", name)
        said = json.loads(capfd.readouterr().out)
        assert said["searched"]["documents"] == 1
        assert {cited["document_id"] for cited in said["citations"] or [said["nearest"]]} == {ids["south"]}
    run("ask", "When did the harbour open?", "--json", "--documents", "south", "--documents", "north.txt")
    assert json.loads(capfd.readouterr().out)["searched"]["documents"] == 2
    for name in ("suoth.txt", "~nobody-of-this-name/south.txt", ""):
        assert run("ask", "When did the harbour open?", "--documents", "north", "--documents", name) == 2
        assert "--documents names no document of yours" in " ".join(capfd.readouterr().err.split())


def test_one_says_how_many_wrong_answers_one_can_live_with(store: str, capfd: pytest.CaptureFixture[str]):
    assert run("ask", SAID, "--max-error", "1", "--store", store) == 0
    assert run("ask", SAID, "--max-error", "0", "--store", store) == 3
    for no_share in ("2", "-0.1", "nan"):
        assert run("ask", SAID, "--max-error", no_share, "--store", store) == 2


@pytest.mark.parametrize(
    "arguments", [("ask",), ("ask", SAID, "--file", "x"), ("ask", "--file", "missing.txt"), ("ask", "x" * 9_000)]
)
def test_what_cannot_be_asked_is_an_error(store: str, arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]):
    assert run(*arguments, "--store", store) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert printed.err.startswith("verbatim: ")


def test_a_reader_that_hangs_up_ends_it_quietly(store: str):
    with subprocess.Popen(
        command(store, "ask", "-", "--json"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(f"{SAID}\n".encode())
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["question"] == SAID, "an answer comes before the input ends"
        process.stdout.close()
        process.stdin.write(f"{SAID}\n".encode() * 3)
        process.stdin.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(60) != 0


def test_open_shows_the_sentence_between_its_neighbours(store: str, seed_index: Index, capfd):
    (citation, *_) = answer(SAID, index=seed_index).citations
    assert run("open", citation.address, "--store", store) == 0
    printed = " ".join(capfd.readouterr().out.split())
    assert citation.text in printed
    assert "referred all inquiries to Centcom." in printed, "the sentence before it"
    for wrong, said in (
        ("nonsense", "not an address"),
        ("verbatim:nothing@000000000000#char=1,2", "no document"),
        (citation.address.replace(",", ",9"), "beyond the text"),
    ):
        assert run("open", wrong, "--store", store) == 2
        assert said in " ".join(capfd.readouterr().err.split())


@pytest.mark.parametrize(("typed", "offered"), [("verbatim in", "index"), ("verbatim index st", "status")])
def test_the_shell_completes_commands(typed: str, offered: str):
    words = typed.split()
    environment = {
        **os.environ,
        "_VERBATIM_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    code = "from ui.terminal import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [offered]


def test_the_shell_gets_a_script_to_complete_with(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("bash", "/bin/bash"))
    assert run("--show-completion") == 0
    assert "_VERBATIM_COMPLETE=complete_bash" in capfd.readouterr().out
