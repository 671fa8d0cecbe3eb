"""What the server remembers of pages: those that are open, and of those that were closed the last few."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from gradio.state_holder import SessionState

from index import Index, Source
from qa.types import Answer
from tests.support.asking import Asker
from tests.support.chromium import serving, wait_until
from tests.support.fakes import HashEncoder
from ui.chat import asking, sessions
from ui.server import web
from ui.server.web import create_app


@pytest.fixture
def client(monkeypatch, tmp_path) -> Iterator[httpx.Client]:
    monkeypatch.setattr(sessions, "KEPT_CLOSED", 2)
    monkeypatch.setattr(web, "MAX_PAGES", 8)
    monkeypatch.setattr(asking, "answer", lambda question, **_: Answer(question, question, (), "Nothing.", 0.1))
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add([Source("plain.txt", "A plain sentence.")])
        with serving(create_app(index)) as url, httpx.Client(base_url=url, timeout=20) as opened:
            yield opened


def held(kind: type) -> int:
    gc.collect()
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


@contextmanager
def opened(client: httpx.Client, page: str) -> Iterator[Asker]:
    """Open a page and close it, as a browser does."""
    with client.stream("GET", f"gradio_api/heartbeat/{page}") as response:
        beats = response.iter_lines()  # which closes the page once nobody holds it
        assert next(beats)
        yield Asker(client, page)


def test_of_pages_that_were_closed_the_last_few_are_remembered_and_open_ones_all(client) -> None:
    before, own_before = held(SessionState), held(sessions.Session)
    with opened(client, "open") as stays:
        stays.ask("Am I remembered?")
        for number in range(6):
            with opened(client, f"page{number}") as page:
                assert f"Who asks in page{number}?" in page.ask(f"Who asks in page{number}?")
        wait_until(lambda: held(SessionState) - before == 3)  # the open one and two that were closed
        wait_until(lambda: held(sessions.Session) - own_before == 3)
        assert "Am I remembered?" in stays.ask("And now?")
    for page, remembered in (("page5", True), ("page0", False)):
        asker = Asker(client, page, loaded=False)
        shown = json.loads(asker.begin("The connection was cut. And now?"))["data"][0]
        assert (f"Who asks in {page}?" in shown) is remembered, page
        assert ("unknown-page" in shown) is not remembered, page


def test_whoever_calls_himself_a_page_without_end_is_forgotten_too(client) -> None:
    before = held(SessionState)
    for number in range(3 * web.MAX_PAGES):
        Asker(client, f"made-up{number}").ask("Who?")
    assert held(SessionState) - before <= web.MAX_PAGES
