"""Which rows of a sheet name its columns. A wrong name makes every row below claim nonsense, so doubt means none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.shapes import LONGEST_NAME_CHARS

MOST_TITLES = 5  # rows that stand above the header of a table
LEAST_SHARE = 0.8  # of the cells of a column that is of one kind

Row = list[str]

_NUMBER = re.compile(r"\W*\d[\d.,:/\s'’-]*\W*")
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?: \d\d:\d\d)?|\d{1,2}([./])\d{1,2}\1\d{2,4}|\d{1,2}[./]\d{4}")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_NONE = re.compile(r"\W*[-–—]\W*")  # as accounts show a zero: "- €"
_QUANTITY = re.compile(rf"(?:[A-Z]{{3}}\s?)?{_NUMBER.pattern}(?:E[+-]?\d+|[^\W\d]{{1,8}}\.?)?")


def is_figure(cell: str) -> bool:
    """Whether a cell is a number that is no year, as which it might name a column."""
    return _kind(cell) == "number" and not _YEAR.fullmatch(cell)


def is_form(rows: Sequence[Row]) -> bool:
    """Whether each row of a table says what one thing is: the names all differ, and the values are of all kinds."""
    columns = [column for column in range(len(rows[0])) if any(row[column] for row in rows)]
    if len(columns) != 2:
        return False
    pairs = [(row[columns[0]], row[columns[1]]) for row in rows if row[columns[0]] and row[columns[1]]]
    names = {name for name, _ in pairs if _kind(name) == "text"}
    kinds = Counter(_kind(value) for _, value in pairs[1:])  # the first pair may be a header
    is_mixed = max(kinds.values(), default=0) < LEAST_SHARE * kinds.total()
    return len(names) == len(pairs) and (is_mixed or all(name.endswith(":") for name in names))


def find_header(rows: Sequence[Row], before: Row) -> tuple[int, int, Row]:
    """Return at which rows of a table its header and what is below it begin, and the names of the columns, if any.

    The same columns after an empty row may be the next group of one table. Where figures go on in them, so do the names
    ``before``; where all are words, nothing tells a new header from a row.
    """
    start, end, names = _own_header(rows)
    has_same_columns = _filled([before]) == _filled(rows)
    if has_same_columns and names != before and not _stands_out(names, rows[end:]):
        return 0, 0, before if _stands_out(before, rows) else []
    return start, end, names


def _own_header(rows: Sequence[Row]) -> tuple[int, int, Row]:
    start = 0
    while start < MOST_TITLES and _is_title(rows[start:]):
        start += 1
    row, below = rows[start], rows[start + 1 :]
    if names := _joined(rows[start:]):
        return start, start + 2, names
    is_first_and_wide = start == 0 and _is_wide(row, below)
    if below and _are_names(row, below) and (is_first_and_wide or _stands_out(row, below)):
        return start, start + 1, row
    return start, start, []


def _is_title(rows: Sequence[Row]) -> bool:
    """Whether the first row only stands above a table: it names fewer columns than the next does."""
    return len(rows) > 2 and not _is_wide(rows[0], rows[1:]) and not _joined(rows) and _are_names(rows[1], rows[2:])


def _joined(rows: Sequence[Row]) -> Row:
    """Return the names that the first two rows give together, as 2022 and 2023 over H1, H2, H1 and H2; or none.

    One of the two leaves the rows' own column to the other, while a title and the header below it both begin there.
    """
    if len(rows) < 3:
        return []
    upper = rows[0]
    lower = ["" if name == above else name for above, name in zip(upper, rows[1], strict=True)]  # of one merged cell
    begins = next((cells for cells in zip(upper, lower, strict=True) if any(cells)), ("", ""))
    names: Row = []
    group, has_groups = "", False
    for above, name in zip(upper, lower, strict=True):
        has_groups |= bool(group and name and not above)
        group = above or (group if name else "")
        names.append(f"{group} {name}".strip())
        group = group if name else ""
    if not has_groups or all(begins) or not _are_names(names, rows[2:]) or not _stands_out(names, rows[2:]):
        return []
    return names


def _is_wide(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row has a cell over each column that most below it fill. Over the first none is needed."""
    filled = [column for column in range(len(row)) if 2 * len(_cells(below, column)) > len(below)]
    return all(row[column] for column in filled[1:])


def _filled(rows: Sequence[Row]) -> set[int]:
    return {column for row in rows for column, cell in enumerate(row) if cell}


def _stands_out(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row of names stands above numbers or dates."""
    return any(cell and _are_figures(_cells(below, column)) for column, cell in enumerate(row))


def _are_names(row: Row, below: Sequence[Row]) -> bool:
    """Whether the cells of a row can be the names of columns, and are not of a kind with the cells below."""
    if any(len(cell) > LONGEST_NAME_CHARS or cell.endswith(":") for cell in row):
        return False
    counts = Counter(filter(None, row))
    years = [cell for cell in counts if _YEAR.fullmatch(cell)]
    numbers = [cell for cell in row if _NUMBER.fullmatch(cell) and cell not in years and not _DATE.fullmatch(cell)]
    if numbers and (len(numbers) < 3 or numbers != [str(number) for number in range(1, len(numbers) + 1)]):
        return False  # months go 1, 2, 3
    for column, cell in enumerate(row):
        cells = _cells(below, column)
        if counts[cell] > 1 and not _are_figures(cells):
            return False
        if _DATE.fullmatch(cell) and any(map(_DATE.fullmatch, cells)):
            return False
        if [cell] == years and cells and all(map(_YEAR.fullmatch, cells)):
            return False
    return True


def _cells(rows: Sequence[Row], column: int) -> list[str]:
    return [row[column] for row in rows if row[column]]


def _are_figures(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(_kind(cell) != "text" for cell in cells) >= LEAST_SHARE * len(cells)


def _kind(cell: str) -> str:
    if len(cell) > LONGEST_NAME_CHARS:
        return "text"
    if _DATE.fullmatch(cell):
        return "date"
    return "number" if _QUANTITY.fullmatch(cell) or _NONE.fullmatch(cell) else "text"
