"""A link into the chat, in a real Chromium: the sentence is open and marked when the page is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from index import Index, Source, Span
from qa.address import Address
from tests.support.chromium import NEEDS_CHROMIUM, ask, serving, watch
from tests.support.fakes import HashEncoder
from ui.chat import layout
from ui.server import web

TEXT = "The mill opened in 1901. 🙂 It <b>burned</b> down in 1955. It was built again in 1960."


def added(index: Index) -> str:
    """Add the text, and return the address of its second sentence."""
    index.add(Source("mill.txt", TEXT))
    (document,) = index.documents()
    start = TEXT.index("It <b>")
    return str(Address(document.id, document.revision, Span(start, TEXT.index(" It was"))))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the chat is, and the address of a sentence in it."""
    with Index.open(tmp_path_factory.mktemp("store"), encoder=HashEncoder()) as index:
        address = added(index)
        with serving(web.create_app(index)) as url:
            yield url, address


def test_what_cannot_be_opened_is_said(index: Index):
    address = added(index)
    assert "<mark" in layout._open(index, f"0 {address}", ())
    for wrong, said in (
        ("verbatim:<script>", "is not an address"),
        (address.partition("#")[0], "names no sentence"),
        (address.replace(",", ",9"), "beyond the text"),
        ("verbatim:none@0#char=1,2", "no document"),
    ):
        page = layout._open(index, f"0 {wrong}", ())
        assert said in page
        assert "<mark" not in page
        assert "<script" not in page
    index.remove(index.documents()[0].id)
    assert "no document" in layout._open(index, f"0 {address}", ())


class TestInChromium:
    pytestmark = NEEDS_CHROMIUM

    @pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 780)])
    def test_the_page_opens_with_the_sentence_marked(
        self, browser: Any, site: tuple[str, str], width: int, height: int
    ):
        url, address = site
        watched = watch(browser, f"{url}?open={quote(address, safe='')}", viewport={"width": width, "height": height})
        mark = watched.page.wait_for_selector("#source mark")
        assert mark.text_content() == "It <b>burned</b> down in 1955."
        assert mark.is_visible()
        assert watched.page.evaluate("document.activeElement.tagName") == "MARK"
        watched.page.close()
        watched.assert_innocent()

    def test_it_opens_beside_the_conversation_of_its_tab(self, browser: Any, site: tuple[str, str]):
        url, address = site
        watched = watch(browser, url)
        page = watched.page
        page.wait_for_selector("#conversation .welcome")
        ask(page, "Is it a mill?")
        page.wait_for_selector("#current .current[id]", state="attached")
        page.goto(f"{url}?open={quote(address, safe='')}")
        page.wait_for_selector("#conversation .turn")
        page.wait_for_timeout(500)
        assert page.text_content("#source mark") == "It <b>burned</b> down in 1955."
        page.close()
        watched.assert_innocent()

    def test_a_link_that_was_not_encoded_opens_too(self, browser: Any, site: tuple[str, str]):
        url, address = site
        watched = watch(browser, f"{url}?open={address}")
        mark = watched.page.wait_for_selector("#source mark")
        assert mark.text_content() == "It <b>burned</b> down in 1955."
        watched.page.close()
        watched.assert_innocent()

    def test_without_one_nothing_is_open(self, browser: Any, site: tuple[str, str]):
        url, _ = site
        watched = watch(browser, url)
        watched.page.wait_for_timeout(500)
        assert watched.page.query_selector("#source mark") is None
        watched.page.goto(f"{url}?open=nonsense")
        watched.page.wait_for_selector("text=is not an address")
        watched.page.close()
        watched.assert_innocent()
