"""What opening a citation shows: its document, as pages or as text, with the sentence marked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import islice

from index import Index
from index.errors import UnknownDocumentError
from index.types import Document
from qa.address import SCHEME, AddressError, find
from qa.types import Citation
from ui import render
from ui.chat import pages
from ui.render import Page, Place, Turn

PAGES_AROUND = 20
"""Pages that are offered before and after those that the sentence stands on; their pictures are fetched when near."""

MOST_MARKED_CHARS = 20_000
"""Longer places that an address names are not marked; a sentence has some hundred characters."""


def placed(index: Index, turn: Turn) -> Turn:
    """Return a turn that knows where its citations stand, as far as their documents are still there."""
    if turn.answer is None:
        return turn
    places: dict[Citation, Place] = {}
    document = cache(index.document)  # several sentences may come from one
    for citation in render.shown_citations(turn.answer):
        with suppress(UnknownDocumentError):  # removed since
            places[citation] = render.place_of(citation, document(citation.document_id, citation.revision))
    return replace(turn, places=places)


def opened(index: Index, wanted: str, turns: Sequence[Turn]) -> str:
    """Return the document of the citation that was chosen, its sentence marked.

    ``wanted`` is the citation's key, or the address of any (`qa.address`), and, where text is wanted although there are
    pages, the word "text". Where nothing is wanted, it says what could be. Raises `VerbatimError`.
    """
    if not wanted:
        return render.no_source()
    key, _, view = wanted.partition(" ")
    citation = _at(key, index) if key.startswith(f"{SCHEME}:") else render.cited(turns, key)
    if citation is None or view not in ("", "page", "text"):
        return render.source_trouble("This sentence belongs to an earlier conversation. Ask again to open it.")
    try:
        document = index.document(citation.document_id, citation.revision)
    except UnknownDocumentError:
        return render.source_trouble(f"“{citation.title}” was removed from your documents, and its text with it.")
    boxes = index.boxes(document.id, document.revision, citation.start, citation.end)
    if view == "text" or not boxes:
        return render.source(document, citation, key, has_pages=bool(boxes))
    answer_boxes = []
    if citation.answer is not None:
        answer_boxes = index.boxes(document.id, document.revision, citation.answer.start, citation.answer.end)
    shown = _pages(index, document, {box.page for box in boxes})
    return render.paged_source(document, citation, key, pages=shown, boxes=boxes, answer_boxes=answer_boxes)


def _at(address: str, index: Index) -> Citation:
    """Return the words at an address as a citation."""
    place = find(address, index)
    span, document = place.address.span, place.document
    if span is None or len(place.text) > MOST_MARKED_CHARS:
        raise AddressError("this address names no sentence: it ends with #char=START,END, which are not far apart")
    names = (document.id, document.revision, document.source, document.title)
    stands = (place.text, span.start, span.end, place.page)
    cited = Citation(0, *names, *stands, 0.0, also=document.also, date=document.date)
    return replace(cited, recognised=place.recognised, where=place.where)


def _pages(index: Index, document: Document, cited: set[int]) -> list[Page]:
    """Return the pages of a sentence and those around them."""
    first, last = max(1, min(cited) - PAGES_AROUND), max(cited) + PAGES_AROUND
    sizes = index.page_sizes(document.id, document.revision)
    return [
        Page(number, *size, pages.address(document.id, document.revision, number))
        for number, size in islice(enumerate(sizes, start=1), first - 1, last)
    ]
