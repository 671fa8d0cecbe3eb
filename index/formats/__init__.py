"""A file's bytes become text. Each format is one entry of `FORMATS` and one function; adding a format is adding both.

A reader takes the bytes of a file and returns `Content`, or raises `SourceError` with the cause and what to do. It is
imported when the first file of its kind is read.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from index.errors import SourceError
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
    ".docx": "word.read_docx",
    ".docm": "word.read_docx",
    ".odt": "opendocument.read_odt",
    ".ods": "opendocument.read_ods",
    ".odp": "opendocument.read_odp",
    ".rtf": "rtf.read_rtf",
    ".epub": "book.read_epub",
    ".pptx": "slides.read_pptx",
    ".pptm": "slides.read_pptx",
    ".xlsx": "sheets.read_xlsx",
    ".xlsm": "sheets.read_xlsx",
    ".csv": "delimited.read_csv",
    ".tsv": "delimited.read_tsv",
    ".tab": "delimited.read_tsv",
    ".eml": "mail.read_eml",
    ".json": "data.read_json",
    ".jsonl": "data.read_jsonl",
    ".ndjson": "data.read_jsonl",
    ".srt": "subtitles.read_srt",
    ".vtt": "subtitles.read_vtt",
}
"""File suffix (lower case) -> module of this package and function."""


def reader(suffix: str) -> Callable[[bytes], Content]:
    """Return the function that reads files of one of `FORMATS`."""
    module, function = FORMATS[suffix].split(".")
    found: Callable[[bytes], Content] = getattr(import_module(f"index.formats.{module}"), function)
    return found


def read(suffix: str, data: bytes) -> Content:
    """Read a file of one of `FORMATS`, in this process. Raises `SourceError` if it cannot be read."""
    try:
        return reader(suffix)(data)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # libraries raise anything at all on a damaged file, and it is this file's failure
        raise SourceError(f"it is damaged or no {suffix}; save it anew and add it again") from error
