"""The list of conversations, the title of the open one, and what is to be said of an old answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ui.render.text import button, escape, when

LISTED = 60
"""Conversations that the list shows at first; a button asks for the others."""

FORMATS = {"html": "Page", "md": "Markdown", "json": "JSON"}
"""What a conversation can be saved as: the suffix of the file, and what its button says."""


class Titled(Protocol):
    """What the list needs to know of a conversation."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def touched(self) -> str: ...  # noqa: D102


def masthead() -> str:
    """Return the name, and the button that shows the list of conversations."""
    return f'<div class="brand">{button("drawer", "Conversations", css="menu")}<h1 class="wordmark">Verbatim</h1></div>'


def current(conversation: str, title: str) -> str:
    """Return the title of the open conversation. Its id tells the page's script which one to open after a reload."""
    if not conversation:
        return '<div class="current"></div>'
    return f'<div class="current" id="conversation-{escape(conversation)}" dir="auto">{escape(title)}</div>'


def conversations(listed: Sequence[Titled], open_one: str = "", rows: int = LISTED, *, is_full: bool = False) -> str:
    """Return the list of conversations, each with what can be done with it, and what a further one will cost."""
    if not listed:
        return '<div class="conversations"><p class="none">What you ask is kept here, on this machine only.</p></div>'
    body = "".join(_row(one, one.id == open_one) for one in listed[:rows])
    more = f'<p class="more">{button("older", f"Show all {len(listed):,}")}</p>' if len(listed) > rows else ""
    rest = f"{len(listed):,} are kept. With a new one, the one that has rested longest is deleted."
    told = f'<p class="none">{rest}</p>' if is_full else ""
    return f'<div class="conversations">{told}<ul>{body}</ul>{more}</div>'


def _row(one: Titled, is_open: bool) -> str:
    css = ' class="open"' if is_open else ""
    saved = "".join(
        button("export", face, unseen=f"of {one.title}", value=f"{suffix} {one.id}") for suffix, face in FORMATS.items()
    )
    return (
        f'<li{css}><button type="button" name="open" value="{escape(one.id)}" class="open-conversation">'
        f'<bdi class="title">{escape(one.title)}</bdi>'
        f'<time datetime="{escape(one.touched)}">{escape(when(one.touched))}</time></button>'
        f'<details><summary><span class="unseen">What to do with {escape(one.title)}</span></summary>'
        f'<p class="acts">{button("rename", "Rename", unseen=one.title, value=one.id)}'
        f'<span class="save">Save as {saved}</span>'
        f'{button("ask-delete", "Delete", unseen=one.title)}<span class="confirm" hidden>'
        f"{button('spare', 'Keep', unseen=one.title)}"  # where "Delete" was, so that a double click deletes nothing
        f"{button('delete', 'Yes, delete', unseen=one.title, value=one.id)}</span></p></details></li>"
    )


def offer(token: str) -> str:
    """Return the button that stands for a file to save; the page's script presses it by itself."""
    return f"<div>{button('download', 'Save', value=token)}</div>" if token else ""


def notes(said: Sequence[str]) -> str:
    """Return the notes on a turn, a line each."""
    return "".join(f'<p class="note" dir="auto">{escape(one)}</p>' for one in said)
