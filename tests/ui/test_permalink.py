"""A link into the chat, in a real Chromium: the sentence is open and marked when the page is there."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from index import Index, Source, Span
from qa.address import Address
from tests.support.chromium import NEEDS_CHROMIUM, chromium, serving, watch
from ui.chat import layout
from ui.server import web

TEXT = "The mill opened in 1901. 🙂 It <b>burned</b> down in 1955. It was built again in 1960."


@pytest.fixture
def address(index: Index) -> str:
    index.add(Source("mill.txt", TEXT))
    (document,) = index.documents()
    start = TEXT.index("It <b>")
    return str(Address(document.id, document.revision, Span(start, TEXT.index(" It was"))))


def test_what_cannot_be_opened_is_said(index: Index, address: str):
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
    def test_the_page_opens_with_the_sentence_marked(self, index: Index, address: str, width: int, height: int):
        with chromium() as browser, serving(web.create_app(index)) as url:
            watched = watch(
                browser, f"{url}?open={quote(address, safe='')}", viewport={"width": width, "height": height}
            )
            mark = watched.page.wait_for_selector("#source mark")
            assert mark.text_content() == "It <b>burned</b> down in 1955."
            assert mark.is_visible()
            assert watched.page.evaluate("document.activeElement.tagName") == "MARK"
            watched.assert_innocent()

    def test_it_opens_beside_the_conversation_of_its_tab(self, index: Index, address: str):
        with chromium() as browser, serving(web.create_app(index)) as url:
            watched = watch(browser, url)
            page = watched.page
            page.wait_for_selector("#conversation .welcome")
            page.fill("#question textarea", "Is it a mill?")
            page.press("#question textarea", "Enter")
            page.wait_for_selector("#current .current[id]", state="attached")
            page.goto(f"{url}?open={quote(address, safe='')}")
            page.wait_for_selector("#conversation .turn")
            page.wait_for_timeout(500)
            assert page.text_content("#source mark") == "It <b>burned</b> down in 1955."
            watched.assert_innocent()

    def test_a_link_that_was_not_encoded_opens_too(self, index: Index, address: str):
        with chromium() as browser, serving(web.create_app(index)) as url:
            watched = watch(browser, f"{url}?open={address}")
            mark = watched.page.wait_for_selector("#source mark")
            assert mark.text_content() == "It <b>burned</b> down in 1955."
            watched.assert_innocent()

    def test_without_one_nothing_is_open(self, index: Index, address: str):
        with chromium() as browser, serving(web.create_app(index)) as url:
            watched = watch(browser, url)
            watched.page.wait_for_timeout(500)
            assert watched.page.query_selector("#source mark") is None
            watched.page.goto(f"{url}?open=nonsense")
            watched.page.wait_for_selector("text=is not an address")
            watched.assert_innocent()
