"""Pages of text -> a text that reads as people read it: paragraphs, also those that go on overleaf, and rows of tables.

The stages, in order: line numbers are left out; running headers and page numbers are set apart; `columns` finds the
columns of each page and their lines; lines whose gaps stand one below the other are rows; other lines are paragraphs; a
paragraph that its column or page breaks off is one with where it goes on. Text that lies turned on its page comes after
the rest of the page.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from math import inf, isfinite

from index.formats.columns import (
    BULLET,
    CELL_GAP,
    ITEM,
    MOST_PIECES,
    SECTION,
    Line,
    Page,
    Piece,
    columns_of,
    lines_of,
    merged,
)
from index.formats.content import Builder, Content
from index.layout import Layout, PlacedLine
from index.sentences import LONGEST_ROW_CHARS
from index.types import Block

LINE_END_HYPHEN = "\x02"
"""Stands for a hyphen at the end of a line that may be there only because the line ends."""

EDGE_SHARE = 0.16  # running headers and page numbers stand in this share of the page's height, at its top or bottom
MARGIN_SHARE = 0.08  # a number that stands alone in this share is that of the page, whichever it is
EDGE_LINES = 3  # and are among this many lines there
EDGE_GAP = 2.2  # sizes of the type: from the text they are so far apart, where they are not in the outer share
FEWEST_LINE_NUMBERS = 8  # in the margin of a page whose lines are counted
FEWEST_BROKEN_LINES = 2  # that go on in the middle of a sentence: in a document whose lines are counted
LONE_CELL_GAP = 3.0  # sizes of the type: a gap as wide parts cells even if no line near has one at the same place
TITLE_SIZE = 1.3  # in sizes of the usual type: a title is at least so large
TITLE_SHARE = 0.7  # of the page's height: a title stands above
LONGEST_TITLE_CHARS = 200
MOST_SKIPPED = 3  # blocks at the top of a column, as captions, before a paragraph that goes on there

_LEADER = re.compile(r"(?:\s?[.·_…]){5,}\s*[\divxlc]{1,6}$")  # of a table of contents
_FINISHED = re.compile(r"[.!?…:;。！？؟][\W_\d]{0,9}$")
_OPENS = re.compile(r"[:—–]$")  # a list or definitions, if its line is not full
_PAGE_WORD = r"(?:page|p\.|seite|s\.|página|pagina|side|sida)\s*"
_OF_PAGES = r"(?:of|von|de|di|sur|/)\s*\d{1,4}"
_PAGE_NUMBER = re.compile(
    rf"(?:{_PAGE_WORD})?[-–—|\[(.\s]*(\d{{1,4}}|[ivxlc]{{1,7}})[-–—|\]).\s]*(?:{_OF_PAGES}[-–—\s]*)?", re.IGNORECASE
)
_PAGE_NUMBER_AMONG_WORDS = re.compile(
    rf"\b{_PAGE_WORD}\d{{1,4}}(?:\s*{_OF_PAGES})?|(?<=\s[|•·–—]\s)\d{{1,4}}$|^\d{{1,4}}(?=\s[|•·–—]\s)", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+")
_AMOUNT = re.compile(r"[$€£¥]\s?\d|\d[\d.,]*(?:%|\s+[a-z])")  # no number of a heading or a step
_LINE_NUMBER = re.compile(r"\d{1,4}")
_UNSPACED = re.compile("[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff9f\U00020000-\U0003ffff]")
_FIRST_WORD = re.compile(rf"{_UNSPACED.pattern}|\S+?(?=\s|$|{_UNSPACED.pattern})")
_WORD_BEFORE = re.compile(r"([^\W\d_]+(?:[-\u2010][^\W\d_]+)*)[-\u00ad\u2010\x02]$")
_WORD_AFTER = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_HYPHENS = ("-", "\u00ad", "\u2010", LINE_END_HYPHEN)
# What stands before a hyphen that is written wherever the line ends, if the document does not show it otherwise.
_PREFIX = re.compile(
    "non|self|well|half|cross|long|short|high|low|full|part|first|second|third|year|month|decision|"
    "one|two|three|four|five|six|seven|eight|nine|eleven|twelve|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
)
_SUFFIX = re.compile(  # high-est is no such word, nor is part-nership
    "(?:er|est|ing|age|ly|ness|en|ish|ful|self|less|fold)[a-z]{0,2}|(?:teen|ty|ties|tieth|ner|ar)[a-z]*"
)
_UNIT = re.compile("(?:year|month|week|hour|minute)s?")  # ten-year, and no other word ends like this
_SMALL_WORD = re.compile(r"-(?:of|to|the|in|and|by|on|for|at|up|off|out|a)$")  # state-of-the-art
_CAPITALS = re.compile(r"(?<![^\W\d_])(?=[A-ZÀ-Þ]*[AEIOUY])[A-ZÀ-Þ]{2,}$")  # REP-AIR, but not CC-BY or Anglo-Norse
_SUSPENDED = re.compile("and|or|to|und|oder|bis|bzw|sowie|y|o|et|ou", re.IGNORECASE)  # short- and long-term


@dataclass(slots=True, eq=False)
class _Part:
    """A block of the text: lines, and what stands before each: a line break, or as many tabs as part cells of a row.

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
    _drop_line_numbers(pages)
    body = _body_size(pages)
    _drop_watermarks(pages)
    tops, bottoms = _set_edges_apart(pages, body)
    columns = [[lines_of(column) for column in columns_of(page)] for page in pages]
    style = _style(body, [line for page in columns for column in page for line in column])
    flow: list[list[_Part]] = []
    for page, page_columns in zip(pages, columns, strict=True):
        flow.append([_Part([("", piece)], "edge") for piece in tops[page.number]])
        flow += [list(_parts(column, style)) for column in page_columns]
        flow.append([_Part([("", piece)], "edge") for piece in bottoms[page.number]])
    writer = _Writer(style.words)
    for part in _continued(flow, style):
        writer.write(part)
    title = title or (_title(pages[0], columns[0], body) if pages else None)
    return writer.content(pages, title=title, author=author, date=date)


def _title(page: Page, columns: Iterable[Sequence[Line]], body: float) -> str | None:
    """Return what stands on the first page in much the largest type, as titles do, if it may be one."""
    lines = [line for column in columns for line in column if not (line.cells[0].turn or line.cells[0].slanted)]
    largest = max((line.size for line in lines), default=0.0)
    if largest < TITLE_SIZE * body:
        return None
    has_size = [line.size > 0.95 * largest for line in lines]
    first = has_size.index(True)
    after = has_size.index(False, first) if False in has_size[first:] else len(lines)
    cells = [cell.text.strip() for line in lines[first:after] for cell in line.cells]
    title = " ".join(cells).replace(f"{LINE_END_HYPHEN} ", "").replace(LINE_END_HYPHEN, "-")
    is_high = lines[first].base < TITLE_SHARE * page.height
    has_words = len(_WORDS.findall(title)) > 1 or _UNSPACED.search(title)
    return title if is_high and has_words and len(title) <= LONGEST_TITLE_CHARS else None


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _body_size(pages: Iterable[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for piece in page.pieces:
            sizes[_rounded(piece.size)] += len(piece.text)
    return max(sizes, key=lambda size: sizes[size], default=10.0)


def _style(body: float, lines: Sequence[Line]) -> _Style:
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


# ---- line numbers -------------------------------------------------------------------------------------------------


def _drop_line_numbers(pages: Sequence[Page]) -> None:
    """Take the numbers that count the lines in the margin of pleadings, depositions and drafts out of the pages.

    The rows of a table may be counted, too. But sentences do not go on from row to row, nor does each page begin anew.
    """
    found = [(page, numbers) for page in pages if (numbers := _margin_numbers(page))]
    whole = [numbers for _, numbers in found if len(numbers) >= FEWEST_LINE_NUMBERS]
    firsts = Counter((numbers[0].text, _rounded(numbers[0].base)) for numbers in whole)
    if not whole or (max(firsts.values()) == 1 and sum(map(_broken_lines, found)) < FEWEST_BROKEN_LINES):
        return
    for page, numbers in found:
        if len(numbers) >= FEWEST_LINE_NUMBERS or _on_one_edge([*whole[0], *numbers]):
            page.drop(numbers)


def _margin_numbers(page: Page) -> list[Piece]:
    """Return the numbers left of all else on a page, if each is by one greater than that above it."""
    upright = page.upright()
    found = [piece for piece in upright if _LINE_NUMBER.fullmatch(piece.text)]
    text_left = min((piece.left for piece in set(upright).difference(found)), default=0.0)
    numbers = sorted((piece for piece in found if piece.right < text_left), key=lambda piece: piece.base)
    ascend = all(int(piece.text) + 1 == int(following.text) for piece, following in pairwise(numbers))
    return numbers if ascend and numbers and _on_one_edge(numbers) else []


def _on_one_edge(pieces: Sequence[Piece]) -> bool:
    """Whether pieces all begin, or all end, one below the other."""
    lefts, rights = [piece.left for piece in pieces], [piece.right for piece in pieces]
    return min(max(lefts) - min(lefts), max(rights) - min(rights)) < 0.3 * pieces[0].size


def _broken_lines(found: tuple[Page, Sequence[Piece]]) -> int:
    """Return how many of the numbered lines of a page go on in lower case after a long one."""
    page, numbers = found
    beside: dict[float, Piece] = {}
    for piece in sorted(page.pieces, key=lambda piece: -piece.left):
        if piece.left > numbers[0].right:
            beside[_rounded(piece.base)] = piece
    lines = [beside.get(_rounded(number.base)) for number in numbers]
    return sum(
        before.right > 0.6 * page.width and not _FINISHED.search(before.text[-12:]) and _goes_on_lower(line.text)
        for before, line in pairwise(lines)
        if before and line
    )


# ---- running headers, footers and page numbers --------------------------------------------------------------------

_Edges = dict[int, list[Piece]]


def _set_edges_apart(pages: Sequence[Page], body: float) -> tuple[_Edges, _Edges]:
    """Take running headers, footers and page numbers out of the pages.

    Returns those to keep, at the top and at the bottom, by page: each that is a text, where it first says what it says.
    """
    found: dict[str, list[tuple[Page, Line, bool]]] = defaultdict(list)
    for page in pages:
        for line, is_top in _edge_lines(page):
            text = _text_of(line)
            if line.size <= 1.2 * body:
                is_number = _PAGE_NUMBER.fullmatch(text)
                found["" if is_number else _NUMBER.sub("#", text).casefold()].append((page, line, is_top))
    kept: tuple[_Edges, _Edges] = defaultdict(list), defaultdict(list)
    for text, places in found.items():
        repeated = [_repeats(places, index) for index in range(len(places))]
        said: set[str] = set()
        for index, (page, line, is_top) in enumerate(places):
            if repeated[index] or (not text and (_is_page_number(_text_of(line), page.number) or _is_lone(page, line))):
                page.drop(line.parts)
                if text and (says := _without_page_number(line)) not in said:
                    said.add(says)
                    kept[not is_top][page.number].append(merged(line.cells, "\t"))
    for pieces in (*kept[0].values(), *kept[1].values()):
        pieces.sort(key=lambda piece: piece.base)
    return kept


def _drop_watermarks(pages: Iterable[Page]) -> None:
    """Leave a word that lies across every page on the first only."""
    known: set[tuple[str, float]] = set()
    for page in pages:
        words = {piece: (piece.text, _rounded(piece.size)) for piece in page.pieces if piece.slanted}
        page.drop(piece for piece, word in words.items() if word in known)
        known.update(words.values())


def _edge_lines(page: Page) -> Iterator[tuple[Line, bool]]:
    """Yield the outermost lines of a page that are apart from its text, and whether they are at its top."""
    upright = page.upright()
    if len(upright) > MOST_PIECES:
        return
    limit = EDGE_SHARE * page.height
    top = lines_of([piece for piece in upright if piece.base <= limit])
    bottom = lines_of([piece for piece in upright if piece.base >= page.height - limit])
    for lines, is_top in ((top[:EDGE_LINES], True), (bottom[: -EDGE_LINES - 1 : -1], False)):
        yield from ((line, is_top) for line in lines[: _count_apart(lines, upright, page)])


def _count_apart(lines: Sequence[Line], pieces: Sequence[Piece], page: Page) -> int:
    """Return how many lines, from the edge inwards, are no part of the text: those in the margin, or up to a wide gap.

    The first lines of letters and forms may stand at one place on each page, too, and are as near to what follows.
    """
    in_margin = sum(min(line.base, page.height - line.base) < MARGIN_SHARE * page.height for line in lines)
    for count in range(max(in_margin, 1), len(lines) + 1):
        outer, line = lines[:count], lines[count - 1]
        known = {piece for one in outer for piece in one.parts}
        step = min((abs(piece.base - line.base) for piece in pieces if piece not in known), default=inf)
        if step > EDGE_GAP * line.size:
            return count
    return in_margin


def _repeats(places: Sequence[tuple[Page, Line, bool]], index: int) -> bool:
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
        if abs(step) > 2 and len(places) < 4:
            continue
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


def _is_lone(page: Page, line: Line) -> bool:
    """Whether a line is a number in the outermost margin, far from all else: of a page out of a longer document."""
    margin = min(line.base, page.height - line.base)
    others = set(page.pieces).difference(line.parts)
    near = any(abs(piece.base - line.base) < 3 * line.size for piece in others)
    return bool(re.fullmatch(r"\d{1,3}", _text_of(line))) and margin < MARGIN_SHARE * page.height and not near


def _without_page_number(line: Line) -> str:
    """Return what a line says beside the number of the page: one that stands apart, and is no part of a name."""
    cells = [_PAGE_NUMBER_AMONG_WORDS.sub("#", cell.text) for cell in line.cells]
    return "\t".join("#" if _PAGE_NUMBER.fullmatch(cell) else cell for cell in cells)


def _text_of(line: Line) -> str:
    return "\t".join(cell.text for cell in line.cells)


# ---- rows and paragraphs of a column ------------------------------------------------------------------------------

_Cell = list[Piece]
_Extent = tuple[float, float]
"""From where to where something reaches, from left to right."""


def _parts(lines: Sequence[Line], style: _Style) -> Iterator[_Part]:
    """Yield the rows and paragraphs of a column."""
    rows = _row_groups(lines)
    index = 0
    while index < len(lines):
        table: list[list[_Cell]] = []
        while index in rows:
            table.append(_cells(lines[index : rows[index]]))
            index = rows[index]
        if table:
            columns = _columns(table)
            for cells in table:
                yield from _row(cells, columns)
            continue
        end = index + 1
        while end < len(lines) and end not in rows:
            end += 1
        yield from _paragraphs([merged(line.cells, " ") for line in lines[index:end]], style)
        index = end


def _row_groups(lines: Sequence[Line]) -> dict[int, int]:
    """Return the rows of tables: the number of their first line, and that after their last."""
    above = _cells_above(lines)
    is_row = [len(line.cells) > 1 for line in lines]
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):  # from plain lines on, down and then up
        for index in order:
            near = [lines[other] for other in (index - 1, index + 1) if 0 <= other < len(lines) and not is_row[other]]
            is_row[index] = is_row[index] and not any(_is_stretched(lines[index], other) for other in near)
    is_row = [is_row[index] and _is_row(lines, index) for index in range(len(lines))]
    reach = list(range(len(lines)))  # for the first line of a cell, the last
    for line_number, line in enumerate(lines):
        for cell in line.cells:
            first = above.get(cell, line_number)
            reach[first] = max(reach[first], line_number)
    groups: dict[int, int] = {}
    index = 0
    while index < len(lines):
        end = index + 1
        last = reach[index]
        while end <= last:
            last = max(last, reach[end])
            end += 1
        if any(is_row[index:end]):
            groups[index] = end
            index = end
        else:
            index += 1
    return groups


def _is_stretched(line: Line, plain: Line) -> bool:
    """Whether a line has wide gaps only since it is justified: they are alike, and it ends where the next line does."""
    gaps = [end - start for start, end in line.gaps()]
    for cell in line.cells:
        gaps += [cell.rights[at] - cell.lefts[at] for at, character in enumerate(cell.text) if character == " "]
    right, left = max(cell.right for cell in line.cells), min(cell.left for cell in line.cells)
    other_right, other_left = max(cell.right for cell in plain.cells), min(cell.left for cell in plain.cells)
    return (
        max(gaps) - min(gaps) <= 0.5 * line.size
        and max(gaps) < 8 * line.size
        and abs(right - other_right) < 0.25 * line.size
        and -0.25 * line.size < left - other_left < 4 * line.size
    )


def _is_row(lines: Sequence[Line], index: int) -> bool:
    gaps, size = lines[index].gaps(), lines[index].size
    if sum(right - left >= CELL_GAP * size for left, right in gaps) >= 2 or any(
        right - left >= LONE_CELL_GAP * size for left, right in gaps
    ):
        return True
    for other in (index - 1, index + 1):
        if 0 <= other < len(lines) and abs(lines[other].base - lines[index].base) < 4 * size:
            for left, right in gaps:
                if any(min(right, end) - max(left, start) >= 0.8 * size for start, end in lines[other].gaps()):
                    return True
    return False


def _cells_above(lines: Sequence[Line]) -> dict[Piece, int]:
    """Return, for each line of a cell but its first, the number of the line before it in the cell.

    Programs write a cell after the other. So it is the same cell if the file goes on right below, and then goes back
    up, or to a row that begins farther left. Where the column ends, it is the same cell if its lines begin alike.
    """
    cells = sorted(
        ((cell, number) for number, line in enumerate(lines) for cell in line.cells), key=lambda item: item[0].order
    )
    above: dict[Piece, int] = {}
    step_below = 0.0  # to the next line of the same cell
    is_last = False
    for index in range(len(cells) - 1, 0, -1):
        (before, before_number), (cell, number) = cells[index - 1], cells[index]
        following = cells[index + 1][0] if index + 1 < len(cells) else None
        goes_on = following in above and step_below > 0
        goes_up = following is not None and following.base < cell.base - 0.3 * cell.size
        goes_left = following is None or following.left < cell.left - cell.size
        first_in_line = cell is min(lines[number].cells, key=lambda other: other.left)
        far_left = following is not None and following.left < cell.left - 3 * cell.size
        ends = goes_up or far_left or (goes_left and (len(lines[before_number].cells) > 1 or not first_in_line))
        is_last = (following is None and not ends) or (is_last and goes_on)
        is_aligned = abs(cell.left - before.left) < 0.5 * cell.size
        step, shared = cell.base - before.base, min(before.right, cell.right) - max(before.left, cell.left)
        overlaps = shared >= 0.5 * min(before.right - before.left, cell.right - cell.left)
        near = before_number < number and step < 1.6 * cell.size and (not goes_on or step <= 1.1 * step_below + 0.5)
        if near and overlaps and (is_aligned if is_last else goes_on or ends):
            above[cell] = before_number
            step_below = step
        else:
            step_below = 0.0
    return above


def _cells(lines: Sequence[Line]) -> list[_Cell]:
    """Return the cells of a row from left to right, the lines of each together."""
    cells: list[_Cell] = [[cell] for cell in lines[0].cells]
    for line in lines[1:]:
        for piece in line.cells:
            cell = max(cells, key=lambda other: _shared_width(_extent(other), _extent([piece])))
            if _shared_width(_extent(cell), _extent([piece])) > 0:
                cell.append(piece)
            else:
                cells.append([piece])
    return sorted(cells, key=_extent)


def _columns(table: Sequence[Sequence[_Cell]]) -> list[_Extent]:
    """Return how far each column of a table reaches, from left to right, as the rows with a cell in each show.

    A header may have no cell above the names of the rows, and each row lack a value. Then no row has a cell in each,
    and what stands beside all columns that are known is in another.
    """
    columns = [_extent(cell) for cell in max(table, key=len)]
    for row in sorted(table, key=len, reverse=True):
        cells = [_extent(cell) for cell in row]
        if _fill(cells, columns):
            columns = [(min(a, left), max(b, right)) for (a, b), (left, right) in zip(columns, cells, strict=True)]
        else:
            left, right = columns[0][0], columns[-1][1]
            before, after = [cell for cell in cells if cell[1] <= left], [cell for cell in cells if cell[0] >= right]
            columns = [*before, *columns, *after]
    return columns


def _fill(cells: Sequence[_Extent], columns: Sequence[_Extent]) -> bool:
    """Whether a row has a cell in each column: it has as many, and none stands in the place of another."""
    return len(cells) == len(columns) and not any(
        at != other and _shared_width(cell, column) > 0
        for at, cell in enumerate(cells)
        for other, column in enumerate(columns)
    )


def _places(cells: Sequence[_Extent], columns: Sequence[_Extent]) -> list[int]:
    """Return in which column each cell of a row is, the first if it spans several; nothing if that is in doubt."""
    if _fill(cells, columns):
        return list(range(len(columns)))
    places = [next((at for at, column in enumerate(columns) if _shared_width(cell, column) > 0), -1) for cell in cells]
    return places if -1 not in places and len({*places}) == len(places) else []


def _row(cells: Sequence[_Cell], columns: Sequence[_Extent]) -> Iterator[_Part]:
    """Yield a row: its cells as read, and a tab for each column that they skip. A long one is a block for each cell."""
    places = _places([_extent(cell) for cell in cells], columns)
    if sum(cell[0].rtl for cell in cells) * 2 > len(cells):
        cells, places = cells[::-1], [len(columns) - 1 - place for place in reversed(places)]
    if sum(len(piece.text) + 1 for cell in cells for piece in cell) > LONGEST_ROW_CHARS:
        yield from (_Part([("\n", piece) for piece in cell], "item") for cell in cells)
        return
    steps = [place - before for before, place in pairwise([0, *(places or range(len(cells)))])]
    yield _Part(
        [
            ("\n" if index else "\t" * step, piece)
            for step, cell in zip(steps, cells, strict=True)
            for index, piece in enumerate(cell)
        ],
        "row",
    )


def _extent(cell: _Cell) -> _Extent:
    return min(piece.left for piece in cell), max(piece.right for piece in cell)


def _shared_width(one: _Extent, other: _Extent) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


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
    return "item" if ITEM.match(line.text) else "text"


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
    begins = not full and (SECTION.match(line.text) or _OPENS.search(before.text))
    if BULLET.match(line.text) or _LEADER.search(before.text) or begins:
        return False
    if ITEM.match(line.text) and (part.kind == "item" or not full or finished):
        return False
    if not finished and (_goes_on_lower(line.text) or before.text.endswith(_HYPHENS)):
        return True
    if style.is_heading(line) and style.is_heading(before):
        return not finished and not SECTION.match(line.text)
    if narrow and len(before.text.split()) <= 4:
        return False
    return (full or _is_amount_after(before, line)) and _aligned(part, before, line)


def _aligned(part: _Part, before: Piece, line: Piece) -> bool:
    """Whether a line begins where the next of its paragraph would, and is not indented as the first of another."""
    shift = _start(line) - _start(before)
    if abs(shift) <= 0.5 * line.size:
        return True
    return len(part.lines) == 1 and (
        shift < 0 or part.kind == "item" or (abs(shift) > 0.8 * line.size and shift < 6 * line.size)
    )


def _fits(before: Piece, line: Piece, measure: float) -> bool:
    """Whether the first word of a line would have had room on the line before."""
    word = _FIRST_WORD.match(line.text)
    length = word.end() if word else 1
    width = max(line.rights[:length]) - min(line.lefts[:length])
    return measure - _end(before) > width + 0.8 * line.size


def _start(line: Piece) -> float:
    return -line.right if line.rtl else line.left


def _end(line: Piece) -> float:
    return -line.left if line.rtl else line.right


def _goes_on_lower(text: str) -> bool:
    return text.lstrip("\"'“‘(„«")[:1].islower() and not ITEM.match(text)


def _is_amount_after(before: Piece, line: Piece) -> bool:
    """Whether an amount begins a line that goes on with words that lack it, and no label that stands above it."""
    return before.text[-1:].islower() and len(before.text.split()) > 4 and bool(_AMOUNT.match(line.text))


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
        broken = _is_amount_after(before, line) or not _fits(before, line, tail.measure)
        if index == 0 and plain and len(tail.lines) > 1 and broken:
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
        broken = True  # whether the line before ends where a space would be
        for index, (between, line) in enumerate(part.lines):
            following = part.lines[index + 1] if index + 1 < len(part.lines) else None
            start = len(line.text) - len(line.text.lstrip())
            end = len(line.text.rstrip())
            glue = between if broken and (length or part.kind == "row") else ""
            if following and following[0] == "\n" and line.text.endswith(_HYPHENS):
                kept, broken = self._hyphen(line.text, following[1].text)
                end -= not kept
            else:
                broken = not (following and following[0] == "\n" and _is_unspaced(line.text, following[1].text))
            if end <= start:
                continue
            text = line.text[start:end].replace(LINE_END_HYPHEN, "-")
            texts += [glue, text]
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
        if re.search(r"[/@_\\]|\w\.\w", before[-120:].rsplit(maxsplit=1)[-1]):  # an address
            return True, False
        if first is None or second is None:
            return True, after[:1].isspace() or not (before[-2:-1].isalnum() and after[:1].isalnum())
        if _SUSPENDED.fullmatch(second[0]):
            return True, not after.startswith("-", second.end())  # face-to-face
        whole, start = (first[1] + second[0]).lower(), first[1].lower()
        apart = f"{start}-{second[0].lower()}"
        if self._words[apart] or self._words[whole]:
            return self._words[apart] >= self._words[whole], False
        genuine = (
            (second[0][0].isupper() and not _CAPITALS.search(first[1]))
            or len(start) == 1
            or bool(_SMALL_WORD.search(start))
            or bool(_UNIT.fullmatch(second[0]))
            or bool(_PREFIX.fullmatch(start) and not _SUFFIX.fullmatch(second[0]))
        )
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
        sizes = [(page.width, page.height) for page in pages]
        # A page whose size is not finite can be read, but nothing can be found on it.
        layout = Layout.of(sizes, self._placed) if all(map(isfinite, chain.from_iterable(sizes))) else None
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
