"""What a format's reader takes out of a file, and the one way in which readers put it together."""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import accumulate

from index.errors import SourceError
from index.layout import Layout
from index.sentences import plain_blocks, sentence_spans
from index.types import Block, Span

MAX_TEXT_CHARS = 20_000_000
"""Longer texts are refused, whatever they came from: a small file can unpack into a huge one."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_AUTHOR = re.compile(
    r"\W*(?:anonymous|unknown(?: author)?|unspecified|author|(?:microsoft office )?user|openpyxl|python-docx)?\W*",
    re.IGNORECASE,
)
"""What programs write where they know no author."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file as text.

    ``text`` is what the file says; it is stored as it is and never normalised. ``title`` and ``author`` are those that
    the file itself names, ``date`` the day that it gives for itself, as ISO 8601 and no more precise than the file says
    ("2024", "2024-08-31", "2024-08-31T10:00:00Z"). ``page_starts`` holds the offset at which each page (or slide, or
    sheet) begins. ``blocks`` are the parts that no sentence crosses, in order and apart, where the format knows them;
    with None the sentence stage finds them, expecting markup if ``markdown`` is true. ``layout`` says where on its page
    every line stands, for formats that have real pages. ``recognised`` are the pages, counted from 1, whose text is
    what was recognised on a picture of them, and ``unread`` those that are pictures and were not read.
    """

    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    page_starts: tuple[int, ...] = (0,)
    markdown: bool = False
    blocks: tuple[Block, ...] | None = None
    layout: Layout | None = None
    recognised: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()

    def sentences(self) -> list[Span]:
        """Return the sentences of the text, in order and apart."""
        return sentence_spans(self.text, markdown=self.markdown, blocks=self.blocks)

    def to_bytes(self) -> bytes:
        """Write it as JSON, to cross from one process to another without running anything."""
        fields = asdict(replace(self, blocks=None, layout=None))
        fields["blocks"] = self.blocks and [(block.start, block.end, block.whole) for block in self.blocks]
        fields["layout"] = self.layout and base64.b64encode(self.layout.to_bytes()).decode("ascii")
        return json.dumps(fields).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Content:
        """Read what `to_bytes` wrote. Raises ValueError for anything else: nobody need trust who wrote it."""
        try:
            fields = json.loads(data)
            blocks, layout = fields.pop("blocks"), fields.pop("layout")
            content = cls(
                **fields | {name: tuple(fields[name]) for name in ("page_starts", "recognised", "unread")},
                blocks=None if blocks is None else tuple(Block(*block) for block in blocks),
                layout=layout and Layout.from_bytes(base64.b64decode(layout)),
            )
            content._check()
        except Exception as error:  # there are more ways to be wrong than one can list
            raise ValueError(f"this is no content: {error}") from error
        return content

    def _check(self) -> None:
        """Raise ValueError or TypeError if a field is not what its type says, or an offset not inside the text."""
        if not all(isinstance(words, str | None) for words in (self.title, self.author, self.date)):
            raise ValueError("its title, author or date is not text")
        if not all(type(mark) is bool for mark in (self.markdown, *(block.whole for block in self.blocks or ()))):
            raise ValueError("a mark of it is neither true nor false")
        if not isinstance(self.text, str) or self.page_starts[:1] != (0,):
            raise ValueError("it has no text, or its first page does not begin it")
        pages = len(self.page_starts)
        for numbers in (self.recognised, self.unread):
            if not all(type(number) is int and 1 <= number <= pages for number in numbers):
                raise ValueError("a page of it does not exist")
        for offsets in (self.page_starts, [edge for block in self.blocks or () for edge in (block.start, block.end)]):
            if not all(type(offset) is int for offset in offsets) or list(offsets) != sorted(offsets):
                raise ValueError("its offsets are not whole numbers in order")
            if offsets and not 0 <= offsets[0] <= offsets[-1] <= len(self.text):
                raise ValueError("an offset of it is outside the text")


def checked(content: Content) -> Content:
    """Return ``content`` if it can be indexed; raise `SourceError` if it is empty, too long or not valid Unicode.

    It may be empty where pages of it are still to be read. What is wrong with its title, author or date only is no
    reason to refuse it.
    """
    if not content.text.strip() and not content.unread:
        raise SourceError("it holds no text")
    if len(content.text) > MAX_TEXT_CHARS:
        raise SourceError(f"its text has {len(content.text):,} characters and the limit is {MAX_TEXT_CHARS:,}")
    if half := _SURROGATE.search(content.text):
        raise SourceError(f"character {half.start()} is half of a surrogate pair, which is not text")
    title, author, date = (words and without_halves(words) for words in (content.title, content.author, content.date))
    return replace(content, title=title, author=author, date=date)


def without_halves(text: str) -> str:
    """Return text with a replacement character for each half of a surrogate pair, where what is lost is not cited."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


PAGE = "\0"
"""Stands in a block where a page begins; no document has this character."""


class Builder:
    """Puts a document together from blocks, none of which a sentence crosses: paragraphs, headings, items, rows.

    A page begins with a block, or inside one where `PAGE` stands.

    The text has an empty line before a paragraph and a line break before any other block, unless that is set
    ``apart``; white space at the edges of a block is left out, and a block without words is no block. Tabs before a
    row stay: each stands for an empty cell. No sentence begins with them.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._headings: list[Span] = []
        self._page_starts: list[int] = []
        self._page_is_new = False
        self._is_apart = False

    def page(self) -> None:
        """Begin a page, set apart: the next block is its first."""
        self.turn()
        self.apart()

    def turn(self) -> None:
        """Begin a page, whose first block follows on the last of the page before."""
        if self._page_is_new:  # the page before is empty, and counts nevertheless
            self._page_starts.append(self._length)
        self._page_is_new = True

    def apart(self) -> None:
        """Set the next block apart by an empty line, whatever it is."""
        self._is_apart = True

    def paragraph(self, text: str, *, whole: bool = False) -> int | None:
        """Add a paragraph or heading. Returns the offset at which it begins, or None if it has no words."""
        self.apart()
        return self.line(text, whole=whole)

    def line(self, text: str, *, whole: bool = False) -> int | None:
        """Add a block that follows on the one before: a list item; or a row, which is one sentence if ``whole``."""
        start = self._place(text.rstrip() if whole else text.strip())
        if start is not None:
            self._blocks.append(Block(start, self._length, whole))
        return start

    def text(self, text: str) -> int | None:
        """Add what has line breaks of its own, each of which may end a sentence or not: see `plain_blocks`."""
        start = self._place(text.strip())
        if start is not None:
            found = plain_blocks(self._parts[-1])
            self._blocks.extend(Block(start + block.start, start + block.end, block.whole) for block in found)
        return start

    def heading(self, text: str) -> int | None:
        """Add a heading of the first level."""
        start = self.text(text)
        if start is not None:
            self._headings.append(Span(start, self._length))
        return start

    def content(self, *, title: str | None = None, author: str | None = None, date: str | None = None) -> Content:
        """Return the document. Without a ``title``, the only heading is that, if the document begins with it."""
        text = "".join(self._parts)
        if not title and [heading.start for heading in self._headings] == [0]:
            title = " ".join(self._headings[0].of(text).split())
        if self._page_is_new:
            self._page_starts.append(self._length)
        starts = (0, *self._page_starts[1:])
        author = None if author is None or _NO_AUTHOR.fullmatch(author) else author
        return Content(text, title, author, date, starts, blocks=tuple(self._blocks))

    def _place(self, text: str) -> int | None:
        if PAGE in text:
            return self._place_over_pages(text)
        if not text.strip():
            return None
        if self._parts:
            self._parts.append("\n\n" if self._is_apart else "\n")
            self._length += len(self._parts[-1])
        self._is_apart = False
        start = self._length
        if self._page_is_new:
            self._page_starts.append(start)
            self._page_is_new = False
        self._parts.append(text)
        self._length += len(text)
        return start

    def _place_over_pages(self, text: str) -> int | None:
        *pieces, last = text.split(PAGE)
        words = "".join([*pieces, last])
        indent = len(words) - len(words.lstrip())
        places = [max(0, place - indent) for place in accumulate(map(len, pieces))]
        for _ in range(places.count(0)):
            self.turn()
        start = self._place(words.strip())
        for place in filter(None, places):
            if start is None:
                self.turn()
            else:
                self._page_starts.append(min(start + place, self._length))
        return start


def of_pages(content: Content, counted: int) -> Content:
    """Return a document with its pages if they are as many as its program ``counted``; else without any."""
    return content if len(content.page_starts) == counted else replace(content, page_starts=(0,))


_RAISED_NUMBER = re.compile(r"[-−–+]?\d[\d,;\s–-]*")
_STOPPED = re.compile(r"[.,;:!?…][\"”’'»)\]]*$")
_SMALL_PART = re.compile(r"\d[.,:]\d\d$")  # "$19." and raised "99"


class Raised(str):
    """Text that stands higher than what is before it, and is still to be written."""

    __slots__ = ()


def raised(before: str, text: str) -> str:
    """Return how raised ``text`` is written after what stands ``before`` it.

    A number after a stop is a note's mark, which is left out: "he said.1" would be no sentence that anybody wrote. One
    after a digit would make another number of it, and gets a sign: 10^6. Letters stay, as in 1st.
    """
    number = text.strip()
    if not _RAISED_NUMBER.fullmatch(number) or _SMALL_PART.search(before[-3:] + number):
        return text
    if _STOPPED.search(before):
        return text.replace(number, "")
    return text.replace(number, f"^{number}") if before[-1:].isdigit() else text


_ISO_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?)?)?")
_ZONE = re.compile(r"(?:[.,]\d+)?\s?(Z|[+-]\d\d:?\d\d)")
_WORDED_DATES = ("%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y")


def iso_date(text: str | None) -> str | None:
    """Return the date that ``text`` names, as ISO 8601 and as precise as it is there; None if it names none."""
    text = (text or "").strip()
    if found := _ISO_DATE.match(text):
        day = found.group().replace(" ", "T")
        zone = _ZONE.match(text, found.end()) if "T" in day else None
        with suppress(ValueError):  # the 31st of February
            datetime.fromisoformat(day + "0000-01-01"[len(day) :])
            return day + (zone[1] if zone else "")
    for form in _WORDED_DATES:
        with suppress(ValueError):
            return datetime.strptime(text, form).date().isoformat()
    with suppress(ValueError, IndexError, TypeError):
        return parsedate_to_datetime(text).isoformat()
    return None
