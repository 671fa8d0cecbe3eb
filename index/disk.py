"""Room on the disk: asked for before anything is written, since what breaks off half-way has to be mended.

A small file is written whole or not at all.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import DiskFullError

COPIES = 3
"""How often what is written may stand on the disk: in a log, in its file, and once more while that is made anew."""

SPARE_BYTES = 4_000_000
"""What has to be left over, so that logs, locks and stamps can still be written."""

RESERVE_BYTES = 200_000
"""What is put by: SQLite needs some 32 KB even to read, and a full disk is no reason to give no answers."""

UNFINISHED = ".unfinished-"
"""How the name of a file begins that is still being written, or was when the process ended."""


def missing(folder: Path, size: int) -> int:
    """Return how many bytes have to be freed before ``size`` bytes can be written below ``folder``; 0 if none."""
    return max(0, COPIES * size + SPARE_BYTES - shutil.disk_usage(folder).free)


def need(folder: Path, size: int) -> None:
    """Raise `DiskFullError` unless ``size`` bytes can be written below ``folder``."""
    if lack := missing(folder, size):
        raise full(folder, lack)


def full(folder: Path, lack: int = SPARE_BYTES) -> DiskFullError:
    """Return the one error that says that the disk is full."""
    return DiskFullError(
        f"the disk is full, and {folder} is on it; free {-(-lack // 1_000_000)} MB and run the same command again: "
        "it goes on where it stopped"
    )


@contextmanager
def full_disk_said(folder: Path) -> Iterator[None]:
    """Raise `DiskFullError` in place of what the system says when a disk or a quota is full."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full(folder) from error
        raise


def write_whole(path: Path, text: str, mode: int = 0o666) -> None:
    """Write a file so that it is there as a whole or not at all, even after a power cut; its folder is made.

    Its permissions are those of ``mode`` that the umask leaves, from the first byte on. Raises `OSError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(UNFINISHED + secrets.token_hex(8))
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def keep_reserve(file: Path) -> None:
    """Put some room by, if there is any."""
    try:
        if not file.exists():
            file.write_bytes(os.urandom(RESERVE_BYTES))  # chance, since some disks make room of what can be compressed
    except OSError:
        spend_reserve(file)


def spend_reserve(file: Path) -> None:
    """Use the room that was put by."""
    with suppress(OSError):
        file.unlink(missing_ok=True)
