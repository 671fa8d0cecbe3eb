"""A file's bytes become text. Each format is one entry of `FORMATS` and one function; adding a format is adding both.

A reader takes the bytes of a file and returns `Content`, or raises `SourceError` with the cause and what to do. It is
imported when the first file of its kind is read.
"""

from __future__ import annotations

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


def read(suffix: str, data: bytes) -> Content:
    """Read a file of one of `FORMATS`. Raises `SourceError` if it cannot be read."""
    module, function = FORMATS[suffix].split(".")
    content: Content = getattr(import_module(f"index.formats.{module}"), function)(data)
    return content
