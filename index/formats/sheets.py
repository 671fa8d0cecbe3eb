"""Excel workbooks, by openpyxl: it alone tells how a number is displayed (python-calamine, faster, does not)."""

from __future__ import annotations

import datetime
import io
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from index.formats.content import Builder, Content, without_halves
from index.formats.package import Package, open_package, properties, refuse_document_type
from index.formats.tables import add_sheet
from index.shapes import LONGEST_NAME_CHARS

MOST_DIGITS = 20  # of a number before its point

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)" | \\(?P<escaped>.) | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\] |
    \[(?P<condition>[<>=][^\]]*)\] | \[[^\]]*\] | _. | \*. |  # colours and languages; padding and filling
    (?P<general>General|@) | (?P<exponent>E[+-][0\#?]+) | (?P<place>[0\#?]) | (?P<mark>[.,%/;]) | (?P<other>.)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_WITHOUT_VALUE = re.compile(rb"<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")  # a cell with a formula
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):\1(\d{1,7})"')  # in one column
_DIGIT = re.compile(r"\d,?")
_THOUSANDS = re.compile(r"\B(?=(?:\d{3})+$)")

Section = list[tuple[str, str]]
"""What a format has for some of the numbers, as kinds and texts: places for digits, and what stands between them."""


def read_xlsx(data: bytes) -> Content:
    """Read the visible sheets, a page each, numbers as they are displayed and dates as ISO 8601.

    What a formula gave when the file was last saved is its value. Some programs save none, and then its own text is.
    """
    package = open_package(data, ".xlsx")
    without_value = False
    for name in package.names:
        part = package.read(name)
        refuse_document_type(part, name)
        without_value |= _WITHOUT_VALUE.search(part) is not None
    fields = properties(package)
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    formulas = load_workbook(io.BytesIO(data), read_only=True) if without_value else None
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    builder = Builder()
    for sheet in sheets:
        builder.page()
        if len(sheets) > 1:
            builder.paragraph(sheet.title)
        builder.apart()
        rows = _rows(sheet, formulas[sheet.title] if formulas else None)
        add_sheet(builder, _with_labels(rows, _merged_below(sheet, package)))
    workbook.close()
    if formulas:
        formulas.close()
    return builder.content(**fields)


def _rows(sheet: ReadOnlyWorksheet, formulas: ReadOnlyWorksheet | None) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # some programs write a wrong size, and rows beyond it would be lost
    if formulas is None:
        yield from ([displayed(cell.value, cell.number_format or "General") for cell in row] for row in sheet.rows)
        return
    formulas.reset_dimensions()
    for row, unvalued in zip(sheet.rows, formulas.rows, strict=True):
        yield [
            _formula(other.value)
            if cell.value is None and cell.data_type != "str"  # which is the type of a formula that gave an empty text
            else displayed(cell.value, cell.number_format or "General")
            for cell, other in zip(row, unvalued, strict=True)
        ]


def _merged_below(sheet: ReadOnlyWorksheet, package: Package) -> dict[int, list[tuple[int, int]]]:
    """Return, by the first row of each, which cells are merged with those below: their column and their last row."""
    merged: dict[int, list[tuple[int, int]]] = {}
    for column, first, last in _MERGED.findall(package.read(sheet._worksheet_path)):  # type: ignore[attr-defined]
        merged.setdefault(int(first), []).append((column_index_from_string(column.decode()) - 1, int(last)))
    return merged


def _with_labels(rows: Iterable[list[str]], merged: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[list[str]]:
    """Yield rows, each with what merged cells say of several rows, if it has more to say and they hold no text."""
    labels: dict[int, tuple[str, int]] = {}
    for number, row in enumerate(rows, 1):
        for column, last in merged.get(number, ()):
            if column < len(row) and len(row[column]) <= LONGEST_NAME_CHARS:
                labels[column] = row[column], last
        labels = {column: (label, last) for column, (label, last) in labels.items() if number <= last}
        if any(row):
            row.extend([""] * (max(labels, default=0) + 1 - len(row)))
            for column, (label, _) in labels.items():
                row[column] = label
        yield row


def _formula(value: object) -> str:
    text = getattr(value, "text", value)  # of an array's
    return text if isinstance(text, str) and text.startswith("=") else ""


def displayed(value: object, number_format: str) -> str:
    """Return a cell's value as the sheet shows it, except that dates are always ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    if isinstance(value, datetime.time):
        return value.isoformat("seconds").removesuffix(":00")
    if isinstance(value, datetime.timedelta):
        return _duration(value, number_format)
    if isinstance(value, int | float):
        return _number(value, number_format)
    return "" if value is None else without_halves(unescape(str(value)))  # "_x000D_" is the end of a line


def _duration(value: datetime.timedelta, number_format: str) -> str:
    seconds = round(abs(value.total_seconds()))
    shown = f"{seconds // 3600}:{seconds // 60 % 60:02}"
    if seconds % 60 or "s" in number_format.lower():
        shown += f":{seconds % 60:02}"
    return f"-{shown}" if value < datetime.timedelta() else shown


def _number(value: float, number_format: str) -> str:
    """Return a number in its format; or as it is, where the format is beyond what is known here."""
    number = Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))  # 15 digits, as Excel
    section, sign = _section(number, _sections(number_format))
    shown = None if section is None else _filled(abs(number), section)
    return _plain(number) if shown is None else (sign + shown).strip()


def _plain(number: Decimal) -> str:
    return format(number, "f") if abs(number) < 10**15 else str(number)


def _sections(number_format: str) -> list[Section]:
    """Take a format apart; what is for text only is left out."""
    sections: list[Section] = [[]]
    for token in _TOKEN.finditer(number_format):
        kind = token.lastgroup or "unseen"
        if token.group() == ";":
            sections.append([])
        else:
            sections[-1].append((kind, token[kind] if token.lastgroup else ""))
    return [section for section in sections if ("general", "@") not in section or len(sections) == 1]


def _section(number: Decimal, sections: list[Section]) -> tuple[Section | None, str]:
    """Return the section of a format that is for a number, if there surely is one, and the sign to put before it."""
    conditions = [next((text for kind, text in section if kind == "condition"), "") for section in sections]
    if not any(conditions):
        if number < 0:
            return (sections[1], "") if len(sections) > 1 else (sections[0], "-")
        return sections[2 if number == 0 and len(sections) > 2 else 0], ""
    for section, condition in zip(sections, conditions, strict=True):
        is_met = _is_met(condition, number) if condition else section is sections[-1]
        if is_met and number >= 0:
            return section, ""
    return None, ""


def _is_met(condition: str, number: Decimal) -> bool:
    found = _CONDITION.fullmatch(condition)
    return found is not None and _COMPARISONS[found[1]](number, Decimal(found[2]))


def _filled(number: Decimal, section: Section) -> str | None:
    """Write the digits of a number into the places of a section; None if that would leave a mask half empty."""
    kinds, shown = [kind for kind, _ in section], [text if kind != "condition" else "" for kind, text in section]
    if "general" in kinds:
        return "".join(_plain(number) if kind == "general" else text for kind, text in zip(kinds, shown, strict=True))
    places = [at for at, kind in enumerate(kinds) if kind == "place"]
    if not places:
        return "".join(shown) if any(shown) or not section else None  # a colour alone says nothing of digits
    marks = [text if kind == "mark" else "" for kind, text in section]
    point = marks.index(".") if "." in marks else len(marks)
    whole, decimals = [at for at in places if at < point], [at for at in places if at > point]
    start, end = (whole[0], whole[-1] + 1) if whole else (point, point)
    number = number * 100 ** marks.count("%") / Decimal(1000) ** marks[end:].count(",")
    if "/" in marks or marks.count(".") > 1 or number.adjusted() > MOST_DIGITS or (number >= 1 and not whole):
        return None
    if "exponent" in kinds:
        digits = format(number, f".{len(decimals)}E")
        return "".join([*shown[: places[0]], digits, *shown[kinds.index("exponent") + 1 :]])
    number = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    before, _, after = format(number, "f").partition(".")
    if not whole or (not number and all(shown[at] == "?" for at in places)):
        before = ""
    filled = [
        *_whole(before, [shown[at] for at in whole], grouped="," in marks[start:end]),
        *_decimals(after, [shown[at] for at in decimals]),
    ]
    shown = ["" if mark == "," else text for mark, text in zip(marks, shown, strict=True)]
    for at, text in zip(places, filled, strict=True):
        shown[at] = text
    if point < len(shown) and not any(shown[at] for at in decimals):
        shown[point] = ""
    first = next((at for at in whole if shown[at]), end)
    if "".join(shown[start:first]).strip():
        return None
    return "".join([*shown[:start], *shown[first:]])


def _whole(digits: str, places: list[str], *, grouped: bool) -> list[str]:
    """Return what each place before the point shows: the last digit in the last, and in the first all that is left."""
    digits = digits.zfill(len(places) - places.index("0") if "0" in places else 0)
    shown = _DIGIT.findall(_THOUSANDS.sub(",", digits) if grouped else digits)
    most = max(0, len(shown) - len(places)) + 1
    if shown:
        shown[:most] = ["".join(shown[:most])]
    return [""] * (len(places) - len(shown)) + shown


def _decimals(digits: str, places: list[str]) -> list[str]:
    """Return what each place behind the point shows: zeros at the end only where the format wants them."""
    kept = len(digits)
    while kept and digits[kept - 1] == "0" and places[kept - 1] != "0":
        kept -= 1
    return [*digits[:kept], *[""] * (len(digits) - kept)]
