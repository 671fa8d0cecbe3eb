"""The source pane: a document with the cited sentence marked in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from index.types import Document
from qa.types import Citation
from ui.render.text import escape, with_answer

MARK_ID = "cited"
"""The id of the element that holds exactly the cited sentence in the source pane."""

WINDOW_CHARS = 60_000
"""Longer documents are shown as this many characters around the sentence."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_PARAGRAPH = re.compile(r".+?(?:(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))+|\Z)", re.DOTALL)


def no_source() -> str:
    """Return what the source pane says before a sentence was opened."""
    return '<div class="no-source"><p>Choose a sentence’s number to see it in its document.</p></div>'


def source_trouble(message: str) -> str:
    """Return what the source pane says when a document cannot be shown."""
    return f'<div class="no-source"><p>{escape(message)}</p></div>'


def source(document: Document, citation: Citation, key: str = "") -> str:
    """Return a document with the cited sentence marked: the mark's text content is exactly ``citation.text``.

    ``key`` tells the page's script which citation is open.
    """
    if document.text[citation.start : citation.end] != citation.text:
        return source_trouble(f"“{document.title}” no longer holds this sentence where it was quoted.")
    place = f"characters {citation.start:,} to {citation.end:,}"
    if len(document.page_starts) > 1:
        place = f"page {citation.page} · {place}"
    file = PurePath(document.source).name
    name = "" if file == document.title else f'<bdi class="file">{escape(file)}</bdi> · '
    if document.also:
        place += " · also in " + ", ".join(f"<bdi>{escape(PurePath(other).name)}</bdi>" for other in document.also)
    if document.changed_since:
        place += " · <strong>the document has changed since</strong>; this is how it was when it was quoted"
    return (
        f'<div class="source" id="source-{escape(key)}"><header>'
        f'<h2 dir="auto">{escape(document.title)}</h2><p class="place">{name}{place}</p></header>'
        f'<div class="text">{_marked_text(document.text, citation)}</div></div>'
    )


def _marked_text(text: str, citation: Citation) -> str:
    """Return the text in paragraphs, whole or (a long one) around the sentence, with the sentence marked."""
    first, last = _window(text, citation)
    mark = f'<mark id="{MARK_ID}" tabindex="-1">{with_answer(citation, "b")}</mark>'
    return "".join(
        (
            _left_out(first, "before this"),
            *_paragraphs(text, first, last, citation, mark),
            _left_out(len(text) - last, "after this"),
        )
    )


def _window(text: str, citation: Citation) -> tuple[int, int]:
    """Return the part of the text to show: all of it, or a window around the sentence."""
    if len(text) <= WINDOW_CHARS:
        return 0, len(text)
    margin = WINDOW_CHARS // 2
    return max(0, citation.start - margin), min(len(text), citation.end + margin)


def _left_out(count: int, where: str) -> str:
    """Return an honest note on what is not shown."""
    return f'<p class="left-out">… {count:,} characters {where}</p>' if count else ""


def _paragraphs(text: str, first: int, last: int, citation: Citation, mark: str) -> Iterable[str]:
    """Return the paragraphs of ``text[first:last]``; those the sentence touches become one."""
    spans = [(first + start, first + end) for start, end in _paragraph_spans(text[first:last])]
    before = [(start, end) for start, end in spans if end <= citation.start]
    after = [(start, end) for start, end in spans if start >= citation.end]
    left = before[-1][1] if before else first
    right = after[0][0] if after else last
    around = escape(text[left : citation.start]) + mark + escape(text[citation.end : right])
    parts = (
        *(escape(text[slice(*span)]) for span in before),
        around,
        *(escape(text[slice(*span)]) for span in after),
    )
    return (f'<p dir="auto">{part}</p>' for part in parts)


def _paragraph_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the paragraphs: parted by blank lines or, in a text without any, by line breaks."""
    blank_lines = re.search(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)", text)
    pattern = _PARAGRAPH if blank_lines else _LINE
    return [match.span() for match in pattern.finditer(text) if match.end() > match.start()]
