"""A link into the chat, ``/?open=verbatim:...``, opens the sentence at that address in its document."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from qa.address import Address, AddressError
from ui import render
from ui.chat import OPEN
from ui.chat.components import QUICK


def wire(page: gr.Blocks, source: gr.Markdown, opened: Callable[[str], str]) -> None:
    """Show in ``source`` what the page's own address names, as soon as the page is there.

    ``opened`` returns what is shown of the citation at an address.
    """

    def open_named(request: gr.Request) -> object:
        given = str(dict(request.query_params).get(OPEN, ""))
        if not given:
            return gr.skip()
        try:
            return opened(str(Address.parse(given)))
        except AddressError as error:
            return render.source_trouble(str(error))

    page.load(open_named, None, [source], **QUICK)
