"""What the server knows of one open page. It lives in the memory of Gradio's session, and goes with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import gradio as gr

from index.types import Entry
from ui.render import ROWS

KEPT_CLOSED = 32
"""Pages that are gone and still known, since a connection that was cut may come back. What Gradio keeps of each page is
some 300 kB, and of its own accord it would keep that of the last 10,000."""


@dataclass
class Session:
    """One open page: the conversation it shows, the documents it does not ask, and how both are listed.

    ``conversation`` is "" until something was asked, and ``listed`` the one that was open when all were last listed.
    ``writes`` is whether answers are to be written out, where there is a model for it. ``answering`` is held while a
    question is answered. ``loaded`` tells a page that was opened here from one that this server does not know (any
    more), as after a restart: Gradio makes that a new session in silence, which would ask all documents.
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
    loaded: bool = False
    answering: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    def asked(self, entries: Sequence[Entry]) -> list[str] | None:
        """Return the ids of the documents to ask; None for all of them, those included that are yet to come."""
        asked = [entry.id for entry in entries if entry.id not in self.left_out]
        return None if len(asked) == len(entries) else asked


async def forget_closed(page: gr.Blocks) -> None:  # not in a thread: the event loop changes the same
    """Forget the pages that were closed, but for the last few. Their conversations are kept in the history."""
    sessions = page.state_holder.session_data  # the one that was used last stands last
    closed = [name for name, session in sessions.items() if session.is_closed]
    for name in closed[:-KEPT_CLOSED]:
        del sessions[name]
        page.state_holder.time_last_used.pop(name, None)


def owner(request: gr.Request | None) -> str:
    """Return whose page it is: the name of the login, or "" where there is none."""
    return getattr(request, "username", None) or ""
