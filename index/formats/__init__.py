"""A file's bytes become text. Each format is one entry of `FORMATS` and one function; adding a format is adding both.

A reader takes the bytes of a file and returns `Content`, or raises `SourceError` with the cause and what to do. It is
imported when the first file of its kind is read.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from index.formats.content import Content

FORMATS = {
    ".txt": "text.read_text",
    ".text": "text.read_text",
    ".md": "text.read_markdown",
    ".markdown": "text.read_markdown",
    ".html": "html.read_html",
    ".htm": "html.read_html",
    ".xhtml": "html.read_html",
    ".pdf": "pdf.read_pdf",
}
"""File suffix (lower case) -> module of this package and function."""


def reader(suffix: str) -> Callable[[bytes], Content]:
    """Return the function that reads files of one of `FORMATS`."""
    module, function = FORMATS[suffix].split(".")
    found: Callable[[bytes], Content] = getattr(import_module(f"index.formats.{module}"), function)
    return found


def read(suffix: str, data: bytes) -> Content:
    """Read a file of one of `FORMATS`, in this process. Raises `SourceError` if it cannot be read."""
    return reader(suffix)(data)
