"""JSON and JSON Lines, by Python's own ``json``: an object's plain values are a line ``name: value; name: value``.

Names are paths, ``address.city``, without the numbers of lists, which say nothing. Numbers keep the digits of the file,
names that come twice are kept twice, and null says nothing. A text of several sentences stands below its name; a list
is one value where its own are short and none is a sentence, and else a line for each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from index.errors import SourceError
from index.formats.content import Builder, Content, without_halves
from index.formats.tables import add_record
from index.formats.text import decode
from index.shapes import is_finished

LONGEST_LISTED_CHARS = 80  # a longer value of a list is worth citing for itself, as is a sentence


@dataclass(frozen=True, slots=True)
class _Object:
    """An object as its pairs in order: a dictionary would lose names that come twice."""

    pairs: list[tuple[str, object]]


def read_json(data: bytes) -> Content:
    """Read one value, an object or list most often; or one a line."""
    builder = Builder()
    try:
        _add(builder, "", _loads(decode(data)))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # after the first value, as where each line is one
            with suppress(SourceError):
                return read_jsonl(data)
        raise SourceError(f"it is no valid JSON ({error}); mend it, or give it the suffix .txt") from error
    return builder.content()


def read_jsonl(data: bytes) -> Content:
    """Read one value a line, each set apart."""
    builder = Builder()
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if line.strip():
            builder.apart()
            try:
                _add(builder, "", _loads(line))
            except json.JSONDecodeError as error:
                raise SourceError(f"line {number} is no valid JSON ({error}); mend it and add it again") from error
    return builder.content()


def _loads(text: str) -> object:
    return json.loads(text, object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=str)


def _add(builder: Builder, path: str, value: object) -> None:
    """Add a value: first what an object says in plain values, then what is nested in it, set apart."""
    if isinstance(value, _Object):
        pairs = [(_joined(path, name), inner) for name, inner in value.pairs]
        add_record(builder, ((name, text) for name, inner in pairs if (text := _plain(inner)) is not None))
        for name, inner in pairs:
            if _plain(inner) is None:
                builder.apart()
                _add(builder, name, inner)
    elif isinstance(value, list) and _plain(value) is None:
        for item in value:
            _add(builder, path, item)
    else:
        add_record(builder, [(path, _plain(value) or "")])


def _plain(value: object) -> str | None:
    """Return a value, or a list of short ones, as text; None for an object, and for a list whose values stand alone."""
    if isinstance(value, list):
        return _listed(map(_plain, value))
    if isinstance(value, _Object):
        return None
    return "" if value is None else str(value).lower() if isinstance(value, bool) else without_halves(str(value))


def _listed(texts: Iterable[str | None]) -> str | None:
    known = []
    for text in texts:
        if text is None or "\n" in text or len(text) > LONGEST_LISTED_CHARS or is_finished(text):
            return None
        known.append(text)
    return ", ".join(filter(None, known))


def _joined(path: str, name: str) -> str:
    return without_halves(f"{path}.{name}" if path else name)
