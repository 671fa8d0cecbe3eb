"""Rows of tables and records of data: how a row becomes something that can be found and cited.

A row of a document's table stands in the text as the reader sees it, with a tab between its cells, also empty ones, so
that a value stays in its column. A row of a spreadsheet is read by itself, far from its header, so it takes the header
along: ``Region: North; Sales: 2,500``. Both are one sentence each, whatever dots they hold. A cell that holds prose
leaves a long row, since its sentences are worth citing one by one; a short one would not be understood without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice, zip_longest

from index.formats.content import PAGE, Builder
from index.formats.headers import Row, find_header, is_figure, is_form
from index.sentences import LONGEST_ROW_CHARS, LONGEST_SENTENCE_CHARS, sentence_spans
from index.shapes import LONGEST_NAME_CHARS

LONGEST_CELL_CHARS = 200  # a longer cell is prose, as is one of two sentences
SAMPLE_ROWS = 20  # that are looked at for the names of columns

_STOP = re.compile(r"[.!?…。！？][\W_]*\s*\S")


def add_row(builder: Builder, cells: Iterable[str]) -> None:
    """Add a row of a document's table: its cells with a tab between, or each for itself where they are no row.

    A page that begins in its cells begins with the row, or where words of a cell stand before it, after the row.
    """
    cells = list(cells)
    pages = max((cell.count(PAGE) for cell in cells), default=0)
    with_row = max((cell.count(PAGE, 0, len(cell) - len(cell.lstrip(PAGE))) for cell in cells), default=0)
    for _ in range(with_row):
        builder.turn()
    _add_cells(builder, [cell.replace(PAGE, "").strip() for cell in cells])
    for _ in range(pages - with_row):
        builder.turn()


def _add_cells(builder: Builder, cells: list[str]) -> None:
    if is_row(cells):
        builder.line("\t".join(re.sub(r"\n+", "\n", cell) for cell in cells), whole=True)
    else:
        for cell in cells:
            builder.text(cell)


def is_row(cells: Sequence[str]) -> bool:
    """Whether cells belong together: several that are filled, short, and not all prose.

    A cell may have two lines, as of a name and an office, or two sentences, as a remedy beside its code. One with both
    is a text; and cells that all have lines or all have sentences only stand beside each other on the page.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    prose = [cell for cell in filled if _is_prose(cell)]
    return (
        len(filled) > 1
        and len("\t".join(cells).strip()) <= LONGEST_ROW_CHARS
        and not all("\n" in cell for cell in filled)
        and len(prose) < len(filled)
        and not any("\n" in cell or len(cell) > LONGEST_CELL_CHARS for cell in prose)
    )


def add_record(builder: Builder, fields: Iterable[tuple[str, str]]) -> None:
    """Add names and values as one line, ``name: value; name: value``.

    Prose that makes it too long, or is all there is, stands below, each after the first value and its own name.
    """
    filled = [(name.strip(), value.strip()) for name, value in fields if value.strip()]
    lines = [_one_line(f"{name}: {value}" if name else value) for name, value in filled]
    length = len("; ".join(lines))
    below: set[int] = set()
    for at in sorted(range(len(lines)), key=lambda at: -len(lines[at])):
        if len(lines) > 1 and length <= LONGEST_ROW_CHARS:
            break
        if _is_prose(filled[at][1]):
            below.add(at)
            length -= len(lines[at]) + 2
    for line in _filled_lines(line for at, line in enumerate(lines) if at not in below):
        builder.line(line, whole=True)
    first = filled[0][1] if filled and 0 not in below and len(filled[0][1]) <= LONGEST_NAME_CHARS else ""
    for at in sorted(below):
        name, value = filled[at]
        about = " – ".join(filter(None, (first, name)))
        builder.line(_one_line(f"{about}:") if about else "")
        builder.text(value)


def add_sheet(builder: Builder, rows: Iterable[Sequence[str]]) -> None:
    """Add the rows of a spreadsheet. An empty row ends a table; what stands alone above one is a heading or a note."""
    stripped = ([cell.strip() for cell in row] for row in rows)
    header: Row = []
    for is_filled, table in groupby(stripped, key=any):
        if is_filled:
            header = _add_table(builder, table, header)
        else:
            builder.apart()


def _add_table(builder: Builder, rows: Iterator[Row], before: Row) -> Row:
    """Add a table, given the names of the columns of those ``before`` it; return the names for the next."""
    first: list[Row] = []
    for row in rows:
        if len(list(filter(None, row))) > 1:
            first = [row, *islice(rows, SAMPLE_ROWS)]
            break
        builder.text("".join(row))
    width = max(map(len, first), default=0)
    first = [row + [""] * (width - len(row)) for row in first]
    if first and is_form(first):
        for row in chain(first, rows):
            name, *values = filter(None, row)
            add_record(builder, [(name.removesuffix(":"), value) for value in values] or [("", name)])
    elif first:
        start, end, header = find_header(first, before)
        for row in first[:start]:
            add_record(builder, (("", cell) for cell in row))
        names = [_one_line(name) for name in header]
        if end > start:
            builder.line("; ".join(filter(None, names)), whole=True)
        for row in chain(first[end:], rows):
            if _are_names_again(row, header):
                header = row
                names = [_one_line(name) for name in header]
                builder.line("; ".join(filter(None, names)), whole=True)
            else:
                add_record(builder, zip_longest(names, row, fillvalue=""))
        return header or before
    return before


def _are_names_again(row: Row, header: Row) -> bool:
    """Whether a row begins another table right below one, or the same on another page: its first name is the same."""
    filled, named = ([place for place in enumerate(cells) if place[1]] for cells in (row, header))
    return len(filled) > 1 and filled[:1] == named[:1] and not any(is_figure(cell) for _, cell in filled)


def _one_line(text: str) -> str:
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def _is_prose(text: str) -> bool:
    return len(text) > LONGEST_CELL_CHARS or (
        _STOP.search(text) is not None and len(sentence_spans(_one_line(text))) > 1
    )


def _filled_lines(fields: Iterable[str]) -> Iterator[str]:
    """Join fields to as few lines as a sentence may be long."""
    line = ""
    for field in fields:
        if line and len(line) + len(field) + 2 > LONGEST_SENTENCE_CHARS:
            yield line
            line = field
        else:
            line = f"{line}; {field}" if line else field
    yield line
