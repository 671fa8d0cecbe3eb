"""The conversations of the page: kept as they are had, opened again, renamed, deleted, saved as files."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from index import Document, Index, UnknownDocumentError
from index.errors import VerbatimError
from qa.types import Citation
from ui import render
from ui.chat import export
from ui.chat.components import in_words, payload
from ui.chat.downloads import Downloads
from ui.chat.history import MOST_CONVERSATIONS, Conversation, History, Summary, UnknownConversationError
from ui.chat.sessions import Session, owner
from ui.render import Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DrawerParts:
    """The components that show the conversations."""

    listed: gr.Markdown
    current: gr.Markdown
    file: gr.Markdown
    wanted: gr.Textbox
    command: gr.Textbox


class Drawer:
    """What happens with conversations. A handler never raises to the user: an error becomes words."""

    def __init__(self, index: Index, history: History, downloads: Downloads, parts: DrawerParts) -> None:
        self.index = index
        self.history = history
        self.downloads = downloads
        self.parts = parts

    def keep(self, turns: Iterable[Turn], session: Session, request: gr.Request | None) -> None:
        """Keep turns that were just answered. The first one of a page begins a conversation.

        So does the first one after the conversation was deleted elsewhere, as in another tab.
        """
        for turn in turns:
            try:
                kept = self._kept(owner(request), session.conversation, turn)
                session.conversation, session.title = kept.id, kept.title
            except VerbatimError:
                log.exception("a conversation could not be kept")

    def _kept(self, owner_name: str, conversation: str, turn: Turn) -> Summary:
        try:
            return self.history.append(owner_name, conversation, turn)
        except UnknownConversationError:
            return self.history.append(owner_name, "", turn)

    def amend(self, owner_name: str, conversation: str, before: Turn, after: Turn) -> None:
        """Keep a turn as it became; a conversation that was deleted meanwhile stays so."""
        try:
            self.history.amend(owner_name, conversation, before, after)
        except UnknownConversationError:
            return
        except VerbatimError:
            log.exception("what was written could not be kept")

    def open(self, identity: str, turns: list[Turn], session: Session, request: gr.Request) -> str | None:
        """Put a conversation into ``turns``, each citation checked; return the trouble in words, or None."""
        try:
            conversation = self.history.conversation(owner(request), identity)
        except VerbatimError as error:
            return str(error)
        turns[:] = [self._checked(turn) for turn in conversation.turns]
        session.conversation, session.title = conversation.id, conversation.title
        return None

    def _checked(self, turn: Turn) -> Turn:
        """Return a turn of old with what is to be said of it today."""
        said = dict.fromkeys(note for citation in export.quoted(turn) for note in (self.found(citation)[1],) if note)
        return replace(turn, notes=(*turn.notes, *said))

    def found(self, citation: Citation) -> tuple[Document | None, str]:
        """Return the revision that is quoted, if it still stands there, and what is to be said of it, if anything."""
        try:
            document = self.index.document(citation.document_id, citation.revision)
        except UnknownDocumentError:
            return (
                None,
                f"“{citation.title}” was removed from your documents; its sentence stands here as it was quoted.",
            )
        except VerbatimError as error:
            return None, str(error)
        if document.text[citation.start : citation.end] != citation.text:
            return None, f"“{citation.title}” does not hold this sentence where it was quoted."
        if document.changed_since:
            return document, f"“{citation.title}” has changed since; its sentence opens as it was quoted."
        return document, ""

    def show(self, session: Session, request: gr.Request) -> dict[Any, Any]:
        """Return the list of conversations and the title of the open one."""
        try:
            listed = self.history.conversations(owner(request))
        except VerbatimError as error:
            return {self.parts.listed: render.notice(str(error))}
        rows = len(listed) if session.all_listed else render.LISTED
        is_full = len(listed) >= MOST_CONVERSATIONS
        session.listed = session.conversation
        return {
            self.parts.listed: render.conversations(listed, session.conversation, rows, is_full=is_full),
            self.parts.current: render.current(session.conversation, session.title),
        }

    def follow(self, session: Session, request: gr.Request) -> dict[Any, Any]:
        """Return the list after a turn if a conversation began with it; else there is nothing to change."""
        return {} if session.listed == session.conversation else self.show(session, request)

    def command(self, message: str, turns: list[Turn], session: Session, request: gr.Request) -> dict[Any, Any]:
        """Do what was clicked in the list: rename, delete, save as a file, list all."""
        verb, _, what = payload(message).partition(" ")
        identity, _, words = what.partition(" ")
        try:
            if verb == "rename":
                title = self.history.rename(owner(request), identity, words)
                session.title = title if identity == session.conversation else session.title
            elif verb == "delete":
                self.history.delete(owner(request), identity)
                if identity == session.conversation:
                    turns.clear()
                    session.conversation = session.title = ""
            elif verb == "export":
                return {self.parts.file: render.offer(self._save(owner(request), suffix=identity, identity=words))}
            elif verb == "older":
                session.all_listed = True
        except Exception as error:
            return {self.parts.listed: render.notice(in_words(error, "a conversation could not be changed"))}
        return self.show(session, request)

    def _save(self, name: str, suffix: str, identity: str) -> str:
        """Make a conversation into a file, and return its token."""
        conversation = self.history.conversation(name, identity)
        checked = replace(conversation, turns=tuple(map(self._checked, conversation.turns)))
        make = {"json": export.as_json, "md": export.as_markdown, "html": self._page}.get(suffix)
        if make is None:
            return ""
        text = make(conversation if suffix == "json" else checked)
        return self.downloads.offer(export.file_name(conversation, suffix), text.encode("utf-8", "replace"))

    def _page(self, conversation: Conversation) -> str:
        around = {}
        for citation in dict.fromkeys(one for turn in conversation.turns for one in export.quoted(turn)):
            document, note = self.found(citation)
            around[citation] = (
                export.surroundings(document.text, citation, note) if document else export.Surroundings(note=note)
            )
        return export.as_page(conversation, around)
