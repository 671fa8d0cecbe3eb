"""PDF -> text with the place of every character. pdfium has the characters; what is a line is decided in `flow`.

The text layer is kept as it is, but for the hyphens that pdfium finds at the ends of lines, the markers that it puts
in, ligatures, which it spells out, and what TeX does (see `index.formats.tex`). What is drawn outside of the page as it
is shown is left out. Pages that are pictures, as of a scan, are named; what was recognised on them can be given.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as api  # type: ignore[import-untyped]

from index.errors import SourceError
from index.formats import hocr, tex
from index.formats.columns import Page, Piece
from index.formats.content import Content
from index.formats.flow import LINE_END_HYPHEN, content_of

MAX_PAGES = 5_000
"""Documents of more pages are refused: reading them would take many minutes."""

MAX_CHARS = 20_000_000
"""Documents of more characters are refused: a small file can unpack into a huge one."""

MAX_UNKNOWN_SHARE = 0.5
"""A page of whose text more is without meaning (fonts that do not say which characters they show) has none."""

PIECE_GAP = 1.0  # in sizes of the type: characters farther apart are not of one piece
WORD_GAP = 0.15  # likewise: words are farther apart
SAME_BASELINE = 0.12  # likewise: what stands higher or lower than this is a superscript or another line
_SLANT = math.radians(12)  # text that lies more askew than this is a watermark

_CAUSES = {
    api.FPDF_ERR_PASSWORD: "it is locked with a password; remove the password and add it again",
    api.FPDF_ERR_SECURITY: "it is encrypted in a way that cannot be read; save it without protection and add it again",
}
_DAMAGED = "it is damaged, or not a PDF at all; open it in a PDF viewer, print it to a new PDF and add that one"
MOST_STAMPED_CHARS = 200
"""A page of a scan may have so much text of its own: a number, the name of a court, when it was sent."""

PICTURE_SHARE = 0.5
"""Pictures that cover so much of a page with hardly any text are the page."""

_EMPTY = "there is nothing on its pages; open it in a PDF viewer, print it to a new PDF and add that one"
_NOTHING_RECOGNISED = "its pages are pictures, and no text was recognised on them; add a sharper scan"
_SHOWS_NOTHING = frozenset([api.FPDF_ANNOT_LINK, api.FPDF_ANNOT_POPUP])
_BOLD = re.compile(r"bold|black|heavy|demi|cmbx|-bd\b", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"untitled\W*\d*|about:blank|microsoft \w+ - .*|.*\.(?:docx?|odt|rtf|pdf|tex|dvi|indd|qxd|html?|txt|ps)|slide \d+|"
    r"title|\(?anonymous\)?|\W*",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d'?\d\d|[+-]\d\d)?")

# As in the library, but with addresses as numbers: they tell one object from another, and these are called for each
# character, which takes twice as long with pointers of a type.
_ADDRESS, _INT = ctypes.c_void_p, ctypes.c_int
_text_object = ctypes.cast(api.FPDFText_GetTextObject, ctypes.CFUNCTYPE(_ADDRESS, _ADDRESS, _INT))
_font = ctypes.cast(api.FPDFTextObj_GetFont, ctypes.CFUNCTYPE(_ADDRESS, _ADDRESS))
_code = ctypes.cast(api.FPDFText_GetUnicode, ctypes.CFUNCTYPE(ctypes.c_uint, _ADDRESS, _INT))
_char_box = ctypes.cast(api.FPDFText_GetCharBox, ctypes.CFUNCTYPE(_INT, _ADDRESS, _INT, *[_ADDRESS] * 4))

_FORCE_BOLD = 1 << 18
_ACCENT_CODES = frozenset(map(ord, tex.ACCENTS))
_ACCENT_GAP = 0.2  # in sizes of the type: so far from an accent its letter is met
_GAP = "\0"  # a space that is not in the file: pdfium saw the gap


def read_pdf(data: bytes, recognised: Mapping[int, str] | None = None) -> Content:
    """Read a PDF, with its layout. Raises `SourceError` if it cannot be read.

    Pages that are pictures are ``Content.unread``, but for those of which ``recognised`` says, by their number, what
    text recognition saw on them (hOCR).
    """
    if b"%PDF-" not in data[:1024]:
        raise SourceError("it is not a PDF, whatever its name says; give the real file")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise SourceError(_CAUSES.get(error.err_code, _DAMAGED)) from error
    with document:
        pages, pictures = _pages(document)
        read = {number: recognised[number] for number in pictures if recognised and number in recognised}
        seen = [number for number, words in read.items() if hocr.add_pieces(pages[number - 1], words)]
        content = content_of(pages, title=_title(document), author=_info(document, "Author"), date=_date(document))
        unread = tuple(number for number in pictures if number not in read)
        if not content.text and not unread:
            raise SourceError(_NOTHING_RECOGNISED if read else _EMPTY)
        return replace(content, recognised=tuple(seen), unread=unread)


# ---- what the document says of itself -----------------------------------------------------------------------------


def _info(document: pdfium.PdfDocument, key: str) -> str | None:
    value = re.sub(r"[\0-\x1f\x7f-\x9f\ud800-\udfff\ufeff]+", " ", document.get_metadata_value(key) or "")
    return " ".join(value.split()) or None


def _title(document: pdfium.PdfDocument) -> str | None:
    title = _info(document, "Title")
    return None if title is None or _NO_TITLE.fullmatch(title) else title


def _date(document: pdfium.PdfDocument) -> str | None:
    """Return when the document was made, as ISO 8601 and as precise as it says."""
    found = _DATE.match(_info(document, "CreationDate") or "")
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    if month is None or not 1 <= int(month) <= 12:
        return year
    if day is None or not 1 <= int(day) <= 31:
        return f"{year}-{month}"
    date = f"{year}-{month}-{day}"
    if hour is None or int(hour) > 23 or int(minute) > 59:
        return date
    if zone and zone != "Z":
        digits = re.sub(r"\D", "", zone).ljust(4, "0")
        zone = f"{zone[0]}{digits[:2]}:{digits[2:]}"
    return f"{date}T{hour}:{minute}:{second or '00'}{zone or ''}"


# ---- pages and their characters -----------------------------------------------------------------------------------


def _pages(document: pdfium.PdfDocument) -> tuple[list[Page], list[int]]:
    """Return the pages, and the numbers of those that are pictures."""
    count = len(document)
    if count == 0:
        raise SourceError("it has no pages")
    if count > MAX_PAGES:
        raise SourceError(f"it has {count:,} pages and the limit is {MAX_PAGES:,}; split it and add the parts")
    chars = 0
    pages: list[Page] = []
    pictures: list[int] = []
    document.init_forms()  # then the fields of a form have what they look like, if the file does not say it
    for number in range(1, count + 1):
        try:
            page = _with_annotations(document, number - 1)
            text_page = page.get_textpage()
        except pdfium.PdfiumError as error:
            raise SourceError(f"its page {number} is damaged; print it to a new PDF and add that one") from error
        chars += max(api.FPDFText_CountChars(text_page), 0)
        if chars > MAX_CHARS:
            raise SourceError(f"it has more than {MAX_CHARS:,} characters, which is the limit; split it")
        pages.append(_Reader(number, page, text_page).read())
        if _is_picture(page, pages[-1]):
            pictures.append(number)
        text_page.close()
        page.close()
    return pages, pictures


def _with_annotations(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """Return a page on which what was filled into its form or written over it is text like any other."""
    page = document[index]
    if all(_annotation_kind(page, place) in _SHOWS_NOTHING for place in range(api.FPDFPage_GetAnnotCount(page))):
        return page
    page.set_mediabox(*page.get_bbox())  # else it gets another size if it has that of the whole document
    api.FPDFPage_Flatten(page, api.FLAT_NORMALDISPLAY)
    page.close()
    return document[index]


def _annotation_kind(page: pdfium.PdfPage, place: int) -> int:
    annotation = api.FPDFPage_GetAnnot(page, place)
    kind = int(api.FPDFAnnot_GetSubtype(annotation))
    api.FPDFPage_CloseAnnot(annotation)
    return kind


def _is_picture(page: pdfium.PdfPage, read: Page) -> bool:
    """Whether what a page says is drawn on it, as far as can be told: nothing is text, or hardly anything.

    A text without meaning is taken out of the page.
    """
    letters = sum(len(piece.text) for piece in read.pieces)
    if read.unknown > MAX_UNKNOWN_SHARE * (read.unknown + letters):
        read.pieces.clear()
        return True
    if letters > MOST_STAMPED_CHARS:
        return False
    drawn = (one for one in page.get_objects(max_depth=1) if one.type != api.FPDF_PAGEOBJ_TEXT)
    if not letters:
        return any(True for _ in drawn)
    covered = 0.0
    for one in drawn:
        if one.type in (api.FPDF_PAGEOBJ_IMAGE, api.FPDF_PAGEOBJ_FORM):
            with suppress(pdfium.PdfiumError):  # damaged objects have no place
                left, bottom, right, top = one.get_bounds()
                covered += max(right - left, 0.0) * max(top - bottom, 0.0)
    return covered >= PICTURE_SHARE * read.width * read.height and _holds_image(page)


def _holds_image(page: pdfium.PdfPage) -> bool:
    return any(True for _ in page.get_objects(filter=[api.FPDF_PAGEOBJ_IMAGE]))


@dataclass(slots=True)
class _Type:
    """How the characters of one text object are set: size, base line, and by how many quarters they are turned."""

    size: float
    base: float
    turn: int
    bold: bool
    slanted: bool


_HYPHENS = frozenset([0x02, 0x2D, 0xAD, 0x2010, 0xFFFE])
_NONE = 0xFFFF
_MARKERS = frozenset(
    [*range(9), *range(0xB, 0xD), *range(0xE, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFEFF, 0xFFFE, _NONE]
)


class _Reader:
    """Takes the characters of a page, in the order of the file, as pieces: what stands on one line without a gap."""

    def __init__(self, number: int, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> None:
        self._frames = _Frames(page)
        self.page = Page(number, self._frames.width, self._frames.height)
        self._handle = text_page.raw
        self._address = ctypes.cast(text_page.raw, _ADDRESS).value or 0
        self._types: dict[int, _Type] = {}  # by text object
        self._bold: dict[int | None, bool] = {}  # by font
        self._spaces = ""  # those before the next character
        self._after_accent = False  # then pdfium may have seen a gap that is only one before or after the accent
        self._edges = (ctypes.c_double * 4)()  # left, right, bottom, top
        self._edge_addresses = [ctypes.addressof(self._edges) + 8 * index for index in range(4)]

    def read(self) -> Page:
        """Return the page."""
        codes = [_code(self._address, at) for at in range(api.FPDFText_CountChars(self._handle))]
        codes = [code if code <= 0x10FFFF else _NONE for code in codes]
        known = self._of_tex(codes)
        known |= self._accented(codes, known)
        for index in range(len(codes)):
            character = known[index] if index in known else self._character(codes, index)
            if not character:
                self._after_accent = self._after_accent or index in known
                continue
            if character == " ":
                made_up = api.FPDFText_IsGenerated(self._handle, index)
                self._spaces = self._spaces or _GAP if made_up else self._spaces.replace(_GAP, "") + " "
            elif character in "\t\r\n":
                self._spaces = self._spaces or _GAP
            elif character == "\ufffd":
                self.page.unknown += 1
            else:
                self._place(index, character)
        return self.page

    def _of_tex(self, codes: Sequence[int]) -> dict[int, str]:
        """Return, by their place, what characters show whose codes pdfium does not know, and TeX does."""
        if not any(self._is_unknown(index) for index, code in enumerate(codes) if tex.is_own_code(code)):
            return {}
        fonts: dict[int, list[int]] = {}
        for index in range(len(codes)):
            if self._is_unknown(index) and not self._font_name(index):
                fonts.setdefault(_font(_text_object(self._address, index) or 0) or 0, []).append(index)
        shown = tex.shown([[codes[index] for index in places] for places in fonts.values()])
        return {
            index: known[codes[index]]
            for places, known in zip(fonts.values(), shown, strict=True)
            for index in places
            if codes[index] in known
        }

    def _is_unknown(self, index: int) -> bool:
        return bool(api.FPDFText_HasUnicodeMapError(self._handle, index) == 1)

    def _accented(self, codes: Sequence[int], known: Mapping[int, str]) -> dict[int, str]:
        """Return the letters with the accents that stand over or under them, and "" for these accents, by their place.

        The accent may come before its letter in the file, or after, and not even next to it.
        """
        found: dict[int, str] = {}
        for index, code in enumerate(codes):
            if code not in _ACCENT_CODES and index not in known:
                continue
            accent = known.get(index) or chr(code)
            if accent not in tex.ACCENTS or (at := self._letter_at(index, below=accent in tex.BELOW)) in (None, index):
                continue
            if whole := tex.accented(found.get(at) or known.get(at) or chr(codes[at]), accent):
                found |= {at: whole, index: ""}
        return found

    def _letter_at(self, index: int, *, below: bool) -> int | None:
        """Return the place of the character that an accent stands over, or under if the accent is ``below``."""
        kind = self._type(index, 0)
        if kind.turn != self._frames.rotation or kind.slanted:
            return None
        _char_box(self._address, index, *self._edge_addresses)
        left, right, bottom, top = self._edges[:]
        step = _ACCENT_GAP * kind.size
        height = top + step if below else bottom - step
        at = api.FPDFText_GetCharIndexAtPos(self._handle, (left + right) / 2, height, 0.0, 0.0)
        return at if at >= 0 else None

    def _character(self, codes: Sequence[int], index: int) -> str:
        """Return a character, or "" for what is none."""
        code = codes[index]
        if 0x2D < code < 0x7F:  # nearly all
            return chr(code)
        if code in _HYPHENS and api.FPDFText_IsHyphen(self._handle, index) == 1:
            return LINE_END_HYPHEN
        if code in (0, 0xFFFD):
            return "\ufffd"
        if 0xD800 <= code < 0xDC00:  # half of a character; the other half follows
            low = codes[index + 1] if index + 1 < len(codes) else 0
            return chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00) if 0xDC00 <= low < 0xE000 else ""
        return "" if code in _MARKERS else chr(code)

    def _place(self, index: int, character: str) -> None:
        """Put a character at the end of the piece before it, or begin one with it, if it is on the page."""
        address = _text_object(self._address, index) or 0
        kind = self._types.get(address)
        if kind is None:
            kind = self._types[address] = self._type(index, address)
        base = kind.base if not kind.slanted else self._frames.origin(self._handle, index, kind.turn)[1]
        _char_box(self._address, index, *self._edge_addresses)
        left, right, bottom, top = self._edges[:]
        x0, y0, x1, y1 = self._frames.box(kind.turn, left, bottom, right, top)
        if x1 <= x0 or not math.isfinite(x0 + x1 + y0 + y1):  # a glyph without ink, or of a font that lacks it
            x0 = self._frames.origin(self._handle, index, kind.turn)[0]
            x1, y0, y1 = x0 + kind.size / 2, base - kind.size / 2, base
        if not self._frames.shows(kind.turn, (x0 + x1) / 2, (y0 + y1) / 2):
            return
        pieces = self.page.pieces
        if pieces and self._after_accent and self._spaces == _GAP and abs(x0 - pieces[-1].right) < WORD_GAP * kind.size:
            self._spaces = ""
        if not pieces or not _goes_on(pieces[-1], kind, (x0, x1), base, character):
            spaced = bool(self._spaces)
            pieces.append(Piece(self.page.number, len(pieces), kind.size, base, kind.turn, kind.slanted, spaced))
        elif self._spaces:
            pieces[-1].add_spaces(self._spaces.replace(_GAP, " "), x0, x1)
        step = (x1 - x0) / len(character)  # a ligature is spelled out
        for place, letter in enumerate(character):
            pieces[-1].add(letter, x0 + place * step, x0 + (place + 1) * step, y0, y1, bold=kind.bold)
        self._spaces, self._after_accent = "", False

    def _type(self, index: int, address: int) -> _Type:
        matrix = api.FS_MATRIX()
        size = api.FPDFText_GetFontSize(self._handle, index)
        angle = 0.0
        if api.FPDFText_GetMatrix(self._handle, index, ctypes.byref(matrix)):
            size *= math.hypot(matrix.c, matrix.d)
            angle = math.atan2(matrix.b, matrix.a)
        quarters = round(angle / (math.pi / 2))
        size = size if math.isfinite(size) and size > 0.1 else 10.0
        turn = (self._frames.rotation - quarters) % 4
        base = self._frames.origin(self._handle, index, turn)[1]
        font = _font(address) if address else None
        if font not in self._bold:
            self._bold[font] = self._is_bold(index)
        slanted = abs(angle - quarters * math.pi / 2) > _SLANT
        return _Type(size, base, turn, bold=self._bold[font], slanted=slanted)

    def _is_bold(self, index: int) -> bool:
        flags = ctypes.c_int()
        name = self._font_name(index, flags)
        return bool(flags.value & _FORCE_BOLD) or bool(_BOLD.search(name))

    def _font_name(self, index: int, flags: ctypes.c_int | None = None) -> str:
        """Return the name of a character's font, "" if it has none; its flags are put into ``flags``."""
        name = ctypes.create_string_buffer(256)
        api.FPDFText_GetFontInfo(self._handle, index, name, len(name), ctypes.byref(flags or ctypes.c_int()))
        return name.value.decode("utf-8", "replace")


def _goes_on(piece: Piece, kind: _Type, edges: tuple[float, float], base: float, character: str) -> bool:
    """Whether a character stands on the same line as the ``piece`` before it in the file, in the same type, near it."""
    if piece.slanted or kind.slanted:
        return piece.slanted and kind.slanted and piece.size == kind.size
    size = piece.size
    left, right = edges
    return (
        piece.turn == kind.turn
        and abs(kind.size - size) <= 0.1 * size
        and abs(base - piece.base) <= SAME_BASELINE * size
        and max(left - piece.right, piece.left - right) <= PIECE_GAP * size
        and (left >= piece.lefts[-1] - PIECE_GAP * size or character >= "\u0590")
    )


class _Frames:
    """The page as it is shown, and as it would be if it were turned so that a text in it is upright."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        edges = api.FS_RECTF()
        self.width, self.height = page.get_size()
        self.rotation = api.FPDFPage_GetRotation(page) % 4
        if api.FPDF_GetPageBoundingBox(page, ctypes.byref(edges)):
            self._left, self._bottom, self._right, self._top = edges.left, edges.bottom, edges.right, edges.top
        else:
            wide, high = (self.width, self.height) if self.rotation % 2 == 0 else (self.height, self.width)
            self._left, self._bottom, self._right, self._top = 0.0, 0.0, wide, high

    def box(self, turn: int, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom in the frame in which text turned by ``turn`` quarters is upright."""
        match (self.rotation - turn) % 4:
            case 0:
                return left - self._left, self._top - top, right - self._left, self._top - bottom
            case 1:
                return bottom - self._bottom, left - self._left, top - self._bottom, right - self._left
            case 2:
                return self._right - right, bottom - self._bottom, self._right - left, top - self._bottom
            case _:
                return self._top - top, self._right - right, self._top - bottom, self._right - left

    def origin(self, handle: object, index: int, turn: int) -> tuple[float, float]:
        """Return where a character stands on its base line, in that frame."""
        x, y = ctypes.c_double(), ctypes.c_double()
        api.FPDFText_GetCharOrigin(handle, index, ctypes.byref(x), ctypes.byref(y))
        left, top, _, _ = self.box(turn, x.value, y.value, x.value, y.value)
        return left, top

    def shows(self, turn: int, x: float, y: float) -> bool:
        """Whether a point of that frame is on the page."""
        width, height = (self.height, self.width) if turn % 2 else (self.width, self.height)
        return bool(0 <= x <= width and 0 <= y <= height)
