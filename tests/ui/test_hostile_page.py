"""Hundreds of hostile texts in every place of the real page where text is shown: each stays text, to the letter.

The page is the whole chat (its layout, look, script, guard and Gradio's transport) in a Chromium. The texts come into
its components as the chat's own do, from the functions of `ui.render`; only who asks for them is the test.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from index import Index, Source
from index.types import Changes, Document, Entry, Failure, Span
from qa.types import Answer, Citation, Statement, Written
from tests.support.chromium import NEEDS_CHROMIUM, Watched, serving, watch
from tests.support.fakes import HashEncoder
from tests.support.hostile_payloads import payloads, unholdable
from ui import render
from ui.chat import layout
from ui.chat.history import Summary
from ui.render import Turn

pytestmark = NEEDS_CHROMIUM


class Place(NamedTuple):
    """Where text is shown: the component, what is shown there for a text, and the element that then holds it."""

    component: str
    shown: Callable[[str], str]
    selector: str


def document(text: str = "Plain text. More.", *, title: str = "Title", source: str = "a.txt", **more: Any) -> Document:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return Document(more.pop("id", "d1"), source, title, text, (0,), digest, digest[:12], **more)


def entry(*, title: str = "Title", source: str = "a.txt", also: tuple[str, ...] = ()) -> Entry:
    return Entry("d1", source, title, 1, 1, "2026-01-01T00:00:00+00:00", "r", also)


def citation(of: Document, text: str | None = None, *, answer: Span | None = None, **more: Any) -> Citation:
    text = of.text if text is None else text
    return Citation(1, of.id, of.revision, of.source, of.title, text, 0, len(text), 1, 0.9, answer, **more)


def turn(question: str = "Who?", **fields: Any) -> str:
    query = fields.pop("query", question)
    found = Answer(question, query, **{"citations": (), "reason": "Because.", "confidence": 0.5, **fields})
    return render.conversation([Turn(question, found)], documents=1)


def quoted(text: str, *, short: bool) -> str:
    of = document(text)
    return turn(citations=(citation(of, answer=Span(0, len(text)) if short else None),))


def differing(text: str, of: Document | None = None) -> str:
    """Return an answer in which documents differ: one of them says ``text``."""
    of = of or document(text)
    return turn(citations=(citation(of, answer=Span(0, len(text))),), conflicts=((1,),))


def among(place: render.Place) -> str:
    """Return an answer whose sentence stands in a place."""
    cited = citation(document())
    found = Answer("Who?", "Who?", (cited,), "Because.", 0.5)
    return render.conversation([Turn("Who?", found, places={cited: place})], documents=1)


def prose(statement: Callable[[str], Statement], name: str = "model", note: str = "") -> Callable[[str], str]:
    """Return what shows an answer with a sentence that was written."""
    return lambda text: turn(citations=(citation(document()),), written=Written(name, (statement(text),), note))


def kept(text: str) -> Statement:
    return Statement(text, (1,), True)


def struck(text: str) -> Statement:
    return Statement(text, (1,), False, ("no one says so",))


def source(of: Document, text: str | None = None) -> str:
    return render.source(of, citation(of, text))


PLACES = {
    "question": Place("conversation", turn, ".question"),
    "question without an answer": Place(
        "conversation", lambda text: render.conversation([Turn(text)], documents=1), ".question"
    ),
    "written": Place("conversation", prose(kept), ".written .words"),
    "struck": Place("conversation", prose(struck), ".written s"),
    "why it was struck": Place(
        "conversation", prose(lambda text: Statement("It is.", (1,), False, (text,))), ".written .why-struck"
    ),
    "model": Place("conversation", lambda text: prose(kept, text)("It is."), ".written bdi"),
    "note on what was written": Place("conversation", lambda text: prose(kept, "m", text)("It is."), ".written .note"),
    "trouble": Place(
        "conversation", lambda text: render.conversation([Turn("?", trouble=text)], documents=1), ".trouble bdi"
    ),
    "query": Place("conversation", lambda text: turn("Who?", query=f"{text}?"), ".searched"),
    "quotation": Place("conversation", lambda text: quoted(text, short=False), "blockquote"),
    "short answer in its quotation": Place("conversation", lambda text: quoted(text, short=True), "blockquote mark"),
    "title of a quotation": Place(
        "conversation", lambda text: turn(citations=(citation(document(title=text)),)), "figcaption .title"
    ),
    "value that documents differ in": Place("conversation", differing, ".conflict .short"),
    "title of a document that differs": Place(
        "conversation", lambda text: differing("42", document("It is 42.", title=text)), ".conflict .title"
    ),
    "part that is not answered": Place(
        "conversation", lambda text: turn(citations=(citation(document()),), unanswered=(text,)), ".reason"
    ),
    "reason of a refusal": Place("conversation", lambda text: turn(reason=f"({text})"), ".reason"),
    "missing word": Place("conversation", lambda text: turn(missing=(text,)), ".missing bdi"),
    "nearest": Place("conversation", lambda text: turn(nearest=citation(document(text))), "blockquote"),
    "text of the source": Place("source", lambda text: source(document(f"Before. {text}"), "Before."), ".text"),
    "mark in the source": Place("source", lambda text: source(document(f"{text} After."), text), "mark"),
    "title of the source": Place("source", lambda text: source(document(title=text)), "h2"),
    "file of the source": Place("source", lambda text: source(document(source=text)), ".file"),
    "also in": Place("source", lambda text: source(document(also=(text,))), ".place bdi:last-of-type"),
    "trouble in the source": Place("source", render.source_trouble, "p"),
    "title in the table": Place("table", lambda text: render.documents_table([entry(title=text)]), "bdi.title"),
    "file in the table": Place("table", lambda text: render.documents_table([entry(source=text)]), ".file"),
    "other file in the table": Place(
        "table", lambda text: render.documents_table([entry(also=(text,))]), "bdi.file:last-of-type"
    ),
    "notice": Place("message", render.notice, ".trouble"),
    "stage of an upload": Place("message", lambda text: render.progress(0, 1, text, 1), ".stage"),
    "file that failed": Place("refused", lambda text: render.refused([Failure(text, "x")]), "li bdi"),
    "why it failed": Place("refused", lambda text: render.refused([Failure("x", text)]), "li > span"),
    "conversation in the list": Place(
        "conversations", lambda text: render.conversations([Summary("x", text, "", "")]), ".title"
    ),
    "title of the conversation": Place("current", lambda text: render.current("x", text), ".current"),
    "note on an answer": Place(
        "conversation", lambda text: render.conversation([Turn("?", trouble="x", notes=(text,))], documents=1), ".note"
    ),
    "name of the same document": Place(
        "conversation", lambda text: turn(citations=(citation(document(), also=(text,)),)), "figcaption bdi:not(.title)"
    ),
    "title of a copy": Place(
        "conversation",
        lambda text: turn(citations=(citation(document(), copies=(citation(document(id="d2", title=text)),)),)),
        ".copies button",
    ),
    "sentence before": Place("conversation", lambda text: among(render.Place(before=text)), ".neighbour.before"),
    "sentence after": Place("conversation", lambda text: among(render.Place(after=text)), ".neighbour.after"),
    "author of the source": Place("source", lambda text: source(document(author=text)), ".place bdi:not(.file)"),
    "question that was answered wrongly": Place("source", lambda text: render.which_one(1, text, ()), ".asked"),
    "folder of cases": Place("source", render.thanks, ".command bdi"),
    "what was removed": Place("message", lambda text: render.changes(Changes(removed=("x",)), [text]), ".done"),
}
"""Every place where text is shown; a new one is a line here."""

BESIDE_THE_TEXT = {
    "query": "Searched for: “{}?” Change what was searched for Ask it alone without what was said before",
    "reason of a refusal": "({})",
    "part that is not answered": "No sentence surely answers: {}",
    "text of the source": "Before. {}",
    "folder of cases": "verbatim eval {}",
    "what was removed": "removed {}",
}
"""What a place says around the text."""

FILE_NAMES = {
    "name of the same document",
    "file of the source",
    "also in",
    "file in the table",
    "other file in the table",
}
"""Places that show a file without its folders: there no slash can be."""

COMPONENTS = sorted({place.component for place in PLACES.values()})
AT_ONCE = 160
NUMBERS = itertools.count(1)


def asked_for(request: str) -> list[str]:
    """Return what each component shows for a request: every payload of a batch in each of its places, by turns."""
    batch = json.loads(request)
    shown: dict[str, list[str]] = {component: [] for component in COMPONENTS}
    for name in batch["places"]:
        place = PLACES[name]
        for text in batch["texts"]:
            shown[place.component].append(place.shown(text))
    done = f'<div title="{batch["number"]}"></div>'
    return ["\n\n".join([*shown[component], done]) for component in COMPONENTS]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The chat, with a hidden field more: it shows what a test asks for."""
    import gradio as gr

    from ui.server.web import create_app

    def build(*args: Any, **options: Any) -> gr.Blocks:
        page = original(*args, **options)
        parts = {part.elem_id: part for part in page.blocks.values() if isinstance(part, gr.Markdown)}
        with page:
            wish = gr.Textbox(visible="hidden", elem_id="wish", label="Wish")
            wish.submit(asked_for, [wish], [parts[component] for component in COMPONENTS], queue=False)
        return page

    original = layout.build
    with (
        pytest.MonkeyPatch.context() as patch,
        Index.open(tmp_path_factory.mktemp("store"), encoder=HashEncoder()) as index,
    ):
        patch.setattr(layout, "build", build)
        index.add([Source("plain.txt", "A plain sentence.")])
        with serving(create_app(index)) as url:
            yield url


@pytest.fixture(scope="module")
def page(browser: Any, site: str) -> Watched:
    watched = watch(browser, site)
    watched.page.evaluate("window.ran = []; window.hit = (what) => window.ran.push(what)")
    return watched


SEEN = """([component, selector]) => {
  const elements = [...document.querySelectorAll(`#${component} ${selector}`)];
  return elements.map((element) => element.textContent);
}"""

STATE = """() => ({
  title: document.title, address: location.href, ran: window.ran, shown: getComputedStyle(document.body).display,
  paper: getComputedStyle(document.body).backgroundColor,
  scripts: document.scripts.length, sheets: document.styleSheets.length,
  metas: document.querySelectorAll("meta, base, link").length,
  frames: frames.length, forms: document.forms.length, links: document.links.length,
  inputs: document.querySelectorAll("input, textarea, select").length,
  conversations: document.querySelectorAll("#conversation, #source, #table, #message").length,
})"""

INTRUDERS = """(components) => {
  const kept = new Set(`DIV P H2 H3 B S BDI STRONG MARK FIGURE FIGCAPTION BLOCKQUOTE BUTTON SPAN HEADER TABLE CAPTION
    THEAD TBODY TR TH TD UL OL LI DL DT DD DETAILS SUMMARY SECTION ARTICLE NAV TIME PROGRESS`.split(/\\s+/));
  const harmless = new Set(`class dir id type name value title role hidden scope tabindex lang open colspan
    datetime max`.split(/\\s+/));
  const found = [];
  for (const component of components)
    for (const element of document.querySelectorAll(`#${component} .md *`)) {
      if (!kept.has(element.tagName)) found.push(element.outerHTML.slice(0, 200));
      for (const { name } of element.attributes)
        if (!harmless.has(name) && !/^(aria|data)-/.test(name)) found.push(`${element.tagName} ${name}`);
      if (["fixed", "absolute"].includes(getComputedStyle(element).position) && !element.matches(".unseen, .unseen *"))
        found.push(`over the page: ${element.outerHTML.slice(0, 200)}`);
    }
  return found.slice(0, 5);
}"""

LOOSE = """([component, selector]) => [...document.querySelectorAll(`#${component} ${selector}`)].filter((element) => {
  for (let one = element; one && one.id !== component; one = one.parentElement) {
    const { display, unicodeBidi } = getComputedStyle(one);
    if (display !== "inline" || /isolate|plaintext/.test(unicodeBidi)) return false;
  }
  return true;
}).length"""


def wish(page: Any, places: list[str], texts: list[str]) -> None:
    """Have texts shown in places, and wait until they are."""
    number = next(NUMBERS)
    page.evaluate(
        """(value) => {
          const input = document.querySelector("#wish textarea, #wish input");
          input.value = value;
          input.dispatchEvent(new Event("input", { bubbles: true }));
          input.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
        }""",
        json.dumps({"number": number, "places": places, "texts": texts}),
    )
    for component in COMPONENTS:
        page.wait_for_selector(f'#{component} div[title="{number}"]', state="attached")


@pytest.mark.parametrize("name", PLACES)
def test_every_payload_stays_text_in(page: Watched, name: str) -> None:
    place, around = PLACES[name], BESIDE_THE_TEXT.get(name, "{}")
    texts = [text.replace("/", "\u2215") if name in FILE_NAMES else text for text in payloads()]
    before = page.page.evaluate(STATE)
    for start in range(0, len(texts), AT_ONCE):
        batch = texts[start : start + AT_ONCE]
        wish(page.page, [name], batch)
        shown = page.page.evaluate(SEEN, [place.component, place.selector])
        wrong = [(text, seen) for text, seen in zip(batch, shown, strict=True) if seen != around.replace("{}", text)]
        assert wrong == []
        assert page.page.evaluate(INTRUDERS, COMPONENTS) == []
        assert page.page.evaluate(LOOSE, [place.component, place.selector]) == 0, "its direction spills over"
    page.page.wait_for_timeout(50)  # what loads or runs by itself does so now
    assert page.page.evaluate(STATE) == before
    page.assert_innocent()


def test_there_are_enough_payloads() -> None:
    assert len(payloads()) >= 300
    assert all(payloads())


@pytest.mark.parametrize("name", PLACES)
def test_what_no_page_can_hold_is_shown_as_replaced(page: Watched, name: str) -> None:
    place, around = PLACES[name], BESIDE_THE_TEXT.get(name, "{}")
    texts = [text.replace("/", "\u2215") if name in FILE_NAMES else text for text in unholdable()]
    wish(page.page, [name], texts)
    expected = [around.replace("{}", re.sub("[\0\ud800-\udfff]", "\ufffd", text)) for text in texts]
    assert page.page.evaluate(SEEN, [place.component, place.selector]) == expected
    page.assert_innocent()
