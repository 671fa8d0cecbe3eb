"""Adds documents to a store in one go, slowly, and says how it went. Run by the trials.

python tests/support/trial_writer.py STORE PREFIX DOCUMENTS SECONDS_A_DOCUMENT
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from index import Index, Source, StoreBusyError, StoreError, store
from tests.support.fakes import HashEncoder


def document(prefix: str, number: int) -> Source:
    """A document whose words are its own."""
    return Source(f"{prefix}{number}.txt", f"The {prefix}{number} stands by the river. Nobody knows who built it.")


class SlowEncoder(HashEncoder):
    """Takes its time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(self.seconds)
        return super().encode(texts)


if __name__ == "__main__":
    folder, prefix, count, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    store.BUSY_SECONDS = 0.1
    with Index.open(folder, encoder=SlowEncoder(seconds)) as index:
        print("open", flush=True)
        sys.stdin.readline()
        try:
            changes = index.add(
                (document(prefix, number) for number in range(count)),
                progress=lambda done, total, stage: print(f"{done} are in", flush=True),
            )
            print(f"won: {len(changes.added)} added, {len(changes.unchanged)} unchanged", flush=True)
        except StoreBusyError as error:
            print(f"busy: {error}", flush=True)
        except StoreError as error:
            print(f"stopped: {error}", flush=True)
