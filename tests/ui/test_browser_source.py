"""From a quotation to its place in a real Chromium: the sentences around it, its page, and back, by mouse and keys."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from index import Index, Source, pictures
from qa.types import RECOGNISED, Answer, Citation, Reasons, Searched, Span
from tests.index.test_recognition import needs_tesseract, scan
from tests.support.chromium import NEEDS_CHROMIUM, ask, serving, visits, watch
from tests.support.fakes import HashEncoder
from ui.chat import asking, layout

pytestmark = NEEDS_CHROMIUM

PDFS = Path(__file__).parents[1] / "files" / "pdf"
TEXT = "The raid began on Thursday. About 2,500 troops remain in Iraq. 😀👩‍👩‍👧 They all 🇮🇶 stay. Nobody knows why."
COPY = "From the wire. About 2,500 troops remain in Iraq. More follows."
TOWER = "The tower is thirty-four metres high and has 189 steps, which visitors may climb between April and September."
CITED = {  # by document: the sentence, and the short answer in it
    "libreoffice-report.pdf": (TOWER, "189 steps"),
    "rotated.pdf": (TOWER, "189 steps"),
    "cropped.pdf": (TOWER, None),
    "chromium-right-to-left.pdf": ("بنى سكان الجزيرة المنارة في عام 1871.", None),
}
SCAN = ("scan.pdf", "The lighthouse at Skerry Point was lit for the first time in October 1871.", "October 1871")
OVERLEAF = (
    "Rule 14 was agreed at the meeting of the trustees and holds for members, for guests and for everyone else who "
    "sets foot on the island."
)


def cite(index: Index, source: str, words: str, short: str | None = None, *, number: int = 1) -> Citation:
    """The place of these words in a document, whatever white space stands between them there."""
    (document,) = [one for one in index.documents() if Path(one.source).name == source]
    found = _found(words, document.text, 0)
    span = None
    if short is not None:
        inner = _found(short, document.text, found.start())
        span = Span(*inner.span())
    names = (document.id, document.revision, document.source, document.title)
    reasons = Reasons(number, 0.9 / number, {"dense": 0.6, "lexical": 1.0}, {"overlap": 0.75})
    place = (found.group(), *found.span(), document.page(found.start()), 2.0 - number)
    return Citation(number, *names, *place, span, document.also, reasons=reasons)


def _found(words: str, text: str, start: int) -> re.Match[str]:
    found = re.compile(r"\s+".join(map(re.escape, words.split()))).search(text, start)
    assert found
    return found


def scripted(question: str, *, index: Index, history: Sequence[Answer] = (), **_: object) -> Answer:
    """Answer from a script, so that these tests are about the chat and not about the reader."""
    if question in CITED:
        citations = (cite(index, question, *CITED[question]),)
    elif question == SCAN[0]:
        citations = (replace(cite(index, *SCAN), recognised=True),)
    elif question == "overleaf":
        citations = (cite(index, "headers-and-pages.pdf", OVERLEAF),)
    else:
        first = cite(index, "raid.txt", "About 2,500 troops remain in Iraq.", "2,500")
        copy = cite(index, "wire.txt", "About 2,500 troops remain in Iraq.")
        citations = (replace(first, copies=(copy,)), cite(index, "raid.txt", "They all 🇮🇶 stay.", number=2))
    near = (cite(index, "raid.txt", "Nobody knows why."),)
    if question == "refuse":
        return Answer(question, question, (), "No.", 0.1, citations[0], runners_up=near, searched=Searched(6, 10, 50))
    return Answer(question, question, citations, "found", 0.93, runners_up=near, searched=Searched(6, 10, 50))


@dataclass
class Site:
    """A running chat."""

    url: str
    index: Index


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from ui.server.web import create_app

    patch = pytest.MonkeyPatch()
    patch.setattr(asking, "answer", scripted)
    with ExitStack() as stack:
        stack.callback(pictures._sandbox.close)
        stack.callback(patch.undo)
        index = stack.enter_context(Index.open(tmp_path_factory.mktemp("store"), encoder=HashEncoder()))
        index.add([Source("raid.txt", TEXT), Source("wire.txt", COPY, title="The wire")])
        done = index.add([PDFS / name for name in (*CITED, "headers-and-pages.pdf")])
        assert not done.failed
        url = stack.enter_context(serving(create_app(index)))
        yield Site(url, index)


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Any]:
    with visits(browser, site.url) as opening:
        yield opening


def open_first(page: Any, question: str) -> None:
    ask(page, question)
    page.click(".turn:last-child .number")
    page.wait_for_selector("#source mark:focus")


# ---- pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CITED)
def test_a_pdf_shows_its_page_with_the_sentence_marked_on_its_words(visit: Any, site: Site, name: str) -> None:
    page = visit()
    open_first(page, name)
    assert_marked(page, site, cite(site.index, name, *CITED[name]))


@needs_tesseract
def test_a_scan_shows_its_picture_with_the_sentence_marked_and_says_that_it_is_one(visit: Any, site: Site) -> None:
    assert site.index.add(Source(SCAN[0], scan("one-column.pdf"))).added
    page = visit()
    open_first(page, SCAN[0])
    assert_marked(page, site, cite(site.index, *SCAN))
    assert RECOGNISED in page.text_content(".turn figcaption")
    assert f"{RECOGNISED}; where they differ, the page is right" in page.text_content("#source .place")
    page.get_by_role("button", name="Documents").first.click()
    page.wait_for_selector("table >> text=1 page read from a picture")


def assert_marked(page: Any, site: Site, citation: Citation) -> None:
    assert page.text_content("#source mark") == citation.text
    assert page.text_content(".turn blockquote") == citation.text
    boxes = site.index.boxes(citation.document_id, citation.revision, citation.start, citation.end)
    assert len(boxes) > 0
    sizes = site.index.page_sizes(citation.document_id, citation.revision)
    shown = page.locator("#source .box:not(.short-answer)")
    assert shown.count() == len(boxes)
    for place, box in enumerate(boxes):
        picture = page.locator(f"#page-{box.page} img")
        page.wait_for_function("image => image.complete && image.naturalWidth > 1000", arg=picture.element_handle())
        # An image that has come may still be decoding, and is not in a screenshot taken then.
        picture.evaluate("async image => { await image.decode(); await new Promise(requestAnimationFrame); }")
        frame, on_screen = picture.bounding_box(), shown.nth(place).bounding_box()
        scale = sizes[box.page - 1][0] / frame["width"]
        left, top = (on_screen["x"] - frame["x"]) * scale, (on_screen["y"] - frame["y"]) * scale
        right, bottom = left + on_screen["width"] * scale, top + on_screen["height"] * scale
        assert (left, top, right, bottom) == pytest.approx((box.left, box.top, box.right, box.bottom), abs=1.0)
        assert_letters_under_the_marker(page, on_screen)


def assert_letters_under_the_marker(page: Any, clip: dict[str, float]) -> None:
    """Of what is seen there much is the marker's yellow, and some is dark: the letters."""
    seen = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")).astype(int)
    red, _, blue = seen[..., 0], seen[..., 1], seen[..., 2]
    assert ((red > 200) & (blue < 180)).mean() > 0.3
    assert (red < 170).mean() > 0.03


def test_a_sentence_over_a_page_break_is_marked_on_both_pages(visit: Any) -> None:
    page = visit()
    open_first(page, "overleaf")
    assert " ".join(page.text_content("#source mark").split()) == OVERLEAF
    assert page.locator("#page-2 .box").count() == 2
    assert page.locator("#page-3 .box").count() == 1
    assert page.locator("#page-1 .box").count() == 0


def test_pages_are_turned_and_text_is_a_press_away(visit: Any, site: Site) -> None:
    page = visit(reduced_motion="reduce")
    open_first(page, "overleaf")
    assert page.text_content(".turning .at") == "2"
    page.click("[name=turn][value='-1']")
    page.wait_for_selector(".turning .at:text-is('1')")
    page.click("[name=turn][value='1']")
    page.wait_for_selector(".turning .at:text-is('2')")
    page.click("[name=view][value=text]")
    page.wait_for_selector("#source .text mark:focus")
    citation = cite(site.index, "headers-and-pages.pdf", OVERLEAF)
    assert page.text_content("#source mark") == citation.text
    document = site.index.document(citation.document_id, citation.revision)
    assert page.text_content("#source .text") == document.text
    assert page.get_attribute("[name=view][value=text]", "aria-pressed") == "true"
    open_first(page, "rotated.pdf")  # as it was wanted last
    assert page.locator("#source .text mark").count() == 1
    page.click("[name=view][value=page]")
    page.wait_for_selector("#source .paged mark:focus")
    open_first(page, "rotated.pdf")
    assert page.locator("#source .paged").count() == 1


def test_a_picture_that_does_not_come_is_said(browser: Any, site: Site) -> None:
    page = watch(browser, site.url).page
    page.route("**/verbatim/page/**", lambda route: route.abort())
    open_first(page, "cropped.pdf")
    page.wait_for_selector("#source .page .left-out")
    assert "cannot be shown as a picture" in page.text_content("#source .page .left-out")
    assert page.text_content("#source mark") == cite(site.index, "cropped.pdf", TOWER).text
    page.close()


# ---- the sentences around -----------------------------------------------------------------------------------------


def around(page: Any) -> dict[str, Any]:
    """Where the first quotation and its sentence stand, what follows it, and what is seen around it."""
    return page.evaluate(
        """() => {
          const figure = document.querySelector("figure.quotation");
          const top = (element) => Math.round(element.getBoundingClientRect().top);
          return {
            sentence: top(figure.querySelector("blockquote")),
            next: top(figure.nextElementSibling),
            seen: [...figure.querySelectorAll(".neighbour")].filter((one) => one.checkVisibility())
              .map((one) => one.textContent),
          };
        }"""
    )


NEIGHBOURS = ["The raid began on Thursday.", "😀👩‍👩‍👧"]


def test_the_mouse_shows_the_sentences_around_and_nothing_moves(visit: Any) -> None:
    page = visit()
    ask(page, "How many?")
    before = around(page)
    assert before["seen"] == []
    page.hover("figure.quotation blockquote")
    page.wait_for_selector("figure.quotation .neighbour.after", state="visible")
    assert around(page) == {**before, "seen": NEIGHBOURS}
    page.mouse.move(5, 5)
    page.wait_for_selector("figure.quotation .neighbour.after", state="hidden")
    assert around(page) == before


def test_the_keyboards_focus_shows_them_too(visit: Any) -> None:
    page = visit()
    ask(page, "How many?")
    before = around(page)
    page.keyboard.press("Escape")
    page.wait_for_selector(".number:focus")
    assert around(page) == {**before, "seen": NEIGHBOURS}
    page.keyboard.press("Escape")
    page.wait_for_selector("#question textarea:focus")
    assert around(page) == before


def test_a_finger_opens_them_in_their_place(visit: Any) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    ask(page, "How many?")
    button = page.locator("button.around").first
    button.tap()
    page.wait_for_selector("figure.quotation .neighbour.after", state="visible")
    assert around(page)["seen"] == NEIGHBOURS
    assert button.get_attribute("aria-expanded") == "true"
    assert page.locator("body[data-sheet]").count() == 0
    button.tap()
    page.wait_for_selector("figure.quotation .neighbour.after", state="hidden")


# ---- keys ---------------------------------------------------------------------------------------------------------


def test_by_keys_alone_from_the_question_to_each_source_and_back(visit: Any) -> None:
    page = visit()
    ask(page, "How many 1 2?")  # digits that are typed open nothing
    assert page.locator("#source mark").count() == 0
    page.keyboard.press("Escape")
    page.wait_for_selector("[value='1.1'].number:focus")
    page.keyboard.press("j")
    page.wait_for_selector("[value='1.2'].number:focus")
    page.keyboard.press("k")
    page.wait_for_selector("[value='1.1'].number:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source mark:focus")
    assert page.text_content("#source mark") == "About 2,500 troops remain in Iraq."
    assert "Source: raid" in page.text_content("#opened[role=status]")
    page.keyboard.press("j")
    page.wait_for_selector("#source mark:focus:text-is('They all 🇮🇶 stay.')")
    page.keyboard.press("Escape")
    page.wait_for_selector("[value='1.2'].number:focus")
    page.keyboard.press("1")
    page.wait_for_selector("#source-1\\.1 mark:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector("[value='1.1'].number:focus")
    page.keyboard.press("9")  # there is no ninth
    page.keyboard.press("Control+2")  # the browser's own
    page.wait_for_timeout(300)
    assert page.locator("[value='1.1'].number:focus").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_selector("#question textarea:focus")


def test_of_two_that_are_opened_quickly_the_last_is_shown(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = visit()
    ask(page, "How many?")
    open_now = layout.opened

    def open_later(*given: Any) -> str:
        time.sleep(0.5)
        return open_now(*given)

    monkeypatch.setattr(layout, "opened", open_later)
    for key in ("1.1", "1.2"):
        page.click(f"[value='{key}'].number")
    page.wait_for_selector("#source mark:focus:text-is('They all 🇮🇶 stay.')")
    assert page.get_attribute("figure[data-open] .number", "value") == "1.2"


def test_a_number_means_the_answer_one_is_at(visit: Any) -> None:
    page = visit()
    ask(page, "How many?")
    ask(page, "cropped.pdf")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.wait_for_selector("#source-2\\.1 mark:focus")
    page.keyboard.press("Escape")
    page.focus("[value='1.1'].number")
    page.keyboard.press("2")
    page.wait_for_selector("#source-1\\.2 mark:focus")


# ---- what else is told --------------------------------------------------------------------------------------------


def test_a_near_copy_in_another_document_opens_there(visit: Any) -> None:
    page = visit()
    ask(page, "How many?")
    assert "also in The wire" in page.text_content("figure.quotation figcaption")
    page.click("figcaption button[name=cite]")
    page.wait_for_selector("#source mark:focus")
    assert page.text_content("#source h2") == "The wire"
    assert page.text_content("#source .text") == COPY
    assert page.text_content("#source mark") == "About 2,500 troops remain in Iraq."


def test_why_opens_and_so_does_what_came_next(visit: Any) -> None:
    page = visit()
    ask(page, "How many?")
    page.focus(".why summary")
    page.keyboard.press("Enter")
    page.wait_for_selector(".why[open] table", state="visible")
    assert "about 93 are right" in page.text_content(".why")
    page.click(".why .number")
    page.wait_for_selector("#source mark:focus")
    assert page.text_content("#source mark") == "Nobody knows why."


def test_a_refusal_has_the_nearest_sentences_and_each_opens(visit: Any) -> None:
    page = visit()
    ask(page, "refuse")
    assert page.text_content(".nearest-label") == "Nearest sentences, not an answer"
    assert page.locator(".short, .confidence, .turn blockquote mark").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.wait_for_selector("#source mark:focus")
    assert page.text_content("#source mark") == "Nobody knows why."


@pytest.mark.parametrize("size", [(390, 844), (640, 400), (320, 256)])
def test_nothing_is_cut_off_on_a_phone_or_when_enlarged(visit: Any, size: tuple[int, int]) -> None:
    page = visit(viewport={"width": size[0], "height": size[1]})
    open_first(page, "libreoffice-report.pdf")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("(() => { const pane = document.querySelector('#source'); "
                         "return pane.scrollWidth - pane.clientWidth; })()") <= 0  # fmt: skip
    page.keyboard.press("Escape")
    page.locator(".why summary").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("(() => { const pane = document.querySelector('#scroll'); "
                         "return pane.scrollWidth - pane.clientWidth; })()") <= 0  # fmt: skip


def test_a_phone_held_sideways_shows_the_source_and_not_only_what_it_is(visit: Any) -> None:
    page = visit(viewport={"width": 844, "height": 390}, has_touch=True, is_mobile=True)
    for question, shown in (("libreoffice-report.pdf", "#source .box"), ("How many?", "#source .text mark")):
        open_first(page, question)
        page.wait_for_timeout(300)
        pane, box = page.locator("#source").bounding_box(), page.locator(shown).first.bounding_box()
        header = page.locator("#source header").bounding_box()
        top = max(pane["y"], header["y"] + header["height"])
        assert top <= box["y"], question
        assert box["y"] + box["height"] <= pane["y"] + pane["height"], question
        assert pane["y"] + pane["height"] - top > 0.5 * pane["height"], question


def test_printed_it_is_the_conversation_and_nothing_else(visit: Any) -> None:
    page = visit(color_scheme="dark")
    ask(page, "How many?")
    page.emulate_media(media="print")
    assert page.is_visible("figure.quotation blockquote")
    for hidden in ("#beside", "#question", "#scope", ".keys", ".menu", ".neighbour", ".verdict"):
        assert not page.locator(hidden).first.is_visible(), hidden
    red, green, blue = page.evaluate("getComputedStyle(document.querySelector('h2.question')).color.match(/\\d+/g)")
    assert max(map(int, (red, green, blue))) < 64, "ink, although the screen is dark"
    assert "underline" in page.evaluate("getComputedStyle(document.querySelector('blockquote mark')).textDecoration")
    displays = page.evaluate(
        """() => {
          const displays = [];
          for (let one = document.querySelector(".turn"); one; one = one.parentElement)
            displays.push(getComputedStyle(one).display);
          return displays;
        }"""
    )
    assert "inline" not in displays, "blocks inside what is inline may be lost at the end of a page"
