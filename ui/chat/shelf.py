"""The documents of the page: what is added, removed, listed, and chosen to be asked."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from index import Index, Source
from index.store import Progress
from index.types import Changes, Entry
from ui import render
from ui.chat.components import html, in_words, payload
from ui.chat.feedback import forget_removed
from ui.chat.history import History
from ui.chat.sessions import Session, owner
from ui.chat.suggest import seed_file
from ui.uploads import told_apart

BATCH_BYTES = 64_000_000
"""So much of what was uploaded is in memory at a time."""

TOLD_EVERY = 0.25
"""Seconds between two words on how far it is."""


@dataclass(frozen=True, slots=True)
class ShelfParts:
    """The components that show the documents."""

    upload: gr.File
    message: gr.Markdown
    refused: gr.Markdown
    matching: gr.Textbox
    table: gr.Markdown
    scope: gr.Markdown
    command: gr.Textbox
    unwanted: gr.Textbox
    left_out: gr.Markdown

    def shown(self) -> list[Any]:
        """Return the components that depend on which documents there are."""
        return [self.refused, self.matching, self.table, self.scope]


@dataclass(frozen=True, slots=True)
class _Adding:
    """Files that are being added: what is said of them in the end, and how far it is."""

    work: Future[str]
    told: deque[tuple[int, int, str]]
    began: float = field(default_factory=time.monotonic)

    def watch(self) -> Iterator[str]:
        """Yield how far it is until it is done, and then what was done."""
        while not self.work.done():
            yield render.progress(*self.told[0], time.monotonic() - self.began)
            wait([self.work], timeout=TOLD_EVERY)
        yield self.work.result()


class Shelf:
    """What happens with documents. A handler never raises to the user: an error becomes words."""

    def __init__(self, index: Index, history: History, parts: ShelfParts) -> None:
        self.index = index
        self.history = history
        self.parts = parts
        self._listed: tuple[int, list[Entry]] = (-1, [])
        self._adding: dict[str, _Adding] = {}  # by owner: what was sent last

    def entries(self) -> list[Entry]:
        """Return a line for each document. They are read again only when the store has changed."""
        generation, entries = self._listed
        now = self.index.generation()
        if now != generation:
            entries = self.index.listing()
            self._listed = now, entries
        return entries

    def show(self, session: Session, request: gr.Request) -> dict[Any, Any]:
        """Return all that depends on which documents there are, and on which are chosen."""
        try:
            entries, refused = self.entries(), self.history.refused(owner(request))
        except Exception as error:
            return {self.parts.table: render.notice(in_words(error, "the documents could not be listed"))}
        return {
            self.parts.refused: render.refused(refused),
            self.parts.matching: gr.update(visible=len(entries) > render.FILTERED_FROM),
            self.parts.table: self._table(session, entries),
            self.parts.scope: _scope(session, entries),
        }

    def _table(self, session: Session, entries: Sequence[Entry]) -> str:
        view: dict[str, Any] = {"matching": session.matching, "order": session.order}
        shown = render.arranged(entries, **view)[: session.rows]
        changed = {entry.id for entry in shown if _newer_on_disk(entry)}
        return render.documents_table(entries, left_out=session.left_out, changed=changed, rows=session.rows, **view)

    # ---- choosing and listing ----

    def command(self, message: str, session: Session, request: gr.Request) -> dict[Any, Any]:
        """Do what was clicked or typed: ask or skip a document, all or none, filter, order, show more, dismiss.

        Or what the page remembers: to leave out what it left out before it was loaded anew.
        """
        number, _, said = message.partition(" ")
        verb, _, what = said.partition(" ")
        entries = self.entries()
        if verb == "ask":
            session.left_out.discard(what)
        elif verb == "skip" and any(entry.id == what for entry in entries):
            session.left_out.add(what)
        if verb in ("ask", "skip"):  # the page has ticked the row by itself: nothing of the table is sent again
            return {self.parts.scope: _scope(session, entries)}
        if verb in ("all", "none"):
            shown = {entry.id for entry in render.arranged(entries, matching=session.matching)}
            session.left_out = session.left_out - shown if verb == "all" else session.left_out | shown
            chosen = {self.parts.left_out: render.left_out(number, session.left_out)}
            return {**self.show(session, request), **chosen}
        if verb == "leave":
            session.left_out = {entry.id for entry in entries}.intersection(what.split(" "))
        elif verb == "match":
            session.matching, session.rows = what[:200], render.ROWS
        elif verb == "order":
            session.order, session.rows = what, render.ROWS
        elif verb == "more":
            session.rows += 5 * render.ROWS
        elif verb == "dismiss":
            name = owner(request)
            gone = [one.source for one in self.history.refused(name) if render.refusal_key(one) == what]
            self.history.refuse(name, (), gone)
        return self.show(session, request)

    # ---- adding and removing ----

    def add(self, entries: list[dict[str, Any]] | None, request: gr.Request) -> Iterator[dict[Any, Any]]:
        """Add the uploaded files, and tell meanwhile how far it is. It goes on if the page is closed."""
        name, told = owner(request), deque([(0, len(entries or ()), "reading")], maxlen=1)

        def tell(done: int, total: int, stage: str) -> None:
            told.append((done, total, stage))

        pool = ThreadPoolExecutor(1)
        self._adding[name] = _Adding(pool.submit(self._add, entries or [], name, tell), told)
        pool.shutdown(wait=False)  # a generator that is closed is closed in the event loop, where nothing may wait
        for message in self._adding[name].watch():
            yield {self.parts.upload: None, self.parts.message: message}

    def follow(self, request: gr.Request) -> Iterator[str]:
        """Go on telling of files that were sent by a page that was left or loaded anew, while they are being added."""
        adding = self._adding.get(owner(request))
        if adding is not None and not adding.work.done():
            yield from adding.watch()

    def _add(self, entries: Sequence[Mapping[str, Any]], name: str, tell: Progress) -> str:
        """Add uploaded files under their own names, and leave no copy behind in Gradio's folder."""
        # The entries are what the browser sent: a forged path must be neither read nor deleted.
        folder = Path(get_upload_folder()).resolve()
        entries = [entry for entry in entries if Path(entry["path"]).resolve().is_relative_to(folder)]
        try:
            changes, done, known = Changes(), 0, dict[str, int]()
            for batch in _batches(entries):
                sources, failed = told_apart(map(_source, batch), known)
                change = self.index.add(sources, progress=partial(_after, tell, done, len(entries)))
                change = replace(change, failed=(*change.failed, *failed))
                done += len(batch)
                lost = {failure.source for failure in change.failed}
                self.history.refuse(name, change.failed, [one.name for one in sources if one.name not in lost])
                changes = _together(changes, change)
            return render.changes(changes)
        except Exception as error:
            return render.notice(in_words(error, "an upload could not be added"))
        finally:
            for entry in entries:
                Path(entry["path"]).unlink(missing_ok=True)

    def add_seed(self) -> str:
        """Add the article that comes with Verbatim, to have something to ask."""
        file = seed_file()
        try:
            return render.changes(self.index.add(Source(file.name, file.read_bytes()))) if file else ""
        except Exception as error:
            return render.notice(in_words(error, "the article could not be added"))

    def remove(self, unwanted: str, request: gr.Request) -> str:
        """Remove a document, and say which conversations still quote it."""
        identity = payload(unwanted)
        try:
            titles = [entry.title for entry in self.entries() if entry.id == identity]
            quoting = self.history.quoting(owner(request), identity)
            done = forget_removed(self.index, self.index.remove([identity]))
            return render.changes(done, titles, quoting)
        except Exception as error:
            return render.notice(in_words(error, "a document could not be removed"))


def _scope(session: Session, entries: Sequence[Entry]) -> str:
    asked = session.asked(entries)
    return render.scope(len(entries) if asked is None else len(asked), len(entries))


def _after(tell: Progress, before: int, total: int, done: int, _: int, stage: str) -> None:
    """Tell the progress of one batch as that of all."""
    tell(before + done, total, stage)


def _batches(entries: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the entries in groups that fit into memory together."""
    batch: list[Mapping[str, Any]] = []
    held = 0
    for entry in entries:
        size = Path(entry["path"]).stat().st_size
        if batch and held + size > BATCH_BYTES:
            yield batch
            batch, held = [], 0
        batch.append(entry)
        held += size
    if batch:
        yield batch


def _together(first: Changes, second: Changes) -> Changes:
    return Changes(
        **{
            part.name: getattr(first, part.name) + getattr(second, part.name)
            for part in fields(Changes)
            if part.name != "receipt"
        }
    )


def _source(entry: Mapping[str, Any]) -> Source:
    """Return an uploaded file as data with a name, so that nothing depends on where Gradio put it."""
    path = Path(entry["path"])
    given = str(entry.get("orig_name") or path.name).replace("\\", "/")
    return Source(PurePosixPath(given).name or path.name, path.read_bytes())


def _newer_on_disk(entry: Entry) -> bool:
    """Whether the file that a document was read from was saved since. Names that are no paths have no file."""
    path = Path(entry.source)
    try:
        return path.is_absolute() and path.stat().st_mtime > render.moment(entry.added).timestamp() + 1
    except (OSError, ValueError):
        return False


def lay_out() -> tuple[gr.File, gr.Markdown, gr.Markdown, gr.Textbox, gr.Markdown]:
    """Lay out the documents' side: where files are dropped, what is said of them, and the table."""
    upload = gr.File(label="Add documents", show_label=False, file_count="multiple", elem_id="upload", height=132)
    message = html("", "message")
    refused = html("", "refused")
    matching = gr.Textbox(
        label="Filter the documents",
        show_label=False,
        placeholder="Filter by title or file name",
        visible=False,
        interactive=True,
        elem_id="matching",
        max_lines=1,
        html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
    )
    return upload, message, refused, matching, html("", "table")
