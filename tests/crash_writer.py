"""Adds documents to a store for ever and says which are in. Run by test_crash.py, which kills it.

python tests/crash_writer.py STORE FIRST_NUMBER
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from index import Index, Source, vectors
from tests.fakes import HashEncoder


def text(number: int) -> str:
    """The text of the document with this number: its sentences can be told from all others."""
    return " ".join(f"Sentence {part} of report {number} names item{number}x{part}." for part in range(1 + number % 40))


if __name__ == "__main__":
    vectors.EXACT_PASSAGES = 0  # Chroma is what a crash can damage
    store, first = sys.argv[1], int(sys.argv[2])
    with Index.open(store, encoder=HashEncoder()) as index:
        print("open", flush=True)
        for number in itertools.count(first):
            changes = index.add(Source(f"{number}.txt", text(number)))
            assert changes.added, changes
            print(number, flush=True)  # acknowledged: from here on it must never be lost
