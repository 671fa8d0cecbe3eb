"""The few pieces that every part of the chat is wired with."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

from index.errors import VerbatimError

UNEXPECTED = "Something went wrong on our side; the details are in the terminal where Verbatim runs. Try again."

log = logging.getLogger(__name__)

QUICK: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "api_visibility": "private",
    "postprocess": False,
}
"""For events that only look something up: no queue, no spinner, no public endpoint. What they return is shown as it is:
Gradio would use a thread for each component, only to look for blanks around it."""

EVERY: dict[str, Any] = {**QUICK, "trigger_mode": "multiple"}
"""The same for clicks that may follow each other faster than they are answered: none is left out."""

LAST: dict[str, Any] = {**QUICK, "trigger_mode": "always_last"}
"""The same for clicks of which the last one counts, whatever came before it: it waits, and is not dropped."""

Updates = dict[Any, Any]
"""New values by component."""


def html(value: str, elem_id: str) -> gr.Markdown:
    """Return a component that shows a string of `ui.render`.

    A Markdown component, since an HTML one compiles its template with ``eval``, which our CSP forbids. Its
    sanitiser stays on, as a second lock behind our own escaping.
    """
    return gr.Markdown(value, elem_id=elem_id, latex_delimiters=[], sanitize_html=True, container=False)


def wire_box(elem_id: str, label: str) -> gr.Textbox:
    """Return a hidden box by which the page's script speaks: it writes what was clicked and presses Enter."""
    return gr.Textbox(visible="hidden", elem_id=elem_id, label=label)


def in_words(error: Exception, what: str) -> str:
    """Return an error in words for the user; one that nobody meant is logged, with ``what`` it was that failed."""
    if isinstance(error, VerbatimError):
        return str(error)
    log.error(what, exc_info=error)
    return UNEXPECTED


def payload(message: str) -> str:
    """Return what the page's script sent, without the counter that makes every message a new one."""
    return message.partition(" ")[2]
