"""Bytes -> text, decoded once and strictly; plain text and Markdown are kept character for character."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from contextlib import suppress

import chardet

from index.errors import SourceError
from index.formats.content import Content, iso_date

MAX_STRANGE_SHARE = 0.02
"""Bytes whose encoding had to be guessed are not text if more of their characters are controls or unassigned."""

chardet.detect(b"\xe4")  # loads its models: here once, instead of in each of the children that read a file
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?:(?!---|\.\.\.).*\n){0,100}(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_FIELD = re.compile(r"^(title|author|date):[ \t]*[\"']?([^\s\"'\[{|>][^\r\n]*?)[\"']?[ \t]*\r?$", re.MULTILINE)
_HEADING_OR_FENCE = re.compile(
    r"^(?:#[ \t]+(?P<heading>[^ \t\n].*)| {0,3}(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>.*))$", re.MULTILINE
)

_SIGNATURES = (  # UTF-32 first: its little-endian signature begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_NOT_OF_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7"})
"""Python's own encodings, and one that browsers gave up: what a page says of itself must not turn on its text."""


_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What these names stand for in practice, and to every browser (WHATWG, "Encoding Standard", section 4.2).

Who writes the name of the small encoding has a program that writes the large one: its quotation marks and dashes would
be control characters.
"""

_WESTERN = "cp1252"
_NOT_TYPOGRAPHIC = re.compile(rb"(?<![^\W\d_])[\x92\x94](?=\w)|\w[\x91\x93](?=\w)|[\x81-\x84\x86-\x90\x98-\xff]")
"""Bytes that are no quotation mark, dash, ellipsis or euro sign at the edge of a word, as in cp1252."""

_OFTEN_UTF8 = re.compile("16|32|ascii", re.IGNORECASE)
"""Pages and mails say so that were saved or sent as UTF-8 later, and these encodings fit a lot."""


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a file's bytes without losing or replacing a single one.

    In this order: the byte-order mark (which is a signature, not text, and is left out), the ``declared`` encoding,
    UTF-8, and the best guess of chardet. Raises `SourceError` for binary data and where no encoding fits.
    """
    for signature, encoding in _SIGNATURES:
        if data.startswith(signature):
            return _strict(data, encoding)
    candidates = [declared, "utf-8"] if declared else ["utf-8"]
    if _OFTEN_UTF8.search(candidates[0]):
        candidates.reverse()
    for encoding in candidates:
        try:
            text = _strict(data, encoding)
        except SourceError:
            continue
        if "\0" not in text:
            return text
    text = _strict(data, _guess(data))
    strange = sum(
        count
        for character, count in Counter(text).items()
        if not character.isspace() and unicodedata.category(character) in ("Cc", "Cn", "Co")
    )
    if "\0" in text or strange > MAX_STRANGE_SHARE * len(text):
        raise SourceError("it looks like a binary file; give a text file, or convert it to text first")
    return text


def _guess(data: bytes) -> str:
    encoding = chardet.detect(data)["encoding"]
    if encoding is None:
        raise SourceError("it is not text in any known encoding; save it as UTF-8 and add it again")
    return _WESTERN if _is_western(data, encoding) else encoding


def _is_western(data: bytes, guess: str) -> bool:
    """Whether a short text is taken for another alphabet's by a few accents or quotation marks in it.

    Of a text in another alphabet that has a byte for each letter, most letters are of it.
    """
    try:
        data.decode(_WESTERN)
        text = data.decode(guess)
    except (UnicodeDecodeError, LookupError):
        return False
    if len(text) != len(data):
        return False
    letters = Counter(filter(str.isalpha, text))
    foreign = sum(count for letter, count in letters.items() if not unicodedata.name(letter, "").startswith("LATIN"))
    return 0 < foreign < letters.total() / 2 or not _NOT_TYPOGRAPHIC.search(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        if name in _NOT_OF_FILES:
            raise LookupError(f"{encoding} is no encoding of files")
        with suppress(UnicodeDecodeError):
            return data.decode(_MEANT.get(name, name))
        return data.decode(encoding)
    except (ValueError, LookupError) as error:
        where = f" at its byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
        raise SourceError(f"it is not valid {encoding}{where}; save it as UTF-8 and add it again") from error


def read_text(data: bytes) -> Content:
    """Plain text, kept character for character."""
    return Content(decode(data))


def read_markdown(data: bytes) -> Content:
    """Markdown, kept as its source; the title is that of its front matter, or its first heading of the first level."""
    text = decode(data)
    front = _FRONT_MATTER.match(text)
    fields = dict(_FIELD.findall(front[0])) if front else {}
    title = fields.get("title") or _first_heading(text, front.end() if front else 0)
    return Content(text, title, fields.get("author"), iso_date(fields.get("date")), markdown=True)


def _first_heading(text: str, start: int) -> str | None:
    """Return the first heading of the first level; in a block of code, a line like one is a comment."""
    fence = ""
    for found in _HEADING_OR_FENCE.finditer(text, start):
        if not fence and found["heading"]:
            return found["heading"].rstrip(" \t\r#")
        if not fence:
            fence = found["fence"]
        elif found["fence"] and found["fence"].startswith(fence) and not found["info"].strip():
            fence = ""
    return None
