"""kill -9 at random moments: no acknowledged document is lost, and the store works without a manual step.

The number of trials is small here; ``VERBATIM_CRASH_TRIALS=30 pytest tests/test_crash.py`` runs the long form.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index import Index
from qa.answer import Answerer
from qa.baseline import BaselineReader
from tests.crash_writer import text
from tests.fakes import HashEncoder

pytestmark = pytest.mark.usefixtures("chroma")

TRIALS = int(os.environ.get("VERBATIM_CRASH_TRIALS", "4"))
WRITER = Path(__file__).with_name("crash_writer.py")


def acknowledged_until_killed(store: Path, first: int, seconds: float) -> list[int]:
    """Run a writer, kill it after so many seconds of writing, and return what it had acknowledged."""
    writer = subprocess.Popen([sys.executable, WRITER, store, str(first)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == "open\n"
        time.sleep(seconds)
    finally:
        writer.kill()
    return [int(line) for line in writer.communicate()[0].splitlines() if line.strip().isdigit()]


def check(store: Path, numbers: list[int]) -> int:
    """Assert that the store holds each document whole and finds it; return how many it holds."""
    with Index.open(store, encoder=HashEncoder()) as index:
        documents = {document.source: document for document in index.documents()}
        for number in numbers:
            assert documents[f"{number}.txt"].text == text(number)
        index.search("bring the caches up to date")
        answerer = Answerer(index, reader=BaselineReader(index), threshold=0)
        for number in random.Random(0).sample(numbers, min(15, len(numbers))):
            citation = answerer.answer(f"What does report {number} name as item{number}x0?").citations[0]
            cited = index.document(citation.document_id, citation.revision).text[citation.start : citation.end]
            assert cited == citation.text
            assert citation.source == f"{number}.txt"
        ids, vectors = index._catalog.vectors()
        stored = index._vectors._collection.get(include=["embeddings"])
        assert sorted(map(int, stored["ids"])) == ids
        kept = dict(zip(map(int, stored["ids"]), stored["embeddings"], strict=True))
        assert max(abs(kept[passage] - vector).max() for passage, vector in zip(ids, vectors, strict=True)) < 1e-6
        # The graph is approximate and these vectors lie close together, so one in twenty may be overlooked.
        nearest = [max(index._vectors.search(vector, 10).values()) for vector in vectors]
        assert sum(cosine < 0.999 for cosine in nearest) <= len(nearest) / 20
        assert index._words.count() == len(ids)
        assert index.status().vectors == "chroma"
        return len(documents)


def test_no_acknowledged_document_is_lost(tmp_path: Path) -> None:
    chance = random.Random(20240829)
    store, numbers = tmp_path / "store", []
    for killed in range(1, TRIALS + 1):
        acknowledged = acknowledged_until_killed(store, 100_000 * killed, chance.uniform(0.05, 2.0))
        numbers += acknowledged
        held = check(store, numbers)
        # At most the one document that was being written may be there without having been acknowledged.
        assert len(numbers) <= held <= len(numbers) + killed
    assert len(numbers) > TRIALS, "the writers were killed before they wrote anything"
