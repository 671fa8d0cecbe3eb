"""The types that flow through the index. All are frozen; offsets count Python characters and are half-open."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The characters ``text[start:end]`` of a document: Python string indices, half-open."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got [{self.start}, {self.end})")

    def of(self, text: str) -> str:
        """Return the characters of ``text`` that this span covers."""
        return text[self.start : self.end]

    def moved(self, by: int) -> Span:
        """Return the span so many characters further on, or back."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text that no sentence crosses; with ``whole``, one that is one sentence whatever its dots say."""

    start: int
    end: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A document handed over as data instead of as a path: ``Source("notes", "The text.")``.

    ``name`` identifies it: adding the same name again is an update. ``data`` is text, or the bytes of a file whose
    kind is told by the suffix of ``name``.
    """

    name: str
    data: str | bytes
    title: str | None = None


@runtime_checkable
class TextDocument(Protocol):
    """The shape of a LlamaIndex ``Document``, recognised without importing LlamaIndex."""

    @property
    def metadata(self) -> Mapping[str, object]:
        """What its reader knows of it: its file, its page."""

    @property
    def text(self) -> str:
        """The text, kept as it is."""


_PAGES_CALLED = {
    ".epub": "part", ".odp": "slide", ".ods": "sheet", ".pptm": "slide", ".pptx": "slide", ".xlsm": "sheet",
    ".xlsx": "sheet",
}  # fmt: skip


_RECORDED = frozenset([".srt", ".vtt"])
_WITH_LINES = frozenset([".md", ".markdown", ".txt"])


def page_of(source: str, page: int) -> str:
    """Return a page by what it is called in such a source: "page 3", "sheet 3" of a workbook, "slide 3", "part 3".

    The pages of subtitles are the seconds of the recording: "at 0:12:31".
    """
    suffix = PurePath(source).suffix.lower()
    if suffix in _RECORDED:
        minutes, seconds = divmod(page - 1, 60)
        return f"at {minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return f"{_PAGES_CALLED.get(suffix, 'page')} {page}"


def extent(source: str, pages: int) -> tuple[int, str]:
    """Return how long a document of so many pages is, in what one counts there: (3, "sheet"), (45, "minute")."""
    suffix = PurePath(source).suffix.lower()
    if suffix in _RECORDED and pages > 1:
        return -(-pages // 60), "minute"
    return pages, _PAGES_CALLED.get(suffix, "page")


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ISO_DAY = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d\d))?)?(?![\d-])")


def day(date: str) -> str:
    """Return an ISO 8601 date as people write it, as precise as it is: "31 August 2024", "August 2024", "2024".

    Anything else is returned as it is.
    """
    found = _ISO_DAY.match(date)
    if not found:
        return date
    year, month, number = found.groups()
    return " ".join(
        filter(None, [number and str(int(number)), month and _MONTHS[int(month) - 1], year]),
    )


@dataclass(frozen=True, slots=True)
class Document:
    """One revision of one document.

    ``id`` comes from the source's name and stays through every edit. ``text`` is what the file said, decoded once and
    never normalised. ``sha256`` is that of the text in UTF-8, and ``revision`` its first twelve digits: the same text
    is the same revision. ``page_starts`` holds the offset at which each page begins; one page unless the format has
    pages. ``author`` and ``date`` (ISO 8601, as precise as the file says) are those that the file names.

    The same text under several names is one document: ``source`` is the first of its names, ``also`` are the others.
    ``latest`` is the revision that is searched now, and ``added`` the moment at which this one was read, in UTC.

    Pages are counted from 1. The text of those in ``recognised`` is what was recognised on a picture of them, as of a
    scan, and may be wrong; those in ``unread`` are pictures that could not be read.
    """

    id: str
    source: str
    title: str
    text: str = field(repr=False)
    page_starts: tuple[int, ...]
    sha256: str
    revision: str
    author: str | None = None
    date: str | None = None
    also: tuple[str, ...] = ()
    latest: str = ""
    added: str = ""
    recognised: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()

    @property
    def changed_since(self) -> bool:
        """Whether the document has changed since this revision, so that what it quotes may no longer stand there."""
        return self.latest not in ("", self.revision)

    def page(self, offset: int) -> int:
        """Return the page, counted from 1, that holds the character at ``offset``."""
        return max(1, bisect_right(self.page_starts, offset))

    def where(self, offset: int) -> str:
        """Return where in its file a character stands, as one looks for it: "page 3", "line 9", "at 0:12:31".

        Lines are counted in plain text and Markdown, as an editor does, pages where there are several; else it is "".
        """
        if len(self.page_starts) > 1:
            return page_of(self.source, self.page(offset))
        if PurePath(self.source).suffix.lower() in _WITH_LINES:
            line = 1 + self.text.count("\n", 0, offset)
            return f"line {line:,}"
        return ""

    def is_recognised(self, span: Span) -> bool:
        """Whether some of these characters were recognised on a picture, so that the page itself decides."""
        first, last = self.page(span.start), self.page(max(span.start, span.end - 1))
        return any(first <= page <= last for page in self.recognised)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as one line of a list: all that is known of it without reading its text.

    ``id``, ``source``, ``title``, ``also`` and ``added`` are those of its `Document`. ``pages`` is 1 unless the format
    has pages, and ``recognised`` and ``unread`` count those that are such; ``sentences`` counts those that are
    searched; ``revision`` is the one that is searched.
    """

    id: str
    source: str
    title: str
    pages: int
    sentences: int
    added: str
    revision: str
    also: tuple[str, ...] = ()
    recognised: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of consecutive sentences, the unit that is embedded and searched: ``document.text[start:end]``."""

    id: int
    document_id: str
    revision: str
    start: int
    end: int
    page: int
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found.

    ``text`` is the passage's text, ``source`` and ``title`` its document's. A higher ``score`` (0..1) is better;
    ``rank`` counts from 1. ``also`` are the other names of the same text. ``via`` gives the score each search gave, by
    name: ``dense`` is the cosine to the query, ``lexical`` the share of the best BM25 score. ``copies`` are passages of
    other documents, or of other places in this one, with the very same sentences: what was found is one hit, however
    many versions of a document there are.
    """

    passage: Passage
    text: str
    source: str
    title: str
    score: float
    rank: int
    via: Mapping[str, float]
    also: tuple[str, ...] = ()
    copies: tuple[Hit, ...] = ()

    def sentence_text(self, sentence: Span) -> str:
        """Return the text of one of the passage's sentences."""
        return self.text[sentence.start - self.passage.start : sentence.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that did not go in, and why, in words that say what to do."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was checked after a removal, by reading every file of the store.

    ``sentences`` of the removed documents and ``vectors`` of their passages were looked for, byte by byte, in so many
    ``files`` of so many ``bytes``; ``traces`` are the files that still hold one: none, if all is well.
    """

    sentences: int
    vectors: int
    files: int
    bytes: int
    traces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What an ``add``, ``sync`` or ``remove`` did: document ids by outcome, and the sources that failed.

    ``partial`` are sources that went in without some of their pages, which are pictures, and what to do about it.
    ``duplicates`` are documents that were given another name, since a source holds the same text; ``renamed`` those
    that have lost a name by the same ``sync``, so that their file was moved. ``receipt`` is that of a ``remove``,
    if one was asked for.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    partial: tuple[Failure, ...] = ()
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What a store holds: counts, the encoder its vectors came from, and whether each cache agrees with the catalog."""

    path: str
    documents: int
    sentences: int
    passages: int
    encoder: str | None
    vectors: str
    lexical: str
