"""A reader that runs wild is stopped, its file is refused with the cause, and the next file is read."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import index.sandbox
from index import Index, SourceError
from index.formats.content import Content
from index.sandbox import COMPUTING_SECONDS, MEMORY_BYTES, WAITING_SECONDS, Sandbox, _shared
from index.types import Block

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the limits are those of Unix")
ROOT = Path(__file__).parents[2]
OWN = f"{ROOT}/tests of process {os.getpid()}"
sys.path.append(OWN)  # every worker is started with it, which tells ours from those of tests that run beside these


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox("tests.support.hostile_readers")
    yield opened
    opened.close()


def processes() -> list[str]:
    """The workers that these tests started, and their children: state, id and command, zombies too."""
    done = subprocess.run(["ps", "-ww", "-eo", "stat,pid,args"], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if "from index.sandbox import serve" in line and OWN in line]


def is_there(process: str) -> bool:
    return subprocess.run(["ps", "-p", process], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        ("fill_memory", "more than 1 GB of memory"),
        ("fill_memory_in_small_pieces", "more than 1 GB of memory"),
        ("fault", r"crashed on it \(signal 11\)"),
        ("leave", "cannot be right|without an answer"),
        ("exit_politely", "can make no sense of it"),
        ("flood", "unpacks to more than 300 MB"),
        ("fail", "can make no sense of it"),
        ("recurse", "nested too deeply"),
        ("lie", "cannot be right"),
        ("missing", "cannot be read here"),
    ],
)
def test_a_wild_reader_is_a_reason(sandbox: Sandbox, reader: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as refused:
        sandbox.read(f".{reader}", b"")
    assert not re.search(
        r"Error|Traceback|\bb'|File \"", str(refused.value).replace("KeyError", "", reader == "missing")
    )
    assert sandbox.used.memory_bytes < MEMORY_BYTES
    assert sandbox.read(".read", "Näxt.".encode()) == Content("Näxt.")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file have one second of computing time and two by the clock."""
    hurry = "import index.sandbox as box; box.COMPUTING_SECONDS = 1; box.WAITING_SECONDS = 2; serve("
    monkeypatch.setattr(index.sandbox, "_BOOTSTRAP", index.sandbox._BOOTSTRAP.replace("serve(", hurry))


def test_time_is_limited(sandbox: Sandbox) -> None:
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"10 seconds of computing time|12 seconds;"):  # on a busy machine, either
        sandbox.read(".spin", b"")
    assert time.monotonic() - started < WAITING_SECONDS + 3
    assert sandbox.used.computing_seconds < COMPUTING_SECONDS + 1
    assert sandbox.read(".read", b"Next.") == Content("Next.")


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("reader", ["spin", "spin_on", "sleep"])
def test_time_cannot_be_had_by_ignoring_signals(sandbox: Sandbox, reader: str) -> None:
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"took more than .* seconds"):
        sandbox.read(f".{reader}", b"")
    assert time.monotonic() - started < 5
    assert sandbox.read(".read", b"Next.") == Content("Next.")


@pytest.mark.usefixtures("hurried")
def test_a_large_file_with_pages_may_take_longer(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.sandbox, "UNHURRIED_BYTES", 10)
    monkeypatch.setattr(index.sandbox, "MOST_TIMES", 3)
    with pytest.raises(SourceError, match=r"3 seconds of computing time|than 6 seconds;"):
        sandbox.read(".spin", b"x" * 1000, has_pages=True)
    with pytest.raises(SourceError, match=r"1 seconds of computing time|than 2 seconds;"):
        sandbox.read(".spin", b"x" * 1000)


def test_what_a_reader_prints_is_no_answer(sandbox: Sandbox) -> None:
    assert sandbox.read(".talk", b"") == Content("heard ''")


def test_nothing_is_written_outside(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        sandbox.read(".write", str(tmp_path / "outside").encode())
    assert not (tmp_path / "outside").exists() or (tmp_path / "outside").read_bytes() == b""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has networks to leave")
def test_there_is_no_network(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        try:
            sandbox.read(".connect", str(server.getsockname()[1]).encode())
        except SourceError:
            return
    pytest.skip("this system lets no process leave the network")


@pytest.mark.usefixtures("hurried")
def test_children_of_a_child_end_with_it(sandbox: Sandbox) -> None:
    with pytest.raises(SourceError) if os.geteuid() else pytest.raises(SourceError, match="than 2 seconds"):
        sandbox.read(".multiply", b"")  # the superuser's processes are not counted, so there they are ended
    sandbox.close()
    assert processes() == []


def test_no_process_is_left_behind(sandbox: Sandbox) -> None:
    for number in range(20):
        sandbox.read(".read", b"%d" % number)
    assert len(processes()) == 1
    sandbox.close()
    assert processes() == []


@pytest.mark.usefixtures("hurried")
def test_a_worker_that_dies_is_started_anew(sandbox: Sandbox) -> None:
    sandbox.read(".read", b"One.")
    worker = sandbox._worker
    assert worker
    worker.kill()
    worker.wait()
    assert sandbox.read(".read", b"Two.") == Content("Two.")
    worker = sandbox._worker
    assert worker
    threading.Timer(0.5, worker.kill).start()
    with pytest.raises(SourceError, match="without an answer"):
        sandbox.read(".sleep", b"")
    assert processes() == [], "its child ends with it"
    assert sandbox.read(".read", b"Three.") == Content("Three.")


def test_threads_share_it(sandbox: Sandbox) -> None:
    texts = [f"This is text {number}." * (1 + number * 50) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert [content.text for content in pool.map(lambda text: sandbox.read(".read", text.encode()), texts)] == texts


def test_a_run_leaves_no_process_behind(tmp_path: Path, index: Index) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    assert index.add(tmp_path / "a.txt").added
    assert _shared._worker is None
    assert processes() == []


SCRIPT = """
import sys, threading, os
from index.sandbox import read_safely, _shared
print(read_safely(".txt", b"Read.").text, _shared._worker.pid, flush=True)
if len(sys.argv) > 1:
    os._exit(1)
"""


@pytest.mark.parametrize("crashes", [False, True])
def test_the_worker_ends_with_its_interpreter(crashes: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, *["crash"] * crashes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    text, worker = done.stdout.split()
    assert (text, done.stderr) == ("Read.", "")
    deadline = time.monotonic() + 5
    while is_there(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_there(worker)


INTERRUPTED = """
from index.sandbox import Sandbox
sandbox = Sandbox("tests.support.hostile_readers")
try:
    print("reading", flush=True)
    sandbox.read(".sleep", b"")
except KeyboardInterrupt:
    print(sandbox.read(".read", b"Still here.").text, flush=True)
"""


def test_an_interrupt_ends_the_reading_quietly() -> None:
    """As Ctrl-C does: the signal goes to all processes in the terminal's foreground."""
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    printed, complained = process.communicate(timeout=20)
    assert printed == "Still here.\n"
    assert "Traceback" not in complained


def test_a_script_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "print('once')\nfrom index.sandbox import read_safely\nprint(read_safely('.txt', b'Read.').text)\n"
    )
    (tmp_path / "json.py").write_text("print('a module among the documents')\n")
    done = subprocess.run(
        [sys.executable, "-P", script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "once\nRead.\n"


def test_without_fork_each_file_has_its_own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.sandbox, "FORKS", False)
    monkeypatch.setattr(index.sandbox, "WAITING_SECONDS", 2)
    monkeypatch.setattr(index.sandbox, "_BOOTSTRAP", "import os; del os.fork; " + index.sandbox._BOOTSTRAP)
    sandbox = Sandbox("tests.support.hostile_readers")
    assert sandbox.read(".read", b"One.") == Content("One.")
    assert sandbox._worker is None
    for reader, reason in {"fail": "no sense", "fault": "without an answer", "spin": "took more than"}.items():
        with pytest.raises(SourceError, match=reason):
            sandbox.read(f".{reader}", b"")
    assert sandbox.read(".read", b"Two.") == Content("Two.")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"text": "a"}',
        *(
            Content("A text.").to_bytes().replace(before, after)
            for before, after in [
                (b'"A text."', b"7"),
                (b'"title": null', b'"title": ["a"]'),
                (b'"page_starts": [0]', b'"page_starts": []'),
                (b'"page_starts": [0]', b'"page_starts": [0, 8]'),
                (b'"page_starts": [0]', b'"page_starts": [0, 5, 4]'),
                (b'"page_starts": [0]', b'"page_starts": [0, 1.5]'),
                (b'"page_starts": [0]', b'"page_starts": [0, true]'),
                (b'"markdown": false', b'"markdown": "no"'),
                (b'"blocks": null', b'"blocks": [[0, 3, false], [2, 5, false]]'),
                (b'"blocks": null', b'"blocks": [[-1, 3, false]]'),
                (b'"blocks": null', b'"blocks": [[3, 1, false]]'),
                (b'"blocks": null', b'"blocks": [[0, 3, 1]]'),
                (b'"blocks": null', b'"blocks": [[0]]'),
                (b'"blocks": null', b'"blocks": 5'),
                (b'"layout": null', b'"layout": "AAAA"'),
                (b'"layout": null', b'"layout": 5, "more": 1'),
            ]
        ),
    ],
)
def test_a_reply_is_not_trusted(reply: bytes) -> None:
    with pytest.raises(ValueError, match=r"this is no content|its|it has|of it"):
        Content.from_bytes(reply)


def test_content_crosses_whole() -> None:
    content = Content(
        "Eins 🎉\0.\r\n\n二",
        "A",
        "B",
        "2024",
        page_starts=(0, 3),
        markdown=True,
        blocks=(Block(0, 4), Block(4, 5, True)),
    )
    assert Content.from_bytes(content.to_bytes()) == content
    assert Content.from_bytes(Content("a", blocks=()).to_bytes()) == Content("a", blocks=())
