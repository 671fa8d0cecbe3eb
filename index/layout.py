"""Where the characters of a paged document stand on its pages."""

from __future__ import annotations

import math
import struct
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # numpy is imported where it is used, so that importing this stays cheap
    import numpy as np
    from numpy.typing import NDArray

_SIGNATURE = b"VLY1"
_HEADER = struct.Struct("<4sdIII")  # signature, unit, how many pages, lines and characters
_CHECKSUM = struct.Struct("<I")
_STEPS = 65_535  # a coordinate is a number of units in two bytes
_FINEST_UNIT = 0.1  # points; pages longer than 91 inches are kept more coarsely
_PAGE_BYTES, _LINE_BYTES, _CHAR_BYTES = 8, 4 + 1 + 4 + 4 + 2 + 2, 2 + 2

Edges = tuple[float, float, float, float]
"""Left, top, right and bottom of what stands on a page."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, counted from 1: points (1/72 inch) from the page's upper left corner, as it is shown."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of the text from the offset ``start`` on, and where it stands on its page, counted from 1.

    ``lefts`` and ``rights`` are the edges of its characters in the order of the text, which is not that of the page
    where people write from right to left. ``turn`` says by how many quarters clockwise the line lies turned; top,
    bottom and edges are then those on the page turned back so that the line is upright.
    """

    page: int
    start: int
    top: float
    bottom: float
    lefts: Sequence[float]
    rights: Sequence[float]
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a document with the places of their characters. ``page_sizes`` holds width and height in points.

    Line i is ``text[starts[i]:ends[i]]`` on page ``pages[i]``; coordinates are whole numbers of ``unit`` points, and
    the edges of its first character are ``lefts[firsts[i]]`` and ``rights[firsts[i]]``. See `PlacedLine`.
    """

    page_sizes: tuple[tuple[float, float], ...]
    unit: float
    pages: array[int]
    turns: array[int]
    starts: array[int]
    ends: array[int]
    tops: array[int]
    bottoms: array[int]
    firsts: array[int]
    lefts: array[int]
    rights: array[int]

    @classmethod
    def of(cls, page_sizes: Iterable[tuple[float, float]], lines: Iterable[PlacedLine]) -> Layout:
        """Return the layout of ``lines``, which are in the order of the text and apart.

        What stands out over the edge of its page is cut off there.
        """
        import numpy as np

        sizes = tuple((_float32(width), _float32(height)) for width, height in page_sizes)
        unit = max([_FINEST_UNIT, *(side / _STEPS for size in sizes for side in size)])
        layout = cls(sizes, unit, *(array(code) for code in "IBIIHHIHH"))
        for line in lines:
            width, height = turned_size(sizes[line.page - 1], line.turn)
            layout.pages.append(line.page)
            layout.turns.append(line.turn)
            layout.starts.append(line.start)
            layout.ends.append(line.start + len(line.lefts))
            layout.tops.append(_steps(line.top, height, unit))
            layout.bottoms.append(max(_steps(line.bottom, height, unit), layout.tops[-1]))
            layout.firsts.append(len(layout.lefts))
            lefts, rights = (
                np.rint(np.clip(np.asarray(edges, np.float64), 0.0, width) / unit).astype(np.uint16)
                for edges in (line.lefts, line.rights)
            )
            layout.lefts.frombytes(lefts.tobytes())
            layout.rights.frombytes(np.maximum(lefts, rights).tobytes())
        return layout

    def boxes(self, start: int, end: int) -> list[Box]:
        """Return the rectangles that cover ``text[start:end]``: one for each line or part of a line, in order."""
        boxes: list[Box] = []
        index = bisect_right(self.ends, start)
        while index < len(self.starts) and self.starts[index] < end:
            first = self.firsts[index] + max(start - self.starts[index], 0)
            last = self.firsts[index] + min(end, self.ends[index]) - self.starts[index]
            if first < last:
                boxes.append(self._box(index, min(self.lefts[first:last]), max(self.rights[first:last])))
            index += 1
        return boxes

    def _box(self, index: int, left: int, right: int) -> Box:
        """Return a part of a line on the page as it is shown, never beyond its edges."""
        page, turn, unit = self.pages[index], self.turns[index], self.unit
        size = self.page_sizes[page - 1]
        across, down = turned_size(size, turn)
        x0, x1 = min(left * unit, across), min(right * unit, across)
        y0, y1 = min(self.tops[index] * unit, down), min(self.bottoms[index] * unit, down)
        return Box(page, *turned_back((x0, y0, x1, y1), -turn, size))

    def to_bytes(self) -> bytes:
        """Write it compactly: per character the step from the one before and its width, then compressed."""
        import numpy as np

        lefts, rights = np.array(self.lefts, np.uint16), np.array(self.rights, np.uint16)
        steps = np.diff(lefts, prepend=np.uint16(0))  # both wrap around, and so come back
        body = b"".join(
            [
                np.array(self.page_sizes, "<f4").tobytes(),
                *(_little(values) for values in (self.pages, self.turns, self.starts, self.ends)),
                *(_little(values) for values in (self.tops, self.bottoms)),
                *(_planes(values) for values in (steps, rights - lefts)),
            ]
        )
        packed = zlib.compress(body, 6)
        counts = len(self.page_sizes), len(self.starts), len(self.lefts)
        header = _HEADER.pack(_SIGNATURE, self.unit, *counts)
        return header + _CHECKSUM.pack(zlib.crc32(header + packed)) + packed

    @classmethod
    def from_bytes(cls, data: bytes) -> Layout:
        """Read what `to_bytes` wrote. Raises ValueError for anything else."""
        import numpy as np

        if len(data) < _HEADER.size + _CHECKSUM.size:
            raise ValueError("this is not a layout: it is too short")
        signature, unit, page_count, line_count, char_count = _HEADER.unpack_from(data)
        packed = data[_HEADER.size + _CHECKSUM.size :]
        checksum = zlib.crc32(data[: _HEADER.size] + packed)
        if signature != _SIGNATURE or _CHECKSUM.unpack_from(data, _HEADER.size) != (checksum,):
            raise ValueError("this is not a layout, or it is damaged")
        length = page_count * _PAGE_BYTES + line_count * _LINE_BYTES + char_count * _CHAR_BYTES
        body = _unpacked(packed, length)
        sizes = np.frombuffer(body, "<f4", 2 * page_count).reshape(-1, 2)
        at = page_count * _PAGE_BYTES
        columns: list[array[int]] = []
        for code in "IBIIHH":
            column = array(code)
            column.frombytes(body[at : at + line_count * column.itemsize])
            if sys.byteorder == "big":
                column.byteswap()
            columns.append(column)
            at += line_count * column.itemsize
        pages, turns, starts, ends, tops, bottoms = columns
        lefts = np.cumsum(_joined(body[at : at + 2 * char_count]), dtype=np.uint16)
        rights = lefts + _joined(body[at + 2 * char_count :])
        lengths = [end - start for start, end in zip(starts, ends, strict=True)]
        layout = cls(
            tuple((float(width), float(height)) for width, height in sizes),
            unit,
            *(pages, turns, starts, ends, tops, bottoms),
            array("I", [0, *accumulate(lengths)][:-1] if min(lengths, default=0) >= 0 else []),
            array("H", lefts.tobytes()),
            array("H", rights.tobytes()),
        )
        layout._check(sum(lengths))
        return layout

    def _check(self, char_count: int) -> None:
        """Raise ValueError unless the lines are in order, on their pages, and have an edge for each character."""
        import numpy as np

        pages, turns = np.array(self.pages), np.array(self.turns)
        starts, ends = np.array(self.starts), np.array(self.ends)
        sound = (
            math.isfinite(self.unit)
            and self.unit >= _FINEST_UNIT
            and all(0 <= side <= self.unit * (_STEPS + 1) for size in self.page_sizes for side in size)
            and len(self.firsts) == len(self.starts)
            and char_count == len(self.lefts)
            and bool((pages >= 1).all() and (pages <= len(self.page_sizes)).all() and (turns <= 3).all())
            and bool((starts <= ends).all() and (ends[:-1] <= starts[1:]).all())
            and bool((np.array(self.tops) <= np.array(self.bottoms)).all())
            and bool((np.array(self.lefts) <= np.array(self.rights)).all())
        )
        if not sound:
            raise ValueError("this is not a layout: its parts do not fit together")


def turned_size(size: tuple[float, float], turn: int) -> tuple[float, float]:
    """Return width and height of a page that is turned by so many quarters."""
    return (size[1], size[0]) if turn % 2 else size


def turned_back(box: Edges, turn: int, size: tuple[float, float]) -> Edges:
    """Return a box on its page turned back (not clockwise) by ``turn`` quarters; then the page has the ``size``."""
    left, top, right, bottom = box
    width, height = size
    match turn % 4:
        case 0:
            return box
        case 1:
            return top, height - right, bottom, height - left
        case 2:
            return width - right, height - bottom, width - left, height - top
        case _:
            return width - bottom, left, width - top, right


def _steps(value: float, limit: float, unit: float) -> int:
    return round(min(max(value, 0.0), limit) / unit)


def _float32(value: float) -> float:
    single: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return single


def _little(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def _planes(values: NDArray[np.unsignedinteger]) -> bytes:
    """Write 16-bit numbers as all their low bytes and then all their high ones, which compresses far better."""
    import numpy as np

    return np.ascontiguousarray(values.astype("<u2").view(np.uint8).reshape(-1, 2).T).tobytes()


def _joined(planes: bytes) -> NDArray[np.uint16]:
    import numpy as np

    return np.frombuffer(planes, np.uint8).reshape(2, -1).T.copy().view("<u2").reshape(-1).astype(np.uint16)


def _unpacked(packed: bytes, length: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(packed, length + 1)
    except zlib.error as error:
        raise ValueError("this is not a layout: it cannot be unpacked") from error
    if len(body) != length or unpacker.unconsumed_tail or unpacker.unused_data or not unpacker.eof:
        raise ValueError("this is not a layout: its length is wrong")
    return body
