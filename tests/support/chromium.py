"""A real Chromium and a running chat, for the tests that need both."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found on PATH: the browser tests need one"),
]
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Any]:
    """A running Chromium, or the test is skipped with its reason."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of an app that is served on a free port of this machine until the block ends."""
    import uvicorn

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))  # with its protocol named, asyncio sends what is small at once
        running = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_until(lambda: running.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            running.should_exit = True
            thread.join(15)


def wait_until(true: Any, seconds: float = 30) -> None:
    """Wait until ``true()``; fail after some seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@dataclass
class Watched:
    """A page, and everything suspicious it did."""

    page: Any
    foreign: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def assert_innocent(self) -> None:
        """It asked nobody else for anything, opened no dialog and met no error."""
        assert self.foreign == []
        assert self.dialogs == []
        assert self.errors == []


def watch(browser: Any, url: str, **options: Any) -> Watched:
    """Open a page at ``url`` with everything that it asks for and says recorded."""
    page = browser.new_page(**{"viewport": {"width": 1280, "height": 800}, **options})
    page.set_default_timeout(20_000)
    watched = Watched(page)
    own = urlsplit(url).netloc

    def note(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != own:
            watched.foreign.append(request.url)

    page.on("request", note)
    page.on("dialog", lambda dialog: (watched.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("console", lambda line: line.type == "error" and watched.errors.append(line.text))
    page.goto(url)
    page.wait_for_selector("#conversation[role=log] :is(.welcome, .turn)")  # it is loaded: the server knows it
    return watched


@contextmanager
def visits(browser: Any, url: str) -> Iterator[Callable[..., Any]]:
    """What opens the chat at ``url`` in a new page; in the end each is closed, and was innocent."""
    opened: list[Watched] = []

    def visit(**options: Any) -> Any:
        opened.append(watch(browser, url, **options))
        return opened[-1].page

    yield visit
    for watched in opened:
        watched.page.close()
        watched.assert_innocent()


def ask(page: Any, question: str) -> None:
    """Ask a question, and wait for what comes of it."""
    turns = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(f".turn:nth-child({turns + 1}) :is(.quotation, .refusal, .trouble)", timeout=60_000)
