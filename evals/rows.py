"""Files of one JSON object a line: read, checked, and what is wrong in one said with its line and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeGuard, TypeVar

from index.errors import VerbatimError

Fields = Mapping[str, tuple[Callable[[object], bool], str]]
"""For each field the test that its value must pass, and what it must be in words."""

NO_FIELDS: Fields = MappingProxyType({})


Row = TypeVar("Row")


class SuiteError(VerbatimError):
    """A suite, a set, or a file of answers cannot be used; the message says where, why, and what to do."""


class RowError(Exception):
    """What is wrong with one row; its file and line are added by `read_rows`."""


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; `SuiteError` if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SuiteError(f"{path} cannot be read: {error.strerror}; this file is needed") from error


def read_rows(file: Path, data: bytes, read: Callable[[dict[str, Any]], Row]) -> Iterator[Row]:
    """Yield what ``read`` makes of each row of a file. A `RowError` becomes a `SuiteError` that names the line."""
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            try:
                row = read(_json_object(line))
            except RowError as error:
                raise SuiteError(f"{file}, line {number}: {error}") from error
            yield row


def check_fields(row: Mapping[str, Any], fields: Fields, what: str, optional: Fields = NO_FIELDS) -> None:
    """Raise `RowError` if a row lacks a field, has one that is not known, or has one of the wrong kind."""
    known = {**fields, **optional}
    unknown = [name for name in row if name not in known]
    if unknown:
        raise RowError(f"{what} has the unknown field {unknown[0]!r}{did_you_mean(unknown[0], known)}")
    missing = [name for name in fields if name not in row]
    if missing:
        raise RowError(f"{what} lacks {', '.join(map(repr, missing))}; add it")
    for name, (holds, meaning) in known.items():
        if name in row and not holds(row[name]):
            raise RowError(f"{what} has {name!r}: {row[name]!r:.60}; it must be {meaning}")


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return "; did you mean ...?", or a list of names if none is like it."""
    known = list(names)
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {some(known)}"


def some(names: Iterable[str], most: int = 12) -> str:
    """Return names as a list for people, the first of them only if there are many."""
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def is_words(value: object) -> bool:
    """Whether it is a text that is not empty."""
    return isinstance(value, str) and bool(value.strip())


def is_text(value: object) -> bool:
    """Whether it is a text."""
    return isinstance(value, str)


def is_list(value: object) -> bool:
    """Whether it is a list."""
    return isinstance(value, list)


def is_list_of_words(value: object) -> bool:
    """Whether it is a list of texts that are not empty."""
    return isinstance(value, list) and all(map(is_words, value))


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_truth(value: object) -> bool:
    """Whether it is true or false."""
    return isinstance(value, bool)


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
        if b"\\u" in line:  # half of a pair of escapes is JSON, but no file or terminal can be written with it
            row = json.loads(re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(row, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError, too
        raise RowError(f"it is not JSON in UTF-8 ({error}); {_hint(line)}") from error
    if not isinstance(row, dict):
        raise RowError("it is not a JSON object; write each row's fields between { and }, in a line of its own")
    return row


def _hint(line: bytes) -> str:
    """Return what to do about a line that is not JSON, by what it looks like."""
    if b"\0" in line or line.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it looks like UTF-16: save the file as UTF-8"
    if line.strip() in (b"[", b"{"):
        return "an object runs over several lines: write each in one line, and no list around them"
    if not line.lstrip().startswith(b"{") and b"," in line:
        return 'it looks like CSV: write one JSON object a line, like {"id": "...", "text": "..."}'
    return "write one JSON object a line"
