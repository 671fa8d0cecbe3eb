"""Use the chat where there is no network but loopback: run by tests/test_alone.py in a network namespace of its own.

Brings loopback up, starts ``verbatim chat`` as a user does, and asks in a Chromium. Prints ``used`` if all worked.
"""

from __future__ import annotations

import fcntl
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

from tests.support.chromium import chromium, watch

ROOT = Path(__file__).parents[2]
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 1, 64


def raise_loopback() -> None:
    with socket.socket() as asker:
        fcntl.ioctl(asker, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP | IFF_RUNNING))


def is_cut_off() -> bool:
    with socket.socket() as outward:
        outward.settimeout(3)
        try:
            outward.connect(("198.51.100.7", 80))
        except OSError:
            return True
    return False


def use(url: str) -> None:
    with chromium() as browser:
        watched = watch(browser, url)
        page = watched.page
        page.fill("#question textarea", "How many U.S. troops are still in Iraq?")
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".quotation")
        assert "2,500" in page.text_content(".turn .short")
        page.click("button[name=cite]")
        page.wait_for_selector("#source mark")
        page.click("#tabs button[value=documents]")
        file = {"name": "fish.txt", "mimeType": "text/plain", "buffer": b"The zebrafish heals its heart in sixty days."}
        page.set_input_files("#upload input[type=file]", [file])
        page.wait_for_selector(".changes .done")
        page.click("#new-conversation")
        page.wait_for_selector(".quotation", state="detached")
        page.fill("#question textarea", "In how many days does the zebrafish heal its heart?")
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".quotation")
        assert "sixty days" in page.text_content(".quotation blockquote")
        watched.assert_innocent()


def main(article: str, store: str) -> None:
    raise_loopback()
    assert is_cut_off()
    started = "import sys; from ui.terminal import main; sys.argv[0] = 'verbatim'; main()"
    arguments = [sys.executable, "-c", started, "chat", article, "--store", store, "--port", "0"]
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        use(next(word for line in process.stdout for word in line.split() if word.startswith("http")))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    print("used")


if __name__ == "__main__":
    main(*sys.argv[1:])
