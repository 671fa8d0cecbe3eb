"""Tables as plain text: values with commas, semicolons, tabs or bars between, read by Python's own ``csv``."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

from index.errors import SourceError
from index.formats.content import Builder, Content
from index.formats.kinds import refusal
from index.formats.tables import add_sheet
from index.formats.text import decode

SAMPLE_ROWS = 50
LONGEST_VALUE_CHARS = 10_000_000


def read_csv(data: bytes) -> Content:
    """Read a table whose delimiter is found out: the one that gives most rows the same number of columns."""
    return _read(data, ".csv", None)


def read_tsv(data: bytes) -> Content:
    """Read a table with tabs between its values."""
    return _read(data, ".tsv", "\t")


def _read(data: bytes, suffix: str, delimiter: str | None) -> Content:
    if data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise refusal(data, suffix)
    text = decode(data)
    first, _, rest = text.partition("\n")
    if delimiter is None and first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[4], rest  # Excel's own mark, which it does not show
    csv.field_size_limit(LONGEST_VALUE_CHARS)
    builder = Builder()
    try:
        add_sheet(builder, _rows(text, delimiter or _delimiter(text)))
    except csv.Error as error:
        raise SourceError(f"it is no table: {error}; check its quotation marks, or give it the suffix .txt") from error
    return builder.content()


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows. Blank lines say nothing where they stand between most rows, as where each line has two ends."""
    is_quoted = _is_quoted(text, delimiter)
    are_filled = [bool(row) for row in _reader(text, delimiter, is_quoted=is_quoted)]
    gaps = sum(is_filled and not was_filled for was_filled, is_filled in pairwise(are_filled))
    is_spaced = 2 * gaps > sum(are_filled) - 1
    return (row for row in _reader(text, delimiter, is_quoted=is_quoted) if row or not is_spaced)


def _is_quoted(text: str, delimiter: str) -> bool:
    """Whether quotation marks hold values together; they are part of what is said if some stand where none may.

    Where commas divide the rows must be of one width for that, since it is there that values need to be held together.
    """
    with suppress(csv.Error):
        deque(_reader(text, delimiter, strict=True), maxlen=0)
        return True
    widths = {len(row) for row in _reader(text, delimiter, is_quoted=False) if row}
    return delimiter != "\t" and len(widths) > 1


def _reader(text: str, delimiter: str, *, is_quoted: bool = True, strict: bool = False) -> Iterator[list[str]]:
    file, mark = io.StringIO(text, newline=""), '"' if is_quoted else None
    return csv.reader(file, delimiter=delimiter, quotechar=mark, strict=strict, skipinitialspace=True)


def _delimiter(text: str) -> str:
    """Choose by counting: the library's own guess goes by characters, and takes letters for delimiters."""

    def score(delimiter: str) -> int:
        reader = _reader(text[:100_000], delimiter)
        widths = Counter(len(row) for row, _ in zip(reader, range(SAMPLE_ROWS), strict=False) if row)
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        return rows if width > 1 else 0

    return max(";\t|,", key=score)  # the first of those that do as well: commas are in numbers and names, too
