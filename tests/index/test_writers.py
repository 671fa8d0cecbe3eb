"""Writers that meet, writers that are interrupted, and readers while a document changes.

A few runs here, more with `make trials` (``VERBATIM_TRIALS=long``).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import Index, Source
from tests.support.fakes import HashEncoder
from tests.support.trial_writer import document

LONG = os.environ.get("VERBATIM_TRIALS") == "long"
ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).parents[1] / "support" / "trial_writer.py"


def writer(store: Path, prefix: str, count: int, seconds: float) -> subprocess.Popen[str]:
    """A writer that opens the store and then waits for `go`."""
    return subprocess.Popen(
        [sys.executable, WRITER, store, prefix, str(count), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def go(*processes: subprocess.Popen[str]) -> None:
    """Let writers begin, all of them once each has opened the store."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def test_of_two_writers_exactly_one_wins(tmp_path: Path) -> None:
    runs, documents = (20, 10) if LONG else (2, 6)
    for run in range(runs):
        store = tmp_path / str(run)
        both = {prefix: writer(store, prefix, documents, 0.1) for prefix in ("tower", "bridge")}
        go(*both.values())
        ends = {prefix: process.communicate()[0].splitlines()[-1] for prefix, process in both.items()}
        (winner,) = [prefix for prefix, end in ends.items() if end.startswith("won")]
        (loser,) = [prefix for prefix, end in ends.items() if end.startswith("busy")]
        assert ends[winner] == f"won: {documents} added, 0 unchanged"
        assert f"another process (id {both[winner].pid}) is writing" in ends[loser]
        again = writer(store, loser, documents, 0)
        go(again)
        assert again.communicate()[0].splitlines()[-1] == f"won: {documents} added, 0 unchanged"
        found_all(store, [(prefix, number) for prefix in both for number in range(documents)])
    print(f"\ntwo writers: {runs} runs, one winner each, 0 of {2 * runs * documents} documents missed")


def found_all(store: Path, expected: list[tuple[str, int]]) -> None:
    with Index.open(store, encoder=HashEncoder()) as index:
        assert {found.source for found in index.documents()} >= {f"{prefix}{number}.txt" for prefix, number in expected}
        for prefix, number in expected:
            assert index.search(f"Where stands the {prefix}{number}?")[0].source == f"{prefix}{number}.txt"
        assert index._words.count() == index.status().passages


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda end: end.name)
def test_an_ended_writer_leaves_what_it_acknowledged_and_no_lock(tmp_path: Path, end: signal.Signals) -> None:
    chance = random.Random(int(end))
    for run in range(10 if LONG else 1):
        store = tmp_path / str(run)
        process = writer(store, "tower", 20, 0.03)
        go(process)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.6))
        process.send_signal(end)
        lines = [line for line in process.communicate()[0].splitlines() if line.endswith("are in")]
        done = max((int(line.split()[0]) for line in lines), default=0)
        found_all(store, [("tower", number) for number in range(done)])
        assert (store / "write.pid").read_text() == str(process.pid)
        after_it = writer(store, "tower", 20, 0)  # it goes on, though the name of the dead one still stands there
        go(after_it)
        end_line = after_it.communicate()[0].splitlines()[-1]
        assert end_line.startswith("won: ")
        assert int(end_line.split()[1]) <= 20 - done
        found_all(store, [("tower", number) for number in range(20)])


def test_the_command_can_be_interrupted_and_run_again(tmp_path: Path) -> None:
    folder, store = tmp_path / "folder", tmp_path / "store"
    folder.mkdir()
    for number in range(150):
        (folder / f"{number}.txt").write_text(document("tower", number).data * 5)
    code = "import sys; from ui.terminal import main; main()"
    command = [sys.executable, "-c", code, "index", "add", str(folder), "--store", str(store)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    catalog = store / "catalog.sqlite3-wal"
    deadline = time.monotonic() + 60
    while not (catalog.exists() and catalog.stat().st_size > 100_000):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in message, message
    with Index.open(store) as index:
        kept = {found.source for found in index.documents()}
        assert 0 < len(kept) < 150
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert again.returncode == 0
    with Index.open(store) as index:
        assert len(index.documents()) == 150
        assert kept < {found.source for found in index.documents()}


READER = """
import sys
from pathlib import Path
from index import Index
from tests.support.fakes import HashEncoder
store, reads, done = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
with Index.open(store, encoder=HashEncoder()) as index:
    print("open", flush=True)
    while reads > 0 or not done.exists():
        reads -= 1
        hits = index.search("Which floor of the tower has a window?")
        versions = {hit.text.split("version ")[1].split()[0] for hit in hits}
        texts = {index.document(hit.passage.document_id, hit.passage.revision).text for hit in hits}
        if len(versions) > 1 or len(texts) > 1 or any(hit.text not in text for hit in hits for text in texts):
            print("mixed", flush=True)
        else:
            print(*versions or ["empty"], flush=True)
"""


def test_readers_while_a_document_grows_and_shrinks(tmp_path: Path) -> None:
    """Law 4, between processes: never none, never a mix."""
    reads, updates, readers = (10_000, 500, 2) if LONG else (100, 20, 2)
    chance = random.Random(5)
    done = tmp_path / "done"
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add(tower(0, 60))
        index.search("the writer owns Chroma")
        command = [sys.executable, "-c", READER, tmp_path / "store", str(reads // readers), done]
        processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(readers)]
        with ThreadPoolExecutor() as pool:  # so that no pipe fills
            lines = [
                pool.submit(lambda process=process: process.communicate()[0].splitlines()) for process in processes
            ]
            for update in range(1, updates + 1):
                assert index.add(tower(update, chance.choice([1, 3, 12, 60]))).updated
                assert {version(hit.text) for hit in index.search("tower window")} == {str(update)}
            done.touch()
        seen = [line for read in lines for line in read.result() if line != "open"]
    assert len(seen) >= reads
    assert "empty" not in seen
    assert "mixed" not in seen
    versions = len(set(seen))
    assert versions > updates // 10, "the readers saw too few of the updates to tell"
    print(f"\nreaders: {len(seen)} reads, {updates} updates, {versions} versions seen, 0 empty, 0 mixed")


def version(text: str) -> str:
    return text.split("version ")[1].split(maxsplit=1)[0]


def tower(number: int, floors: int) -> Source:
    text = " ".join(f"The tower of version {number} has floor {floor} with a window." for floor in range(floors))
    return Source("tower.txt", text)
