"""Hundreds of broken, odd and hostile files: each goes in whole or is one clear reason, in time, and the good go in."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from index import Index, Source, SourceError
from index.formats import FORMATS
from index.load import title_of
from index.passages import passage_groups
from index.sandbox import COMPUTING_SECONDS, MEMORY_BYTES, WAITING_SECONDS, Sandbox
from tests.support.bad_files import EITHER, PROSE, REFUSED, WHOLE, BadFile, bad_files

FILES = list(bad_files())
SEEN = re.compile(r"Traceback|File \"|<[\w.]+ object|\b[A-Z]\w*(?:Error|Exception)\b|\bindex\.|0x[0-9a-f]{6}")
"""What belongs in no message to a person: classes, modules, addresses."""

BRIEF_CHARS = 600

refused = cache(lambda file: file.make())
"""Makes a file that must be refused, once: some take most of a second, and none is large."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox()
    yield opened
    opened.close()


def assert_is_clear(reason: str) -> None:
    assert 10 < len(reason) <= BRIEF_CHARS
    assert not SEEN.search(reason), reason
    assert "\n" not in reason


def suffix(file: BadFile) -> str:
    return Path(file.name).suffix.lower()


def test_there_are_enough_and_each_is_named_once() -> None:
    assert len(FILES) >= 200
    assert len({file.name for file in FILES}) == len(FILES)
    assert sum(file.outcome == REFUSED for file in FILES) >= 150


@pytest.mark.parametrize("file", [file for file in FILES if suffix(file) in FORMATS], ids=lambda file: file.name)
def test_a_bad_file_is_whole_or_a_reason_within_its_limits(file: BadFile, sandbox: Sandbox) -> None:
    data = refused(file) if file.outcome == REFUSED else file.make()
    started = time.monotonic()
    try:
        content = sandbox.read(suffix(file), data)
    except SourceError as error:
        assert file.outcome in (REFUSED, EITHER), error
        assert_is_clear(str(error))
    else:
        wants_recognition = bool(content.unread) and not content.text
        assert file.outcome in ((REFUSED, EITHER) if wants_recognition else (WHOLE, EITHER))
        assert content.text.strip() or wants_recognition
        title_of(file.name, content).encode()
        if len(content.text) < 3_000_000:
            passages = passage_groups(content.text, content.sentences())
            assert all(span.of(content.text).strip() for group in passages for span in group)
    assert time.monotonic() - started < WAITING_SECONDS + 3
    assert sandbox.used.computing_seconds < COMPUTING_SECONDS + 1
    assert sandbox.used.memory_bytes < MEMORY_BYTES


LARGE = 100_000
"""Files of more bytes are read above, and not once more among the others."""


def test_every_bad_file_is_one_row_and_the_good_between_them_go_in(tmp_path: Path, index: Index) -> None:
    files = [file for file in FILES if file.outcome == REFUSED or suffix(file) not in FORMATS]
    good, bad = [], {}
    for number, file in enumerate(files):
        # What is refused by its name need not be made.
        data = refused(file) if suffix(file) in FORMATS else b"words"
        if len(data) > LARGE:
            continue
        bad[str(tmp_path / file.name)] = file
        (tmp_path / file.name).write_bytes(data)
        if number % 10 == 0:
            good.append(tmp_path / f"good-{number}.txt")
            good[-1].write_text(f"The good file {number} is read. {PROSE}", encoding="utf-8")
    assert len(bad) >= 180
    changes = index.add(sorted([*map(Path, bad), *good]))
    assert sorted(failure.source for failure in changes.failed) == sorted(bad)
    for failure in changes.failed:
        assert_is_clear(failure.reason)
    assert sorted(document.source for document in index.documents()) == sorted(map(str, good))
    assert all(index.search(f"The good file {file.stem[5:]} is read.") for file in good)


def special_files(folder: Path) -> dict[str, str]:
    """Make what only looks like a file, and return what must be said of each."""
    os.mkfifo(folder / "pipe.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "memory.txt").symlink_to("/proc/self/mem")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "nowhere.txt").symlink_to(folder / "missing")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket must be short
        listening.bind("socket.txt")
        os.chdir(here)
    expected = {
        "pipe.txt": "not a regular file",
        "zero.txt": "not a regular file",
        "memory.txt": "cannot be read|holds no text",
        "loop.txt": "symbolic links",
        "nowhere.txt": "No such file",
        "socket.txt": "not a regular file",
    }
    if os.geteuid():
        (folder / "closed.txt").write_text("Closed.")
        (folder / "closed.txt").chmod(0)
        expected["closed.txt"] = "Permission denied"
    return expected


@pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's special files")
def test_what_only_looks_like_a_file_is_refused_at_once(tmp_path: Path, index: Index) -> None:
    folder = tmp_path / "special"
    folder.mkdir()
    expected = special_files(folder)
    (folder / "folder.txt").mkdir()
    (folder / "folder.txt" / "inside.txt").write_text("Inside of a folder.")
    started = time.monotonic()
    changes = index.add(folder)
    assert time.monotonic() - started < 5
    reasons = {Path(failure.source).name: failure.reason for failure in changes.failed}
    assert reasons.keys() == expected.keys()
    for name, reason in expected.items():
        assert re.search(reason, reasons[name]), (name, reasons[name])
    assert [Path(document.source).name for document in index.documents()] == ["inside.txt"]


ODD_NAMES = [
    "line\nbreak.txt",
    "\u202etxt.exe.txt",
    "tab\tand\x1b[31mcolour.txt",
    "a" * 251 + ".txt",
    "'; DROP TABLE documents; --.txt",
    "<script>alert(1)</script>.txt".replace("/", "\u2215"),
    "emoji 👩‍👩‍👧.txt",
    " leading and trailing .txt",
    "-rf.txt",
    "%00%2e%2e.txt",
    "con.txt",
    "e\u0301.txt",
    "\u00e9.txt",
    ".txt.txt",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_odd_names_are_names(tmp_path: Path, index: Index) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    for number, name in enumerate(ODD_NAMES):
        (folder / name).write_text(f"This is file {number}.")
    changes = index.add([folder / name for name in ODD_NAMES])
    assert changes.failed == ()
    assert {Path(document.source).name for document in index.documents()} == set(ODD_NAMES)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_a_name_that_is_no_text_is_a_row_and_the_next_goes_in(tmp_path: Path, index: Index) -> None:
    folder = os.fsencode(tmp_path)
    with open(folder + b"/caf\xe9.txt", "wb") as file:  # noqa: PTH123
        file.write(b"Words.")
    (tmp_path / "good.txt").write_text("Good words.")
    changes = index.add([os.fsdecode(folder + b"/caf\xe9.txt"), Source("a\ud800.txt", "Words."), tmp_path / "good.txt"])
    assert [Path(document.source).name for document in index.documents()] == ["good.txt"]
    assert [Path(failure.source).name for failure in changes.failed] == [r"caf\udce9.txt", r"a\ud800.txt"]
    assert all("rename it" in failure.reason for failure in changes.failed)
    print(changes)  # a name that cannot be encoded would fail here
