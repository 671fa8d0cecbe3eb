"""What text recognition saw on the picture of a page (hOCR) -> the pieces of text on that page, each at its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.formats.columns import Page, Piece
from index.layout import Edges, turned_back, turned_size

LEAST_SURE = 50
"""Lines of which the words are less sure than this, out of 100, are what was seen in a drawing or a stain."""

SURE_MARK = 90
"""So sure it must be of a word that is only strokes, as are seen in the wide gaps of a line that is set flush."""

SAME_SIZE = 0.15
"""Sizes of type that differ by at most this share are one: a line without long letters looks smaller than it is."""

_LINES = ".ocr_line, .ocr_header, .ocr_caption, .ocr_textfloat"
_BULLETS = frozenset("¢©«»°")
_MAYBE_BULLETS = frozenset("eo·")
"""What bullets are mistaken for, mostly and at times. Marks that begin an item as they are, as "-", may stay."""
_STROKES = re.compile(r"(?=.*[_=~|])[-_=~|—–.]+")
_BULLET_GAP = 0.3  # in sizes of the type: the text of an item stands at least so far from its bullet,
_LONE_BULLET_GAP = 0.45  # and so far from one that is the only one of its kind: "© 2024" has a space there


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    sure: float


@dataclass(slots=True)
class _Line:
    """A line of words on the page turned back so that it is upright; ``base`` is where its letters stand."""

    words: list[_Word]
    turn: int
    size: float
    base: float


def add_pieces(page: Page, hocr: str) -> bool:
    """Add what was recognised to a page, but for what stands on it as text anyway. Return whether anything was."""
    lines = [line for line in _lines(hocr, page) if _is_text(line)]
    _even_sizes(lines)
    _mend_bullets(lines)
    own = [(piece.left, piece.top, piece.right, piece.bottom) for piece in page.pieces if not piece.turn]
    before = len(page.pieces)
    for line in lines:
        words = line.words if line.turn else [word for word in line.words if not _covered(word, own)]
        page.pieces += _pieces(line, words, page)
    return len(page.pieces) > before


def _lines(hocr: str, page: Page) -> Iterator[_Line]:
    """Give the lines, in points of the page as it is shown, whatever size its picture had."""
    document = LexborHTMLParser(hocr)
    picture = document.css_first(".ocr_page")
    if picture is None or not (edges := _numbers(picture, "bbox")):
        return
    scale = page.width / max(edges[2], 1.0)
    for node in document.css(_LINES):
        turn = -round((_numbers(node, "textangle") or [0.0])[0] / 90) % 4
        size = turned_size((page.width, page.height), turn)
        words = []
        for word in node.css(".ocrx_word"):
            text, box = " ".join(word.text().split()), _box(word, scale)
            sure = (_numbers(word, "x_wconf") or [0.0])[0]
            if text and box and (sure >= SURE_MARK or not _STROKES.fullmatch(text)):
                words.append(_Word(text, *turned_back(box, turn, size), sure))
        box = _box(node, scale)
        type_size = (_numbers(node, "x_size") or [0.0])[0] * scale
        if not words or not box or type_size <= 0:
            continue
        left, _, right, bottom = turned_back(box, turn, size)
        if found := _numbers(node, "baseline"):  # its slope, and how far it is from the lower left corner
            base = bottom + found[-1] * scale + found[0] * (right - left) / 2
        else:
            base = bottom - (_numbers(node, "x_descenders") or [0.0])[0] * scale
        yield _Line(words, turn, type_size, base)


def _numbers(node: LexborNode, name: str) -> list[float]:
    """Return the numbers that a property of a node's title has: ``bbox 10 20 30 40; x_size 41``."""
    found = re.search(rf"(?:^|;)\s*{name}((?:\s+-?\d+(?:\.\d+)?)+)", node.attributes.get("title") or "")
    return [float(number) for number in found[1].split()] if found else []


def _box(node: LexborNode, scale: float) -> Edges | None:
    """Return where a node stands, in points, if it says so."""
    numbers = _numbers(node, "bbox")
    if len(numbers) != 4:
        return None
    left, top, right, bottom = (number * scale for number in numbers)
    return left, top, right, bottom


def _is_text(line: _Line) -> bool:
    letters = sum(len(word.text) for word in line.words)
    sure = sum(word.sure * len(word.text) for word in line.words) / letters
    return sure >= LEAST_SURE and any(character.isalnum() for word in line.words for character in word.text)


def _even_sizes(lines: list[_Line]) -> None:
    """Give the lines whose sizes hardly differ the one that most of their characters have."""
    counts: Counter[float] = Counter()
    for line in lines:
        line.size = round(line.size * 2) / 2
        counts[line.size] += sum(len(word.text) for word in line.words)
    usual: list[float] = []
    for size, _ in counts.most_common():
        if not any(abs(size - other) <= SAME_SIZE * other for other in usual):
            usual.append(size)
    for line in lines:
        line.size = min(usual, key=lambda size: abs(size - line.size))


def _mend_bullets(lines: list[_Line]) -> None:
    """Put bullets where they were mistaken: for a mark that begins no line, or one that two lines begin with."""
    marks = Counter(line.words[0].text for line in lines if _may_begin_item(line, _BULLET_GAP))
    for line in lines:
        first = line.words[0]
        is_lone = marks[first.text] < 2 and first.text in _BULLETS and _may_begin_item(line, _LONE_BULLET_GAP)
        if is_lone or (marks[first.text] > 1 and _may_begin_item(line, _BULLET_GAP)):
            line.words[0] = replace(first, text="•")


def _may_begin_item(line: _Line, gap: float) -> bool:
    return (
        len(line.words) > 1
        and line.words[0].text in _BULLETS | _MAYBE_BULLETS
        and line.words[1].left - line.words[0].right >= gap * line.size
    )


def _covered(word: _Word, boxes: list[Edges]) -> bool:
    across, down = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    return any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in boxes)


def _pieces(line: _Line, words: list[_Word], page: Page) -> Iterator[Piece]:
    """Give the words of a line that stand together, as pieces; the letters of a word share its width evenly."""
    piece: Piece | None = None
    order = len(page.pieces)
    for word in words:
        if piece is not None and not 0 <= word.left - piece.right <= line.size:
            yield piece
            piece, order = None, order + 1
        if piece is None:
            piece = Piece(page.number, order, line.size, line.base, line.turn, spaced=True)
        else:
            piece.add_spaces(" ", word.left, word.right)
        step = (word.right - word.left) / len(word.text)
        for place, character in enumerate(word.text):
            left = word.left + place * step
            piece.add(character, left, left + step, word.top, word.bottom, bold=False)
    if piece is not None:
        yield piece
