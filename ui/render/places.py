"""What the page says of a citation beside its words: the sentences around it, and what is known of its document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from index.sentences import sentence_spans
from index.types import Document, day
from qa.types import RECOGNISED, Citation
from ui.render.text import beginning_of, end_of, escape

AROUND_CHARS = 320
"""Of a longer neighbour the part next to the sentence is shown."""

_LOOKED_AT_CHARS = 800


@dataclass(frozen=True, slots=True)
class Place:
    """Where a citation stands: the sentences ``before`` and ``after`` it, and what is known of its document."""

    before: str = ""
    after: str = ""
    author: str | None = None
    changed_since: bool = False


NOWHERE = Place()
"""The place of a citation of which nothing else is known."""


def place_of(citation: Citation, document: Document) -> Place:
    """Return where ``citation`` stands in the revision that it quotes."""
    begin = max(0, citation.start - _LOOKED_AT_CHARS)
    text = document.text[begin : citation.end + _LOOKED_AT_CHARS]
    first, last = citation.start - begin, citation.end - begin
    # What is found in a part of the text need not end where the sentence does: then a rest of it is the neighbour.
    before, after = "", ""
    for span in sentence_spans(text):
        before = text[span.start : min(span.end, first)].strip() or before
        after = after or text[max(span.start, last) : span.end].strip()
    return Place(
        before=end_of(before, AROUND_CHARS),
        after=beginning_of(after, AROUND_CHARS),
        author=document.author,
        changed_since=document.changed_since,
    )


def told(citation: Citation, place: Place) -> str:
    """Return page, line or time, date, author, and whether it was recognised or has changed since."""
    parts = [
        escape(citation.where),
        escape(day(citation.date)) if citation.date else "",
        f"<bdi>{escape(place.author)}</bdi>" if place.author else "",
        RECOGNISED if citation.recognised else "",
        "changed since" if place.changed_since else "",
    ]
    return "".join(f" · {part}" for part in parts if part)


def same_as(names: Iterable[str]) -> str:
    """Return the other names under which the same document was added."""
    files = ", ".join(f"<bdi>{escape(PurePath(name).name)}</bdi>" for name in names)
    return f"the same as {files}" if files else ""
