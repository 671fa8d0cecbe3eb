"""Characters on pages -> a text that reads as people read it: columns, lines, paragraphs, and those that go on overleaf.

The stages, in order: running headers and page numbers are set apart; a page falls into columns at its gutters; pieces on
one height are a line, and lines whose gaps stand in line are rows of a table; lines are paragraphs; a paragraph that its
column or page breaks off is one with where it goes on. Everything is measured in sizes of the type, since pages come in
all sizes. Text that lies turned on its page is put upright first, and comes after the rest of the page.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from index.formats.content import Builder, Content
from index.layout import Layout, PlacedLine
from index.types import Block

LINE_END_HYPHEN = "\x02"
"""Stands for a hyphen at the end of a line that may be there only because the line ends."""

EDGE_SHARE = 0.16  # running headers and page numbers stand in this share of the page's height, at its top or bottom
EDGE_LINES = 3  # and are among this many lines there
CELL_GAP = 1.6  # in sizes of the type: gaps between cells are at least this wide
LONE_CELL_GAP = 3.0  # and this, where no line above or below has a gap at the same place
GUTTER = 0.8  # gaps between columns are at least this wide
FEWEST_COLUMN_LINES = 3
MOST_COLUMN_CUTS = 4  # of columns within columns
LONGEST_ROW_CHARS = 300  # a longer row of a table holds prose, which is worth splitting
MOST_SKIPPED = 3  # blocks at the top of a column, as captions, before a paragraph that goes on there

_BULLET = re.compile(r"[•‣◦▪●■□➢✓](?=\s|$)")
_ITEM = re.compile(
    r"(?:[-*+•‣◦▪●·–■□➢✓]|\d{1,3}[.)]|\((?:[a-zA-Z]{1,4}|\d{1,3})\)|[a-zA-Z][.)]|[ivxIVX]{1,5}[.)])(?=\s|$)"
)
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,3})+\.?(?=\s|$)")
_MARK = re.compile(rf"(?:{_ITEM.pattern}|{_SECTION.pattern}|\d{{1,3}})$")
_RAISED_MARK = re.compile(r"[\d,*†‡§¶]{1,6}")
_STOPPED = re.compile(r"[.!?…][\"”’'»)\]]*$")
_FINISHED = re.compile(r"[.!?…:;。！？؟][\W_\d]{0,9}$")
_PAGE_NUMBER = re.compile(
    r"(?:(?:page|p\.|seite|s\.|página|pagina|side|sida)\s*)?[-–—|\[(.\s]*(\d{1,4}|[ivxlc]{1,7})[-–—|\]).\s]*"
    r"(?:(?:of|von|de|di|sur|/)\s*\d{1,4}[-–—\s]*)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff9f\U00020000-\U0003ffff]")
_WORD_BEFORE = re.compile(r"([^\W\d_]+(?:[-\u2010][^\W\d_]+)*)[-\u00ad\u2010\x02]$")
_WORD_AFTER = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_HYPHENS = ("-", "\u00ad", "\u2010", LINE_END_HYPHEN)
# What stands before a hyphen that is written wherever the line ends, if the document does not show it otherwise.
_PREFIXES = frozenset(
    "self well ex half cross long short high low full part all so first second third one two three four five six seven "
    "eight nine ten twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_SUSPENDING = frozenset("and or to und oder bis bzw sowie y o et ou".split())  # short- and long-term


# ---- what the stages hand on --------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Piece:
    """Characters that follow each other in the file and on one line, in one size of type, without a gap; or a line.

    ``order`` counts the pieces of a page; ``spaced`` says that white space stands before this one in the file.
    Coordinates are those of the page turned back by ``turn`` quarters, from its upper left corner.
    """

    page: int
    order: int
    size: float
    base: float
    turn: int = 0
    slanted: bool = False
    spaced: bool = False
    text: str = ""
    lefts: array[float] = field(default_factory=lambda: array("f"))
    rights: array[float] = field(default_factory=lambda: array("f"))
    left: float = float("inf")
    right: float = float("-inf")
    top: float = float("inf")
    bottom: float = float("-inf")
    bold_chars: int = 0
    last_order: int = 0
    ends: list[int] = field(default_factory=list)  # offsets at which a sentence ends with a raised mark, as of a note

    def add(self, character: str, left: float, right: float, top: float, bottom: float, *, bold: bool) -> None:
        """Add a character and its box."""
        self.text += character
        self.lefts.append(left)
        self.rights.append(right)
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.top = min(self.top, max(top, self.base - 2 * self.size))
        self.bottom = max(self.bottom, min(bottom, self.base + self.size))
        self.bold_chars += bold

    def add_spaces(self, spaces: str, left: float, right: float) -> None:
        """Add white space between the last character and one with these edges, as wide as the gap."""
        before, after = self.rights[-1], left
        if right < self.lefts[-1]:  # written from right to left
            before, after = self.lefts[-1], right
        step = (after - before) / len(spaces)
        for index in range(len(spaces)):
            edges = before + step * index, before + step * (index + 1)
            self.lefts.append(min(edges))
            self.rights.append(max(edges))
        self.text += spaces

    def append(self, other: Piece, between: str) -> None:
        """Add a piece of the same line."""
        if _raised(other, self) and _RAISED_MARK.fullmatch(other.text) and _STOPPED.search(self.text) and not between:
            self.ends.append(len(self.text) + len(other.text))
        if between:
            self.add_spaces(between, other.lefts[0], other.rights[0])
        self.ends.extend(len(self.text) + end for end in other.ends)
        self.text += other.text
        self.lefts.extend(other.lefts)
        self.rights.extend(other.rights)
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)
        self.bold_chars += other.bold_chars
        self.last_order = other.last_order

    @property
    def high(self) -> float:
        """The upper edge of its line of type: above the letters, whichever they are."""
        return self.base - 0.75 * self.size

    @property
    def low(self) -> float:
        """The lower edge of its line of type."""
        return self.base + 0.2 * self.size

    @property
    def bold(self) -> bool:
        """Whether all of it is bold, or nearly so."""
        return self.bold_chars > 0.8 * len(self.text.replace(" ", ""))

    @property
    def rtl(self) -> bool:
        """Whether it is written from right to left."""
        return 3 * len(_RTL.findall(self.text)) > len(self.text)


@dataclass(slots=True)
class Page:
    """A page as it is shown, in points, and its pieces in the order of the file. ``unknown`` counts lost characters."""

    number: int
    width: float
    height: float
    pieces: list[Piece] = field(default_factory=list)
    unknown: int = 0


@dataclass(slots=True)
class _Line:
    """What stands on one height of a column: pieces apart as cells are, each put together from those of the file."""

    cells: list[Piece]
    parts: list[Piece]

    @property
    def base(self) -> float:
        return self.cells[0].base

    @property
    def size(self) -> float:
        return max(cell.size for cell in self.cells)

    def gaps(self) -> list[tuple[float, float]]:
        cells = sorted(self.cells, key=lambda cell: cell.left)
        return [(cell.right, following.left) for cell, following in pairwise(cells)]


@dataclass(slots=True, eq=False)
class _Part:
    """A block of the text: lines, and what stands before each: a line break, or a tab between the cells of a row.

    ``measure`` is how far its lines may go, in the direction of writing.
    """

    lines: list[tuple[str, Piece]]
    kind: str = "text"  # or "item", "row", "edge"
    measure: float = 0.0

    @property
    def first(self) -> Piece:
        return self.lines[0][1]

    @property
    def last(self) -> Piece:
        return self.lines[-1][1]


@dataclass(frozen=True, slots=True)
class _Style:
    """What is usual in a document: the size of its type, how far its lines are apart for each size, its words."""

    body: float
    leading: dict[float, float]
    bold: bool
    words: Counter[str]

    def lead(self, size: float) -> float:
        return self.leading.get(_rounded(size), 1.2 * size)

    def is_heading(self, piece: Piece) -> bool:
        return piece.size > 1.12 * self.body or (piece.bold and not self.bold)


# ---- the document -------------------------------------------------------------------------------------------------


def content_of(
    pages: Sequence[Page], *, title: str | None = None, author: str | None = None, date: str | None = None
) -> Content:
    """Return the document whose characters stand on ``pages``."""
    body = _body_size(pages)
    tops, bottoms = _set_edges_apart(pages, body)
    columns = [[_lines(column) for column in _columns_of(page)] for page in pages]
    style = _style(body, [line for page in columns for column in page for line in column])
    flow: list[list[_Part]] = []
    for page, page_columns in zip(pages, columns, strict=True):
        flow.append([_Part([("", piece)], "edge") for piece in tops[page.number]])
        flow += [list(_parts(column, style)) for column in page_columns]
        flow.append([_Part([("", piece)], "edge") for piece in bottoms[page.number]])
    writer = _Writer(style.words)
    for part in _continued(flow, style):
        writer.write(part)
    return writer.content(pages, title=title, author=author, date=date)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _body_size(pages: Iterable[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for piece in page.pieces:
            sizes[_rounded(piece.size)] += len(piece.text)
    return max(sizes, key=lambda size: sizes[size], default=10.0)


def _style(body: float, lines: Sequence[_Line]) -> _Style:
    steps: dict[float, Counter[float]] = defaultdict(Counter)
    words: Counter[str] = Counter()
    bold = total = 0
    for line, following in pairwise(lines):
        step, size = following.base - line.base, line.size
        if _rounded(size) == _rounded(following.size) and 0.7 * size < step < 2.6 * size:
            steps[_rounded(size)][_rounded(step)] += 1
    for line in lines:
        for cell in line.cells:
            words.update(_WORDS.findall(cell.text.lower()))
            bold += cell.bold_chars
            total += len(cell.text)
    leading = {size: max(found, key=lambda step: (found[step], -step)) for size, found in steps.items()}
    return _Style(body, leading, 2 * bold > total, words)


# ---- running headers, footers and page numbers --------------------------------------------------------------------

_Edges = dict[int, list[Piece]]


def _set_edges_apart(pages: Sequence[Page], body: float) -> tuple[_Edges, _Edges]:
    """Take running headers, footers and page numbers out of the pages.

    Returns those to keep, at the top and at the bottom, by page: each that is a text once, where it comes first.
    """
    found: dict[str, list[tuple[Page, _Line, bool]]] = defaultdict(list)
    for page in pages:
        for line, is_top in _edge_lines(page):
            text = _text_of(line)
            if line.size <= 1.2 * body:
                is_number = _PAGE_NUMBER.fullmatch(text)
                found["" if is_number else _NUMBER.sub("#", text).casefold()].append((page, line, is_top))
    kept: tuple[_Edges, _Edges] = defaultdict(list), defaultdict(list)
    for text, places in found.items():
        repeated = [_repeats(places, index) for index in range(len(places))]
        for index, (page, line, is_top) in enumerate(places):
            if repeated[index] or (not text and _is_page_number(_text_of(line), page.number)):
                gone = set(map(id, line.parts))
                page.pieces = [piece for piece in page.pieces if id(piece) not in gone]
                if text and not any(repeated[:index]):
                    kept[not is_top][page.number].append(_merged(line.cells, "\t"))
    for pieces in (*kept[0].values(), *kept[1].values()):
        pieces.sort(key=lambda piece: piece.base)
    return kept


def _edge_lines(page: Page) -> Iterator[tuple[_Line, bool]]:
    """Yield the outermost lines of a page, and whether they are at its top."""
    upright = [piece for piece in page.pieces if not piece.turn and not piece.slanted]
    limit = EDGE_SHARE * page.height
    top = _lines([piece for piece in upright if piece.base <= limit])
    bottom = _lines([piece for piece in upright if piece.base >= page.height - limit])
    yield from ((line, True) for line in top[:EDGE_LINES])
    yield from ((line, False) for line in bottom[-EDGE_LINES:])


def _repeats(places: Sequence[tuple[Page, _Line, bool]], index: int) -> bool:
    """Whether a line stands at the same place on another page near, with the numbers that it would have there."""
    page, line, is_top = places[index]
    height = line.base if is_top else page.height - line.base
    for other_index in range(max(index - 6, 0), min(index + 7, len(places))):
        other, other_line, other_is_top = places[other_index]
        other_height = other_line.base if other_is_top else other.height - other_line.base
        if other is page or is_top != other_is_top or abs(height - other_height) > 0.5 * line.size:
            continue
        numbers, others = _numbers(_text_of(line)), _numbers(_text_of(other_line))
        step = other.number - page.number
        if len(numbers) == len(others) and all(b in (a, a + step) for a, b in zip(numbers, others, strict=True)):
            return True
    return False


def _numbers(text: str) -> list[int]:
    found = _PAGE_NUMBER.fullmatch(text)
    if found and not found[1].isdecimal():
        return [_roman(found[1])]
    return [int(number[:9]) for number in _NUMBER.findall(text)]


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[letter] for letter in text.lower()]
    return sum(-value if value < following else value for value, following in pairwise([*values, 0]))


def _is_page_number(text: str, page: int) -> bool:
    found = _PAGE_NUMBER.fullmatch(text)
    return found is not None and (found[1] == str(page) or (found[1].isdecimal() and len(found[0]) > len(found[1]) + 4))


def _text_of(line: _Line) -> str:
    return "\t".join(cell.text for cell in line.cells)


# ---- columns ------------------------------------------------------------------------------------------------------


def _columns_of(page: Page) -> Iterator[list[Piece]]:
    """Yield the columns of a page in the order in which they are read; what lies turned or askew comes last."""
    for turn in range(4):
        yield from _columns([piece for piece in page.pieces if piece.turn == turn and not piece.slanted])
    yield from ([piece] for piece in page.pieces if piece.slanted)


def _columns(pieces: list[Piece], cuts: int = MOST_COLUMN_CUTS) -> Iterator[list[Piece]]:
    """Cut at the gutter that most lines share, wherever no line crosses it; then each side again."""
    gutter = _gutter(pieces) if cuts else None
    if gutter is None:
        if pieces:
            yield pieces
        return
    for band, is_wide in _bands(pieces, gutter):
        left = [piece for piece in band if piece.right <= gutter]
        right = [piece for piece in band if piece.left >= gutter]
        if is_wide or not left or not right or not _are_columns(left, right):
            yield from _columns(band, cuts - 1) if len(band) < len(pieces) else [band]
            continue
        sides = [right, left] if sum(p.rtl for p in band) > len(band) / 2 else [left, right]
        for side in sides:
            yield from _columns(side, cuts - 1)


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Return the middle of the gap that most lines have in common, if what it parts are columns and not cells."""
    steps: Counter[float] = Counter()
    for left, right in _gaps(pieces):
        steps[left] += 1
        steps[right] -= 1
    open_gaps = most = 0
    best = (0.0, 0.0)
    edges = sorted(steps)
    for edge, following in pairwise(edges):
        open_gaps += steps[edge]
        if open_gaps > most and following - edge > 1:
            most, best = open_gaps, (edge, following)
    if most < FEWEST_COLUMN_LINES:
        return None
    gutter = (best[0] + best[1]) / 2
    bands = [band for band, is_wide in _bands(pieces, gutter) if not is_wide]
    for band in bands:
        left = [piece for piece in band if piece.right <= gutter]
        right = [piece for piece in band if piece.left >= gutter]
        if left and right and _are_columns(left, right):
            return gutter
    return None


def _gaps(pieces: Sequence[Piece]) -> Iterator[tuple[float, float]]:
    """Yield the gap to the right of each piece, up to the next piece on its height."""
    ordered = sorted(pieces, key=lambda piece: piece.base)
    bases = [piece.base for piece in ordered]
    for piece in ordered:
        nearest: Piece | None = None
        for other in ordered[bisect_left(bases, piece.base - piece.size) : bisect_left(bases, piece.base + piece.size)]:
            if other.left >= piece.right and _overlap(piece, other) > 0.4 and (not nearest or other.left < nearest.left):
                nearest = other
        if nearest and nearest.left - piece.right >= GUTTER * min(piece.size, nearest.size):
            yield piece.right, nearest.left


def _overlap(piece: Piece, other: Piece) -> float:
    """Return how much of the lower of two pieces' height they share."""
    shared = min(piece.low, other.low) - max(piece.high, other.high)
    return shared / (0.95 * min(piece.size, other.size))


def _bands(pieces: Iterable[Piece], gutter: float) -> Iterator[tuple[list[Piece], bool]]:
    """Cut a page across: what crosses the gutter, then what stands on its two sides, and so on.

    The last line of a paragraph that crosses it may be too short to do so, and a heading over the next: what stands on
    the left only is put with what crosses if it is next to it and, in the file, not between the two sides.
    """
    levels = _levels(pieces)
    wide = [any(piece.left < gutter < piece.right for piece in level) for level in levels]
    alone = [all(piece.right <= gutter for piece in level) for level in levels]
    orders = [min(piece.order for piece in level) for level in levels]
    for index in range(1, len(levels)):
        above, level = levels[index - 1], levels[index]
        near = level[0].base - above[0].base < 1.7 * level[0].size and abs(level[0].left - above[0].left) < level[0].size
        if wide[index - 1] and alone[index] and near and not wide[index] and abs(level[0].size - above[0].size) < 0.5:
            wide[index] = orders[index] == max(o.order for o in above) + 1
    rights = [index for index, level in enumerate(levels) if any(piece.left >= gutter for piece in level)]
    for index in range(len(levels) - 2, -1, -1):
        if wide[index + 1] and alone[index] and not wide[index]:
            before = [other for other in rights if other < index]
            wide[index] = bool(before) and orders[index] > max(piece.order for piece in levels[before[-1]])
    band: list[Piece] = []
    for index, level in enumerate(levels):
        if band and wide[index] != wide[index - 1]:
            yield band, wide[index - 1]
            band = []
        band += level
    if band:
        yield band, wide[-1]


def _are_columns(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether two sides are columns of text, not of a table.

    The order in the file tells best: programs write a column after the other, but a table row by row. A file that is
    written line by line across the page needs long and full lines on both sides.
    """
    size = median(piece.size for piece in (*left, *right))
    widths = [_line_widths(side) for side in (left, right)]
    rows = min(map(len, widths))
    if rows < FEWEST_COLUMN_LINES:
        return False
    sides = [side for _, side in sorted([(p.order, 0) for p in left] + [(p.order, 1) for p in right])]
    switches = sum(side != following for side, following in pairwise(sides))
    shortest = min(median(side) for side in widths) / size
    if switches <= max(1, sum(map(len, widths)) / 12):
        return shortest >= 6
    full = min(sum(width > 0.75 * max(side) for width in side) / len(side) for side in widths)
    return rows >= 6 and shortest >= 12 and full >= 0.6


def _line_widths(pieces: Iterable[Piece]) -> list[float]:
    return [max(piece.right for piece in level) - min(piece.left for piece in level) for level in _levels(pieces)]


# ---- lines and their cells ----------------------------------------------------------------------------------------


def _levels(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Group pieces by height, from the top: the widest of each group comes first, others stand beside it."""
    levels: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.base, piece.left)):
        for level in levels[-3:][::-1]:
            belongs = _overlap(level[0], piece) > 0.5 or any(_is_attached(piece, other) for other in level)
            if belongs and not any(_collides(piece, other) for other in level):
                level.append(piece)
                if piece.right - piece.left > level[0].right - level[0].left:
                    level[0], level[-1] = level[-1], level[0]
                break
        else:
            levels.append([piece])
    return sorted(levels, key=lambda level: level[0].base)


def _is_attached(piece: Piece, other: Piece) -> bool:
    """Whether one of two pieces is the raised or lowered small print of the other."""
    small, large = sorted((piece, other), key=lambda one: one.size)
    return (
        abs(piece.order - other.order) == 1
        and small.size < 0.9 * large.size
        and abs(small.base - large.base) < 0.6 * large.size
        and max(small.left - large.right, large.left - small.right) < 0.3 * large.size
    )


def _collides(piece: Piece, other: Piece) -> bool:
    return min(piece.right, other.right) - max(piece.left, other.left) > 0.4 * min(piece.size, other.size)


def _lines(pieces: Iterable[Piece]) -> list[_Line]:
    return [_line(level) for level in _levels(pieces)]


def _line(level: list[Piece]) -> _Line:
    """Put the pieces of one height together, up to gaps as wide as those between cells."""
    rtl = sum(len(piece.text) for piece in level if piece.rtl) * 2 > sum(len(piece.text) for piece in level)
    ordered = sorted(level, key=lambda piece: -piece.right if rtl else piece.left)
    cells: list[list[Piece]] = []
    for piece in ordered:
        if cells:
            before = cells[-1][-1]
            gap = before.left - piece.right if rtl else piece.left - before.right
            if gap < CELL_GAP * max(level[0].size, 1) or (len(cells[-1]) == 1 and _MARK.match(before.text)):
                cells[-1].append(piece)
                continue
        cells.append([piece])
    merged = [_merged(cell) for cell in cells]
    for cell in merged:
        cell.base = level[0].base
    return _Line(merged, level)


def _merged(pieces: Sequence[Piece], between: str | None = None) -> Piece:
    """Put pieces of one line together, with ``between`` or, where they are apart, a space between them."""
    main = max(pieces, key=lambda piece: (len(piece.text) > 1, piece.size * min(len(piece.text), 3)))
    line = replace(pieces[0], lefts=pieces[0].lefts[:], rights=pieces[0].rights[:], ends=pieces[0].ends[:])
    line.last_order = max(line.last_order, line.order)
    for before, piece in pairwise(pieces):
        gap = max(piece.left - before.right, before.left - piece.right)
        follows = piece.order == before.order + 1
        apart = gap > (0.3 if follows else 0.15) * max(before.size, piece.size) or (follows and piece.spaced)
        line.append(piece, between or (" " if apart else ""))
        line.last_order = max(line.last_order, piece.order)
    line.size, line.base = main.size, main.base
    if _RTL.search(line.text) and not line.slanted:
        _put_in_order(line)
    return line


def _put_in_order(line: Piece) -> None:
    """Put characters in the order of reading where some are written from right to left, from where they stand.

    Files hold such text either way, and pdfium turns around some of it. Characters of one glyph stay together; as many
    gaps are spaces as the file has, the widest.
    """
    glyphs: list[tuple[str, float, float]] = []
    for character, left, right in zip(line.text, line.lefts, line.rights, strict=True):
        if character.isspace():
            continue
        if glyphs and glyphs[-1][1:] == (left, right):
            glyphs[-1] = (glyphs[-1][0] + character, left, right)
        else:
            glyphs.append((character, left, right))
    middles = [left + right for _, left, right in glyphs]
    for number, (text, left, right) in enumerate(glyphs):  # those of a glyph are the other way around where the file is
        near = middles[max(number - 1, 0) : number + 2]
        if len(text) > 1 and _RTL.match(text) and near == sorted(near):
            glyphs[number] = (text[::-1], left, right)
    glyphs.sort(key=lambda glyph: glyph[1] + glyph[2])
    gaps = sorted(range(1, len(glyphs)), key=lambda number: glyphs[number][1] - glyphs[number - 1][2])
    spaces = len(re.findall(r"\s+", line.text))
    for number in sorted(gaps[max(len(gaps) - spaces, 0) :], reverse=True):
        edges = glyphs[number - 1][2], glyphs[number][1]
        glyphs.insert(number, (" ", min(edges), max(edges)))
    order = list(range(len(glyphs)))
    rtl = [bool(_RTL.match(text)) for text, _, _ in glyphs]
    ltr = [text.isalnum() and not right for (text, _, _), right in zip(glyphs, rtl, strict=True)]
    order = list(_turned_runs(order[::-1], ltr, rtl) if line.rtl else _turned_runs(order, rtl, ltr))
    line.text = "".join(glyphs[number][0] for number in order)
    line.lefts = array("f", (glyphs[number][1] for number in order for _ in glyphs[number][0]))
    line.rights = array("f", (glyphs[number][2] for number in order for _ in glyphs[number][0]))
    line.ends = []


def _turned_runs(order: Sequence[int], inside: Sequence[bool], outside: Sequence[bool]) -> Iterator[int]:
    """Turn around each run from one that is ``inside`` to another, as far as none that is ``outside`` lies between."""
    run: list[int] = []
    for number in order:
        if inside[number] or (run and not outside[number]):
            run.append(number)
            continue
        yield from _turned_run(run, inside)
        run = []
        yield number
    yield from _turned_run(run, inside)


def _turned_run(run: list[int], inside: Sequence[bool]) -> Iterator[int]:
    last = max((place for place, number in enumerate(run) if inside[number]), default=-1)
    yield from run[: last + 1][::-1]
    yield from run[last + 1 :]


def _raised(piece: Piece, before: Piece) -> bool:
    return piece.size < 0.9 * before.size and piece.base < before.base - 0.1 * before.size


# ---- rows and paragraphs of a column ------------------------------------------------------------------------------


def _parts(lines: Sequence[_Line], style: _Style) -> Iterator[_Part]:
    """Yield the rows and paragraphs of a column."""
    rows = _row_groups(lines)
    index = 0
    while index < len(lines):
        if index in rows:
            yield from _row(lines[index : rows[index]])
            index = rows[index]
            continue
        end = index + 1
        while end < len(lines) and end not in rows:
            end += 1
        yield from _paragraphs([_merged(line.cells, " ") for line in lines[index:end]], style)
        index = end


def _row_groups(lines: Sequence[_Line]) -> dict[int, int]:
    """Return the rows of tables: the number of their first line, and that after their last."""
    is_row = [len(line.cells) > 1 for line in lines]
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):  # from plain lines on, down and then up
        for index in order:
            near = [lines[other] for other in (index - 1, index + 1) if 0 <= other < len(lines) and not is_row[other]]
            is_row[index] = is_row[index] and not any(_is_stretched(lines[index], other) for other in near)
    is_row = [is_row[index] and _is_row(lines, index) for index in range(len(lines))]
    above = _cells_above(lines)
    for index, line in enumerate(lines):
        if index and len(line.cells) == 1 and is_row[index - 1] and id(line.cells[0]) in above:
            is_row[index] = True
    groups: dict[int, int] = {}
    index = 0
    while index < len(lines):
        end = index + 1
        if is_row[index]:
            reach = end
            while end < len(lines) and is_row[end]:  # a line belongs to the row if a cell of the row goes on in it
                deepest = max((above.get(id(cell), end) for cell in lines[end].cells), default=end)
                lowest = min((above.get(id(cell), end) for cell in lines[end].cells), default=end)
                if lowest >= end and end >= reach:
                    break
                del deepest
                end += 1
            groups[index] = end
        index = end
    return groups


def _is_stretched(line: _Line, plain: _Line) -> bool:
    """Whether a line has wide gaps only since it is justified: it ends where a line next to it does, its gaps are alike."""
    gaps = [end - start for start, end in line.gaps()]
    right, left = max(cell.right for cell in line.cells), min(cell.left for cell in line.cells)
    other_right, other_left = max(cell.right for cell in plain.cells), min(cell.left for cell in plain.cells)
    return (
        max(gaps) - min(gaps) <= 0.5 * line.size
        and max(gaps) < 8 * line.size
        and abs(right - other_right) < 0.25 * line.size
        and -0.25 * line.size < left - other_left < 4 * line.size
        and not any(" " in cell.text for cell in line.cells)
    )


def _is_row(lines: Sequence[_Line], index: int) -> bool:
    gaps, size = lines[index].gaps(), lines[index].size
    if len(gaps) >= 2 or any(right - left >= LONE_CELL_GAP * size for left, right in gaps):
        return True
    for other in (index - 1, index + 1):
        if 0 <= other < len(lines) and abs(lines[other].base - lines[index].base) < 4 * size:
            for left, right in gaps:
                if any(min(right, end) - max(left, start) >= 0.8 * size for start, end in lines[other].gaps()):
                    return True
    return False


def _cells_above(lines: Sequence[_Line]) -> dict[int, int]:
    """Return, for each line of a cell but its first, the number of the line before it in the cell.

    Programs write a cell after the other. So it is the same cell if the file goes on right below, and if it goes back up
    after that, or to a row that begins farther left.
    """
    cells = sorted(
        ((cell, number) for number, line in enumerate(lines) for cell in line.cells), key=lambda item: item[0].order
    )
    above: dict[int, int] = {}
    for index in range(1, len(cells)):
        (before, before_number), (cell, number) = cells[index - 1], cells[index]
        shared = min(before.right, cell.right) - max(before.left, cell.left)
        if not (before_number < number and cell.base - before.base < 1.6 * cell.size):
            continue
        if shared < 0.5 * min(before.right - before.left, cell.right - cell.left):
            continue
        following = cells[index + 1][0] if index + 1 < len(cells) else None
        goes_up = following is not None and following.base < cell.base - 0.3 * cell.size
        goes_left = following is None or following.left < cell.left - cell.size
        first_in_line = cell is min(lines[number].cells, key=lambda other: other.left)
        if goes_up or (goes_left and (len(lines[before_number].cells) > 1 or not first_in_line)):
            above[id(cell)] = before_number
    return above


def _row(lines: Sequence[_Line]) -> Iterator[_Part]:
    """Yield a row: its cells from left to right, the lines of each together. A long one is a block for each cell."""
    columns: list[list[Piece]] = [[cell] for cell in lines[0].cells]
    for line in lines[1:]:
        for cell in line.cells:
            column = max(columns, key=lambda other: _shared_width(other, cell))
            if _shared_width(column, cell) > 0:
                column.append(cell)
            else:
                columns.append([cell])
    rtl = sum(column[0].rtl for column in columns) * 2 > len(columns)
    columns.sort(key=lambda column: -max(c.right for c in column) if rtl else min(c.left for c in column))
    if sum(len(cell.text) + 1 for column in columns for cell in column) > LONGEST_ROW_CHARS:
        yield from (_Part([("\n", cell) for cell in column], "item") for column in columns)
        return
    pieces = [("\n" if index else "\t", cell) for column in columns for index, cell in enumerate(column)]
    yield _Part(pieces, "row")


def _shared_width(column: Sequence[Piece], cell: Piece) -> float:
    return min(max(c.right for c in column), cell.right) - max(min(c.left for c in column), cell.left)


def _paragraphs(lines: Sequence[Piece], style: _Style) -> Iterator[_Part]:
    """Yield the paragraphs, headings and items that lines of one column are."""
    widest = max(_end(line) for line in lines)
    for chunk in _chunks(lines, style):
        measure = max(_end(line) for line in chunk)
        part = _Part([("", chunk[0])], _kind(chunk[0]), measure)
        for before, line in pairwise(chunk):
            if _joins(part, before, line, style, narrow=measure < 0.6 * widest):
                part.lines.append(("\n", line))
            else:
                yield part
                part = _Part([("", line)], _kind(line), measure)
        yield part


def _kind(line: Piece) -> str:
    return "item" if _ITEM.match(line.text) else "text"


def _chunks(lines: Sequence[Piece], style: _Style) -> Iterator[list[Piece]]:
    """Cut where the distance of the lines or the type changes: what is left may be paragraphs or several."""
    chunk: list[Piece] = [lines[0]]
    for before, line in pairwise(lines):
        step = line.base - before.base
        close = 0.5 * line.size < step <= 1.22 * max(style.lead(before.size), style.lead(line.size))
        mixed = before.bold_chars and line.bold_chars
        if close and abs(line.size - before.size) <= 0.1 * line.size and (before.bold == line.bold or mixed):
            chunk.append(line)
        else:
            yield chunk
            chunk = [line]
    yield chunk


def _joins(part: _Part, before: Piece, line: Piece, style: _Style, *, narrow: bool) -> bool:
    """Whether the break between two lines, equally far apart as others, is only that of the page's width."""
    full = not _fits(before, line, part.measure)
    finished = bool(_FINISHED.search(before.text[-12:]))
    if _BULLET.match(line.text) or _SECTION.match(line.text) and not full:
        return False
    if _ITEM.match(line.text) and (part.kind == "item" or not full or finished):
        return False
    if not finished and (_goes_on_lower(line.text) or before.text.endswith(_HYPHENS)):
        return True
    if style.is_heading(line) and style.is_heading(before):
        return not finished and not _SECTION.match(line.text)
    if narrow and len(before.text.split()) <= 4:
        return False
    return full and _aligned(part, before, line)


def _aligned(part: _Part, before: Piece, line: Piece) -> bool:
    """Whether a line begins where the next of this paragraph would: not indented as a new one, nor less as after one."""
    shift = _start(line) - _start(before)
    if abs(shift) <= 0.5 * line.size:
        return True
    return len(part.lines) == 1 and (shift < 0 or part.kind == "item" or abs(shift) > 0.8 * line.size and shift < 6 * line.size)


def _fits(before: Piece, line: Piece, measure: float) -> bool:
    """Whether the first word of a line would have had room on the line before."""
    word = len(line.text.split(maxsplit=1)[0]) if line.text[:1].isascii() else len(re.match(r"\w?\S{0,12}", line.text)[0])
    word = max(min(word, len(line.text)), 1)
    width = max(line.rights[:word]) - min(line.lefts[:word])
    return measure - _end(before) > width + 0.8 * line.size


def _start(line: Piece) -> float:
    return -line.right if line.rtl else line.left


def _end(line: Piece) -> float:
    return -line.left if line.rtl else line.right


def _goes_on_lower(text: str) -> bool:
    return text.lstrip("\"'“‘(„«")[:1].islower()


# ---- paragraphs that go on in the next column or overleaf ---------------------------------------------------------


def _continued(flow: Iterable[list[_Part]], style: _Style) -> list[_Part]:
    """Return all blocks in order, with each paragraph that a column or page breaks off in one.

    What stands between its two parts, as notes at the foot of the page or a header, is put before it or after it.
    """
    parts: list[_Part] = []
    tail: int | None = None
    for column in flow:
        rest = list(column)
        if tail is not None:
            head = _head(parts[tail], rest, style)
            if head is not None:
                parts[tail].lines += [("\n", rest[head].first), *rest[head].lines[1:]]
                parts[tail].measure = rest[head].measure
                del rest[head]
                if parts[tail].first.page == parts[-1].first.page:
                    parts.append(parts.pop(tail))
                    tail = len(parts) - 1
        first = len(parts)
        parts += rest
        last = next((index for index in range(len(parts) - 1, first - 1, -1) if _is_prose(parts[index], style)), None)
        tail = tail if last is None else last
    return parts


def _is_prose(part: _Part, style: _Style) -> bool:
    return part.kind in ("text", "item") and part.last.size > 0.92 * style.body and not part.last.slanted


def _head(tail: _Part, column: Sequence[_Part], style: _Style) -> int | None:
    """Return which block of the next column goes on with what ``tail`` breaks off, if one does."""
    before = tail.last
    if _FINISHED.search(before.text[-12:]):
        return None
    for index, part in enumerate(column[: MOST_SKIPPED + 1]):
        line = part.first
        if not _is_prose(part, style) or abs(line.size - before.size) > 0.1 * line.size or line.turn != before.turn:
            continue
        if _goes_on_lower(line.text):
            return index
        plain = part.kind == "text" and not style.is_heading(line) and not style.is_heading(before)
        if index == 0 and plain and len(tail.lines) > 1 and not _fits(before, line, tail.measure):
            return index
        return None
    return None


# ---- the text and its layout --------------------------------------------------------------------------------------


class _Writer:
    """Writes blocks as text, undoes hyphens at the ends of lines, and notes where everything stands."""

    def __init__(self, words: Counter[str]) -> None:
        self._words = words
        self._builder = Builder()
        self._placed: list[PlacedLine] = []
        self._cuts: list[int] = []
        self._kind = ""

    def write(self, part: _Part) -> None:
        """Write a block."""
        text, runs, cuts = self._joined(part)
        if part.kind == "row":
            start = (self._builder.line if self._kind == "row" else self._builder.paragraph)(text, whole=True)
        elif part.kind == self._kind == "item":
            start = self._builder.line(text)
        else:
            start = self._builder.paragraph(text)
        if start is None:
            return
        self._kind = part.kind
        self._cuts += [start + cut for cut in cuts]
        self._placed += [replace(line, start=start + line.start) for line in runs]

    def _joined(self, part: _Part) -> tuple[str, list[PlacedLine], list[int]]:
        """Return the text of a block, its lines with the offsets in it, and where in it a sentence is known to end."""
        texts: list[str] = []
        placed: list[PlacedLine] = []
        cuts: list[int] = []
        length = 0
        for index, (between, line) in enumerate(part.lines):
            following = part.lines[index + 1] if index + 1 < len(part.lines) else None
            start = len(line.text) - len(line.text.lstrip())
            end = len(line.text.rstrip())
            glue = between if length and not (texts and texts[-1] == "") else ""
            if following and following[0] == "\n" and line.text.endswith(_HYPHENS):
                kept, broken = self._hyphen(line.text, following[1].text)
                end -= not kept
            else:
                broken = not (following and following[0] == "\n" and _is_unspaced(line.text, following[1].text))
            if end <= start:
                continue
            text = line.text[start:end].replace(LINE_END_HYPHEN, "-")
            texts += [glue, text] if broken else [glue, text, ""]
            length += len(glue)
            placed.append(
                PlacedLine(
                    line.page,
                    length,
                    min(line.top, line.high),
                    max(line.bottom, line.low),
                    line.lefts[start:end],
                    line.rights[start:end],
                    line.turn,
                )
            )
            cuts += [length + cut - start for cut in line.ends if start < cut <= end]
            length += len(text)
        return "".join(texts), placed, [cut for cut in cuts if _begins_sentence("".join(texts), cut)]

    def _hyphen(self, before: str, after: str) -> tuple[bool, bool]:
        """Decide about a hyphen at the end of a line: whether it stays, and whether the line break does.

        What the document writes elsewhere decides; else it was put there to break the word, but for a few prefixes.
        """
        first, second = _WORD_BEFORE.search(before), _WORD_AFTER.match(after)
        if before.endswith("\u00ad"):
            return False, False
        if first is None or second is None:
            return True, after[:1].isspace() or not (before[-2:-1].isalnum() and after[:1].isalnum())
        if second[0].lower() in _SUSPENDING:
            return True, True
        whole, start = (first[1] + second[0]).lower(), first[1].lower()
        apart = f"{start}-{second[0].lower()}"
        if self._words[apart] or self._words[whole]:
            return self._words[apart] >= self._words[whole], False
        genuine = second[0][0].isupper() or len(start) == 1 or "-" in start or start in _PREFIXES
        return genuine, False

    def content(
        self, pages: Sequence[Page], *, title: str | None = None, author: str | None = None, date: str | None = None
    ) -> Content:
        """Return the document."""
        content = self._builder.content(title=title, author=author, date=date)
        starts = [len(content.text)] * len(pages)
        for line in self._placed:
            starts[line.page - 1] = min(starts[line.page - 1], line.start)
        for index in range(len(starts) - 2, -1, -1):
            starts[index] = min(starts[index], starts[index + 1])
        layout = Layout.of([(page.width, page.height) for page in pages], self._placed)
        return replace(
            content,
            page_starts=(0, *starts[1:]),
            blocks=tuple(_cut(content.blocks or (), self._cuts)),
            layout=layout,
        )


def _is_unspaced(before: str, after: str) -> bool:
    """Whether a line ends between characters of a script that has no spaces."""
    return bool(_UNSPACED.match(before[-1:]) and _UNSPACED.match(after[:1]))


def _begins_sentence(text: str, cut: int) -> bool:
    return text[cut : cut + 1].isspace() and not _goes_on_lower(text[cut:].lstrip())


def _cut(blocks: Iterable[Block], cuts: Sequence[int]) -> Iterator[Block]:
    """Cut blocks where sentences are known to end."""
    for block in blocks:
        start = block.start
        for cut in cuts[bisect_left(cuts, block.start + 1) : bisect_left(cuts, block.end)]:
            yield Block(start, cut)
            start = cut + 1
        yield Block(start, block.end, block.whole)
