"""What opening a citation shows: its document, as pages or as text, with the sentence marked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from index import Index
from index.types import Document
from qa.types import Answer, Citation
from ui import pages, render
from ui.render import Page, Place, Turn

PAGES_AROUND = 20
"""Pages that are offered before and after those that the sentence stands on; their pictures are fetched when near."""


def places_of(answer: Answer, index: Index) -> dict[Citation, Place]:
    """Return where each citation of an answer stands. Raises `VerbatimError` if a document is not there."""
    shown = render.shown_citations(answer)
    documents = {revision: index.document(*revision) for revision in {(one.document_id, one.revision) for one in shown}}
    return {one: render.place_of(one, documents[one.document_id, one.revision]) for one in shown}


def opened(index: Index, wanted: str, turns: Sequence[Turn]) -> str:
    """Return the document of the citation that was chosen, its sentence marked.

    ``wanted`` is the citation's key and, where text is wanted although there are pages, the word "text". The page may
    only name a citation of its own conversation; which document that is, the server knows. Raises `VerbatimError`.
    """
    key, _, view = wanted.partition(" ")
    citation = render.cited(turns, key)
    if citation is None or view not in ("", "page", "text"):
        return render.source_trouble("This sentence belongs to an earlier conversation. Ask again to open it.")
    document = index.document(citation.document_id, citation.revision)
    boxes = index.boxes(document.id, document.revision, citation.start, citation.end)
    if view == "text" or not boxes:
        return render.source(document, citation, key, has_pages=bool(boxes))
    answer_boxes = []
    if citation.answer is not None:
        answer_boxes = index.boxes(document.id, document.revision, citation.answer.start, citation.answer.end)
    shown = _pages(index, document, {box.page for box in boxes})
    return render.paged_source(document, citation, key, pages=shown, boxes=boxes, answer_boxes=answer_boxes)


def _pages(index: Index, document: Document, cited: set[int]) -> list[Page]:
    """Return the pages of a sentence and those around them."""
    first, last = max(1, min(cited) - PAGES_AROUND), max(cited) + PAGES_AROUND
    sizes = index.page_sizes(document.id, document.revision)
    return [
        Page(number, *size, pages.address(document.id, document.revision, number))
        for number, size in islice(enumerate(sizes, start=1), first - 1, last)
    ]
