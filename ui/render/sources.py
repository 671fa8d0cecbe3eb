"""The source pane: a document with the cited sentence marked in it, as text or on the pictures of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from index.layout import Box
from index.types import Document, day
from qa.types import RECOGNISED, Citation
from ui.render.flow import left_out, mark, marked_text
from ui.render.places import same_as
from ui.render.text import button, escape


@dataclass(frozen=True, slots=True)
class Page:
    """A page to show: its number, from 1, its size in points as it is shown, and the address of its picture."""

    number: int
    width: float
    height: float
    address: str


def no_source() -> str:
    """Return what the source pane says before a sentence was opened."""
    return '<div class="no-source"><p>Choose a sentence’s number to see it in its document.</p></div>'


def source_trouble(message: str) -> str:
    """Return what the source pane says when a document cannot be shown."""
    return f'<div class="no-source"><p>{escape(message)}</p></div>'


def source(document: Document, citation: Citation, key: str = "", *, has_pages: bool = False) -> str:
    """Return a document with the cited sentence marked: the mark's text content is exactly ``citation.text``.

    ``key`` tells the page's script which citation is open; ``has_pages`` that its pages can be shown, too.
    """
    if not _holds(document, citation):
        return _moved(document)
    views = _views("text", document, citation) if has_pages else ""
    return (
        f'<div class="source" id="source-{escape(key)}"><header>{_heading(document, citation)}{views}</header>'
        f'<div class="text">{marked_text(document.text, citation)}</div></div>'
    )


def paged_source(
    document: Document,
    citation: Citation,
    key: str,
    *,
    pages: Sequence[Page],
    boxes: Sequence[Box],
    answer_boxes: Sequence[Box] = (),
) -> str:
    """Return pages of a document as pictures, rectangles over the sentence, and above them the sentence as text.

    ``boxes`` are those of the sentence and ``answer_boxes`` those of the short answer in it.
    """
    if not _holds(document, citation):
        return _moved(document)
    count = len(document.page_starts)
    figures = "".join(_page(page, count, boxes, answer_boxes) for page in pages)
    return (
        f'<div class="source paged" id="source-{escape(key)}"><header>{_heading(document, citation, paged=True)}'
        f'{_views("page", document, citation)}<p class="sentence" dir="auto">{mark(citation)}</p></header>'
        f'<div class="pages">{left_out(pages[0].number - 1, "page", "before these")}{figures}'
        f"{left_out(count - pages[-1].number, 'page', 'after these')}</div></div>"
    )


def _holds(document: Document, citation: Citation) -> bool:
    return document.text[citation.start : citation.end] == citation.text


def _moved(document: Document) -> str:
    return source_trouble(f"“{document.title}” no longer holds this sentence where it was quoted.")


def _heading(document: Document, citation: Citation, *, paged: bool = False) -> str:
    """Return the title, and what is known of the document and of the sentence's place in it."""
    file = PurePath(document.source).name
    parts = [
        f'<bdi class="file">{escape(file)}</bdi>' if file != document.title else "",
        f"<bdi>{escape(document.author)}</bdi>" if document.author else "",
        escape(day(document.date)) if document.date else "",
        document.where(citation.start),
        "" if paged else f"characters {citation.start:,} to {citation.end:,}",
        same_as(document.also),
    ]
    if citation.recognised:
        parts.append(f"<strong>{RECOGNISED}</strong>; where they differ, the page is right")
    if document.changed_since:
        parts.append("<strong>the document has changed since</strong>; this is how it was when it was quoted")
    place = " · ".join(part for part in parts if part)
    return f'<h2 dir="auto">{escape(document.title)}</h2><p class="place">{place}</p>'


def _views(current: str, document: Document, citation: Citation) -> str:
    """Return the switch between pages and text and, beside pages, the buttons that turn them."""
    switch = "".join(
        button("view", face, value=view, css="current" if view == current else "")
        for view, face in (("page", "Page"), ("text", "Text"))
    )
    count = len(document.page_starts)
    turning = ""
    if current == "page" and count > 1:
        turning = (
            f'<div class="turning">{button("turn", "‹", unseen="page before", value="-1")}'
            f'<span>Page <span class="at">{citation.page}</span> of {count:,}</span>'
            f"{button('turn', '›', unseen='page after', value='1')}</div>"
        )
    return f'<div class="views"><div class="switch" role="group">{switch}</div>{turning}</div>'


def _page(page: Page, count: int, boxes: Sequence[Box], answer_boxes: Sequence[Box]) -> str:
    """Return a page's picture, which is fetched when it comes near, with the rectangles over it."""
    alternative = f"Page {page.number} of {count}" if count > 1 else "The page"
    marks = _over(page, boxes, "box") + _over(page, answer_boxes, "box short-answer")
    return (
        f'<figure class="page" id="page-{page.number}"><img src="{escape(page.address)}" alt="{alternative}"'
        f' width="{page.width:.0f}" height="{page.height:.0f}" loading="lazy" decoding="async"'
        f' style="aspect-ratio:{page.width:.2f}/{page.height:.2f}"><span class="marks">{marks}</span></figure>'
    )


def _over(page: Page, boxes: Sequence[Box], css: str) -> str:
    """Return those of the rectangles that lie on a page, placed in shares of its size."""
    return "".join(
        f'<span class="{css}" style="left:{box.left / page.width:.4%};top:{box.top / page.height:.4%};'
        f'width:{(box.right - box.left) / page.width:.4%};height:{(box.bottom - box.top) / page.height:.4%}"></span>'
        for box in boxes
        if box.page == page.number
    )
