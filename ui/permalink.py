"""A link into the chat, ``/?open=verbatim:...``, opens the sentence at that address in its document."""

from __future__ import annotations

import logging
from typing import Final

import gradio as gr

from index import Index, VerbatimError
from qa import Citation
from qa.address import AddressError, find
from ui import render

MOST_MARKED_CHARS: Final = 20_000
"""A longer place is not marked; a sentence has some hundred characters."""

PARAMETER: Final = "open"

log = logging.getLogger(__name__)


def wire(page: gr.Blocks, index: Index, source: gr.Markdown) -> None:
    """Open what the page's own address names, as soon as the page is there."""

    def open_named(request: gr.Request) -> object:
        address = str(dict(request.query_params).get(PARAMETER, ""))
        return opened(index, address) if address else gr.skip()

    page.load(open_named, None, [source], queue=False, show_progress="hidden", api_visibility="private")


def opened(index: Index, address: str) -> str:
    """Return the document at an address with the place marked, or say what is wrong with the address."""
    try:
        place = find(address, index)
        span = place.address.span
        if span is None or len(place.text) > MOST_MARKED_CHARS:
            raise AddressError("this address names no sentence: it ends with #char=START,END, not too far apart")
    except VerbatimError as error:
        return render.source_trouble(str(error))
    except Exception:
        log.exception("an address could not be opened")
        return render.source_trouble("Something went wrong on our side; the details are in the terminal.")
    document = place.document
    names = (document.id, document.revision, document.source, document.title)
    citation = Citation(0, *names, place.text, span.start, span.end, place.page, 0.0, also=document.also)
    return render.source(document, citation, PARAMETER)
