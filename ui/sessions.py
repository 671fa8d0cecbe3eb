"""What the server knows of one open page. It lives in the memory of Gradio's session, and dies with the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import gradio as gr

from index.types import Entry
from ui.render import ROWS


@dataclass
class Session:
    """One open page: the conversation it shows, the documents it does not ask, and how both are listed.

    ``conversation`` is "" until something was asked, and ``listed`` the one that was open when all were last listed.
    ``writes`` is whether answers are to be written out, where there is a model for it.
    Handlers change it in place.
    """

    conversation: str = ""
    title: str = ""
    left_out: set[str] = field(default_factory=set)
    matching: str = ""
    order: str = "added"
    rows: int = ROWS
    all_listed: bool = False
    listed: str | None = None
    writes: bool = True

    def asked(self, entries: Sequence[Entry]) -> list[str] | None:
        """Return the ids of the documents to ask; None for all of them, those included that are yet to come."""
        asked = [entry.id for entry in entries if entry.id not in self.left_out]
        return None if len(asked) == len(entries) else asked


def owner(request: gr.Request | None) -> str:
    """Return whose page it is: the name of the login, or "" where there is none."""
    return getattr(request, "username", None) or ""
