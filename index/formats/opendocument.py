"""OpenDocument texts, sheets and slides, as LibreOffice writes them: an own walk over their one XML file.

odfpy and odfdo were left: both hand out elements and leave white space, notes, tracked changes and repeated cells to
the caller, which is all there is to do. Comments, and what tracked changes deleted, are no part of the text.

LibreOffice marks where a text's pages began when it last laid them out, but for those that begin by their style. Both
are believed if they make as many pages as it counted then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from index.errors import SourceError
from index.formats.content import PAGE, Builder, Content, Raised, iso_date, of_pages, raised
from index.formats.numbering import FORMS, Level, NumberedList, whole_number
from index.formats.package import Element, Package, attribute, found, local, open_package, outermost, text_of
from index.formats.tables import add_row, add_sheet

MAX_REPEATED = 1_000  # what is repeated more often is filling

DEEPEST_LEVEL = 9  # of a list

_UNSEEN = frozenset(
    [
        "annotation",
        "bibliography-source",
        "changed-region",
        "desc",
        "event-listeners",
        "forms",
        "hidden-paragraph",
        "hidden-text",
        "index-entry-template",
        "number",
        "ruby-text",
        "table-of-content-source",
        "title",
        "tracked-changes",
        "note-citation",
    ]
)
_REPEATED = frozenset(["page-number", "footer", "header", "date-time"])  # on every slide
_PLACE = re.compile(r"%(\d)%")
_SPACE = re.compile(r"[ \t\r\n]+")
_PAGE_BREAK = "soft-page-break"
_RAISED = "raised"  # the tag that a span of raised text gets
_RAISED_BY = re.compile(r"super|[1-9]\d*%")
_HIDDEN = "hidden-text"
_HIDDEN_BY = re.compile("none")
_HIDING_A_SHEET = re.compile("false$")


def read_odt(data: bytes) -> Content:
    """Read the paragraphs, lists and tables, with boxes and notes after the paragraph they are in."""
    file = _open(data, ".odt", "text")
    document = _Document(file)
    document.builder.turn()
    document.add(file.body)
    return of_pages(document.builder.content(**_properties(file.package, document.title)), _pages(file.package))


def read_odp(data: bytes) -> Content:
    """Read slides, a page each, with its notes at the end."""
    file = _open(data, ".odp", "presentation")
    document = _Document(file)
    for slide in found(file.body, "page"):
        document.builder.page()
        document.add(slide)
    return document.builder.content(**_properties(file.package))


def read_ods(data: bytes) -> Content:
    """Read the visible sheets, a page each, with numbers as they are displayed and dates as ISO 8601."""
    file = _open(data, ".ods", "spreadsheet")
    hidden = _styles(found(file.content, "style"), "table-properties", "display", _HIDING_A_SHEET)
    sheets = [sheet for sheet in file.body if local(sheet) == "table" and attribute(sheet, "style-name") not in hidden]
    builder = Builder()
    for sheet in sheets:
        builder.page()
        if len(sheets) > 1:
            builder.paragraph(attribute(sheet, "name") or "")
        builder.apart()
        add_sheet(builder, _sheet_rows(sheet))
    return builder.content(**_properties(file.package))


@dataclass(frozen=True, slots=True)
class _File:
    """A file, with the parts that say what is in it and how that looks."""

    package: Package
    styles: Element | None
    content: Element
    body: Element

    def found(self, name: str) -> Iterator[Element]:
        """Yield every element with this name: those of the styles' part, then those of the content's."""
        return chain(found(self.styles, name), found(self.content, name))


def _open(data: bytes, suffix: str, kind: str) -> _File:
    package = open_package(data, suffix)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise SourceError("it is protected by a password; remove its password and add it again")
    content = package.xml("content.xml")
    styles = package.xml_or_none("styles.xml")
    body = next(found(content, kind), None)
    if body is None:
        raise SourceError(f"it is damaged: it has no {kind} in it; get another copy")
    file = _File(package, styles, content, body)
    raising = _styles(file.found("style"), "text-properties", "text-position", _RAISED_BY)
    hiding = _styles(file.found("style"), "text-properties", "display", _HIDDEN_BY)
    for element in content.iter():
        name = local(element)
        if name in ("p", "h", "span", "section"):
            style = attribute(element, "style-name")
            if style in hiding or attribute(element, "display") == "none":
                element.tag = _HIDDEN
            elif style in raising and name == "span":
                element.tag = _RAISED
    return file


def _styles(styles: Iterable[Element], kind: str, mark: str, value: re.Pattern[str]) -> set[str | None]:
    """Return the names of the styles that have a mark of this value among their properties of a kind."""
    return {
        attribute(style, "name")
        for style in styles
        for properties in found(style, kind)
        if value.match(attribute(properties, mark) or "")
    }


def _pages(package: Package) -> int:
    """Return how many pages LibreOffice counted when it last laid them out; 1 if it did not."""
    counts = (attribute(one, "page-count") for one in found(package.xml_or_none("meta.xml"), "document-statistic"))
    return whole_number(next(counts, None), 1)


def _page_styles(file: _File) -> set[str | None]:
    """Return the names of the styles whose paragraphs and tables begin a page."""
    return {
        attribute(style, "name")
        for style in file.found("style")
        if attribute(style, "master-page-name") or any(attribute(one, "break-before") == "page" for one in style)
    }


def _properties(package: Package, title: str | None = None) -> dict[str, str | None]:
    meta = package.xml_or_none("meta.xml")
    return {
        "title": text_of(meta, "title") or title,
        "author": text_of(meta, "initial-creator", "creator"),  # who wrote it, before who saved it last
        "date": iso_date(text_of(meta, "date", "creation-date")),
    }


# ---- texts and slides ---------------------------------------------------------------------------------------------


class _Document:
    """Walks through a document and collects what stands beside the paragraph that is being read."""

    def __init__(self, file: _File) -> None:
        self.builder = Builder()
        self.title: str | None = None
        self._numbering = _Numbering(file)
        self._page_styles = _page_styles(file)
        self._has_begun = False
        self._aside: list[Element] = []

    def add(self, container: Element) -> None:
        """Add the paragraphs, lists and tables of a body, section, box or note."""
        for element in container:
            name = local(element)
            if name in ("p", "h", "table"):
                if self._has_begun and attribute(element, "style-name") in self._page_styles:
                    self.builder.turn()
                self._has_begun = True
            if name in ("p", "h"):
                self._add_paragraph(element, in_list=local(container) in ("list-item", "list-header"))
            elif name == "table":
                self.builder.apart()
                for row in _rows(element):
                    if local(row) == _PAGE_BREAK:
                        self.builder.turn()
                    else:
                        self._add_row(row)
                self.builder.apart()
            elif name == _PAGE_BREAK:
                self.builder.turn()
            elif name not in _UNSEEN and attribute(element, "class") not in _REPEATED:
                if name in ("list", "frame", "custom-shape", "notes") and local(container) != "list-item":
                    self.builder.apart()
                with self._numbering.inside(element):
                    self.add(element)
                continue
            while self._aside:
                self.builder.apart()
                self.add(self._aside.pop(0))

    def _add_row(self, row: Element) -> None:
        inner = (inner for table in found(row, "table") for inner in _rows(table))
        if any(len(_cells(one, _cell)) > 1 for one in inner):
            self.add(row)
        else:
            add_row(self.builder, _cells(row, _cell))

    def _add_paragraph(self, paragraph: Element, *, in_list: bool) -> None:
        label, text = self._numbering.next_label(paragraph), _text(paragraph, self._aside).strip()
        if (attribute(paragraph, "style-name") or "") == "Title":
            self.title = self.title or " ".join(text.replace(PAGE, "").split())
        if not in_list:
            self.builder.apart()
        is_heading = local(paragraph) == "h" and attribute(paragraph, "outline-level") in (None, "1")
        add = self.builder.heading if is_heading else self.builder.text
        pages = len(text) - len(text.lstrip(PAGE))
        add(text[:pages] + label + text[pages:].lstrip() if text.strip(PAGE) else text)


class _Numbering:
    """Numbers the headings and the items of lists, which have to come one after the other.

    An item's first paragraph has its number, if it does not begin with another list.
    """

    def __init__(self, file: _File) -> None:
        outlines = map(_levels, file.found("outline-style"))
        self._styles = {attribute(style, "name"): _levels(style) for style in file.found("list-style")}
        self._headings = NumberedList(next(outlines, {}), {})
        self._known: dict[str | None, NumberedList] = {}  # by the names of their styles, and by ids
        self._open: list[NumberedList] = []
        self._begins_item = False

    @contextmanager
    def inside(self, element: Element) -> Iterator[None]:
        """Take note of the list or item whose parts are next."""
        name = local(element)
        if name == "list":
            self._open.append(self._list(element))
        elif name in ("list-item", "list-header"):
            self._begins_item = name == "list-item"
            start = whole_number(attribute(element, "start-value"), 0)
            if start and self._open:
                self._open[-1].counts[len(self._open) - 1] = start - 1
        yield
        if name == "list":
            self._open.pop()
            self._begins_item = False

    def _list(self, element: Element) -> NumberedList:
        style = attribute(element, "style-name")
        if self._open and style is None:
            return self._open[-1]
        goes_on = attribute(element, "continue-list") or (attribute(element, "continue-numbering") == "true" and style)
        made = self._known.get(goes_on) if goes_on else None
        made = made or NumberedList(self._styles.get(style, {}), self._open[-1].counts if self._open else {})
        self._known |= {style: made, attribute(element, "id"): made}
        return made

    def next_label(self, paragraph: Element) -> str:
        """Count a paragraph; return its number and the space after it, or "" if it has none."""
        if self._open:
            numbered, level, counts = self._open[-1], len(self._open) - 1, self._begins_item
        else:
            level = whole_number(attribute(paragraph, "outline-level"), 1) - 1
            is_numbered = local(paragraph) == "h" and attribute(paragraph, "is-list-header") != "true"
            numbered, counts = self._headings, is_numbered
        self._begins_item = False
        return numbered.next_label(level) if counts and level in numbered.levels else ""


def _levels(style: Element) -> dict[int, Level]:
    """Return how a style numbers each level."""
    levels: dict[int, Level] = {}
    for element in style:
        level = whole_number(attribute(element, "level"), 0)
        if level > DEEPEST_LEVEL:
            continue
        shown = whole_number(attribute(element, "display-levels"), 1)
        places = ".".join(f"%{place}" for place in range(max(1, level - shown + 1), level + 1))
        text = f"{attribute(element, 'num-prefix') or ''}{places}{attribute(element, 'num-suffix') or ''}"
        form = FORMS.get(attribute(element, "num-format") or "", "")
        levels[level - 1] = Level(
            start=whole_number(attribute(element, "start-value"), 1),
            form="bullet" if local(element).endswith(("bullet", "image")) else form,
            text=_PLACE.sub(r"%\1", attribute(element, "num-list-format") or text),
            between=" ",
            restart=level - 1,
        )
    return levels


def _rows(table: Element) -> Iterator[Element]:
    """Return the rows, also those in groups and headers, but not those of tables in cells; and where a page begins."""
    return outermost(table, ("table-row", _PAGE_BREAK), _UNSEEN)


def _cells(row: Element, shown: Callable[[Element], str]) -> list[str]:
    """Return what each cell of a row shows, without empty ones at the end. One that another is spread over is empty."""
    cells: list[str] = []
    for cell in row:
        if local(cell) in ("table-cell", "covered-table-cell"):
            value = shown(cell) if local(cell) == "table-cell" else ""
            cells += [value] * _repeats(cell, "number-columns-repeated")
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(cell: Element) -> str:
    texts = (_text(paragraph).strip() for paragraph in outermost(cell, ("p", "h"), _UNSEEN))
    return "\n".join(filter(None, texts))


def _text(paragraph: Element, aside: list[Element] | None = None) -> str:
    """Return a paragraph's text, white space collapsed as the format says; notes and boxes are put ``aside``."""
    text = ""
    for piece, is_literal in _pieces(paragraph, [] if aside is None else aside):
        if isinstance(piece, Raised):
            text += raised(text[-9:], piece)
        elif is_literal:
            text += piece
        else:
            collapsed = _SPACE.sub(" ", piece)
            text += collapsed.removeprefix(" ") if text.endswith((" ", "\n")) or not text else collapsed
    return text


def _pieces(element: Element, aside: list[Element]) -> Iterator[tuple[str, bool]]:
    """Yield the text inside an element, and whether it is literal: spaces and breaks that are elements."""
    yield element.text or "", False
    for child in element:
        name = local(child)
        if name == "s":
            yield " " * min(int(attribute(child, "c") or "1"), MAX_REPEATED), True
        elif name == "tab":
            yield "\t", True
        elif name == "line-break":
            yield "\n", True
        elif name == _PAGE_BREAK:
            yield PAGE, True
        elif name in ("note-body", "text-box", "custom-shape"):
            aside.append(child)
        elif name == _RAISED:
            yield Raised("".join(piece for piece, _ in _pieces(child, aside))), False
        elif name not in _UNSEEN:
            yield from _pieces(child, aside)
        yield child.tail or "", False


# ---- sheets -------------------------------------------------------------------------------------------------------


def _sheet_rows(sheet: Element) -> Iterator[list[str]]:
    for row in sheet.iter():
        if local(row) == "table-row" and attribute(row, "visibility") not in ("collapse", "filter"):
            cells = _cells(row, _displayed)
            for _ in range(_repeats(row, "number-rows-repeated") if cells else 1):
                yield cells


def _displayed(cell: Element) -> str:
    date = attribute(cell, "date-value")
    if date:
        return date.removesuffix("T00:00:00").replace("T", " ")
    return _cell(cell) or attribute(cell, "value") or ""


def _repeats(element: Element, name: str) -> int:
    return min(int(attribute(element, name) or "1"), MAX_REPEATED)
