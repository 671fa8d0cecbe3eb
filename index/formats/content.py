"""What a format's reader takes out of a file, and the one way in which readers put it together."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, replace

from index.layout import Layout
from index.sentences import sentence_spans
from index.types import Block, Span


@dataclass(frozen=True, slots=True)
class Content:
    """A file as text.

    ``text`` is what the file says; it is stored as it is and never normalised. ``title`` and ``author`` are those that
    the file itself names, ``date`` the day that it gives for itself, as ISO 8601 and no more precise than the file says
    ("2024", "2024-08-31", "2024-08-31T10:00:00Z"). ``page_starts`` holds the offset at which each page (or slide, or
    sheet) begins. ``blocks`` are the parts that no sentence crosses, in order and apart, where the format knows them;
    with None the sentence stage finds them, expecting markup if ``markdown`` is true. ``layout`` says where on its page
    every line stands, for formats that have real pages.
    """

    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    page_starts: tuple[int, ...] = (0,)
    markdown: bool = False
    blocks: tuple[Block, ...] | None = None
    layout: Layout | None = None

    def sentences(self) -> list[Span]:
        """Return the sentences of the text, in order and apart."""
        return sentence_spans(self.text, markdown=self.markdown, blocks=self.blocks)

    def to_bytes(self) -> bytes:
        """Write it as JSON, to cross from one process to another without running anything."""
        fields = asdict(replace(self, layout=None))
        fields["blocks"] = self.blocks and [(block.start, block.end, block.whole) for block in self.blocks]
        fields["layout"] = self.layout and base64.b64encode(self.layout.to_bytes()).decode("ascii")
        return json.dumps(fields).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Content:
        """Read what `to_bytes` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        fields = json.loads(data)
        blocks, layout = fields.pop("blocks"), fields.pop("layout")
        return cls(
            **fields | {"page_starts": tuple(fields["page_starts"])},
            blocks=None if blocks is None else tuple(Block(*block) for block in blocks),
            layout=layout and Layout.from_bytes(base64.b64decode(layout)),
        )


class Builder:
    """Puts a document together from blocks, none of which a sentence crosses: paragraphs, headings, items, rows.

    The text has an empty line before a paragraph and a line break before a ``line``; white space at the edges of a
    block is left out, and a block without words is no block.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._page_starts: list[int] = []
        self._page_is_new = False

    def page(self) -> None:
        """Begin a page: the next block is its first."""
        if self._page_is_new:  # the page before is empty, and counts nevertheless
            self._page_starts.append(self._length)
        self._page_is_new = True

    def paragraph(self, text: str, *, whole: bool = False) -> int | None:
        """Add a paragraph or heading. Returns the offset at which it begins, or None if it has no words."""
        return self._add(text, "\n\n", whole=whole)

    def line(self, text: str, *, whole: bool = False) -> int | None:
        """Add a block that follows on the one before: a list item; or a row, which is one sentence if ``whole``."""
        return self._add(text, "\n", whole=whole)

    def content(self, *, title: str | None = None, author: str | None = None, date: str | None = None) -> Content:
        """Return the document."""
        if self._page_is_new:
            self._page_starts.append(self._length)
        starts = (0, *self._page_starts[1:])
        return Content("".join(self._parts), title, author, date, starts, blocks=tuple(self._blocks))

    def _add(self, text: str, gap: str, *, whole: bool) -> int | None:
        text = text.strip()
        if not text:
            return None
        if self._parts:
            self._parts.append(gap)
            self._length += len(gap)
        start = self._length
        if self._page_is_new:
            self._page_starts.append(start)
            self._page_is_new = False
        self._parts.append(text)
        self._length += len(text)
        self._blocks.append(Block(start, self._length, whole))
        return start
