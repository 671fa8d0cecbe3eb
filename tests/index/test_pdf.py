"""PDFs by many programs become sentences, each whole and at its place on its page."""

from __future__ import annotations

import ctypes
import json
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as api
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.formats import pdf, read, tex
from index.formats.columns import Page, Piece
from index.formats.content import Content
from index.formats.flow import content_of
from index.layout import Box, Layout, PlacedLine
from index.types import Span

FOLDER = Path(__file__).parents[1] / "files" / "pdf"
EXPECTED: dict[str, list[dict[str, str | int]]] = json.loads((FOLDER / "expected.json").read_text())
READABLE = [name for name, known in EXPECTED.items() if known]
RIGHT_TO_LEFT = "chromium-right-to-left.pdf"
BY_TEX = "latex-article.pdf"
BITMAPS = ("latex-bitmaps.pdf", "latex-cork.pdf")
"""Their fonts do not say which characters they show, so pdfium leaves letters out and has others for some."""


@cache
def content(name: str) -> Content:
    return read(".pdf", (FOLDER / name).read_bytes())


def words(text: str) -> str:
    return " ".join(text.split())


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def bare_letters(text: str) -> str:
    """Letters and digits without accents, which TeX keeps apart from them."""
    return re.sub(r"[\W_ˆˇ]+", "", unicodedata.normalize("NFKD", text)).replace("ı", "i")


def known_spans(name: str) -> list[tuple[Span, int]]:
    found: dict[str, list[Span]] = {}
    for span in content(name).sentences():
        found.setdefault(words(span.of(content(name).text)), []).append(span)
    spans = []
    for known in EXPECTED[name]:
        places = found.get(words(str(known["sentence"])), [])
        assert len(places) == 1, known
        spans.append((places[0], int(known["page"])))
    return spans


# ---- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READABLE)
def test_each_known_sentence_is_one_sentence_on_its_page(name: str) -> None:
    for span, page in known_spans(name):
        assert bisect_right(content(name).page_starts, span.start) == page
        assert layout(name).boxes(span.start, span.end)[0].page == page


@pytest.mark.parametrize("name", READABLE)
def test_the_boxes_of_a_sentence_hold_its_words_and_no_others(name: str) -> None:
    """What pdfium finds within the boxes, asked on its own, are the letters of the sentence in their order."""
    with pdfium.PdfDocument(FOLDER / name) as document:
        for span, _ in known_spans(name):
            found = "".join(text_within(document, box) for box in layout(name).boxes(span.start, span.end))
            expected = letters(span.of(content(name).text))
            if name == RIGHT_TO_LEFT:  # pdfium has the letters of these files in other orders
                assert Counter(letters(found)) == Counter(expected)
            elif name == "watermark.pdf":  # it lies across the boxes
                assert is_within(expected, letters(found))
            elif name in BITMAPS:
                assert is_within(re.sub("[^a-zA-Z]", "", found), bare_letters(span.of(content(name).text)))
            elif name == BY_TEX:
                assert bare_letters(found) == bare_letters(span.of(content(name).text))
            else:
                assert letters(found) == expected


def is_within(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in part)


def text_within(document: pdfium.PdfDocument, box: Box) -> str:
    """Return the text that pdfium finds in a box made a little smaller: it also counts what is only touched."""
    page = document[box.page - 1]
    across, down = box.right - box.left, box.bottom - box.top
    inset_x, inset_y = (0.2, 0.18 * down) if across > down else (0.18 * across, 0.2)
    corners = [
        on_page(page, box.left + inset_x, box.top + inset_y),
        on_page(page, box.right - inset_x, box.bottom - inset_y),
    ]
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
    return str(page.get_textpage().get_text_bounded(x0, y0, x1, y1))


def on_page(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Let pdfium turn a point of the page as it is shown into one of its own."""
    width, height = page.get_size()
    fine, right, up = 100, ctypes.c_double(), ctypes.c_double()
    size = round(width * fine), round(height * fine)
    point = round(x * fine), round(y * fine)
    assert api.FPDF_DeviceToPage(page, 0, 0, *size, 0, *point, ctypes.byref(right), ctypes.byref(up))
    return right.value, up.value


def layout(name: str) -> Layout:
    found = content(name).layout
    assert found is not None
    return found


@pytest.mark.parametrize("name", READABLE)
def test_every_character_has_its_place(name: str) -> None:
    text = content(name).text
    for offset, character in enumerate(text):
        boxes = layout(name).boxes(offset, offset + 1)
        assert len(boxes) == 1 or (character in "\n\t " and not boxes)


@pytest.mark.parametrize("name", READABLE)
def test_content_comes_through_as_bytes(name: str) -> None:
    assert Content.from_bytes(content(name).to_bytes()) == content(name)


@pytest.mark.parametrize("name", [name for name in READABLE if name not in BITMAPS])
def test_reading_adds_and_loses_no_letters(name: str) -> None:
    """But for page numbers and what is repeated on every page, the letters are those of the text layer."""
    with pdfium.PdfDocument(FOLDER / name) as document:
        counted = bare_letters if name == BY_TEX else letters
        layer = Counter(counted("".join(page.get_textpage().get_text_bounded() for page in document)))
    read_letters = Counter(counted(content(name).text))
    assert not read_letters - layer
    if len(content(name).page_starts) == 1:
        lost = layer - read_letters
        assert all(character.isdecimal() for character in lost), lost


# ---- what stands between sentences --------------------------------------------------------------------------------


def test_a_sentence_goes_on_overleaf_past_header_and_footer() -> None:
    name = "headers-and-pages.pdf"
    broken = [
        span for span, _ in known_spans(name) if len({b.page for b in layout(name).boxes(span.start, span.end)}) > 1
    ]
    assert broken
    text = content(name).text
    assert text.count("Skerry Point Trust: handbook") == 1
    assert not re.search(r"Page \d", text)


def test_a_sentence_goes_on_overleaf_past_a_footnote() -> None:
    name = "footnotes.pdf"
    text = content(name).text
    note, page = text.index("Seal fat burns"), content(name).page_starts[1]
    assert note < page
    assert any(len({b.page for b in layout(name).boxes(s.start, s.end)}) > 1 for s, _ in known_spans(name))


def test_a_sentence_goes_on_in_the_next_column() -> None:
    name = "two-columns.pdf"
    boxes = [layout(name).boxes(span.start, span.end) for span, _ in known_spans(name)]
    assert any(one.page == other.page and other.top < one.top for found in boxes for one, other in pairwise(found))


def test_the_numbers_of_lines_are_left_out() -> None:
    text = content("line-numbers.pdf").text
    assert not re.search(r"^\d+$|^\d+ (?!\d)|\s25\s", text, re.MULTILINE)
    assert [number for number in range(1, 7) if f"\n{number}. " in text] == [1, 2, 3, 4, 5, 6]


def test_lines_are_counted_where_sentences_go_on_from_line_to_line() -> None:
    """On a single page, nothing else tells them from rows that are counted."""
    spoken = ["Q. Did you see the letter before", "the end of May?", "A. I did not see it.", "Q. Who opened it?"] * 2
    names = ["Ada Thorne", "Ivo Brandt", "Emil Roos", "Una Lund", "Per Holm", "Siv Dahl", "Ole Vik", "Kaja Moe"]
    for lines, counted in ((spoken, True), (names, False)):
        numbers = [(16, 180 - 14 * row, str(row + 1)) for row in range(8)]
        text = typed((140, 194, "Harbour"), *numbers, *((40, 180 - 14 * y, line) for y, line in enumerate(lines)))
        assert ("8" not in text) == counted


def test_a_watermark_is_there_once_and_never_in_a_sentence() -> None:
    text = content("watermark.pdf").text
    assert text.split("\n\n").count("DRAFT") == text.count("DRAFT") == 1


def test_what_is_cut_off_from_a_page_is_not_read() -> None:
    assert "Printers" not in content("cropped.pdf").text
    assert [tuple(map(round, size)) for size in layout("cropped.pdf").page_sizes] == [
        (612, 792),
        (350, 300),
        (595, 420),
    ]


def test_rows_have_their_cells_apart_by_tabs() -> None:
    blocks = content("table.pdf").blocks or ()
    text = content("table.pdf").text
    rows = [text[block.start : block.end] for block in blocks if block.whole]
    assert rows[0] == "Boat\tLeaves the pier\tSeats"
    assert len(rows) == 4
    assert "September\nand on request\t11" in rows[3] or "request\t11" in rows[3]


def test_a_short_number_is_a_cell_of_its_own() -> None:
    text = content("counts.pdf").text
    for row in ("Northend\t62\t41\t7", "Skerry\t118\t9\t(12)", "Petrel\t4.1\t5.2", "Tern\t-\t1 (0.5)"):
        assert row in text.split("\n")
    lines = content("chromium-table.pdf").text.split("\n")
    assert {"#\tParish\tYes\tNo", "1\tNorthend\t62\t41", "2\tSkerry\t118\t90", "4\tUpper Mill\t3\t(1)"} < set(lines)


def test_a_number_before_words_is_a_cell_in_a_table_and_their_mark_elsewhere() -> None:
    lines = content("counts.pdf").text.split("\n")
    assert {"1\tAda Thorne\t41", "2\tIvo Brandt", "3\tEmil Roos\t12"} < set(lines)
    assert {"1 Fill the lamp with oil.", "2 Light the wick at dusk."} < set(lines)
    assert "a)\t• one\t4.1\tb)" in typed(
        (10, 100, "a)"), (50, 100, "•"), (70, 100, "one"), (110, 100, "4.1"), (150, 100, "b)")
    )


def test_a_label_that_fills_its_column_is_parted_from_the_cell_beside_it() -> None:
    """In its place there are cells of other rows, which have as many; a word that stands there by chance is none."""
    rows = [("Oil", "12 (4)", "9 (3)"), ("Wicks, a dozen", "94 (45)", "7 (2)"), ("Salt", "8 (1)", "30 (5)")]
    shown = [(x, 180 - 12 * y, cell) for y, row in enumerate(rows) for x, cell in zip((10, 100, 170), row, strict=True)]
    assert typed(*shown).split("\n") == ["\t".join(row) for row in rows]
    more = [(10, 144, "What was bought in the winter"), (10, 132, "Lamp"), (100, 132, "3 (1)"), (170, 132, "4 (1)")]
    assert typed(*shown, *more).split("\n\n")[1] == "What was bought in the winter"
    beside = [(10, 144, "Neither the keys"), (150, 144, "nor a rope was lost.")]
    assert typed(*shown, *beside).endswith("Neither the keys\t\tnor a rope was lost.")  # it spans two columns


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        (
            [
                "Policy    Staff    Managers    Directors",
                "Parking   Yes                  Yes",
                "Car                            Yes",
            ],
            ["Policy\tStaff\tManagers\tDirectors", "Parking\tYes\t\tYes", "Car\t\t\tYes"],
        ),
        (  # no row has a cell in each column
            ["          2021     2022     2023", "Dividend  1.00              1.10", "Special   0.50     0.70"],
            ["\t2021\t2022\t2023", "Dividend\t1.00\t\t1.10", "Special\t0.50\t0.70"],
        ),
        (  # names that span two columns each, the second not named by them
            [
                "          2022              2023",
                "Town      H1       H2       H1       H2",
                "Moss      11                31",
            ],
            ["\t2022\t\t2023", "Town\tH1\tH2\tH1\tH2", "Moss\t11\t\t31"],
        ),
        (  # in which of two columns a cell is that stands between both, nobody can tell
            ["Town      Jan      Feb      Mar", "Moss           7                11"],
            ["Town\tJan\tFeb\tMar", "Moss\t7\t11"],
        ),
    ],
)
def test_a_value_stays_in_its_column_where_cells_before_it_are_empty(rows: list[str], read: list[str]) -> None:
    shown = [
        (10 + 6 * cell.start(), 180 - 12 * line, cell[0])
        for line, row in enumerate(rows)
        for cell in re.finditer(r"\S+", row)
    ]
    assert typed(*shown).split("\n") == read


def test_hyphens_at_the_ends_of_lines_go_where_they_only_break_a_word() -> None:
    text = content("hyphens.pdf").text
    for word in ("damaged", "well-known", "lighthouse", "repair", "Anglo-Norse", "self-winding", "north-facing"):
        assert word in text
    assert "A long- and a short-term" in words(text)


def test_a_document_says_what_it_is() -> None:
    first, report = content("one-column.pdf"), content("fpdf-report.pdf")
    assert (first.title, first.author) == ("The light at Skerry Point", "Ada Thorne")
    assert report.title is None  # it says "untitled", and nothing in it is large
    assert content("watermark.pdf").title is None  # what lies across the page is larger, and no title
    # Where the file says nothing, or "(anonymous)", what stands in the largest type on its first page is the title.
    assert content("two-columns.pdf").title == "Two columns below one heading across the page"
    assert content("latex-article.pdf").title == "Seal Fat and Other Oils: A Study of the Lamps at Malmö"
    assert content("lists.pdf").author is None  # it says "(anonymous)"
    assert report.date == "2024-08-31T10:30:00Z"


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("D:20240831103000+02'00'", "2024-08-31T10:30:00+02:00"),
        ("D:20240831103000Z", "2024-08-31T10:30:00Z"),
        ("D:202408311030", "2024-08-31T10:30:00"),
        ("D:20240831", "2024-08-31"),
        ("2024", "2024"),
        ("D:20249931", "2024"),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_as_precise_as_the_file(value: str, date: str | None) -> None:
    class Document:
        def get_metadata_value(self, _key: str) -> str:
            return value

    assert pdf._date(Document()) == date


# ---- files that cannot be read ------------------------------------------------------------------------------------


def small_pdf(pages: str, *, count: int) -> bytes:
    """Return a PDF without a table of its objects, as damaged files are."""
    objects = (
        f"1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[{pages}]/Count {count}>> endobj\n"
    )
    return f"%PDF-1.4\n{objects}trailer <</Root 1 0 R>>\n%%EOF".encode()


WHOLE = (FOLDER / "one-column.pdf").read_bytes()
BAD_FILES = {
    "text": (b"Only text", "not a PDF"),
    "empty": (b"", "not a PDF"),
    "beginning": (WHOLE[:300], "damaged|no pages"),
    "noise": (b"%PDF-1.7\n" + bytes(range(256)) * 40, "damaged"),
    "locked": ((FOLDER / "locked.pdf").read_bytes(), "remove the password"),
    "no pages": (small_pdf("", count=0), "no pages|damaged"),
    "loop": (small_pdf("2 0 R 2 0 R", count=2), "damaged|no text|no pages"),
    "countless": (small_pdf("2 0 R", count=900_000), "limit|damaged|no pages"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_refused_with_the_cause(name: str) -> None:
    data, reason = BAD_FILES[name]
    with pytest.raises(SourceError, match=reason):
        pdf.read_pdf(data)


def test_a_page_without_a_finite_size_is_read_as_text_alone() -> None:
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {'4' * 60}.5 792]/Contents 4 0 R/Resources<</Font<</F1 {font}>>>>>>"
    words = "BT /F1 12 Tf 72 700 Td (The committee met.) Tj ET"
    stream = f"<</Length {len(words)}>>\nstream\n{words}\nendstream"
    objects = f"3 0 obj {page} endobj\n4 0 obj {stream} endobj\n".encode()
    content = pdf.read_pdf(small_pdf("3 0 R", count=1).replace(b"trailer", objects + b"trailer"))
    assert content.text.strip() == "The committee met."
    assert content.layout is None
    assert Content.from_bytes(content.to_bytes()) == content


def test_too_many_pages_or_characters_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_CHARS", 100)
    with pytest.raises(SourceError, match="characters"):
        pdf.read_pdf(WHOLE)
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    with pytest.raises(SourceError, match="2 pages and the limit is 1"):
        pdf.read_pdf((FOLDER / "footnotes.pdf").read_bytes())


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_read_or_refused(seed: int) -> None:
    import random

    source = random.Random(seed)
    data = bytearray((FOLDER / source.choice(["two-columns.pdf", "table.pdf", "groff-manual.pdf"])).read_bytes())
    for _ in range(30):
        data[source.randrange(20, len(data))] = source.randrange(256)
    try:
        found = pdf.read_pdf(bytes(data))
    except SourceError:
        return
    assert Content.from_bytes(found.to_bytes()) == found
    assert found.sentences() or found.unread


@st.composite
def pages_of_pieces(draw: st.DrawFn) -> list[Page]:
    """Pages on which anything may stand anywhere."""
    pages = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        page = Page(number, 400, 300)
        for order in range(draw(st.integers(0, 14))):
            size = draw(st.sampled_from([7.0, 10.0, 10.0, 10.0, 18.0]))
            base, left = draw(st.integers(0, 25)) * 12.0, draw(st.sampled_from([20.0, 20.0, 40.0, 215.0, 300.0]))
            turn, slanted = draw(st.sampled_from([0, 0, 0, 0, 1, 2, 3])), draw(st.sampled_from([False] * 8 + [True]))
            piece = Piece(number, order, size, base, turn, slanted, spaced=draw(st.booleans()))
            for character in draw(st.sampled_from(SCRAPS)):
                if character == " ":
                    piece.add_spaces(" ", left, left + size / 2)
                else:
                    piece.add(character, left, left + size / 2, base - size / 2, base, bold=size > 12)
                left += size / 2
            page.pieces.append(piece)
        pages.append(page)
    return pages


SCRAPS = [
    *(
        "The keeper wrote",
        "exam\x02",
        "ple of it.",
        "well-",
        "known",
        "•",
        "1.",
        "2",
        "Page 2",
        "אור בים",
        "see 12 אור",
    ),
    *(
        "灯台は点灯。",
        "a",
        "Introduction . . . . . 5",
        "1871. He left",
        "and so on",
        "III",
        "- 4 -",
        "x",
        "A. Thorne",
        "DRAFT",
    ),
]


@given(pages_of_pieces())
def test_whatever_stands_on_pages_becomes_a_document(pages: list[Page]) -> None:
    before = Counter(letters("".join(piece.text for page in pages for piece in page.pieces)))
    found = content_of(pages)
    assert not Counter(letters(found.text)) - before
    assert list(found.page_starts) == sorted(found.page_starts)
    assert len(found.page_starts) == len(pages)
    ends = [0]
    for block in found.blocks or ():
        assert ends[-1] <= block.start < block.end <= len(found.text)
        ends.append(block.end)
    assert found.layout is not None
    for offset, character in enumerate(found.text):
        assert character.isspace() or len(found.layout.boxes(offset, offset + 1)) == 1
    assert Content.from_bytes(found.to_bytes()) == found


# ---- the layout ---------------------------------------------------------------------------------------------------

_SIDES = st.floats(20, 900, width=32)
_EDGES = st.lists(st.tuples(st.floats(-50, 1000), st.floats(0, 60)), min_size=1, max_size=30)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    sizes = draw(st.lists(st.tuples(_SIDES, _SIDES), min_size=1, max_size=4))
    lines, start, page = [], 0, 1
    for edges in draw(st.lists(_EDGES, max_size=8)):
        start += draw(st.integers(0, 3))
        page = draw(st.integers(page, len(sizes)))
        top = draw(st.floats(-20, 900))
        lefts, rights = [left for left, _ in edges], [left + width for left, width in edges]
        turn = draw(st.integers(0, 3))
        lines.append(PlacedLine(page, start, top, top + draw(st.floats(0, 40)), lefts, rights, turn))
        start += len(edges)
    return Layout.of(sizes, lines)


@given(layouts())
def test_a_layout_comes_back_from_its_bytes(found: Layout) -> None:
    assert Layout.from_bytes(found.to_bytes()) == found


@given(layouts(), st.integers(0, 300), st.integers(0, 300))
def test_boxes_are_on_their_page_in_order_and_cover_each_character(found: Layout, one: int, other: int) -> None:
    start, end = sorted((one, other))
    boxes = found.boxes(start, end)
    for box in boxes:
        width, height = found.page_sizes[box.page - 1]
        assert 0 <= box.left <= box.right <= width
        assert 0 <= box.top <= box.bottom <= height
    assert [box.page for box in boxes] == sorted(box.page for box in boxes)
    singles = [single for offset in range(start, end) for single in found.boxes(offset, offset + 1)]
    assert all(any(covers(box, single) for box in boxes) for single in singles)
    assert bool(singles) == bool(boxes)


def covers(box: Box, other: Box) -> bool:
    return (
        box.page == other.page
        and box.left <= other.left
        and box.right >= other.right
        and box.top <= other.top
        and box.bottom >= other.bottom
    )


def test_a_box_is_where_the_characters_are_to_a_tenth_of_a_point() -> None:
    line = PlacedLine(1, 5, 100.04, 112, [50, 60.02, 70], [58, 69, 79.97])
    turned = PlacedLine(1, 9, 100, 112, [50, 60, 70], [58, 69, 80], turn=1)
    found = Layout.of([(600, 800)], [line, turned])
    assert [rounded(box) for box in found.boxes(0, 8)] == [(1, 50, 100, 80, 112)]
    assert [rounded(box) for box in found.boxes(6, 7)] == [(1, 60, 100, 69, 112)]
    assert [rounded(box) for box in found.boxes(10, 12)] == [(1, 488, 60, 500, 80)]  # read downwards, on the right
    assert found.boxes(8, 9) == []


def rounded(box: Box) -> tuple[float, ...]:
    return (box.page, *(round(value, 3) for value in (box.left, box.top, box.right, box.bottom)))


@given(st.binary(max_size=200))
def test_garbage_is_no_layout(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a layout"):
        Layout.from_bytes(data)


@given(st.data())
def test_a_damaged_layout_is_refused(data: st.DataObject) -> None:
    written = bytearray(layout("one-column.pdf").to_bytes())
    written[data.draw(st.integers(0, len(written) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="layout"):
        Layout.from_bytes(bytes(written))


# ---- typed pages -----------------------------------------------------------------------------------------------------


Shown = tuple[float, float, str]


def typed(*shown: Shown, turn: str = "1 0 0 1") -> str:
    """Return what is read of a page with texts, each at its place, in Courier of 10 points, 6 a character."""
    return read(".pdf", typed_pages(shown, turn=turn)).text


def typed_pages(*pages: Sequence[Shown], turn: str = "1 0 0 1", filled_in: Shown | None = None) -> bytes:
    """Return a PDF with such pages, all with the size and the field of a form that the document gives them."""
    font, annotation = 3, 4
    widget = "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]>>"
    if filled_in:
        x, y, value = filled_in
        widget = (
            f"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V({value})/DA(/F 10 Tf)/F 4/Rect[{x} {y} {x + 99} {y + 12}]>>"
        )
    numbers = [annotation + 1 + 2 * index for index in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    form = f"<</Fields[{annotation} 0 R]/NeedAppearances true/DA(/F 10 Tf)/DR<</Font<</F {font} 0 R>>>>>>"
    objects = [
        f"<</Type/Catalog/Pages 2 0 R/AcroForm {form}>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}/MediaBox[0 0 300 200]/Resources<</Font<</F {font} 0 R>>>>>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
        widget,
    ]
    for number, shown in zip(numbers, pages, strict=True):
        marks = "".join(f"{turn} {x} {y} Tm <{text.encode('cp1252').hex()}> Tj\n" for x, y, text in shown)
        stream = f"BT /F 10 Tf\n{marks}ET"
        objects += [
            f"<</Type/Page/Parent 2 0 R/Contents {number + 1} 0 R/Annots[{annotation} 0 R]>>",
            f"<</Length {len(stream)}>> stream\n{stream}\nendstream",
        ]
    body = "".join(f"{number} 0 obj {text} endobj\n" for number, text in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer <</Root 1 0 R>>\n%%EOF".encode()


def typed_lines(*lines: str, first: float = 180, step: float = 12) -> list[Shown]:
    return [(20, first - step * number, line) for number, line in enumerate(lines)]


def test_what_is_filled_into_a_form_is_text_at_its_place() -> None:
    data = typed_pages([(20, 100, "Name:"), (20, 190, "At the very top")], filled_in=(60, 97, "Marta Hale"))
    found = read(".pdf", data)
    assert found.text == "At the very top\n\nName: Marta Hale"
    assert found.layout is not None
    assert found.layout.page_sizes == ((300, 200),)
    [box] = found.layout.boxes(found.text.index("Marta"), len(found.text))
    assert 60 <= box.left <= box.right <= 159
    assert 85 <= box.top <= box.bottom <= 106


def test_text_that_stands_at_one_place_on_several_pages_is_read_on_each() -> None:
    slips = [
        typed_lines(f"Employee: {name}", "Net pay: 4100 dollars", "Hours: 160", "This slip is for you.", step=18)
        for name in ("Marta Hale", "Ken Ito", "Ann Roe")
    ]
    found = read(".pdf", typed_pages(*slips)).text
    assert found.count("Net pay: 4100 dollars") == found.count("Hours: 160") == 3
    body = ["The supplier bears the cost", "of carriage in every case."]
    invoices = [typed_lines(f"Invoice No. {number}", *body, first=170) for number in range(1001, 1005)]
    found = words(read(".pdf", typed_pages(*invoices)).text)
    assert found == " ".join(f"Invoice No. {number} {' '.join(body)}" for number in range(1001, 1005))


def test_a_running_header_is_kept_once_unless_it_counts_what_is_no_page() -> None:
    def headed(*headers: str) -> str:
        pages = [
            [(20, 188, header), (20, 100, f"The page about {about}.")]
            for header, about in zip(headers, ("oak", "elm", "ash"), strict=True)
        ]
        return words(read(".pdf", typed_pages(*pages)).text)

    assert headed(*(f"Day {number}" for number in (1, 2, 3))) == (
        "Day 1 The page about oak. Day 2 The page about elm. Day 3 The page about ash."
    )
    for header in ("Boats | {}", "Boats Page {} of 9", "{} | Boats", "Boats            {}", "Page {}  Boats"):
        assert headed(*(header.format(number) for number in (5, 6, 7))) == (
            f"{words(header.format(5))} The page about oak. The page about elm. The page about ash."
        )


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("three-", "month notice", "three-month"),
        ("ten-", "year lease", "ten-year"),
        ("full-", "time work", "full-time"),
        ("two-", "thirds of it", "two-thirds"),
        ("decision-", "making bodies", "decision-making"),
        ("face-", "to-face talks", "face-to-face"),
        ("short-", "and long-term", "short-\nand"),
        ("ten-", "ants of the house", "tenants"),
        ("part-", "nership of two", "partnership"),
        ("seven-", "teen boats", "seventeen"),
        ("second-", "ary schools", "secondary"),
    ],
)
def test_a_compound_keeps_the_hyphen_at_which_it_is_broken(before: str, after: str, whole: str) -> None:
    assert f"for {whole}" in typed(*typed_lines(f"All of them are here for {before}", f"{after} and for good."))


def test_a_number_that_the_text_ends_with_is_not_that_of_the_page() -> None:
    lines = ["Copies that the archive keeps:", "1"]
    assert typed(*typed_lines(*lines, first=34), (20, 180, "This deed is kept.")).endswith("\n".join(lines))


def test_two_lines_beside_two_others_are_columns_and_a_table_on_their_page_keeps_its_rows() -> None:
    """The gaps of the table are commoner than that of the columns."""
    table = [
        (10 + 60 * column, 180 - 12 * row, cell)
        for row, cells in enumerate(["Oak wide $50", "Elm tall $60", "Ash thin $70"])
        for column, cell in enumerate(cells.split())
    ]
    across = "What stands below is news of the two mills."
    left, right = ["The old mill is closed", "until the end of May."], ["The new mill had sold", "all of its flour."]
    columns = [
        (x, y, line) for x, lines in ((10, left), (158, right)) for y, line in zip((116, 104), lines, strict=True)
    ]
    rows = ["Oak\twide\t$50", "Elm\ttall\t$60", "Ash\tthin\t$70"]
    assert typed(*table, (10, 134, across), *columns, (10, 86, across)).split("\n\n") == [
        "\n".join(rows),
        across,
        "\n".join(left),
        "\n".join(right),
        across,
    ]
    row_by_row = sorted(columns, key=lambda shown: -shown[1])
    assert f"{left[0]}\t{right[0]}\n{left[1]}\t{right[1]}" in typed(*table, (10, 134, across), *row_by_row)


def test_a_table_written_row_by_row_keeps_its_rows_though_its_cells_are_as_wide_as_columns() -> None:
    rows = [
        (("Gate jams",), ("a dry hinge", "or much rust"), ("Put oil on the hinge.", "Turn it until it is")),
        (
            ("Lamp dark", "at night"),
            ("a bulb that", "sits loosely"),
            ("Turn the bulb until it", "sits. Check the fuse."),
        ),
        (("Bell dumb",), ("it lacks any", "power at all"), ("Open the lid of it and", "blow. Change the cell.")),
        (("Pump loud",), ("air or sand", "got into it"), ("Close the tap and let", "it run for a minute.")),
        (("Water is", "brown"), ("an old pipe", "or long rest"), ("Let it run until it is", "clear. Do not drink.")),
        (
            ("Tank dry",),
            ("its valve is", "closed"),
            ("Open the valve at the", "tank. It stands behind", "the house,", "by a door."),
        ),
    ]
    shown = [
        (x, 190 - 26 * row - 11 * line, text)
        for row, cells in enumerate(rows)
        for x, cell in zip((10, 74, 163), cells, strict=True)
        for line, text in enumerate(cell)
    ]
    text = typed(*shown)
    assert text.split("\n\n") == ["\n".join("\t".join("\n".join(cell) for cell in cells) for cells in rows)]


def test_a_paragraph_right_below_a_row_is_no_part_of_it() -> None:
    lines = ["We write to you since", "the mill was sold."]
    below = [(10, 168 - 12 * number, line) for number, line in enumerate(lines)]
    assert typed((10, 180, "Date"), (70, 180, "5 May 2021"), *below).split("\n\n") == [
        "Date\t5 May 2021",
        "\n".join(lines),
    ]


def test_a_line_that_opens_a_list_is_no_part_of_its_first_item() -> None:
    lines = ["In these rules—", "“dusk” means the hour after the sun has set and—", "when it rains—the hour before it."]
    shown = [(10, 180 - 12 * number, line) for number, line in enumerate(lines)]
    assert typed(*shown).split("\n\n") == [lines[0], "\n".join(lines[1:])]


def test_an_amount_goes_on_with_the_words_before_it() -> None:
    prose = [(20, 180, "It lay in the old harbour for years."), (20, 168, "It is to be sold for")]
    for amount in ("$4,000 to its crew.", "4,000 pounds at most."):
        assert f"sold for\n{amount}" in typed(*prose, (20, 156, amount))
    assert "sold for\n\n4 Harbour dues" in typed(*prose, (20, 156, "4 Harbour dues"))
    assert "Price\n\n$4,000" in typed(
        (20, 180, "It lay in the old harbour for years."), (20, 168, "Price"), (20, 156, "$4,000")
    )


def test_an_amount_goes_on_overleaf() -> None:
    pages = [Page(number, 300, 200) for number in (1, 2)]
    shown = [
        (0, 100, "It lay in the old harbour for years."),
        (0, 112, "It is to be sold for"),
        (1, 20, "€4,000 in May."),
    ]
    for order, (page, base, text) in enumerate(shown):
        piece = Piece(page + 1, order, 10.0, base)
        for at, character in enumerate(text):
            piece.add(character, 20 + 6 * at, 26 + 6 * at, base - 7, base, bold=False)
        pages[page].pieces.append(piece)
    assert words(content_of(pages).text).endswith("It is to be sold for €4,000 in May.")
    assert "\n\n" not in content_of(pages).text


def test_a_number_alone_at_the_foot_of_a_page_is_that_of_the_page() -> None:
    prose = (20, 180, "The boat was sold for a price of")
    assert typed(prose, (150, 10, "212")) == prose[2]
    assert "212" in typed(prose, (150, 30, "212"))
    assert "212" in typed(prose, (20, 20, "The price:"), (20, 10, "212"))
    assert "1871" in typed(prose, (150, 10, "1871"))


@pytest.mark.parametrize(
    ("accent", "lift", "letter", "whole"),
    [
        ("¨", 0, "u", "ü"),
        ("´", 2, "E", "É"),
        ("ˆ", 0, "o", "ô"),
        ("`", 0, "a", "à"),
        ("~", 2.5, "n", "ñ"),
        ("¸", 0, "c", "ç"),
    ],
)
def test_an_accent_drawn_over_its_letter_is_a_part_of_it(accent: str, lift: float, letter: str, whole: str) -> None:
    """Whichever of the two comes first in the file, and wherever."""
    before, after = (50, 100, "ab"), (68, 100, "cd")
    over, under = (62, 100 + lift, accent), (62, 100, letter)
    for order in ((before, over, under, after), (before, under, over, after), (before, under, after, over)):
        assert typed(*order) == f"ab{whole}cd"


def test_an_accent_with_no_letter_under_it_stays_what_it_is() -> None:
    assert typed((50, 100, "x ^ y, `a' and ~/b")) == "x ^ y, `a' and ~/b"
    assert typed((50, 100, "2"), (50, 100, "^"), (56, 100, " is a mark")) == "2^ is a mark"
    assert typed((50, 100, "turned"), (100, 50, "h"), (100, 56, "^"), turn="0 1 -1 0") == "turned\n\nh^"


def test_the_two_kinds_of_tex_fonts_are_told_apart() -> None:
    english = [*b"e\x0ecient words", *b"{a dash"]
    typewriter = list(b"if (a_b) { return; }")
    math = [0x0B, 0x0C, ord("x")]
    first, code, signs = tex.shown([english, typewriter, math])
    assert (first[0x0E], first[ord("{")], code, signs) == ("ffi", "–", {}, {})
    danish = list(b"r\x1cd gr\x1cd med fl\x17ade")  # the ring of an å, before it
    assert tex.shown([danish])[0][0x1C] == "ø"
    cork, heading = tex.shown([list(b"e\x1ecient words"), list("Résumé of all".encode("latin-1"))])
    assert (cork[0x1E], heading[ord("'")]) == ("ffi", "’")
    assert tex.shown([list(b"plain text"), list(b"more of it")]) == [{}, {}]
