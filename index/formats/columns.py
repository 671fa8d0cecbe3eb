"""The pieces of text on a page -> columns, in the order in which they are read, and the lines and cells of each.

A page falls into columns at its gutters, wherever no line crosses them; what stands on one height of a column is a
line. Everything is measured in sizes of the type, since pages come in all sizes.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from statistics import median, median_low

NARROW_CELL_GAP = 1.0  # in sizes of the type: cells are at least so far apart, if others near are so at the same place
CELL_GAP = 1.6  # and so far, if the line has more than two
WIDE_SPACE = 0.65  # likewise: a space so wide may part a cell that fills its column from the next,
FEWEST_ALIGNED = 2  # if as many rows have a cell at the same place,
TABLE_REACH = 5  # of so many lines above and below
MARK_GAP = 4.0  # and a number or bullet is at most so far from the words that it stands before
GUTTER = 0.8  # gaps between columns are at least this wide
FEWEST_COLUMN_LINES = 2
MOST_GUTTERS_TRIED = 8  # a table has as many gaps as columns, which may be commoner than the gutter
MOST_PIECES = 5_000  # of a page that is looked at for columns; drawings have more, and are read as the file has them
_HANDFUL = 500
MOST_COLUMN_CUTS = 4  # of columns within columns

ITEM = re.compile(
    r"(?:[-*+•‣◦▪●·–■□➢✓]|\d{1,3}[.)]|\((?:[a-zA-Z]{1,4}|\d{1,3})\)|[a-zA-Z][.)]|[ivxIVX]{1,5}[.)])(?=\s|$)"
)
SECTION = re.compile(r"\d{1,2}(?:\.\d{1,3})+\.?(?=\s|$)")
BULLET = re.compile(r"[•‣◦▪●■□➢✓](?=\s|$)")
_NUMBER = re.compile(rf"{SECTION.pattern}|\d{{1,3}}")
_LETTER = re.compile(r"[^\W\d_]")
_RAISED_MARK = re.compile(r"[\d,*†‡§¶]{1,6}")
_STOPPED = re.compile(r"[.!?…][\"”’'»)\]]*$")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


# ---- pieces ------------------------------------------------------------------------------------------------------


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
        """Add a character and its box. Without `min` and `max`, since all characters come through here."""
        self.text += character
        self.lefts.append(left)
        self.rights.append(right)
        self.left = left if left < self.left else self.left
        self.right = right if right > self.right else self.right
        if not self.slanted:  # the boxes of some fonts are far too high
            highest, lowest = self.base - 2 * self.size, self.base + self.size
            top, bottom = (top if top > highest else highest), (bottom if bottom < lowest else lowest)
        self.top = top if top < self.top else self.top
        self.bottom = bottom if bottom > self.bottom else self.bottom
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

    def upright(self) -> list[Piece]:
        """Return the pieces that lie neither turned nor askew."""
        return [piece for piece in self.pieces if not piece.turn and not piece.slanted]

    def drop(self, pieces: Iterable[Piece]) -> None:
        """Take some pieces out."""
        gone = set(pieces)
        self.pieces = [piece for piece in self.pieces if piece not in gone]


@dataclass(slots=True)
class Line:
    """What stands on one height of a column: pieces apart as cells are, each put together from those of the file."""

    cells: list[Piece]
    parts: list[Piece]

    @property
    def base(self) -> float:
        """The height on which it stands."""
        return self.cells[0].base

    @property
    def size(self) -> float:
        """The size of its type."""
        return max(cell.size for cell in self.cells)

    def gaps(self) -> list[tuple[float, float]]:
        """Return where the gaps between its cells begin and end."""
        cells = sorted(self.cells, key=lambda cell: cell.left)
        return [(cell.right, following.left) for cell, following in pairwise(cells)]


# ---- columns ------------------------------------------------------------------------------------------------------


def columns_of(page: Page) -> Iterator[list[Piece]]:
    """Yield the columns of a page in the order in which they are read; what lies turned or askew comes last."""
    for turn in range(4):
        pieces = [piece for piece in page.pieces if piece.turn == turn and not piece.slanted]
        if len(pieces) <= MOST_PIECES:
            yield from _columns(pieces)
        else:
            yield from (pieces[start : start + _HANDFUL] for start in range(0, len(pieces), _HANDFUL))
    yield from ([piece] for piece in page.pieces if piece.slanted)


def _columns(pieces: list[Piece], cuts: int = MOST_COLUMN_CUTS) -> Iterator[list[Piece]]:
    """Cut at the gutter that most lines share, wherever no line crosses it; then each side again."""
    gutter, in_order = (_gutter(pieces) if cuts else None) or (None, False)
    if gutter is None:
        if pieces:
            yield pieces
        return
    between: list[Piece] = []  # columns in order; all of it together, since it may be one table
    for band, is_wide in _bands(_levels(pieces), gutter):
        left, right = _sides(band, gutter)
        if is_wide or not left or not right or not _are_columns(left, right, in_order=in_order):
            between += band
            if not in_order:
                yield from _columns(between, cuts - 1)
                between = []
            continue
        yield from _columns(between, cuts - 1)
        between = []
        sides = [right, left] if sum(p.rtl for p in band) > len(band) / 2 else [left, right]
        for side in sides:
            yield from _columns(side, cuts - 1)
    yield from _columns(between, cuts - 1)


def _gutter(pieces: Sequence[Piece]) -> tuple[float, bool] | None:
    """Return the middle of the gap that most lines have in common, of those that part columns and not cells.

    If it is not the commonest of all, it parts columns that the file has in order; a table has many such gaps.
    """
    levels = _levels(pieces)
    for number, gutter in enumerate(_shared_gaps(pieces)[:MOST_GUTTERS_TRIED]):
        for band, is_wide in _bands(levels, gutter):
            sides = _sides(band, gutter)
            if not is_wide and all(sides) and _are_columns(*sides, in_order=number > 0):
                return gutter, number > 0
    return None


def _shared_gaps(pieces: Sequence[Piece]) -> list[float]:
    """Return the middles of the gaps that lines have in common, those of most lines first."""
    steps: Counter[float] = Counter()
    for left, right in _gaps(pieces):
        steps[left] += 1
        steps[right] -= 1
    found: list[tuple[int, float]] = []
    open_gaps = 0
    for edge, following in pairwise(sorted(steps)):
        open_gaps += steps[edge]
        if open_gaps >= FEWEST_COLUMN_LINES and following - edge > 1:
            found.append((open_gaps, (edge + following) / 2))
    return [middle for _, middle in sorted(found, key=lambda gap: -gap[0])]


def _sides(pieces: Iterable[Piece], gutter: float) -> tuple[list[Piece], list[Piece]]:
    pieces = list(pieces)
    return [piece for piece in pieces if piece.right <= gutter], [piece for piece in pieces if piece.left >= gutter]


def _gaps(pieces: Sequence[Piece]) -> Iterator[tuple[float, float]]:
    """Yield the gap to the right of each piece, up to the next piece on its height."""
    ordered = sorted(pieces, key=lambda piece: piece.base)
    bases = [piece.base for piece in ordered]
    for piece in ordered:
        nearest: Piece | None = None
        for other in ordered[bisect_left(bases, piece.base - piece.size) : bisect_left(bases, piece.base + piece.size)]:
            if (
                other.left >= piece.right
                and _overlap(piece, other) > 0.4
                and (not nearest or other.left < nearest.left)
            ):
                nearest = other
        if nearest and nearest.left - piece.right >= GUTTER * min(piece.size, nearest.size):
            yield piece.right, nearest.left


def _overlap(piece: Piece, other: Piece) -> float:
    """Return how much of the lower of two pieces' height they share."""
    shared = min(piece.low, other.low) - max(piece.high, other.high)
    return shared / (0.95 * min(piece.size, other.size))


def _bands(levels: list[list[Piece]], gutter: float) -> Iterator[tuple[list[Piece], bool]]:
    """Cut a page across: what crosses the gutter, then what stands on its two sides, and so on.

    The last line of a paragraph that crosses it may be too short to do so, and a heading over the next: what stands on
    the left only is put with what crosses if it is next to it and, in the file, not between the two sides.
    """
    wide = [any(piece.left < gutter < piece.right for piece in level) for level in levels]
    alone = [all(piece.right <= gutter for piece in level) for level in levels]
    orders = [min(piece.order for piece in level) for level in levels]
    for index in range(1, len(levels)):
        above, level = levels[index - 1], levels[index]
        near = (
            level[0].base - above[0].base < 1.7 * level[0].size and abs(level[0].left - above[0].left) < level[0].size
        )
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


def _are_columns(left: Sequence[Piece], right: Sequence[Piece], *, in_order: bool) -> bool:
    """Whether two sides are columns of text, not of a table.

    The order in the file tells best: programs write a column after the other, but a table row by row. A file that is
    written line by line across the page goes over to the other side with nearly every line, where a table does so with
    every cell. It needs long and full lines on both sides, as few gaps leave them, and never is ``in_order``.
    """
    sides = [side for _, side in sorted([(p.order, 0) for p in left] + [(p.order, 1) for p in right])]
    switches = sum(side != following for side, following in pairwise(sides))
    most_lines = sum(len({piece.base for piece in side}) for side in (left, right))
    if in_order and switches > max(1, most_lines / 12):  # known without the lines, which take longer
        return False
    size = median(piece.size for piece in (*left, *right))
    widths = [_line_widths(side) for side in (left, right)]
    rows = min(map(len, widths))
    if rows < FEWEST_COLUMN_LINES:
        return False
    if rows == FEWEST_COLUMN_LINES:  # so few may be cells; but columns are equally wide
        narrow, wide = sorted(max(p.right for p in side) - min(p.left for p in side) for side in (left, right))
        return switches == 1 and narrow >= max(12 * size, 0.8 * wide)
    shortest = min(median(side) for side in widths) / size
    if switches <= max(1, sum(map(len, widths)) / 12):
        return shortest >= (12 if in_order else 6)
    full = min(sum(width > 0.75 * max(side) for width in side) / len(side) for side in widths)
    if in_order or rows < 6 or switches < 1.5 * rows or shortest < 12 or full < 0.6:
        return False
    return all(
        median(_written_widths(side)) > 0.75 * median(width) for side, width in zip((left, right), widths, strict=True)
    )


def _line_widths(pieces: Iterable[Piece]) -> list[float]:
    return [max(piece.right for piece in level) - min(piece.left for piece in level) for level in _levels(pieces)]


def _written_widths(pieces: Iterable[Piece]) -> list[float]:
    """Return how much of each line is written, without the gaps between its pieces."""
    return [sum(piece.right - piece.left for piece in level) for level in _levels(pieces)]


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


def lines_of(pieces: Iterable[Piece]) -> list[Line]:
    """Return the lines of a column, from the top."""
    lines = [_line(level) for level in _levels(pieces)]
    for index in reversed(range(len(lines))):  # the head of a table, of which there is only one, comes last
        _part_cells(lines, index)
    for has_cells, run in groupby(lines, key=lambda line: len(line.cells) > 1):
        if has_cells:
            _join_numbers(list(run))
    return lines


def _line(level: list[Piece]) -> Line:
    """Put the pieces of one height together, up to gaps as wide as those between cells."""
    rtl = sum(len(piece.text) for piece in level if piece.rtl) * 2 > sum(len(piece.text) for piece in level)
    ordered = sorted(level, key=lambda piece: -piece.right if rtl else piece.left)
    size = max(level[0].size, 1)
    cells: list[list[Piece]] = []
    for piece in ordered:
        if cells:
            before = cells[-1][-1]
            gap = before.left - piece.right if rtl else piece.left - before.right
            is_mark = len(cells[-1]) == 1 and _is_words(piece) and _is_mark(before, gap / size, first=len(cells) == 1)
            if gap < NARROW_CELL_GAP * size or is_mark:
                cells[-1].append(piece)
                continue
        cells.append([piece])
    joined = [merged(cell) for cell in cells]
    for cell in joined:
        cell.base = level[0].base
    return Line(joined, level)


def _is_mark(piece: Piece, gap: float, *, first: bool) -> bool:
    """Whether a piece is the mark of an item and no cell: at the beginning of a line, or a bullet next to its words."""
    return bool(ITEM.fullmatch(piece.text) if first else gap < MARK_GAP and BULLET.fullmatch(piece.text))


def _is_words(piece: Piece) -> bool:
    return bool(_LETTER.search(piece.text)) and not ITEM.fullmatch(piece.text)


def _part_cells(lines: Sequence[Line], index: int) -> None:
    """Part what fills its column from the cell beside it, which stands where rows near it, of more cells, have one.

    The gap between them is wider than other spaces of the line; or its other cells stand below some of these rows, too.
    """
    line = lines[index]
    near = [
        row
        for row in lines[max(index - TABLE_REACH, 0) : index + TABLE_REACH + 1]
        if len(row.cells) > len(line.cells) and abs(row.base - line.base) < 4 * TABLE_REACH * line.size
    ]
    if len(near) < FEWEST_ALIGNED or line.cells[0].rtl:
        return
    others = line.cells[1:]
    same = [row for row in near if others and all(_is_below(cell, row, ends=True) for cell in others)]
    widths = [width for cell in line.cells for _, width in _spaces(cell)]
    wide = max(WIDE_SPACE * line.size, 1.5 * median_low(widths) if len(widths) > 1 else 0.0)
    cells: list[Piece] = []
    for cell in line.cells:
        parts: list[Piece] = []
        end = len(cell.text)
        for at, width in [*_spaces(cell)][::-1]:
            tail = _part(cell, at + 1, end)
            is_wide = width >= wide
            if sum(_is_below(tail, row, ends=is_wide) for row in (near if is_wide else same)) >= FEWEST_ALIGNED:
                parts.append(tail)
                end = at
        cells += [_part(cell, 0, end), *parts[::-1]]
    line.cells = cells


def _spaces(piece: Piece) -> Iterator[tuple[int, float]]:
    """Yield where the single spaces of a piece are, and how far the characters beside each are apart."""
    for found in re.finditer(r"(?<=\S) (?=\S)", piece.text):
        yield found.start(), piece.lefts[found.end()] - piece.rights[found.start() - 1]


def _is_below(piece: Piece, row: Line, *, ends: bool) -> bool:
    """Whether a piece begins where a cell of a row, but the first, does or, if it ``ends`` there, too."""
    return any(
        abs(piece.left - cell.left) < 0.1 * piece.size or (ends and abs(piece.right - cell.right) < 0.2 * piece.size)
        for cell in row.cells[1:]
    )


def _part(piece: Piece, start: int, end: int) -> Piece:
    """Return the characters of a piece from ``start`` to ``end``."""
    lefts, rights = piece.lefts[start:end], piece.rights[start:end]
    return replace(
        piece,
        text=piece.text[start:end],
        lefts=lefts,
        rights=rights,
        left=min(lefts),
        right=max(rights),
        bold_chars=round(piece.bold_chars * (end - start) / len(piece.text)),
        ends=[at - start for at in piece.ends if start < at <= end],
    )


def _join_numbers(lines: Sequence[Line]) -> None:
    """Join a number that begins a line, as of a section or a step, with its words, if those are all of the line.

    Where the gap goes on in another of these lines, which follow each other, it parts the cells of a table.
    """
    numbered: list[Line] = []
    gaps: list[tuple[float, float]] = []
    for line in lines:
        number, words, *more = line.cells
        [(left, right), *_] = line.gaps()
        if not more and right - left < MARK_GAP * line.size and _NUMBER.fullmatch(number.text) and _is_words(words):
            numbered.append(line)
        else:
            gaps += line.gaps()
    for line in numbered:
        [(left, right)] = line.gaps()
        if not any(min(right, end) - max(left, start) >= 0.8 * line.size for start, end in gaps):
            base = line.base
            line.cells = [merged(line.cells)]
            line.cells[0].base = base


def merged(pieces: Sequence[Piece], between: str | None = None) -> Piece:
    """Put pieces of one line together, with ``between`` or, where they are apart, a space between them."""
    main = max(pieces, key=lambda piece: (len(piece.text) > 1, piece.size * min(len(piece.text), 3)))
    line = replace(pieces[0], lefts=pieces[0].lefts[:], rights=pieces[0].rights[:], ends=pieces[0].ends[:])
    line.last_order = max(line.last_order, line.order)
    for before, piece in pairwise(pieces):
        gap = max(piece.left - before.right, before.left - piece.right)
        follows = piece.order == before.order + 1 and not piece.spaced
        closes = piece.text[0] in ".,;:)]" and _raised(before, piece)  # pdfium sees a gap where the mark of a note ends
        apart = gap > (0.3 if follows or closes else 0.12) * max(before.size, piece.size)
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
