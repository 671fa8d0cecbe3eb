"""The web chat: the layout, and what happens on each event. What is shown comes from `ui.render`.

State belongs to the session: a list of turns that Gradio keeps per open page and that handlers change in
place, so an answer that arrives late still lands at its own question. A handler never raises to the user: an
error becomes words.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from index import Index, Source
from index.errors import VerbatimError
from qa import answer
from ui import permalink, render
from ui.desk import BusyError, Desk
from ui.render import Turn

MAX_QUESTION_CHARS = 8_000
"""Longer questions are refused with a message."""

MAX_TURNS = 200
"""A conversation this long is asked to start anew, so that one page cannot fill the memory."""

log = logging.getLogger(__name__)

Updates = dict[Any, Any]
"""New values by component."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page."""

    turns: gr.State
    new: gr.Button
    conversation: gr.Markdown
    offers: gr.Column
    offered: tuple[gr.Button, ...]
    question: gr.Textbox
    tabs: gr.Markdown
    source: gr.Markdown
    upload: gr.File
    message: gr.Markdown
    table: gr.Markdown
    wanted: gr.Textbox
    unwanted: gr.Textbox


def build(index: Index, *, examples: Sequence[str] = ()) -> gr.Blocks:
    """Return the chat over ``index``, with ``examples`` of questions to click while nothing was asked yet."""
    page = gr.Blocks(title="Verbatim", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600))
    with page:
        parts = _lay_out(examples)
        show_all = partial(_everything, index, parts)
        page.load(show_all, [parts.turns], _shelf(parts), **_QUICK)
        permalink.wire(page, index, parts.source)
        _wire_asking(index, parts)
        _wire_documents(index, parts)
    return page


def _lay_out(examples: Sequence[str]) -> Parts:
    """Lay the page out: the conversation on the left; beside it the source, or the documents."""
    turns = gr.State([])
    with gr.Row(elem_id="masthead"):
        _html('<p class="wordmark">Verbatim</p>', "wordmark")
        new = gr.Button("New conversation", elem_id="new-conversation", size="sm")
    with gr.Row(elem_id="panes"):
        with gr.Column(elem_id="ask"):
            with gr.Column(elem_id="scroll"):
                conversation = _html("", "conversation")
                with gr.Column(elem_id="examples", visible=False) as offers:
                    offered = tuple(gr.Button(example, elem_classes="example") for example in examples)
            question = _question_box()
        with gr.Column(elem_id="beside"):
            tabs = _html(render.pane_tabs(0), "tabs")
            source = _html(render.no_source(), "source")
            with gr.Column(elem_id="documents"):
                upload = gr.File(
                    label="Add documents",
                    show_label=False,
                    file_count="multiple",
                    elem_id="upload",
                    height=150,
                )
                message = _html("", "message")
                table = _html("", "table")
    # How the page's own script speaks to the server: it writes here what was clicked and presses Enter.
    wanted = gr.Textbox(visible="hidden", elem_id="wanted-citation", label="Citation to open")
    unwanted = gr.Textbox(visible="hidden", elem_id="unwanted-document", label="Document to remove")
    return Parts(
        turns,
        new,
        conversation,
        offers,
        offered,
        question,
        tabs,
        source,
        upload,
        message,
        table,
        wanted,
        unwanted,
    )


def _question_box() -> gr.Textbox:
    """Return the box to ask in. It cuts nothing off: what is too long is told, not shortened in silence."""
    return gr.Textbox(
        label="Your question",
        show_label=False,
        placeholder="Ask your documents",
        lines=1,
        max_lines=6,
        submit_btn="Ask",
        elem_id="question",
        html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send"),
    )


_QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For events that only look something up: no queue, no spinner, no public endpoint."""


def _shelf(parts: Parts) -> list[Any]:
    """Return the components that depend on which documents there are."""
    return [parts.tabs, parts.table, parts.conversation, parts.offers]


def _wire_asking(index: Index, parts: Parts) -> None:
    """Say what happens when a question is asked, a source is opened, a conversation is started anew."""
    turns = parts.turns
    shown = [turns, parts.conversation, parts.question, parts.offers]
    begin = partial(_begin, index, parts)
    asked = [
        parts.question.submit(begin, [parts.question, turns], shown, **_QUICK),
        *(button.click(begin, [button, turns], shown, **_QUICK) for button in parts.offered),
    ]
    desk = Desk()

    async def finish(turns: list[Turn]) -> str:
        """Answer what is pending once its turn has come, or say that there are too many."""
        try:
            return await desk.work_out(partial(_finish, index, turns))
        except BusyError as error:
            return _give_up(index, turns, str(error))

    for event in asked:
        event.then(finish, [turns], [parts.conversation], **_QUICK)
    parts.wanted.submit(partial(_open, index), [parts.wanted, turns], [parts.source], **_QUICK)
    new = parts.new.click(partial(_start_anew, index, parts), [turns], _shelf(parts), **_QUICK)
    new.then(render.no_source, None, [parts.source], **_QUICK)


def _wire_documents(index: Index, parts: Parts) -> None:
    """Say what happens when documents are added or removed."""
    show_all = partial(_everything, index, parts)
    added = parts.upload.upload(
        _with_progress(index),
        [parts.upload],
        [parts.upload, parts.message],
        preprocess=False,  # raw entries keep each file's own name; `_add` checks their paths
        show_progress="full",
        show_progress_on=parts.message,
        concurrency_limit=1,
        api_visibility="private",
    )
    added.then(show_all, [parts.turns], _shelf(parts), **_QUICK)
    removed = parts.unwanted.submit(partial(_remove, index), [parts.unwanted], [parts.message], **_QUICK)
    removed.then(show_all, [parts.turns], _shelf(parts), **_QUICK)


def _html(value: str, elem_id: str) -> gr.Markdown:
    """Return a component that shows a string of `ui.render`.

    A Markdown component, since an HTML one compiles its template with ``eval``, which our CSP forbids. Its
    sanitiser stays on, as a second lock behind our own escaping.
    """
    return gr.Markdown(value, elem_id=elem_id, latex_delimiters=[], sanitize_html=True, container=False)


# ---- asking ----------------------------------------------------------------------------------------------


def _begin(index: Index, parts: Parts, question: str, turns: list[Turn]) -> Updates:
    """Show the question at once; `_finish` answers it."""
    question = question.strip()
    if question:
        turns.append(_new_turn(question, len(turns)))
    return {
        parts.turns: turns,  # the same list; named so that Gradio forgets it with the closed page
        parts.conversation: _conversation(index, turns),
        parts.question: "",
        parts.offers: gr.update(visible=not turns and _count(index) > 0),
    }


def _new_turn(question: str, turns: int) -> Turn:
    """Return the turn that a question opens, or the reason why it is not asked."""
    if len(question) > MAX_QUESTION_CHARS:
        limit = f"This question has {len(question):,} characters; at most {MAX_QUESTION_CHARS:,} can be asked."
        return Turn(f"{question[:200]}…", trouble=f"{limit} Ask for one thing in a sentence or two.")
    if turns >= MAX_TURNS:
        return Turn(question, trouble="This conversation is full. Start a new one to go on asking.")
    return Turn(question)


def _finish(index: Index, turns: list[Turn]) -> str:
    """Answer what is still pending and return the conversation."""
    for turn in [turn for turn in turns if turn.pending]:
        answered = _answered(index, turn, turns)
        for place, current in enumerate(turns):  # the conversation may have been started anew meanwhile
            if current is turn:
                turns[place] = answered
    return _conversation(index, turns)


def _give_up(index: Index, turns: list[Turn], why: str) -> str:
    """Leave what is pending unanswered, for a reason, and return the conversation."""
    turns[:] = [replace(turn, trouble=why) if turn.pending else turn for turn in turns]
    return _conversation(index, turns)


def _answered(index: Index, turn: Turn, turns: Sequence[Turn]) -> Turn:
    """Return ``turn`` with its answer, or with the trouble there was."""
    history = [earlier.answer for earlier in turns if earlier.answer is not None]
    try:
        found = answer(turn.question, index=index, history=history)
        shown = found.citations if found.nearest is None else (*found.citations, found.nearest)
        documents = {c.document_id: index.document(c.document_id, c.revision) for c in shown}
    except VerbatimError as error:
        return replace(turn, trouble=str(error))
    except Exception:
        log.exception("a question could not be answered")
        return replace(turn, trouble=_UNEXPECTED)
    paged = frozenset(name for name, document in documents.items() if len(document.page_starts) > 1)
    return replace(turn, answer=replace(found, hits=()), paged=paged)


_UNEXPECTED = "Something went wrong on our side; the details are in the terminal where Verbatim runs. Try again."


def _conversation(index: Index, turns: Sequence[Turn]) -> str:
    """Return the conversation as HTML."""
    return render.conversation(turns, documents=0 if turns else _count(index))


def _start_anew(index: Index, parts: Parts, turns: list[Turn]) -> Updates:
    """Forget the conversation."""
    turns.clear()
    return _everything(index, parts, turns)


# ---- sources ---------------------------------------------------------------------------------------------


def _open(index: Index, wanted: str, turns: Sequence[Turn]) -> str:
    """Return the document of the citation that was clicked, its sentence marked.

    The page may only name a citation of its own conversation; which document that is, the server knows.
    """
    key = _payload(wanted)
    citation = render.cited(turns, key)
    if citation is None:
        return render.source_trouble("This sentence belongs to an earlier conversation. Ask again to open it.")
    try:
        return render.source(index.document(citation.document_id, citation.revision), citation, key)
    except VerbatimError as error:
        return render.source_trouble(str(error))
    except Exception:
        log.exception("a source could not be opened")
        return render.source_trouble(_UNEXPECTED)


def _payload(message: str) -> str:
    """Return what the page's script sent, without the counter that makes every message a new one."""
    return message.partition(" ")[2]


# ---- documents -------------------------------------------------------------------------------------------


def _everything(index: Index, parts: Parts, turns: Sequence[Turn]) -> Updates:
    """Return everything that depends on which documents there are."""
    try:
        documents, sentences = index.documents(), index.status().sentences
    except Exception:
        log.exception("the documents could not be listed")
        return {parts.table: render.notice(_UNEXPECTED)}
    return {
        parts.tabs: render.pane_tabs(len(documents)),
        parts.table: render.documents_table(documents, sentences),
        parts.conversation: render.conversation(turns, documents=len(documents)),
        parts.offers: gr.update(visible=not turns and bool(documents)),
    }


def _count(index: Index) -> int:
    """Return how many documents there are."""
    return index.document_count()


def _with_progress(index: Index) -> Callable[..., tuple[None, str]]:
    """Return the upload's handler. Gradio finds its progress bar among the defaults of a plain function."""

    def add(entries: list[dict[str, Any]] | None, bar: gr.Progress = gr.Progress()) -> tuple[None, str]:  # noqa: B008
        """Add the uploaded files."""
        return None, _add(index, entries or [], lambda done, total, stage: bar((done, total), desc=stage))

    return add


def _add(index: Index, entries: Sequence[Mapping[str, Any]], progress: Callable[[int, int, str], None]) -> str:
    """Add uploaded files under their own names, and leave no copy behind in Gradio's folder."""
    # The entries are what the browser sent: a forged path must be neither read nor deleted.
    folder = Path(get_upload_folder()).resolve()
    entries = [entry for entry in entries if Path(entry["path"]).resolve().is_relative_to(folder)]
    try:
        sources = [_source(entry) for entry in entries]
        return render.changes(index.add(sources, progress=progress))
    except VerbatimError as error:
        return render.notice(str(error))
    except Exception:
        log.exception("an upload could not be added")
        return render.notice(_UNEXPECTED)
    finally:
        for entry in entries:
            Path(entry["path"]).unlink(missing_ok=True)


def _source(entry: Mapping[str, Any]) -> Source:
    """Return an uploaded file as data with a name, so that nothing depends on where Gradio put it."""
    path = Path(entry["path"])
    given = str(entry.get("orig_name") or path.name).replace("\\", "/")
    return Source(PurePosixPath(given).name or path.name, path.read_bytes())


def _remove(index: Index, unwanted: str) -> str:
    """Remove a document."""
    identity = _payload(unwanted)
    try:
        titles = [document.title for document in index.documents() if document.id == identity]
        return render.changes(index.remove([identity]), titles)
    except VerbatimError as error:
        return render.notice(str(error))
    except Exception:
        log.exception("a document could not be removed")
        return render.notice(_UNEXPECTED)
