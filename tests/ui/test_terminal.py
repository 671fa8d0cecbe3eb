"""The command `verbatim`, run as a person or a program would."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from index import Index
from tests.support.chromium import wait_until
from tests.support.command import run
from ui.server.web import ServeError, listen
from ui.terminal import commands

ROOT = Path(__file__).parents[2]
QUESTION = "How many troops remain in Iraq?"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the seed article in a store, made by the command itself."""
    folder = tmp_path_factory.mktemp("terminal")
    assert run("index", "add", "seeds/", "--store", str(folder)) == 0
    return folder


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a text, and a store that holds it."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "harbour.txt").write_text("The harbour opened in 1901.")
    assert run("index", "add", str(folder / "harbour.txt"), "--store", str(folder / "store")) == 0
    return folder


def test_ask_prints_the_quotation_and_its_place(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", QUESTION, "--store", str(store)) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "about 2,500 U.S. troops remain in Iraq" in printed
    assert "characters 1774–1920" in printed


def test_a_question_needs_no_quotation_marks(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", *QUESTION.split(), "--store", str(store)) == 0
    assert "about 2,500 U.S. troops remain in Iraq" in " ".join(capsys.readouterr().out.split())


def test_a_document_is_removed_by_its_name_and_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, store = tmp_path / "files", tmp_path / "store"
    for name in ("one.txt", "other.txt", "sub/other.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"This is {name}.")
    (folder / "empty").mkdir()
    assert run("index", "add", str(folder), "--store", str(store)) == 0
    assert run("index", "remove", "other.txt", "--store", str(store)) == 2  # there are two
    assert run("index", "remove", "one.txt", "--store", str(store)) == 0
    assert "1 removed" in capsys.readouterr().out
    assert run("index", "add", str(folder / "empty"), "--store", str(store)) == 0
    assert "There is no file; nothing changed." in capsys.readouterr().out
    with Index.open(store) as index:
        assert len(index.documents()) == 2


LOADING_IS_INTERRUPTED = """
import builtins
import ui.terminal
real = builtins.__import__
def load(name, *more):
    if name == "ui.terminal.commands":
        raise KeyboardInterrupt
    return real(name, *more)
builtins.__import__ = load
ui.terminal.main()
"""


def test_a_command_that_is_interrupted_while_it_loads_says_nothing() -> None:
    command = [sys.executable, "-c", LOADING_IS_INTERRUPTED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_ask_json_has_the_fields_that_programs_rely_on(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("ask", QUESTION, "--json", "--store", str(store))
    printed = json.loads(capsys.readouterr().out)
    assert {"text", "abstained", "confidence", "citations", "short"} <= printed.keys()
    assert 0 <= printed["confidence"] <= 1
    citation = printed["citations"][0]
    assert citation.keys() >= {
        "text",
        "start",
        "end",
        "document_id",
        "title",
        "source",
        "page",
        "revision",
        "score",
    }
    with Index.open(store) as index:
        document = index.document(citation["document_id"], citation["revision"])
    assert document.text[citation["start"] : citation["end"]] == citation["text"]


def test_a_refusal_says_what_is_missing(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", "Who trains the penguins of Antarctica?", "--store", str(store)) == 3
    printed = capsys.readouterr().out
    assert "Your documents do not say" in printed
    assert "penguins, Antarctica" in printed
    assert "not an answer" in printed


def test_an_empty_store_names_the_next_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", QUESTION, "--store", str(tmp_path)) == 2
    assert "verbatim index add PATH" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", QUESTION),
        ("check", "seeds/SOURCES"),
        ("open", "verbatim:a@b#char=0,1"),
        ("index", "status"),
        ("index", "verify"),
        ("index", "rebuild"),
        ("index", "remove", "report.txt"),
    ],
)
def test_a_mistyped_store_is_told_and_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    mistyped = tmp_path / "mistyped"
    assert run(*arguments, "--store", str(mistyped)) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"no store in {mistyped}" in said
    assert "verbatim index add PATH" in said
    assert not mistyped.exists()


def test_documents_go_in_and_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands.errors, "width", 400)  # the path of the folder stays on one line
    store, folder = str(tmp_path / "store"), tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("The harbour opened in 1901.")
    (folder / "b.bin").write_bytes(b"\x00\x01")
    assert run("index", "add", str(folder), "--store", store) == 1, "a file that failed is an exit status"
    printed = capsys.readouterr()
    assert "1 added" in printed.out
    assert "b.bin" in printed.err
    assert run("index", "status", "--store", store) == 0
    assert "documents: 1" in capsys.readouterr().out
    (folder / "b.bin").unlink()
    (folder / "c.txt").write_text("The lighthouse is white.")
    assert run("index", "sync", str(folder), "--store", store) == 0
    assert "1 added, 1 unchanged" in capsys.readouterr().out
    assert run("index", "remove", str(folder / "a.txt"), "--store", store) == 0
    assert run("index", "rebuild", "--store", store) == 0
    assert "passages: 1" in capsys.readouterr().out
    assert run("index", "remove", "nothing", "--store", store) == 2
    assert "no document 'nothing'" in capsys.readouterr().err


def test_what_a_document_says_cannot_move_the_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "evil.txt").write_text("The secret \x1b[31mcolour\x1b[0m is [bold]teal[/bold] \x1b]0;title\x07.")
    store = str(tmp_path / "store")
    run("index", "add", str(tmp_path / "evil.txt"), "--store", store)
    run("ask", "What is the secret colour?", "--store", store)
    printed = capsys.readouterr().out
    assert "[bold]teal[/bold]" in printed
    assert "\x1b" not in printed
    assert "\x07" not in printed


def test_a_folder_is_removed_with_a_receipt_and_the_store_is_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, folder = str(tmp_path / "store"), tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("The harbour of Ostend opened in 1901.")
    (folder / "b.txt").write_text("The lighthouse of Ostend is painted white.")
    (tmp_path / "c.txt").write_text("The market is on Tuesdays.")
    run("index", "add", str(folder), str(tmp_path / "c.txt"), "--store", store)
    assert run("index", "verify", "--store", store) == 0
    assert "All is well: documents: 3" in capsys.readouterr().out
    assert run("index", "remove", f"{folder}/../{folder.name}", "--receipt", "--store", store) == 0
    printed = capsys.readouterr().out
    assert "2 removed" in printed
    assert "2 sentences and 2 vectors" in " ".join(printed.split())
    assert "none is left" in " ".join(printed.split())
    assert run("index", "verify", "--store", store) == 0


def test_what_is_piped_is_not_wrapped(tmp_path: Path) -> None:
    folder = tmp_path / "-".join(["a folder whose name goes on"] * 4)
    folder.mkdir()
    (folder / "report-of-the-harbour-and-its-many-lighthouses.txt").write_text("The harbour opened in 1901.")
    (folder / "photograph.bin").write_bytes(b"\x00")

    def piped(*arguments: str) -> tuple[list[str], list[str]]:
        command = [sys.executable, "-c", "from ui.terminal import main; main()", *arguments, "--store", str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.splitlines(), done.stderr.splitlines()

    _, (*_, failed) = piped("index", "add", str(folder))
    assert failed.startswith(f"{folder / 'photograph.bin'}: files of kind .bin cannot be read")
    (_, row, *_), _ = piped("index", "status")
    with Index.open(tmp_path) as index:
        (entry,) = index.listing()
    assert row.startswith(entry.id)
    assert row.endswith(entry.source)


@pytest.mark.parametrize(
    "arguments",
    [
        ("index", "add", ""),
        ("index", "sync", ""),
        ("index", "remove", "harbour.txt", ""),
        ("index", "status", "--store", ""),
        ("ask", "--file", ""),
        ("check", ""),
        ("chat", "--terminal", ""),
        ("eval", "make", "", "--to", "suite"),
        ("login", "list", ""),
    ],
)
def test_nothing_typed_is_not_the_folder_one_is_in(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(filled)
    monkeypatch.setenv("VERBATIM_STORE", str(filled / "store"))
    before = {file: file.stat().st_mtime_ns for file in filled.rglob("*")}
    assert run(*arguments) == 2
    assert "verbatim: an empty" in capsys.readouterr().err
    assert {file: file.stat().st_mtime_ns for file in filled.rglob("*")} == before


def test_a_path_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closed, store = tmp_path / "closed.txt", str(tmp_path / "store")
    closed.write_text("Nobody may read this.")
    (tmp_path / "open.txt").write_text("The harbour opened in 1901.")
    opens = Path.open

    def may_be_opened(file: Path, *rest: Any, **more: Any) -> Any:
        if file == closed:
            raise PermissionError(13, "Permission denied")
        return opens(file, *rest, **more)

    monkeypatch.setattr("os.access", lambda file, *_, **__: Path(file) != closed)  # tests may run as one who may all
    monkeypatch.setattr(Path, "open", may_be_opened)
    assert run("index", "add", str(closed), str(tmp_path / "open.txt"), "--store", store) == 1
    printed = capsys.readouterr()
    assert "1 added" in printed.out
    assert "it cannot be read: Permission denied" in " ".join(printed.err.split())
    for arguments in (("check", str(closed)), ("ask", "--file", str(closed))):
        assert run(*arguments, "--store", store) == 2
        assert "cannot be read (Permission denied)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chat", "--terminal", "--port", "99"), "--port would do nothing"),
        (("chat", "--terminal", "--host", "::1", "--login", "x", "--allow-host", "y"), "--host, --login, --allow-host"),
        (("chat", "--terminal", "--watch"), "--watch follows folders"),
        (("serve", "seeds/SOURCES", "--watch"), "--watch follows folders"),
        (("login", "list", "mistyped.json"), "no file mistyped.json; `verbatim login add mistyped.json NAME`"),
    ],
)
def test_what_would_do_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    store = () if arguments[0] == "login" else ("--store", str(tmp_path / "store"))
    assert run(*arguments, *store) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_it_says_which_version_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"verbatim {version('verbatim-qa')}\n"


def test_a_server_for_assistants_ends_with_the_first_interrupt(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from ui.terminal import main; main()", "mcp", "--store", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr
        assert b"An assistant starts this" in process.stderr.readline()
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        said = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
        os.write(ours, json.dumps(said).encode() + b"\n")
        assert process.stdout
        assert b"serverInfo" in process.stdout.readline(), "it reads what is typed"
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        finally:
            process.kill()
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("port", ["-5", "65536", "99999"])
@pytest.mark.parametrize("name", ["chat", "serve"])
def test_there_are_so_many_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, port: str) -> None:
    served: list[object] = []
    for called in ("ui.server.web.serve", "ui.server.service.serve"):
        monkeypatch.setattr(called, lambda *_, **__: served.append(port))
    assert run(name, "--port", port, "--store", str(tmp_path)) == 2
    assert not served
    with pytest.raises(ServeError, match=f"there is no port {port}"):
        listen("127.0.0.1", int(port))


@pytest.mark.parametrize(("name", "called"), [("chat", "ui.server.web.serve"), ("serve", "ui.server.service.serve")])
def test_a_server_adds_files_first_and_follows_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, called: str
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "mill.txt").write_text("The mill opened in 1901.")

    def serve(index: Index, **_: object) -> None:
        assert [Path(entry.source).name for entry in index.listing()] == ["mill.txt"]
        wait_until(lambda: followed == [folder])

    followed: list[Path] = []
    monkeypatch.setattr(commands, "follow", lambda _, path: followed.append(path))
    monkeypatch.setattr(called, serve)
    assert run(name, str(folder), "--watch", "--store", str(tmp_path / "store")) == 0
