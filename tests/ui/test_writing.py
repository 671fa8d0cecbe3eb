"""Prose in the chat: it streams below the quotations, strikes in words, is kept, and holds nothing that acts."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import pytest

from index import Index, Source
from qa.types import Answer, Citation
from qa.write import Proof
from tests.support.checking import checker
from tests.support.chromium import NEEDS_CHROMIUM, Watched, serving, wait_until, watch
from tests.support.fakes import HashEncoder
from ui.chat import asking
from ui.chat.history import HISTORY_NAME, History
from ui.chat.writing import AT_ONCE, IN_LINE, Writings
from ui.render import Turn
from ui.server.web import create_app

BRIDGE = "The new bridge cost 2.4 million euros."
OPENED = "It opened in May 2021."
HOSTILE = "<img src=http://198.51.100.7/x onerror=alert(1)> See http://198.51.100.7/y or **this**."


class Slow:
    """A model that goes on only when it may."""

    name = "tiny <b>model</b>"

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.steps = threading.Semaphore(0)
        self.asked: list[str] = []

    def write(self, question: str, evidence: Sequence[Proof]) -> Iterator[str]:
        self.asked.append(question)
        for piece in self.pieces:
            assert self.steps.acquire(timeout=30)
            yield piece


PIECES = (f"{BRIDGE} [1] ", "It opened in June 2019. [2] ", f"{HOSTILE} [1] ", f"{OPENED} [2]")


def scripted(question: str, *, index: Index, **_: object) -> Answer:
    (document,) = index.documents()
    names = (document.id, document.revision, document.source, document.title)
    places = [(text, document.text.index(text)) for text in (BRIDGE, OPENED)]
    cited = tuple(
        Citation(number, *names, text, start, start + len(text), 1, 0.9)
        for number, (text, start) in enumerate(places, start=1)
    )
    if "nothing" in question:
        return Answer(question, question, (), "Your documents do not say.", 0.1)
    return Answer(question, question, cited, "found", 0.9)


@contextmanager
def running(tmp_path, monkeypatch, writer: Slow) -> Iterator[tuple[str, Index]]:
    monkeypatch.setattr(asking, "answer", scripted)
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add([Source("bridge.txt", f"{BRIDGE} {OPENED}")])
        with serving(create_app(index, writer=writer, examples=[])) as url:
            yield url, index


# ---- without a browser ----


def test_it_is_written_in_the_background_and_kept(tmp_path, monkeypatch) -> None:
    writer = Slow(*PIECES)
    writings = Writings(writer, checker())
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add([Source("bridge.txt", f"{BRIDGE} {OPENED}")])
        history = History(tmp_path / HISTORY_NAME)
        turns = [Turn("Q?", scripted("Q?", index=index)), Turn("nothing", scripted("nothing", index=index)), Turn("?")]
        kept = [history.append("ada", "", turns[0])]
        history.append("ada", kept[0].id, turns[1])
        writings.write(turns, [0, 1, 2, 9], "ada", lambda old, new: history.amend("ada", kept[0].id, old, new))
    assert turns[0].writing
    assert turns[1].writing is None  # nothing is quoted, so no model is asked
    writer.steps.release(2)
    wait_until(lambda: turns[0].answer.written and len(turns[0].answer.written.sentences) == 1)
    writer.steps.release(9)
    wait_until(lambda: turns[0].writing is None)
    wait_until(lambda: history.conversation("ada", kept[0].id).turns[0].answer.written)
    said = history.conversation("ada", kept[0].id).turns
    assert said[0].answer.written == turns[0].answer.written
    assert [sentence.holds for sentence in said[0].answer.written.sentences].count(True) == 2
    assert said[1] == turns[1]
    assert len(writer.asked) == 1


def test_a_conversation_that_was_left_or_deleted_meanwhile_is_left_alone(tmp_path) -> None:
    writer = Slow(*PIECES)
    writings = Writings(writer, checker())
    history = History(tmp_path / HISTORY_NAME)
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add([Source("bridge.txt", f"{BRIDGE} {OPENED}")])
        turns = [Turn("Q?", scripted("Q?", index=index))]
    conversation = history.append("", "", turns[0]).id
    ended = threading.Event()

    def amend(old: Turn, new: Turn) -> None:
        with pytest.raises(Exception, match="deleted"):
            history.amend("", conversation, old, new)
        ended.set()

    writings.write(turns, [0], "", amend)
    turns.clear()
    history.delete("", conversation)
    writer.steps.release(9)
    assert ended.wait(10)
    assert turns == []
    assert history.conversations("") == []


def test_when_too_many_are_to_be_written_it_is_said(tmp_path) -> None:
    writer = Slow(*PIECES)
    writings = Writings(writer, checker())
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add([Source("bridge.txt", f"{BRIDGE} {OPENED}")])
        turns = [Turn("Q?", scripted("Q?", index=index)) for _ in range(AT_ONCE + IN_LINE + 2)]
    writings.write(turns, list(range(len(turns))), "", lambda old, new: None)
    busy = [turn for turn in turns if turn.answer.written.complete]
    assert len(busy) == 2
    assert "is busy" in busy[0].answer.written.note
    writer.steps.release(999)
    wait_until(lambda: all(turn.writing is None for turn in turns))


def test_what_is_watched_is_data_and_needs_its_token(tmp_path, monkeypatch) -> None:
    from tests.support.asking import Asker

    writer = Slow(*PIECES)
    with running(tmp_path, monkeypatch, writer) as (url, _), httpx.Client(base_url=url, timeout=30) as client:
        shown = Asker(client, "one").ask("What did it cost?")
        token = html.unescape(shown).partition("writing-")[2].partition("\\")[0].partition('"')[0]
        assert len(token) > 30
        assert client.get("/verbatim/written/other").status_code == 404
        writer.steps.release(9)
        response = client.get(f"/verbatim/written/{token}")
        states = [httpx.Response(200, text=line).json() for line in response.text.splitlines()]
        assert states[-1]["complete"]
        assert [sentence["holds"] for sentence in states[-1]["sentences"]] == [True, False, False, True]
        assert states[-1]["sentences"][0]["cites"] == [["1", "1.1"]]
        assert "198.51.100.7" not in response.text
        assert response.headers["content-type"].startswith("application/x-ndjson")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert len(states) <= 8


# ---- in a browser ----


def ask(watched: Watched, question: str) -> None:
    box = watched.page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
def test_prose_streams_below_its_quotations(browser, tmp_path, monkeypatch) -> None:
    writer = Slow(*PIECES)
    with running(tmp_path, monkeypatch, writer) as (url, index):
        watched = watch(browser, url)
        page = watched.page
        ask(watched, "What did it cost?")
        page.locator(".quotation").nth(1).wait_for()  # at once, before the model has said a word
        assert page.locator(".written .by").inner_text().startswith("Written by tiny <b>model</b>")
        assert "is writing…" in page.locator(".written .pending").inner_text()
        writer.steps.release(2)
        kept = page.locator(".written .sentence:not(.struck)")
        kept.first.wait_for()
        assert kept.first.inner_text().startswith(BRIDGE)
        quotation = page.locator(".quotation").nth(1).bounding_box()
        assert quotation["y"] + quotation["height"] <= page.locator(".written").bounding_box()["y"]
        assert page.evaluate("document.querySelector('.written').closest('[role=log]').getAttribute('aria-live')")
        writer.steps.release(9)
        page.locator(".written .pace").wait_for()
        assert page.locator(".written .pending").count() == 0
        struck = page.locator(".written .struck")
        assert struck.count() == 2
        assert struck.first.locator("s").inner_text() == "It opened in June 2019."
        assert struck.first.locator(".verdict-mark").inner_text().lower() == "struck"  # not by colour or line alone
        assert "2019" in struck.first.locator(".why-struck").inner_text()
        assert page.locator(".written img, .written a, .written b b").count() == 0
        assert "198.51.100.7" not in page.locator(".written").inner_text()
        kept.nth(1).locator("button.ref").click()
        page.locator("#source mark").wait_for()
        assert page.locator("#source mark").inner_text() == OPENED
        before = page.locator(".written").first.inner_text()
        ask(watched, "And then?")  # the page is drawn anew, by the server
        page.locator(".turn").nth(1).wait_for()
        page.locator(".turn .written").nth(1).wait_for()
        assert page.locator(".written").first.inner_text() == before
        writer.steps.release(9)
        page.locator(".turn:nth-of-type(2) .pace, .turn .pace >> nth=1").wait_for()
        history = History(index.path / HISTORY_NAME)
        (kept_one,) = history.conversations("")
        wait_until(lambda: all(turn.answer.written for turn in history.conversation("", kept_one.id).turns))
        page.reload()
        page.locator("#conversations button").first.wait_for()
        watched.assert_innocent()
        page.close()


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
def test_the_switch_is_the_readers(browser, tmp_path, monkeypatch) -> None:
    writer = Slow(*PIECES)
    with running(tmp_path, monkeypatch, writer) as (url, _):
        watched = watch(browser, url, viewport={"width": 390, "height": 844})
        page = watched.page
        switch = page.get_by_label("Write it out (tiny <b>model</b>)")
        assert switch.is_checked()
        switch.uncheck()
        time.sleep(0.3)
        ask(watched, "What did it cost?")
        page.locator(".quotation").nth(1).wait_for()
        assert page.locator(".written").count() == 0
        assert not writer.asked
        switch.check()
        time.sleep(0.3)
        ask(watched, "And now?")
        page.locator(".written").wait_for()
        writer.steps.release(9)
        page.locator(".written .pace").wait_for()
        ask(watched, "Is nothing said?")
        page.locator(".refusal").wait_for()
        assert page.locator(".written").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        watched.assert_innocent()
        page.close()
