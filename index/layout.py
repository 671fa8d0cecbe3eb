"""Where the characters of a paged document stand on its pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, counted from 1: points (1/72 inch) from the page's upper left corner, as it is shown."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a document with the places of their characters. ``page_sizes`` holds width and height in points."""

    page_sizes: tuple[tuple[float, float], ...]

    def boxes(self, start: int, end: int) -> list[Box]:
        """Return the rectangles that cover ``text[start:end]``: one for each line or part of a line, in order."""
        raise NotImplementedError

    def to_bytes(self) -> bytes:
        """Write it compactly."""
        raise NotImplementedError

    @classmethod
    def from_bytes(cls, data: bytes) -> Layout:
        """Read what `to_bytes` wrote."""
        raise NotImplementedError
