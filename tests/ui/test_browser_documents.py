"""Documents and conversations in a real Chromium, with the real encoder and reader, across reloads and restarts."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio.state_holder import StateHolder

from evals.folder import load_suite
from index import Index, Source
from tests.conftest import ARTICLE
from tests.support import chromium
from tests.support.chromium import NEEDS_CHROMIUM, serving, visits, wait_until, watch
from ui.chat import export
from ui.chat.history import HISTORY_NAME, History
from ui.server.web import create_app

pytestmark = NEEDS_CHROMIUM

LEAVE = "Everybody has 27 days of paid leave in each year. Unused days are lost in March."
TROOPS = "How many U.S. troops are still in Iraq?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("store")) as opened:
        opened.add([Source(ARTICLE.name, ARTICLE.read_bytes()), Source("leave.txt", LEAVE)])
        yield opened


@pytest.fixture(scope="module")
def url(index: Index) -> Iterator[str]:
    with serving(create_app(index)) as address:
        yield address


@pytest.fixture
def open_page(browser: Any, url: str, index: Index) -> Iterator[Any]:
    with visits(browser, url) as opening:
        yield opening
        for added in [entry.id for entry in index.listing() if entry.source not in (ARTICLE.name, "leave.txt")]:
            index.remove(added)


def ask(page: Any, question: str) -> None:
    """Ask a question, and wait until its answer is kept."""
    chromium.ask(page, question)
    page.wait_for_selector("#current .current[id]", state="attached")


def kept_id(page: Any) -> str:
    current = page.wait_for_selector("#current .current[id^='conversation-']", state="attached")
    return current.get_attribute("id").removeprefix("conversation-")


def show_documents(page: Any) -> None:
    page.click("#tabs button[value=documents]")
    page.wait_for_selector(".documents tbody tr")


def show_conversations(page: Any) -> Any:
    page.click("button[name=drawer]")
    page.wait_for_selector("body[data-drawer] #drawer li.open, body[data-drawer] #drawer li")
    return page.locator("#drawer li.open")


def file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_many_files_at_once_the_refused_stay_until_a_good_one_comes(open_page, index):
    page = open_page()
    show_documents(page)
    files = [file(f"note {n}.txt", f"The number of note {n} is {n * 7}.".encode()) for n in range(22)]
    page.set_input_files("#upload input[type=file]", [*files, file("plan.txt", b"\0" * 99), file("a.zip", b"PK\3\4")])
    page.wait_for_selector(".progress progress")
    page.wait_for_selector(".changes .done")
    assert page.text_content(".changes .done") == "22 added, 2 not added"
    page.wait_for_selector(".failures li + li")  # another part of the page, which may come later
    assert sorted(page.locator(".failures b").all_text_contents()) == ["a.zip", "plan.txt"]
    wait_until(lambda: page.locator(".documents tbody tr").count() == 24)
    page.reload()
    page.wait_for_selector("#conversation .welcome")
    show_documents(page)
    page.wait_for_selector(".failures li + li")
    assert sorted(page.locator(".failures b").all_text_contents()) == ["a.zip", "plan.txt"]
    page.set_input_files("#upload input[type=file]", [file("plan.txt", b"The plan has words now.")])
    page.wait_for_selector(".failures li:only-child")
    page.click(".failures button[name=dismiss]")
    page.wait_for_selector(".failures", state="detached")

    page.fill("#matching :is(input, textarea)", "note 1")
    wait_until(lambda: page.locator(".documents tbody tr").count() == 12)
    page.click("button[name=choose-none]")
    page.wait_for_selector("#scope .some")
    assert page.text_content("#scope b") == "13 of 25"
    page.fill("#matching :is(input, textarea)", "")
    wait_until(lambda: page.locator(".documents tbody tr").count() == 25)
    page.click("th button[value=sentences]")
    page.wait_for_selector("th.sentences[aria-sort=descending]")
    assert page.text_content(".documents tbody tr:first-child bdi.title") == "centcom raid western iraq 2024-08"


def test_a_page_that_is_left_while_files_are_added_leaves_the_server_to_others(
    open_page, index, url, browser, monkeypatch
):
    may_go_on, add_now = threading.Event(), index.add

    def add_later(*given: Any, **more: Any) -> Any:
        assert may_go_on.wait(60)
        return add_now(*given, **more)

    monkeypatch.setattr(index, "add", add_later)
    left = watch(browser, url).page
    show_documents(left)
    left.set_input_files("#upload input[type=file]", [file("later.txt", b"This comes later.")])
    left.wait_for_selector(".progress progress")
    left.close()
    page = open_page()
    show_documents(page)
    page.wait_for_selector(".progress progress")
    may_go_on.set()
    page.wait_for_selector(".changes .done")
    assert page.text_content(".changes .done") == "1 added"
    page.wait_for_selector(".documents tbody tr:has-text('later')")
    assert page.text_content("#tabs .count") == "3"


def test_what_is_on_its_way_is_all_that_the_box_says(open_page):
    page = open_page()
    show_documents(page)
    on_their_way: list[Any] = []

    def hold(route: Any) -> None:
        on_their_way.append(route)

    page.route("**/gradio_api/upload*", hold)
    page.set_input_files("#upload input[type=file]", [file("way.txt", b"This is on its way.")])
    page.wait_for_selector("#upload .wrap:has-text('Uploading 1 file')")
    said = "[...document.querySelectorAll('#upload .wrap')].map((one) => getComputedStyle(one, '::after').content)"
    assert not any("Drop files" in words for words in page.evaluate(said))
    wait_until(lambda: page.wait_for_timeout(50) or on_their_way)
    on_their_way[0].continue_()
    page.wait_for_selector(".changes .done")


def test_only_the_documents_that_are_ticked_are_asked(open_page):
    page = open_page()
    show_documents(page)
    assert page.text_content("#scope b") == "all 2"
    row = page.locator(".documents tbody tr", has_text="centcom")
    tick = row.locator("[role=checkbox]")
    assert tick.get_attribute("aria-checked") == "true"
    tick.focus()
    page.keyboard.press("Space")
    page.wait_for_selector("#scope .some")
    assert tick.get_attribute("aria-checked") == "false"
    assert page.text_content("#scope b") == "1 of 2"
    page.reload()
    page.wait_for_selector("#scope .some")
    assert page.text_content("#scope b") == "1 of 2", "a reload does not widen it"
    page.wait_for_selector(".documents tr:has-text('centcom') [aria-checked=false]", state="attached")
    ask(page, TROOPS)
    assert page.locator(".turn .refusal").count() == 1
    assert page.text_content(".turn .refusal").endswith("(1 was not asked).")
    assert "Asked of 1 of 2 documents." in page.text_content(".turn .note")
    page.click(".turn button[name=ask-all]")
    page.wait_for_selector(".turn:nth-child(2) .quotation")
    assert page.text_content("#scope b") == "1 of 2", "the choice stands"
    other = open_page()
    assert other.text_content("#scope b") == "all 2", "the choice is the page's own"
    page.click("#tabs button[value=documents]")
    page.click("button[name=choose-all]")
    page.wait_for_selector("#scope .all")
    ask(page, TROOPS)
    assert page.locator(".turn:nth-child(3) .quotation").count() >= 1
    page.click("button[name=choose-none]")
    page.wait_for_selector("#scope .some")
    ask(page, TROOPS)
    assert "No document is chosen" in page.text_content(".turn:nth-child(4) .trouble")
    page.reload()
    page.wait_for_selector("#scope .some")
    assert page.text_content("#scope b") == "0 of 2"
    page.click("#tabs button[value=documents]")
    page.click("button[name=choose-all]")
    page.wait_for_selector("#scope .all")
    page.reload()
    page.wait_for_selector("#scope .all")
    page.wait_for_timeout(500)
    assert page.text_content("#scope b") == "all 2"


def test_a_conversation_survives_a_reload_and_a_restart_and_opens_its_sources(open_page, index, browser):
    page = open_page()
    ask(page, TROOPS)
    identity = kept_id(page)
    sentence = page.text_content(".turn blockquote")
    page.reload()
    page.wait_for_selector(".turn .quotation")
    assert page.text_content(".turn h2") == TROOPS
    assert kept_id(page) == identity
    ask(page, "Who is the pope?")
    with serving(create_app(index)) as restarted:
        again = watch(browser, restarted)
        again.page.click("button[name=drawer]")
        again.page.click(f"button[name=open][value='{identity}']")
        again.page.wait_for_selector(".turn:nth-child(2) .refusal")
        assert again.page.text_content(".turn:nth-child(1) blockquote") == sentence
        again.page.click(".turn:nth-child(1) button[name=cite]")
        again.page.wait_for_selector("#source mark")
        assert again.page.text_content("#source mark") == sentence
        again.page.close()
        again.assert_innocent()


def test_a_page_that_the_server_does_not_know_any_more_is_loaded_anew_before_it_asks(open_page):
    page = open_page()
    ask(page, TROOPS)
    identity = kept_id(page)
    show_documents(page)
    page.locator(".documents tbody tr", has_text="centcom").locator("[role=checkbox]").click()
    page.wait_for_selector("#scope .some")
    for holder in [one for one in gc.get_objects() if isinstance(one, StateHolder)]:
        holder.session_data.clear()  # as after a restart
    page.fill("#question textarea", "How many days of leave are there?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#scope .some")
    page.wait_for_selector(".turn:only-child .quotation")
    wait_until(lambda: page.input_value("#question textarea") == "How many days of leave are there?")
    page.wait_for_selector(".documents tr:has-text('centcom') [aria-checked=false]", state="attached")
    assert page.text_content("#scope b") == "1 of 2"
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".turn:nth-child(2) .note:has-text('Asked of 1 of 2 documents.')")
    assert kept_id(page) == identity, "the same conversation goes on"


def test_an_old_citation_opens_as_it_was_quoted_and_says_when_its_document_is_gone(open_page, index):
    index.add(Source("tower.txt", "The tower of Ulm is 161 metres high."))
    page = open_page()
    ask(page, "How high is the tower of Ulm?")
    index.add(Source("tower.txt", "The tower of Ulm is 162 metres high, they say today."))
    page.reload()
    page.wait_for_selector(".turn .note")
    assert "has changed since" in page.text_content(".turn .note")
    page.click(".turn button[name=cite]")
    page.wait_for_selector("#source mark")
    assert page.text_content("#source mark") == "The tower of Ulm is 161 metres high."
    index.remove("tower.txt")
    page.reload()
    page.wait_for_selector(".turn .note:has-text('was removed')")
    assert page.text_content(".turn blockquote") == "The tower of Ulm is 161 metres high."
    page.click(".turn button[name=cite]")
    page.wait_for_selector("#source .no-source:has-text('removed')")


def test_a_conversation_is_renamed_and_deleted_for_good(open_page, index):
    page = open_page()
    ask(page, "Which secret does Montenegro keep?")
    row = show_conversations(page)
    row.locator("summary").click()
    row.locator("button[name=rename]").click()
    page.fill("#drawer .renaming", "The <b>Montenegro</b> matter")
    page.keyboard.press("Enter")
    page.wait_for_selector("#current .current:has-text('matter')")
    assert page.text_content("#drawer li.open .title") == "The <b>Montenegro</b> matter"
    row = page.locator("#drawer li.open")
    row.locator("summary").click()
    row.locator("button[name=ask-delete]").click()
    row.locator("button[name=spare]").click()
    row.locator("button[name=ask-delete]").click()
    row.locator("button[name=delete]").click()
    page.wait_for_selector("#conversation .welcome")
    assert page.locator("#drawer", has_text="Montenegro").count() == 0
    assert all(b"Montenegro" not in held.read_bytes() for held in Path(index.path).glob(f"{HISTORY_NAME}*"))
    page.reload()
    page.wait_for_selector("#conversation .welcome")


def test_a_double_click_deletes_nothing(open_page):
    page = open_page()
    ask(page, "Who is the mayor of Ulm?")
    identity = kept_id(page)
    row = show_conversations(page)
    row.locator("summary").click()
    row.locator("button[name=ask-delete]").dblclick()
    page.wait_for_timeout(500)
    assert kept_id(page) == identity
    assert row.locator("button[name=ask-delete]").is_visible()


def test_the_drawer_keeps_the_keyboard_after_a_rename_and_a_deletion(open_page):
    page = open_page()
    for question in ("Who rows the ferry?", "Who keeps the mill?"):
        ask(page, question)
        page.click("#new-conversation")
        page.wait_for_selector("#conversation .welcome")
    page.click("button[name=drawer]")
    row = page.locator("#drawer li", has_text="mill")
    identity = row.locator("button[name=open]").get_attribute("value")
    row.locator("summary").press("Enter")
    row.locator("button[name=rename]").press("Enter")
    page.keyboard.type("Who grinds?")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"button[name=open][value='{identity}']:focus:has-text('Who grinds?')")
    row = page.locator("#drawer li", has_text="Who grinds?")
    row.locator("summary").press("Enter")
    row.locator("button[name=ask-delete]").press("Enter")
    row.locator("button[name=delete]").press("Enter")
    page.wait_for_selector("button[name=open]:focus:has-text('ferry')")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    page.wait_for_selector("body:not([data-drawer]) button[name=drawer]:focus")


def test_a_conversation_is_saved_as_page_markdown_and_json(open_page, index, tmp_path, browser):
    page = open_page()
    ask(page, TROOPS)
    row = show_conversations(page)
    row.locator("summary").click()
    saved = {}
    for suffix in ("html", "md", "json"):
        with page.expect_download() as download:
            row.locator(f"button[name=export][value^='{suffix} ']").click()
        assert download.value.suggested_filename == f"How many US troops are still in Iraq.{suffix}"
        saved[suffix] = tmp_path / f"saved.{suffix}"
        download.value.save_as(saved[suffix])
    conversation = History(Path(index.path) / HISTORY_NAME).conversation("", kept_id(page))
    read = export.from_json(saved["json"].read_text(encoding="utf-8"))
    assert read.turns == conversation.turns
    (cited, *_) = read.turns[0].answer.citations
    assert index.document(cited.document_id, cited.revision).text[cited.start : cited.end] == cited.text
    assert "[^1]" in saved["md"].read_text(encoding="utf-8")

    alone = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("console", lambda line: said.append(line.text))
    alone.goto(saved["html"].as_uri())
    assert alone.text_content("aside mark") == cited.text
    assert alone.text_content("blockquote mark") == cited.short
    assert alone.evaluate("getComputedStyle(document.querySelector('section')).display") == "grid", (
        "its style is let in"
    )
    assert len(asked) == 1
    assert said == []
    alone.close()


def test_two_people_on_one_machine_each_have_their_page(open_page):
    first, second = open_page(), open_page()
    ask(first, "What happened in Solingen, in confidence?")
    assert second.locator(".turn").count() == 0
    second.reload()
    second.wait_for_selector("#conversation .welcome")
    assert second.locator(".turn").count() == 0


def test_the_drawer_is_for_the_keyboard_and_for_a_phone(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, TROOPS)
    page.focus("button[name=drawer]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer li.open button:focus")
    assert page.get_attribute("button[name=drawer]", "aria-expanded") == "true"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.keyboard.press("Escape")
    page.wait_for_selector("button[name=drawer]:focus")
    assert page.locator("body[data-drawer]").count() == 0
    page.click("#tabs button[value=documents]")
    page.wait_for_selector(".documents tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_an_empty_store_offers_an_article_and_then_questions_about_it(browser, tmp_path):
    with Index.open(tmp_path / "empty") as empty, serving(create_app(empty)) as address:
        watched = watch(browser, address)
        page = watched.page
        page.wait_for_selector("#conversation .welcome")
        assert "There is nothing to ask yet" in page.text_content("#conversation .welcome")
        page.click("#seed")
        page.wait_for_selector(".example:visible", timeout=60_000)
        assert not page.is_visible("#seed")
        page.click(f".example:has-text('{TROOPS}')")
        page.wait_for_selector(".quotation", timeout=60_000)
        assert "2,500" in page.text_content(".short")
        page.close()
        watched.assert_innocent()


def test_the_sentence_that_would_have_been_right_becomes_a_case(open_page, index):
    page = open_page(viewport={"width": 1280, "height": 400})
    ask(page, "How many days of paid leave are there?")
    page.click(".turn button[name=cite]")
    page.wait_for_selector("#source mark")
    page.click(".turn button[name=wrong]")
    page.wait_for_selector("#source .which-one h2:focus")
    page.focus(".which-one button[name=pick]:has-text('Unused days')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source .command")
    folder = Path(index.path) / "feedback"
    assert page.text_content("#source .command") == f"verbatim eval {folder}"
    (case,) = load_suite(folder).questions
    assert case.question == "How many days of paid leave are there?"
    assert case.evidence[0][0].text == "Unused days are lost in March."
    assert page.text_content(".turn .verdict").startswith("Kept as wrong.")
    page.wait_for_selector("#source .kept:focus")


def test_which_sentence_is_asked_from_the_top_and_skipping_it_brings_the_source_back(open_page):
    page = open_page()
    ask(page, TROOPS)
    page.click(".turn button[name=cite]")
    page.wait_for_selector("#source mark:focus")
    page.evaluate("document.querySelector('#source').scrollTop = 1e6")
    page.click(".turn button[name=wrong]")
    page.wait_for_selector("#source .which-one h2:focus")
    assert page.evaluate("document.querySelector('#source').scrollTop") == 0
    page.click(".which-one button[name=skip]")
    page.wait_for_selector("#source mark")
    assert page.locator(".turn button[name=wrong]:focus").count() == 1
    page.wait_for_function("document.querySelector('#source mark').getBoundingClientRect().top > 0")


def test_right_is_said_in_the_turn_and_leaves_the_source_open(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, TROOPS)
    page.tap(".turn button[name=cite]")
    page.wait_for_selector("#source mark:focus")
    page.click("button[name=close]")
    page.locator(".turn button[name=right]").press("Enter")
    page.wait_for_selector(".turn .verdict:focus:has-text('Kept as right.')")
    assert page.locator("#source mark").count() == 1
    assert page.locator("body[data-sheet]").count() == 0
    page.tap(".turn button[name=wrong]")
    page.wait_for_selector("#source .which-one h2:focus")
    page.tap("button[name=skip]")
    page.wait_for_selector("body:not([data-sheet]) .turn button[name=wrong]:focus")
    page.click("#new-conversation")
    page.wait_for_selector("#conversation .welcome")
    ask(page, TROOPS)
    page.tap(".turn button[name=right]")
    page.wait_for_selector(".turn .verdict:has-text('Kept as right.')")
    page.reload()
    page.wait_for_selector(".turn .verdict:has-text('Kept as right.')")
