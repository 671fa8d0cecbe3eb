"""axe-core finds nothing wrong with any state of the page, in light and dark, on a desktop and a phone.

axe-core is someone else's code and is not kept here: ``npm install --prefix build/axe axe-core`` puts it where it is
looked for. Another place is named by VERBATIM_AXE, the path of its ``axe.min.js``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from index import Index, Source
from qa.write import Proof
from tests.conftest import ARTICLE
from tests.support.chromium import NEEDS_CHROMIUM, ask, serving, watch
from tests.support.fakes import HashEncoder
from tests.ui.test_browser import scripted
from ui.chat import asking
from ui.server.login import Logins
from ui.server.web import create_app

AXE = Path(
    os.environ.get("VERBATIM_AXE", Path(__file__).parents[2] / "build/axe/node_modules/axe-core/axe.min.js"),
)
pytestmark = [
    *NEEDS_CHROMIUM,
    pytest.mark.skipif(
        not AXE.exists(), reason=f"no {AXE}: run `npm install --prefix build/axe axe-core`, or set VERBATIM_AXE"
    ),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FORMS = {
    "desktop, light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "desktop, dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone, light": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "light"},
    "phone, dark": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"},
}


def nothing(page: Any) -> None:
    page.wait_for_selector("#conversation .welcome")


class Scribe:
    """Writes one sentence that holds and one that does not."""

    name = "scribe"

    def write(self, question: str, evidence: Sequence[Proof]) -> Iterator[str]:
        yield "About 2,500 U.S. troops remain in Iraq. [1] They left in 1890. [1]"


def answered(page: Any) -> None:
    ask(page, "How many troops are there?")
    page.wait_for_selector(".written .pace")
    assert page.locator(".written .struck").count() == 1


def source(page: Any) -> None:
    page.click("button[name=cite]")
    page.wait_for_selector("#source mark")


def refused(page: Any) -> None:
    close_sheet(page)
    ask(page, "Is the pope ill?")


def trouble(page: Any) -> None:
    ask(page, "x" * 8_100)


def documents(page: Any) -> None:
    page.click("#tabs button[value=documents]")
    page.wait_for_selector(".documents tr")


def history(page: Any) -> None:
    close_sheet(page)
    page.click("button[name=drawer]")
    page.wait_for_selector("#drawer button")


def close_sheet(page: Any) -> None:
    if page.is_visible("button[name=close]"):
        page.click("button[name=close]")
        page.wait_for_selector("body:not([data-sheet])")


WALK: dict[str, Callable[[Any], None]] = {
    "nothing asked": nothing,
    "answer": answered,
    "source": source,
    "refusal": refused,
    "trouble": trouble,
    "documents": documents,
    "history": history,
}
"""From state to state of one page, in this order."""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of three chats: one with the article, an empty one, one behind a login."""
    logins = Logins(tmp_path_factory.mktemp("logins") / "logins.json")
    logins.add("ada", "correct horse battery")
    with (
        pytest.MonkeyPatch.context() as patch,
        Index.open(tmp_path_factory.mktemp("store"), encoder=HashEncoder()) as index,
        Index.open(tmp_path_factory.mktemp("empty"), encoder=HashEncoder()) as empty,
    ):
        patch.setattr(asking, "answer", scripted)
        index.add([Source(ARTICLE.name, ARTICLE.read_bytes())])
        example = ["How many U.S. troops remain in Iraq?"]
        with (
            serving(create_app(index, examples=example, writer=Scribe())) as full,
            serving(create_app(empty)) as bare,
            serving(create_app(empty, logins=logins)) as closed,
        ):
            yield {"full": full, "empty": bare, "closed": closed}


def violations(page: Any) -> list[str]:
    """Return what axe-core holds against the page as it is: the rule, and the elements that break it."""
    page.wait_for_timeout(400)  # what moves has arrived
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
    assert len(found["passes"]) > 5, "axe looked at next to nothing"
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]} {node['failureSummary'][-160:]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("form", FORMS)
def test_axe_finds_nothing_wrong_with_any_state(browser: Any, sites: dict[str, str], form: str) -> None:
    watched = watch(browser, sites["full"], **FORMS[form])
    found = {}
    for state, step in WALK.items():
        step(watched.page)
        found[state] = violations(watched.page)
    watched.page.close()
    assert {state: broken for state, broken in found.items() if broken} == {}


@pytest.mark.parametrize("form", FORMS)
def test_axe_finds_nothing_wrong_with_an_empty_store(browser: Any, sites: dict[str, str], form: str) -> None:
    watched = watch(browser, sites["empty"], **FORMS[form])
    try:
        watched.page.wait_for_selector(".welcome")
        assert violations(watched.page) == []
    finally:
        watched.page.close()


@pytest.mark.parametrize("form", FORMS)
def test_axe_finds_nothing_wrong_with_logging_in(browser: Any, sites: dict[str, str], form: str) -> None:
    page = browser.new_page(**FORMS[form])
    try:
        page.goto(sites["closed"])
        assert violations(page) == []
        page.fill("input[name=name]", "ada")
        page.fill("input[name=password]", "wrong password")
        page.click("button")
        page.wait_for_selector("[role=alert]")
        assert violations(page) == []
        page.fill("input[name=name]", "ada")
        page.fill("input[name=password]", "correct horse battery")
        page.click("button")
        page.wait_for_selector("#log-out button")
        page.wait_for_selector("#conversation[role=log] .welcome")
        assert violations(page) == []
        page.click("#log-out button")
        page.wait_for_selector("input[name=password]")
        page.goto(sites["closed"])
        page.wait_for_selector("input[name=password]")
    finally:
        page.close()
