"""The chat in a real Chromium: from a question to its source and back, with hostile documents, on a phone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from index import Index, Source
from qa.types import Answer, Citation, Span
from tests.conftest import ARTICLE
from tests.support.chromium import NEEDS_CHROMIUM, ask, serving, visits
from tests.support.fakes import HashEncoder
from ui.chat import asking
from ui.server.web import create_app

pytestmark = NEEDS_CHROMIUM

HOSTILE = (
    "<img src=http://198.51.100.7/a.png onerror=\"alert('img')\"> <script>alert('script')</script> "
    "<svg onload=alert('svg')><image href=http://198.51.100.7/b.png></svg> "
    "<form action=http://198.51.100.7/c><input name=password autofocus onfocus=alert('focus')></form> "
    "<style>body{background:url(http://198.51.100.7/d)}</style> ![x](http://198.51.100.7/e.png) "
    "<iframe src=http://198.51.100.7/f></iframe> <a href=\"javascript:alert('link')\">open</a> "
    "</div></mark><h1 style=position:fixed;inset:0>Taken over</h1>"
)
TEXTS = {  # by name: the text, and the sentence in it that is cited
    "crlf.txt": (
        "Intro line.\r\nThese words\r\nspan two lines.\r\n\r\nThe end.",
        "These words\r\nspan two lines.",
    ),
    "emoji.txt": ("😀👩‍👩‍👧 came first. They follow 🇮🇶 here. The end.", "They follow 🇮🇶 here."),
    "rtl.txt": ("قال الوزير ذلك أمس. ثم غادر المكان. نهاية النص.", "ثم غادر المكان."),
    "leading.txt": ("\n\n\tThese words lead. The end.", "\n\n\tThese words lead."),
    "markdown.txt": (
        "# Head\n\n* a _b_ `c` $$x$$ **stays** [as](is).\n\n```\ncode\n```\n",
        "_b_ `c` $$x$$ **stays** [as](is).",
    ),
}


def cite(index: Index, source: str, sentence: str, short: str | None = None) -> Citation:
    (document,) = [document for document in index.documents() if document.source == source]
    start = document.text.index(sentence)
    span = (
        None
        if short is None
        else Span(document.text.index(short, start), document.text.index(short, start) + len(short))
    )
    names = (document.id, document.revision, document.source, document.title)
    return Citation(1, *names, sentence, start, start + len(sentence), 1, 0.9, span)


def scripted(question: str, *, index: Index, history: Sequence[Answer] = (), **_: object) -> Answer:
    """Answer from a script, so that these tests are about the chat and not about the reader."""
    if "troops" in question:
        found = cite(index, ARTICLE.name, _sentence("Currently"), "2,500")
        return Answer(question, question, (found,), "found", 0.93)
    if question.startswith("mark "):
        name = question.removeprefix("mark ")
        return Answer(question, question, (cite(index, name, TEXTS[name][1]),), "found", 0.5)
    if "hostile" in question:
        (document,) = [document for document in index.documents() if "198.51.100.7" in document.text]
        names = (document.id, document.revision, document.source, document.title)
        found = Citation(1, *names, HOSTILE, 0, len(HOSTILE), 1, 0.9, Span(0, 40))
        return Answer(question + HOSTILE, HOSTILE, (found,), HOSTILE, 0.9)
    near = cite(index, ARTICLE.name, _sentence("The White House"))
    query = f"{question} {history[-1].question}" if question.startswith("Where") and history else question
    return Answer(question, query, (), "No sentence answers this.", 0.1, near, ("pope",))


def _sentence(beginning: str) -> str:
    """The sentence of the seed article that begins so."""
    text = ARTICLE.read_bytes().decode()
    start = text.index(beginning)
    return re.match(r".+?\.(?=\s)", text[start:]).group()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        pytest.MonkeyPatch.context() as patch,
        Index.open(tmp_path_factory.mktemp("store"), encoder=HashEncoder()) as index,
    ):
        patch.setattr(asking, "answer", scripted)
        hostile_name = "<img src=x onerror=alert(1)>\" onfocus='alert(2)'.txt"
        index.add([Source(ARTICLE.name, ARTICLE.read_bytes()), Source(hostile_name, HOSTILE, title=HOSTILE)])
        index.add([Source(name, text) for name, (text, _) in TEXTS.items()])
        with serving(create_app(index, examples=["How many U.S. troops remain in Iraq?"])) as address:
            yield address


@pytest.fixture
def visit(browser: Any, url: str) -> Iterator[Callable[..., Any]]:
    with visits(browser, url) as opening:
        yield opening


def test_from_an_example_to_the_marked_sentence_by_mouse(visit):
    page = visit()
    page.click(".example")
    page.wait_for_selector(".quotation")
    assert page.text_content(".turn h2") == "How many U.S. troops remain in Iraq?"
    assert page.text_content(".turn .short") == "2,500"
    assert not page.is_visible(".example")
    page.click("button[name=cite]")
    page.wait_for_selector("#source mark")
    assert page.text_content("#source mark") == _sentence("Currently")
    assert page.text_content("#source .text") == ARTICLE.read_bytes().decode()
    page.wait_for_selector("#source mark:focus")
    mark, pane = page.locator("#source mark").bounding_box(), page.locator("#source").bounding_box()
    assert pane["y"] <= mark["y"] < pane["y"] + pane["height"]


def test_from_the_question_to_the_source_and_back_by_keyboard(visit):
    page = visit()
    ask(page, "How many troops are there?")
    page.focus(".quotation button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source mark:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector("button[name=cite]:focus")
    page.keyboard.press("Space")
    page.wait_for_selector("#source mark:focus")
    ask(page, "And how many troops again?")
    page.click(".turn:last-child button[name=cite]")
    page.wait_for_selector("#source mark:focus")


def test_a_follow_up_is_asked_alone_by_keyboard(visit):
    page = visit()
    ask(page, "How many troops are there?")
    ask(page, "Where\nexactly?")
    assert "Where\nexactly? How many troops are there?" in page.text_content(".turn:last-child .searched")
    page.fill("#question textarea", "half a")
    page.get_by_role("button", name="Change what was searched for").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn:nth-child(3) .refusal")
    assert page.text_content(".turn:last-child h2") == "Where\nexactly?"
    assert page.text_content(".turn:last-child .note") == "Asked alone, without what was said before."
    assert page.locator(".turn:last-child .searched").count() == 0
    assert page.get_by_role("button", name="Ask it alone without what was said before").count() == 1, "the turn before"
    assert page.input_value("#question textarea") == "half a"
    page.wait_for_selector("#question textarea:focus")


def test_what_is_asked_before_the_last_answer_came_is_answered_too_and_knows_that_answer(visit, monkeypatch):
    page = visit()
    may_go_on, asked = threading.Event(), []

    def slowly(question, **more):
        asked.append(question)
        assert "first" not in question or may_go_on.wait(20)
        return scripted(question, **more)

    monkeypatch.setattr(asking, "answer", slowly)
    for number, question in enumerate(["How many troops at first?", "Where?", "Is the pope ill?"], start=1):
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        page.wait_for_selector(f".turn:nth-child({number}) .pending")
    may_go_on.set()
    page.wait_for_selector(".turn:nth-child(3) .refusal")
    assert page.text_content(".turn:nth-child(1) .short") == "2,500"
    assert "Where? How many troops at first?" in page.text_content(".turn:nth-child(2) .searched")
    assert asked == ["How many troops at first?", "Where?", "Is the pope ill?"], "each once"


@pytest.mark.parametrize("name", TEXTS)
def test_the_browser_shows_the_source_to_the_letter(visit, name):
    page = visit()
    ask(page, f"mark {name}")
    page.click("button[name=cite]")
    page.wait_for_selector("#source mark")
    text, sentence = TEXTS[name]
    assert page.text_content("#source mark") == sentence
    assert page.text_content("#source .text") == text
    assert page.text_content(".turn blockquote") == sentence


def test_a_refusal_shows_the_nearest_sentence_and_opens_it(visit):
    page = visit()
    ask(page, "Is the pope ill?")
    assert page.text_content(".refusal") == "Your documents do not say."
    assert page.text_content(".missing b") == "pope"
    assert page.text_content(".nearest-label") == "Nearest sentence, not an answer"
    page.click(".quotation.nearest blockquote")
    page.wait_for_selector("#source mark")
    assert page.text_content("#source mark") == _sentence("The White House")


def test_a_hostile_document_is_only_text(visit):
    page = visit()
    ask(page, f"hostile {HOSTILE}")
    page.click("button[name=cite]")
    page.wait_for_selector("#source mark")
    assert page.text_content("#source mark") == HOSTILE
    assert page.text_content(".turn blockquote") == HOSTILE
    assert page.text_content("#source h2") == HOSTILE
    page.click("#tabs button[value=documents]")
    page.wait_for_selector(".documents tr")
    page.wait_for_timeout(500)
    inside = ":is(#conversation, #source, #documents .documents)"
    assert page.locator(f"{inside} :is(img, script, iframe, form, style, svg, a, input)").count() == 0


def test_two_pages_do_not_share_a_conversation(visit):
    first, second = visit(), visit()
    ask(first, "How many troops, secretly?")
    ask(second, "Is the pope ill?")
    assert "secretly" not in second.inner_text("#conversation")
    assert "pope" not in first.inner_text("#conversation")
    first.click("#new-conversation")
    first.wait_for_selector(".welcome")
    assert second.locator(".turn").count() == 1


def test_upload_a_good_and_a_bad_file_then_remove(visit):
    page = visit()
    page.click("#tabs button[value=documents]")
    page.wait_for_selector(".documents tbody tr")
    files = [
        {
            "name": "budget <b>.txt",
            "mimeType": "text/plain",
            "buffer": b"The budget grew by 4 percent in 2025.",
        },
        {"name": "scan.txt", "mimeType": "text/plain", "buffer": b"\x00\x01\xff\xfe\x81" * 40},
    ]
    rows = page.locator(".documents tbody tr").count()
    page.set_input_files("#upload input[type=file]", files)
    page.wait_for_selector(".changes")
    assert page.text_content(".changes .done") == "1 added, 1 not added"
    assert page.text_content(".failures b") == "scan.txt"
    page.wait_for_selector(f".documents tbody tr:nth-child({rows + 1})")
    row = page.locator(".documents tbody tr", has_text="budget")
    row.hover()
    row.locator("button[name=ask-removal]").click()
    row.locator("button[name=keep]").click()
    row.locator("button[name=ask-removal]").click()
    row.locator("button[name=remove]").click()
    page.wait_for_selector(f".documents tbody tr:nth-child({rows + 1})", state="detached")
    assert "removed budget" in page.inner_text("#message")


def test_a_phone_has_one_column_and_the_source_as_a_sheet(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, "How many troops are there?")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.tap("button[name=cite]")
    page.wait_for_selector("#source mark:focus")
    page.wait_for_timeout(400)
    box = page.locator("#source mark").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert 0 <= box["y"] < 844
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.click("button[name=close]")
    page.wait_for_selector("body:not([data-sheet]) button[name=cite]:focus")


def test_back_lowers_the_sheet_of_a_phone_and_does_not_leave_the_chat(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, "How many troops are there?")
    entries = page.evaluate("history.length")
    for close in (page.go_back, lambda: page.click("button[name=close]"), lambda: page.keyboard.press("Escape")):
        page.tap("button[name=cite]")
        page.wait_for_selector("body[data-sheet] #source mark:focus")
        close()
        page.wait_for_selector("body:not([data-sheet]) button[name=cite]:focus")
        page.wait_for_function("!history.state?.sheet")
    assert page.evaluate("history.length") == entries + 1, "what is closed leaves nothing to go back through"
    page.go_forward()
    page.wait_for_selector("body[data-sheet]")
    assert page.locator(".turn").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_has_contrast(visit, scheme):
    page = visit(color_scheme=scheme)
    ask(page, "How many troops are there?")
    ratio = page.evaluate(
        """() => {
          const light = (css) => {
            const parts = css.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
            const [r, g, b] = parts.map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const paper = light(getComputedStyle(document.body).backgroundColor);
          return ["blockquote", "figcaption", ".confidence", ".turn h2"].map((selector) => {
            const ink = light(getComputedStyle(document.querySelector(selector)).color);
            return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
          });
        }"""
    )
    assert min(ratio) >= 4.5
