"""Excel workbooks, by openpyxl: it alone tells how a number is displayed (python-calamine, faster, does not)."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from index.formats.content import Builder, Content
from index.formats.package import open_package, properties, refuse_document_type
from index.formats.tables import add_sheet

_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_NOT_SHOWN = re.compile(r"\[(?:\$-[^\]]*|[A-Za-z]+\d*|[<>=][^\]]*)\]|_.|\*.")  # languages, colours, conditions, padding
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_PLACES = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?(?:,*)(?:E[+-][0#?]+)?", re.IGNORECASE)


def read_xlsx(data: bytes) -> Content:
    """Read the visible sheets, a page each, numbers as they are displayed and dates as ISO 8601.

    What a formula gave when the file was last saved is its value.
    """
    package = open_package(data, ".xlsx")
    for name in package.names:
        refuse_document_type(package.read(name), name)
    fields = properties(package)
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    builder = Builder()
    for sheet in sheets:
        builder.page()
        if len(sheets) > 1:
            builder.paragraph(sheet.title)
        builder.apart()
        add_sheet(builder, _rows(sheet))
    workbook.close()
    return builder.content(**fields)


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # some programs write a wrong size, and rows beyond it would be lost
    for row in sheet.rows:
        yield [displayed(cell.value, cell.number_format or "General") for cell in row]


def displayed(value: object, number_format: str) -> str:
    """Return a cell's value as the sheet shows it, except that dates are always ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    if isinstance(value, datetime.time):
        return value.isoformat("seconds").removesuffix(":00")
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    number = Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))  # 15 digits, as Excel
    sections = number_format.split(";")
    section, sign = sections[0], "-" if number < 0 else ""
    if number < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    section = _NOT_SHOWN.sub("", _CURRENCY.sub(r'"\1"', section))
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        literals.append(found[1] or found[2] or "")
        return "\0"

    plain = _LITERAL.sub(keep, section)
    places = _PLACES.search(plain)
    if "General" in plain or places is None or "?/" in plain or "#/" in plain:
        return sign + (format(abs(number), "f") if abs(value) < 1e15 else str(abs(number)))
    number = abs(number) * (100 if "%" in plain else 1)
    shown = plain[: places.start()] + sign + _digits(number, places.group()) + plain[places.end() :]
    for literal in literals:
        shown = shown.replace("\0", literal, 1)
    return shown.strip()


def _digits(number: Decimal, places: str) -> str:
    if "E" in places.upper():
        return format(number, f".{len(places.upper().partition('E')[0].partition('.')[2])}E")
    thousands = len(places) - len(places.rstrip(","))
    places = places.rstrip(",")
    whole, _, decimals = places.partition(".")
    number = (number / 1000**thousands).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    text = format(number, ",f" if "," in whole else "f")
    optional = len(decimals) - len(decimals.rstrip("#?"))
    while optional and text.endswith("0"):
        text, optional = text[:-1], optional - 1
    return text.rstrip(".").rjust(whole.count("0"), "0")
