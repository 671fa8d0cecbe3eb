"""kill -9: no acknowledged document is lost, no citation dangles, and the store works again without a manual step.

The number of trials is small here; `make trials` runs the long form (``VERBATIM_TRIALS=long``).
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.studies.load import processor_seconds
from index import Index, Source, vectors
from qa.answer import Answerer
from qa.baseline import BaselineReader
from tests.support.crash_writer import WideEncoder, text, write_files_after

pytestmark = pytest.mark.usefixtures("chroma")

LONG = os.environ.get("VERBATIM_TRIALS") == "long"
WRITER = Path(__file__).parents[1] / "support" / "crash_writer.py"
Acknowledged = list[int]


def acknowledged_until_killed(
    store: Path, first: int, moment: Callable[[subprocess.Popen[str]], None], *options: int
) -> Acknowledged:
    """Run a writer, kill it once ``moment`` returns, and return what it had acknowledged."""
    # A writer that gives way to others is more often interrupted, and killed, while it writes its files.
    command = ["nice", "-n", "19", sys.executable, WRITER, store, str(first), *map(str, options or (1,))]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == "open\n"
        moment(writer)
    finally:
        writer.kill()
    return [int(line) for line in writer.communicate()[0].splitlines() if line.strip().isdigit()]


def after(seconds: float) -> Callable[[subprocess.Popen[str]], None]:
    """Wait until the writer has worked for so long: where others are busy, a clock would end it before it began."""

    def moment(writer: subprocess.Popen[str]) -> None:
        before, deadline = processor_seconds(writer.pid), time.monotonic() + 120
        while processor_seconds(writer.pid) - before < seconds and time.monotonic() < deadline:
            time.sleep(0.005)

    return moment


def check(store: Path, numbers: Acknowledged) -> tuple[int, float]:
    """Assert that the store holds each document whole and finds it; return how many it holds and when it first did."""
    started = time.monotonic()
    with Index.open(store, encoder=WideEncoder()) as index:
        found = index.search("bring the caches up to date")
        usable_after = time.monotonic() - started
        if not found:
            assert not numbers
            return index.document_count(), usable_after
        documents = {document.source: document for document in index.documents()}
        for number in numbers:
            assert documents[f"{number}.txt"].text == text(number)
        answerer = Answerer(index, reader=BaselineReader(index), threshold=0)
        for number in random.Random(0).sample(numbers, min(15, len(numbers))):
            citation = answerer.answer(f"What does report {number} name as item{number}x0?").citations[0]
            cited = index.document(citation.document_id, citation.revision).text[citation.start : citation.end]
            assert cited == citation.text
            assert citation.source == f"{number}.txt"
        ids, rows = index._catalog.vectors()
        stored = index._vectors._connected.get(include=["embeddings"])
        assert sorted(map(int, stored["ids"])) == ids
        kept = dict(zip(map(int, stored["ids"]), stored["embeddings"], strict=True))
        assert max(abs(kept[passage] - row).max() for passage, row in zip(ids, rows, strict=True)) < 1e-6
        assert index._words.count() == len(ids)
        assert index.status().vectors == "chroma"
    return len(documents), usable_after


def first_and_last(store: Path) -> tuple[Path, Path]:
    """The files that Chroma writes first and last."""
    (header,) = (store / "vectors").rglob("header.bin")
    return header, header.with_name("index_metadata.pickle")


def report(what: str, trials: int, numbers: int, seconds: list[float]) -> None:
    print(f"\n{what}: {trials} kills, {numbers} acknowledged, 0 lost, usable again in {max(seconds):.1f} s at most")


def test_killed_again_and_again_in_one_folder(tmp_path: Path) -> None:
    chance = random.Random(20240829)
    numbers: Acknowledged = []
    seconds = []
    kills = 20 if LONG else 2
    for killed in range(1, kills + 1):
        numbers += acknowledged_until_killed(tmp_path, 100_000 * killed, after(chance.uniform(0.5, 2.5)))
        held, usable_after = check(tmp_path, numbers)
        seconds.append(usable_after)
        # At most the one document that was being written may be there without having been acknowledged.
        assert len(numbers) <= held <= len(numbers) + killed
    assert numbers, "the writers were killed before they wrote anything"
    report("in one folder", kills, len(numbers), seconds)


def test_killed_at_a_random_moment(tmp_path: Path) -> None:
    chance = random.Random(20240830)
    total, seconds = 0, []
    kills = 30 if LONG else 1
    for killed in range(1, kills + 1):
        store = tmp_path / str(killed)
        numbers = acknowledged_until_killed(store, 100_000 * killed, after(chance.uniform(1.0, 4.0)))
        held, usable_after = check(store, numbers)
        assert len(numbers) <= held <= len(numbers) + 1
        total += len(numbers)
        seconds.append(usable_after)
        shutil.rmtree(store)
    report("at a random moment", kills, total, seconds)


@pytest.mark.parametrize("changes", [50, None], ids=["files written often", "files written as the product does"])
def test_killed_while_chroma_writes_its_files(
    tmp_path: Path, changes: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment at which Chroma alone loses a collection: the files of the graph are rewritten in place."""
    monkeypatch.setattr(vectors, "HNSW", vectors.HNSW)
    write_files_after(changes)
    chance = random.Random(20240831)
    wanted = 25 if LONG else 1
    base = tmp_path / "base"
    with Index.open(base, encoder=WideEncoder()) as index:
        index.add(
            Source(f"base {n}.txt", " ".join(text(n * 1000 + 40 * part + 39) for part in range(25)))
            for n in range(80 if LONG else 40)
        )
        base_documents = index.document_count()
    hits, total, seconds = 0, 0, []
    for killed in range(1, 4 * wanted + 4):
        store = shutil.copytree(base, tmp_path / "store")
        share = chance.uniform(0, 0.002)

        def writing(writer: subprocess.Popen[str], store: Path = store, share: float = share) -> None:
            header, _ = first_and_last(store)
            left, deadline = header.stat().st_mtime_ns, time.monotonic() + 60
            while header.stat().st_mtime_ns == left:
                assert writer.poll() is None, "the writer failed"
                assert time.monotonic() < deadline, "Chroma did not write its files"
                time.sleep(0.0002)
            time.sleep(share)

        options = (5, changes) if changes else (20,)
        numbers = acknowledged_until_killed(store, 1_000_000 * killed, writing, *options)
        header, pickle = first_and_last(store)
        hit = pickle.stat().st_mtime_ns < header.stat().st_mtime_ns or pickle.stat().st_size == 0
        hits += hit
        print(f"{hits} of {killed}", end=", ", flush=True)
        held, usable_after = check(store, numbers)
        assert 0 <= held - len(numbers) - base_documents <= options[0]
        total += len(numbers)
        seconds.append(usable_after)
        shutil.rmtree(store)
        if hits == wanted or not LONG:
            break
    assert hits == wanted or not LONG, f"only {hits} of {killed} kills came while the files were written"
    report(f"while Chroma wrote its files ({hits} hits)", killed, total, seconds)
