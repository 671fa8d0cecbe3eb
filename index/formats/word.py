"""Word documents: an own walk over the XML of a .docx.

mammoth was tried and left: it drops formulas from the middle of a sentence and shows hidden text. python-docx leaves
out what was inserted with changes tracked, and text boxes; both leave out the numbers that Word makes up. What is here
is what a reader sees with all changes accepted; comments, headers and footers, and bullets are no part of the text.

Word marks where pages began when it last laid them out. These marks are believed if they make as many pages as it
counted then.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby

from index.formats.content import PAGE, Builder, Content, Raised, of_pages, raised
from index.formats.formulas import office_formula
from index.formats.numbering import Numbering, whole_number
from index.formats.package import (
    UNSEEN,
    Element,
    Package,
    attribute,
    found,
    is_on,
    local,
    main_part,
    open_package,
    outermost,
    properties,
    relations,
    text_of,
    values,
)
from index.formats.tables import add_row

_UNSEEN = UNSEEN | {"pPr", "rPr", "Fallback", "rt", "tblPr", "sectPr"}
_CHARACTERS = {
    "lastRenderedPageBreak": PAGE,
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "\N{NON-BREAKING HYPHEN}",
}
_SYMBOLS = {  # of the symbol fonts, those that stand for something to read
    "Symbol": dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True))
    | {0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB0: "°", 0xB4: "×", 0xB9: "≠", 0xBB: "≈", 0xAE: "→", 0xA5: "∞", 0xB7: "•"},
    "Wingdings": {0xE0: "→", 0xDF: "←", 0xFC: "✓", 0xFB: "✗", 0xA7: "▪", 0xD8: "➢", 0xFE: "☑", 0xA8: "◻", 0x4A: "☺"},
}
MOST_COLUMNS = 63  # that Word lets a table have

_NOTE_PARTS = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_TITLE_STYLES = frozenset(["Title", "Titel", "Titre"])


def read_docx(data: bytes) -> Content:
    """Read the paragraphs, lists and tables of a document, with boxes and notes after the paragraph they are in."""
    package = open_package(data, ".docx")
    main = main_part(package)
    parts = {relation.kind: relation.target for relation in relations(package, main).values()}
    numbering, styles = (package.xml_or_none(parts.get(kind, "")) for kind in ("numbering", "styles"))
    headings = {attribute(one, "styleId") for one in found(styles, "style") if _is_heading(one)}
    document = _Document(_notes(package, parts), Numbering(numbering, styles), headings)
    document.builder.turn()
    for body in found(package.xml(main), "body"):
        document.add(body)
    told = properties(package)
    told["title"] = told["title"] or document.title
    return of_pages(document.builder.content(**told), _pages(package))


def _pages(package: Package) -> int:
    """Return how many pages Word counted when it last laid them out; 1 if it did not."""
    part = next((one.target for one in relations(package, "").values() if one.kind == "extended-properties"), "")
    return whole_number(text_of(package.xml_or_none(part), "Pages"), 1)


def _is_heading(style: Element) -> bool:
    """Whether the paragraphs of a style are headings of the first level."""
    return values(style, "pPr").get("outlineLvl") == "0"


def _notes(package: Package, parts: dict[str, str]) -> dict[tuple[str, str | None], Element]:
    """Return footnotes and endnotes by the kind of element that refers to them, and their id."""
    return {
        (reference, attribute(note, "id")): note
        for reference, kind in _NOTE_PARTS.items()
        if kind in parts
        for note in package.xml(parts[kind])
    }


class _Document:
    """Walks through a document and collects what stands beside the paragraph that is being read."""

    def __init__(
        self, notes: dict[tuple[str, str | None], Element], numbering: Numbering, headings: set[str | None]
    ) -> None:
        self.builder = Builder()
        self.title: str | None = None
        self._notes = notes
        self._numbering = numbering
        self._headings = headings  # their styles
        self._aside: list[Element] = []
        self._begun = ""  # a paragraph whose end was deleted, so that the next one goes on with it
        self._codes: list[bool] = []  # of each field that is open, whether this is still its code

    def add(self, container: Element) -> None:
        """Add the paragraphs and tables of a body, note, box or content control."""
        for element in container:
            name = local(element)
            if name == "p":
                self._add_paragraph(element)
            elif name == "tbl":
                self.builder.text(self._left_over())
                self.builder.apart()
                for row in _rows(element):
                    self._add_row(list(_cells(row)))
                self.builder.apart()
            elif name not in _UNSEEN:
                self.add(element)
                continue
            while self._aside and not self._begun:
                self.builder.apart()
                self.add(self._aside.pop(0))
        self.builder.text(self._left_over())

    def _add_paragraph(self, paragraph: Element) -> None:
        label, text = self._numbered(paragraph)
        marks = values(paragraph, "pPr")
        style = marks.get("pStyle") or ""
        if style in _TITLE_STYLES:
            self.title = self.title or " ".join(text.replace(PAGE, "").split())
        if not style.startswith("List") and "numPr" not in marks:
            self.builder.apart()
        add = self.builder.heading if style in self._headings else self.builder.text
        add(label + text if text else PAGE * label.count(PAGE))

    def _add_row(self, cells: list[Element]) -> None:
        tables = (table for cell in cells for table in found(cell, "tbl"))
        if any(len(list(_cells(row))) > 1 for table in tables for row in _rows(table)):
            for cell in cells:
                self.add(cell)
        else:
            add_row(self.builder, chain.from_iterable([self._cell(cell), *_merged(cell)] for cell in cells))

    def _cell(self, element: Element) -> str:
        """Return the text of a cell, each of its paragraphs a line, also those of tables in it.

        A paragraph may hold nothing but the number of its row.
        """
        texts = [label + text for label, text in map(self._numbered, outermost(element, ("p",), _UNSEEN))]
        return "\n".join(filter(None, [*texts, self._left_over()]))

    def _numbered(self, paragraph: Element) -> tuple[str, str]:
        """Return the number of a paragraph and its text. One whose end is gone, or that is hidden, does not count.

        A page that begins with the paragraph begins before its number.
        """
        text, marks = self._begun + self._text(paragraph), values(paragraph, "pPr", "rPr")
        is_gone = "del" in marks or "moveFrom" in marks
        self._begun = text if is_gone else ""
        if is_gone:
            return "", ""
        text = text.strip()
        words = text.lstrip(PAGE).lstrip()
        label = "" if is_on(marks, "vanish") and not words else self._numbering.next_label(paragraph)
        return PAGE * (len(text) - len(text.lstrip(PAGE))) + label, words

    def _left_over(self) -> str:
        text, self._begun = self._begun, ""
        return text.strip()

    def _text(self, element: Element) -> str:
        self._codes.clear()
        text = ""
        for is_raised, pieces in groupby(self._pieces(element), lambda piece: isinstance(piece, Raised)):
            part = "".join(pieces)
            text += raised(text[-9:], part) if is_raised else part
        return text

    def _pieces(self, element: Element) -> Iterator[str]:
        for child in element:
            name = local(child)
            if name == "fldChar":
                self._mark_field(attribute(child, "fldCharType"))
            elif any(self._codes) and not len(child):
                continue
            elif name == "t":
                yield child.text or ""
            elif name in _CHARACTERS:
                yield _CHARACTERS[name]
            elif name == "sym":
                yield _symbol(child)
            elif name in _NOTE_PARTS:
                note = self._notes.get((name, attribute(child, "id")))
                self._aside.extend([] if note is None else [note])
            elif name == "txbxContent":
                self._aside.append(child)
            elif name == "r":
                marks = values(child, "rPr")
                is_hidden = is_on(marks, "vanish") and next(found(child, "fldChar"), None) is None
                pieces = () if is_hidden else self._pieces(child)
                yield from [Raised("".join(pieces))] if marks.get("vertAlign") == "superscript" else pieces
            elif name == "oMath":
                yield office_formula(child)
            elif name not in _UNSEEN:
                yield from self._pieces(child)

    def _mark_field(self, kind: str | None) -> None:
        """Begin or end a field, or its code: another field may be in that, whose result decides and is not shown."""
        if kind == "begin":
            self._codes.append(True)
        elif self._codes:
            self._codes.pop()
            if kind == "separate":
                self._codes.append(False)


def _rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table, also those inside content controls, but not those of tables in its cells."""
    for row in outermost(table, ("tr",), _UNSEEN):
        if not any(local(mark) == "del" for item in row if local(item) == "trPr" for mark in item):
            yield row


def _cells(row: Element) -> Iterator[Element]:
    return outermost(row, ("tc",), _UNSEEN)


def _merged(cell: Element) -> list[str]:
    """Return an empty cell for each further column that a cell is spread over."""
    width = int(values(cell, "tcPr").get("gridSpan") or 1)
    return [""] * (min(width, MOST_COLUMNS) - 1)


def _symbol(element: Element) -> str:
    code = int(attribute(element, "char") or "0", 16)
    symbols = _SYMBOLS.get((attribute(element, "font") or "").partition(" ")[0], {})
    return symbols.get(code & 0xFF, "\N{REPLACEMENT CHARACTER}" if 0xE000 <= code < 0xF900 else chr(code))
