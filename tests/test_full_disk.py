"""A full disk: one clear error, reads keep working, nothing acknowledged is lost, and the next run goes on.

The disk is a small one in memory, which only root can mount. A few runs here, twenty with `make trials`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Index, StoreError, disk
from index.errors import DiskFullError
from tests.fakes import HashEncoder
from tests.trial_writer import document

LONG = os.environ.get("VERBATIM_TRIALS") == "long"
ROOT = Path(__file__).parent.parent
RUNS = 20 if LONG else 2


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, text=True, check=False
        )
        if sys.platform == "linux"
        else None
    )
    if mounted is None or mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip() if mounted else sys.platform}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, leave: int) -> None:
    """Write a file that leaves so many bytes of the disk."""
    filler = os.open(folder / "filler", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        status = os.statvfs(folder)
        for _ in range(max(0, status.f_bavail * status.f_frsize - leave) // 4096):
            os.write(filler, b"x" * 4096)
        while leave == 0:
            os.write(filler, b"x")
    except OSError:
        pass
    finally:
        os.close(filler)


def test_a_full_disk(small: Path) -> None:
    chance = random.Random(6)
    acknowledged = said = 0
    for run in range(RUNS):
        store = small / f"store{run}"
        first = [document("tower", number) for number in range(30)]
        with Index.open(store, encoder=HashEncoder()) as index:
            index.add(first)
        # Either it is full when the writer starts, or it becomes full while it writes.
        leave = chance.choice([0, 0, 4096, 100_000, 1_000_000, disk.SPARE_BYTES + chance.randrange(2_000_000)])
        fill(small, leave)
        kept = {source.name for source in first}
        try:
            with Index.open(store, encoder=HashEncoder()) as index:
                for number in range(100):
                    big = document("bridge", number)
                    text = str(big.data) + " " + " ".join(f"Plank {n} of {number} is old." for n in range(500))
                    (small / "spare").write_bytes(os.urandom(min(leave, 10_000)))
                    index.add(type(big)(big.name, text))
                    kept.add(big.name)
                    if number == 3 and leave > 4096:
                        fill(small, 0)  # somebody else takes what was left
        except (DiskFullError, OSError) as error:
            if isinstance(error, OSError):  # the file of this test
                fill(small, 0)
            else:
                said += 1
                assert "the disk is full" in str(error)
                assert "run the same command again" in str(error)
                assert "MB" in str(error)
        fill(small, 0)
        with Index.open(store, encoder=HashEncoder()) as index:  # another reader comes while there is no room at all
            assert {found.source for found in index.documents()} >= kept
            for name in sorted(kept):
                assert index.search(f"Where stands the {name.removesuffix('.txt')}?")[0].source == name
            with pytest.raises(DiskFullError, match=r"free .* MB"):
                index.add(document("late", run))
        acknowledged += len(kept)
        (small / "filler").unlink()
        with Index.open(store, encoder=HashEncoder()) as index:  # and there is room again
            assert len(index.add(document("late", run)).added) == 1
            assert index.search(f"Where stands the late{run}?")[0].source == f"late{run}.txt"
            assert index.status().vectors == "chroma"
            assert index._words.count() == index.status().passages
            assert index._words._in_memory is None
        subprocess.run(["rm", "-rf", store], check=True)
    print(f"\nfull disk: {RUNS} runs, {acknowledged} acknowledged, 0 lost, {said} told the writer so, reads went on")


def test_what_is_added_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(document("tower", 0))
        monkeypatch.setattr(disk, "SPARE_BYTES", 10**15)
        with pytest.raises(StoreError, match=r"free .* MB and run the same command again"):
            index.add(document("tower", 1))
        assert index.search("Where stands the tower0?")[0].source == "tower0.txt"
        monkeypatch.undo()
        assert index.add(document("tower", 1)).added
