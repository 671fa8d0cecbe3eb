"""A full disk: one clear error, reads keep working, nothing acknowledged is lost, and the next run goes on.

The disk is a small one in memory, which only root can mount. A few runs here, twenty with `make trials`.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Index, Source, StoreError, disk
from index.errors import DiskFullError
from tests.support.fakes import HashEncoder
from tests.support.trial_writer import document

LONG = os.environ.get("VERBATIM_TRIALS") == "long"
ROOT = Path(__file__).parents[2]
RUNS = 10 if LONG else 1


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, text=True, check=False
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


def bridge(number: int) -> Source:
    planks = " ".join(f"Plank {n} of {number} is old." for n in range(500))
    return Source(f"bridge{number}.txt", f"{document('bridge', number).data} {planks}")


def found_all(index: Index, names: set[str]) -> None:
    """By its words each is found first; the small encoder's 64 numbers do not tell so many apart."""
    assert {found.source for found in index.documents()} >= names
    for name in sorted(names):
        hits = index.search(f"Where stands the {name.removesuffix('.txt')}?", top_k=100)
        assert max(hits, key=lambda hit: hit.via["lexical"]).source == name


@pytest.mark.parametrize("asks", [True, False], ids=["asked first", "found out half-way"])
def test_a_full_disk(small: Path, asks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(6)
    acknowledged = 0
    for run in range(RUNS):
        store = small / "store"
        kept = {f"tower{number}.txt" for number in range(30)}
        with Index.open(store, encoder=HashEncoder()) as index:
            index.add(document("tower", number) for number in range(30))
        with monkeypatch.context() as unguarded, Index.open(store, encoder=HashEncoder()) as index:
            if not asks:  # then SQLite, Chroma and tantivy meet the full disk themselves
                unguarded.setattr(disk, "SPARE_BYTES", 0)
                unguarded.setattr(disk, "COPIES", 0)
            fill(small, chance.randrange(2_000_000) + (disk.SPARE_BYTES if asks else 0))
            with pytest.raises(DiskFullError, match=r"the disk is full.* free \d+ MB and run the same command again"):
                for number in range(200):
                    index.add(bridge(number))
                    kept.add(f"bridge{number}.txt")
            found_all(index, kept)  # the writer itself can go on reading
        fill(small, 0)
        with Index.open(store, encoder=HashEncoder()) as index:  # and so can another, who comes while there is no room
            found_all(index, kept)
            with pytest.raises(DiskFullError, match=r"free \d+ MB"):
                index.add(document("late", run))
        (small / "filler").unlink()
        with Index.open(store, encoder=HashEncoder()) as index:  # there is room again
            assert len(index.add([*map(bridge, range(3)), document("late", run)]).failed) == 0
            found_all(index, {*kept, "bridge0.txt", "bridge1.txt", "bridge2.txt", f"late{run}.txt"})
            assert index.status().vectors == "chroma"
            assert index._words.count() == index.status().passages
            assert index._words._in_memory is None
        acknowledged += len(kept)
        shutil.rmtree(store)
    print(f"\nfull disk: {RUNS} runs, {acknowledged} acknowledged, 0 lost; reads went on, and the next run, too")


def test_what_is_added_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(document("tower", 0))
        monkeypatch.setattr(disk, "SPARE_BYTES", 10**15)
        with pytest.raises(StoreError, match=r"free .* MB and run the same command again"):
            index.add(document("tower", 1))
        assert index.search("Where stands the tower0?")[0].source == "tower0.txt"
        monkeypatch.undo()
        assert index.add(document("tower", 1)).added
