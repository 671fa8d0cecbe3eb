"""Adds documents to a store for ever and says which are in. Run by test_crash.py, which kills it.

python tests/support/crash_writer.py STORE FIRST_NUMBER DOCUMENTS_AT_ONCE [SYNC_THRESHOLD]
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from index import Index, Source, vectors
from tests.support.fakes import HashEncoder


class WideEncoder(HashEncoder):
    """Vectors as long as a real model's, so that files are as large and take as long to write."""

    dimension = 384


def text(number: int) -> str:
    """The text of the document with this number: its sentences can be told from all others."""
    return " ".join(f"Sentence {part} of report {number} names item{number}x{part}." for part in range(1 + number % 40))


def write_files_after(changes: int | None) -> None:
    """Let Chroma write its files after so many changes; None leaves it as it is."""
    if changes is not None:
        vectors.HNSW = {**vectors.HNSW, "sync_threshold": changes, "batch_size": min(changes, 100)}


if __name__ == "__main__":
    vectors.SCANNED_PASSAGES = 0  # Chroma is what a crash can damage
    store, first, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    write_files_after(int(sys.argv[4]) if len(sys.argv) > 4 else None)
    with Index.open(store, encoder=WideEncoder()) as index:
        index.search("bring the caches up to date")
        print("open", flush=True)
        for start in itertools.count(first, at_once):
            numbers = range(start, start + at_once)
            changes = index.add(Source(f"{number}.txt", text(number)) for number in numbers)
            assert len(changes.added) == at_once, changes
            print(*numbers, sep="\n", flush=True)  # acknowledged: from here on they must never be lost
