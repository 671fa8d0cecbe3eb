"""The web chat: the layout, and what happens on each event. What is shown comes from `ui.render`.

State belongs to the session: a list of turns that Gradio keeps per open page and that handlers change in
place, so an answer that arrives late still lands at its own question. A handler never raises to the user: an
error becomes words.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from index import Index
from ui import render
from ui.chat import asking, permalink, shelf
from ui.chat.components import EVERY, LAST, QUICK, UNEXPECTED, Updates, html, in_words, payload, wire_box
from ui.chat.downloads import Downloads
from ui.chat.drawer import Drawer, DrawerParts
from ui.chat.feedback import FEEDBACK_NAME, Feedback
from ui.chat.history import HISTORY_NAME, History
from ui.chat.judging import judge
from ui.chat.opening import opened, placed
from ui.chat.sessions import Session, forget_closed, owner
from ui.chat.shelf import Shelf, ShelfParts
from ui.chat.suggest import MOST_QUESTIONS, Suggestions, seed_file
from ui.chat.writing import Writings
from ui.desk import BusyError, Desk
from ui.questions import MAX_QUESTION_CHARS
from ui.render import Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page."""

    turns: gr.State
    session: gr.State
    new: gr.Button
    conversation: gr.Markdown
    seed: gr.Button
    offers: gr.Column
    offered: tuple[gr.Button, ...]
    question: gr.Textbox
    tabs: gr.Markdown
    source: gr.Markdown
    again: gr.Textbox
    wanted: gr.Textbox
    verdict: gr.Textbox
    judged: gr.Markdown
    shelf: ShelfParts
    drawer: DrawerParts


def build(
    index: Index,
    *,
    examples: Sequence[str] | None = None,
    downloads: Downloads | None = None,
    desk: Desk | None = None,
    writings: Writings | None = None,
) -> gr.Blocks:
    """Return the chat over ``index``, with ``examples`` of questions to click while nothing was asked yet.

    By default these are drawn from the documents. Files to save are handed to ``downloads``, questions to ``desk``.
    With ``writings`` a switch has answers written out by their model.
    """
    history = History(index.path / HISTORY_NAME)
    page = gr.Blocks(title="Verbatim", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600))
    with page:
        parts = _lay_out(examples or [""] * (MOST_QUESTIONS if examples is None else 0), writings)
        documents = Shelf(index, history, parts.shelf)
        conversations = Drawer(index, history, downloads or Downloads(), parts.drawer)
        shown = page.load(partial(_load, index, parts), [parts.turns, parts.session], _depending(parts), **QUICK)
        page.load(documents.show, [parts.session], parts.shelf.shown(), **QUICK)
        page.load(conversations.show, [parts.session], [parts.drawer.listed, parts.drawer.current], **QUICK)
        permalink.wire(page, parts.source, lambda address: _open(index, f"0 {address}", ()))
        _wire_asking(index, parts, documents, conversations, desk or Desk(), writings=writings)
        changed = _wire_documents(page, index, parts, documents)
        if examples is None:
            suggest = _suggesting(Suggestions(index, asking.of(index)))
            for event in (shown, *changed):
                event.then(suggest, None, list(parts.offered), **QUICK)
        _wire_conversations(index, parts, conversations)
        _wire_judging(index, parts, conversations)
        page.unload(partial(forget_closed, page))
    return page


def _suggesting(suggestions: Suggestions) -> Callable[[], Awaitable[list[Any]]]:
    """Return what puts questions on the buttons, once they are known."""

    async def suggest() -> list[Any]:
        """Show what one could ask."""
        found = [*await suggestions.questions(), *[""] * MOST_QUESTIONS][:MOST_QUESTIONS]
        return [gr.update(value=question, visible=bool(question)) for question in found]

    return suggest


def _lay_out(examples: Sequence[str], writings: Writings | None) -> Parts:
    """Lay the page out: the conversation on the left; beside it the source, or the documents."""
    turns, session = gr.State([]), gr.State(Session())
    with gr.Row(elem_id="masthead"):
        html(render.masthead(), "wordmark")
        current = html("", "current")
        new = gr.Button("New conversation", elem_id="new-conversation", size="sm")
    with gr.Row(elem_id="panes"):
        with gr.Column(elem_id="drawer"):
            listed = html("", "conversations")
        with gr.Column(elem_id="ask"):
            with gr.Column(elem_id="scroll"):
                conversation = html("", "conversation")
                seed = gr.Button("Try it with a news article", elem_id="seed", visible=False)
                with gr.Column(elem_id="examples", visible=False) as offers:
                    offered = tuple(gr.Button(one, elem_classes="example", visible=bool(one)) for one in examples)
            question = _question_box()
            if writings is not None:
                _switch(writings.model, session)
            scope = html("", "scope")
        with gr.Column(elem_id="beside"):
            tabs = html(render.pane_tabs(0), "tabs")
            source = html(render.no_source(), "source")
            with gr.Column(elem_id="documents"):
                upload, message, refused, matching, table = shelf.lay_out()
    file = html("", "file")
    wanted = wire_box("wanted-citation", "Citation to open")
    documents = wire_box("documents-command", "What to do with documents")
    unwanted = wire_box("unwanted-document", "Document to remove")
    left_out = html("", "left-out")
    opened = wire_box("wanted-conversation", "Conversation to open")
    command = wire_box("history-command", "What to do with a conversation")
    return Parts(
        turns=turns,
        session=session,
        new=new,
        conversation=conversation,
        seed=seed,
        offers=offers,
        offered=offered,
        question=question,
        tabs=tabs,
        source=source,
        again=wire_box("ask-again", "Question to ask in another way"),
        wanted=wanted,
        verdict=wire_box("verdict", "What is said of an answer"),
        judged=html("", "judged"),
        shelf=ShelfParts(upload, message, refused, matching, table, scope, documents, unwanted, left_out),
        drawer=DrawerParts(listed, current, file, opened, command),
    )


def _switch(model: str, session: gr.State) -> None:
    """Lay out the switch that has answers written out."""

    async def turn(is_on: bool, session: Session) -> None:
        """Remember how the switch of this page stands."""
        session.writes = is_on is True

    switch = gr.Checkbox(True, label=f"Write it out ({model})", container=False, elem_id="write-out")
    switch.input(turn, [switch, session], None, **QUICK)


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


def _depending(parts: Parts) -> list[Any]:
    """Return the components of the conversation that depend on which documents there are."""
    return [parts.tabs, parts.conversation, parts.seed, parts.offers]


def _wire_asking(
    index: Index, parts: Parts, documents: Shelf, conversations: Drawer, desk: Desk, *, writings: Writings | None
) -> None:
    """Say what happens when a question is asked, a source is opened, a conversation is started anew."""
    turns = parts.turns

    async def begin(question: object, turns: list[Turn], session: Session) -> Updates:
        """Show the question, whatever was sent as one. Here and now: a thread would cost more than the work."""
        return _begin(index, parts, question if isinstance(question, str) else "", turns, session)

    def begin_again(sent: str, turns: list[Turn], session: Session) -> Updates:
        """Show a question that was clicked to be asked without what was said before, or of all documents."""
        how, _, question = payload(sent).partition(" ")
        return _begin(index, parts, question, turns, session, how=how)

    shown, at_once, own = [parts.conversation, parts.question], {**QUICK, "preprocess": False}, [turns, parts.session]
    asked = [
        parts.question.submit(begin, [parts.question, *own], shown, **at_once),
        *(button.click(begin, [button, *own], shown, **at_once) for button in parts.offered),
        parts.again.submit(begin_again, [parts.again, *own], shown, **QUICK),
    ]

    def answer_and_keep(turns: list[Turn], pending: Sequence[Turn], session: Session, request: gr.Request) -> Updates:
        """Answer what is pending, keep it, and list the conversation if it is a new one."""
        entries = documents.entries()
        asked = session.asked(entries)
        keep = partial(conversations.keep, session=session, request=request)
        places = asking.finish(index, turns, pending, asked, there=len(entries), keep=keep)
        if writings is not None and session.writes:
            name = owner(request)
            writings.write(turns, places, name, partial(conversations.amend, name, session.conversation))
        return {parts.conversation: _conversation(index, turns), **conversations.follow(session, request)}

    async def finish(turns: list[Turn], session: Session, request: gr.Request) -> Updates:
        """Answer once there is time for it, or say that there is none. Nothing else is done here: all wait for this.

        What was asked meanwhile waits for its turn, since it may follow up on this.
        """
        if not session.loaded:
            return {parts.conversation: gr.skip()}
        async with session.answering:
            pending = [turn for turn in turns if turn.pending]
            try:
                return await desk.work_out(partial(answer_and_keep, turns, pending, session, request))
            except BusyError as error:
                asking.give_up(turns, pending, str(error))
                return {parts.conversation: _conversation(index, turns)}

    followed = [parts.conversation, parts.drawer.listed, parts.drawer.current]
    for event in asked:
        event.then(finish, own, followed, **EVERY)
    parts.wanted.submit(partial(_open, index), [parts.wanted, turns], [parts.source], **LAST)
    new = parts.new.click(partial(_start_anew, index, parts), own, _depending(parts), **QUICK)
    new.then(render.no_source, None, [parts.source], **QUICK)
    new.then(conversations.show, [parts.session], [parts.drawer.listed, parts.drawer.current], **QUICK)


def _wire_documents(page: gr.Blocks, index: Index, parts: Parts, documents: Shelf) -> list[Any]:
    """Say what happens when documents are added, removed, listed or chosen; return the events that change them."""
    own, session = parts.shelf, parts.session
    added = own.upload.upload(
        documents.add,
        [own.upload],
        [own.upload, own.message],
        preprocess=False,  # raw entries keep each file's own name; `Shelf` checks their paths
        show_progress="hidden",
        concurrency_limit=1,
        api_visibility="private",
    )
    removed = own.unwanted.submit(documents.remove, [own.unwanted], [own.message], **EVERY)
    seeded = parts.seed.click(
        documents.add_seed, None, [own.message], show_progress="minimal", api_visibility="private"
    )
    for event in (added, removed, seeded):
        event.then(partial(_everything, index, parts), [parts.turns], _depending(parts), **QUICK)
        event.then(documents.show, [session], own.shown(), **QUICK)
    own.command.submit(documents.command, [own.command, session], [*own.shown(), own.left_out], **EVERY)

    def follow(turns: list[Turn], session: Session, request: gr.Request) -> Iterator[Updates]:
        """Tell of files that were sent before the page was loaded anew, and show what they brought."""
        yield {own.message: gr.skip()}  # Gradio empties all that a generator could change which yields nothing
        was_adding = False
        for message in documents.follow(request):
            was_adding = True
            yield {own.message: message}
        if was_adding:
            yield {**_everything(index, parts, turns), **documents.show(session, request)}

    shown = [own.message, *_depending(parts), *own.shown()]
    followed = page.load(
        follow, [parts.turns, session], shown, show_progress="hidden", concurrency_limit=None, api_visibility="private"
    )
    return [added, removed, seeded, followed]


def _wire_conversations(index: Index, parts: Parts, conversations: Drawer) -> None:
    """Say what happens when a conversation is opened, renamed, deleted or saved."""
    own, turns, session = parts.drawer, parts.turns, parts.session
    listed = [own.listed, own.current]

    def reopen(wanted: str, turns: list[Turn], session: Session, request: gr.Request) -> Updates:
        """Show a conversation of old, and no source; where it is to "keep" one, the page's own address names that."""
        identity, _, keeps = payload(wanted).partition(" ")
        trouble = conversations.open(identity, turns, session, request)
        turns[:] = [placed(index, turn) for turn in turns]
        said = gr.skip() if keeps else render.source_trouble(trouble) if trouble else render.no_source()
        return {**_everything(index, parts, turns), parts.source: said}

    opened = own.wanted.submit(reopen, [own.wanted, turns, session], [*_depending(parts), parts.source], **LAST)
    opened.then(conversations.show, [session], listed, **QUICK)

    def change(message: str, turns: list[Turn], session: Session, request: gr.Request) -> Updates:
        """Change a conversation; the open one may be deleted by it."""
        if payload(message) == "earlier":
            return {parts.conversation: render.conversation(turns, documents=0, whole=True)}
        before = session.conversation
        updates = conversations.command(message, turns, session, request)
        return updates if session.conversation == before else {**_everything(index, parts, turns), **updates}

    own.command.submit(change, [own.command, turns, session], [*listed, own.file, *_depending(parts)], **EVERY)


def _wire_judging(index: Index, parts: Parts, conversations: Drawer) -> None:
    """Say what happens when something is said of an answer."""
    feedback = Feedback(index.path / FEEDBACK_NAME)

    def say(said: str, turns: list[Turn], session: Session, request: gr.Request) -> Updates:
        """Keep it, and say so where it was said: what is open beside the conversation stays."""
        amend = partial(conversations.amend, owner(request), session.conversation)
        judged = judge(index, feedback, said, turns, amend)
        shown = {parts.judged: judged.below, parts.source: judged.source}
        return {part: value for part, value in shown.items() if value}

    parts.verdict.submit(say, [parts.verdict, parts.turns, parts.session], [parts.judged, parts.source], **EVERY)


# ---- asking ----------------------------------------------------------------------------------------------


def _begin(index: Index, parts: Parts, question: str, turns: list[Turn], session: Session, *, how: str = "") -> Updates:
    """Show the question at once, before it is answered; ``how`` is "alone" or "all" where it was clicked.

    One that is too long stays in the box, to be shortened; so does any of a page that is not known, which is first
    loaded anew, with its conversation and the documents that it asks.
    """
    if not session.loaded:
        return {parts.conversation: render.unknown_page(), parts.question: gr.skip()}
    asking.begin(question, turns, alone=how == "alone", of_all=how == "all")
    stays = how or len(question.strip()) > MAX_QUESTION_CHARS
    return {parts.conversation: _conversation(index, turns), parts.question: gr.skip() if stays else ""}


def _conversation(index: Index, turns: Sequence[Turn]) -> str:
    """Return the conversation as HTML."""
    return render.conversation(turns, documents=0 if turns else index.document_count())


async def _load(index: Index, parts: Parts, turns: Sequence[Turn], session: Session) -> Updates:
    """Show the page as it is when it was just loaded. Here and now, so that no question comes before it."""
    session.loaded = True
    return _everything(index, parts, turns)


def _start_anew(index: Index, parts: Parts, turns: list[Turn], session: Session) -> Updates:
    """Leave the conversation; it is kept."""
    turns.clear()
    session.conversation = session.title = ""
    return _everything(index, parts, turns)


# ---- sources ---------------------------------------------------------------------------------------------


def _open(index: Index, wanted: str, turns: Sequence[Turn]) -> str:
    """Return what the source pane shows of the citation that was chosen."""
    try:
        return opened(index, payload(wanted), turns)
    except Exception as error:
        return render.source_trouble(in_words(error, "a source could not be opened"))


# ---- documents -------------------------------------------------------------------------------------------


def _everything(index: Index, parts: Parts, turns: Sequence[Turn]) -> Updates:
    """Return what of the conversation depends on which documents there are."""
    try:
        documents = index.document_count()
    except Exception:
        log.exception("the documents could not be counted")
        return {parts.conversation: render.notice(UNEXPECTED)}
    return {
        parts.tabs: render.pane_tabs(documents),
        parts.conversation: render.conversation(turns, documents=documents),
        parts.seed: gr.update(visible=not turns and not documents and seed_file() is not None),
        parts.offers: gr.update(visible=not turns and bool(documents)),
    }
