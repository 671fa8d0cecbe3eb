"""Fixtures that several test files share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads wait busily, for those of tests that run beside these

from index import Index, vectors
from tests.support.chromium import chromium
from tests.support.fakes import HashEncoder

ARTICLE = Path(__file__).parent.parent / "seeds" / "centcom-raid-western-iraq-2024-08.txt"


@pytest.fixture(scope="session")
def article() -> Path:
    """The seed article."""
    return ARTICLE


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An empty store with the small encoder."""
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for the tests of one file; those of the next may need the event loop that it takes."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def chroma(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stores of any size keep their vectors in Chroma."""
    monkeypatch.setattr(vectors, "SCANNED_PASSAGES", 0)


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The seed article in a store with the real encoder. Tests only read it."""
    with Index.open(tmp_path_factory.mktemp("seed")) as opened:
        opened.add(ARTICLE)
        yield opened
