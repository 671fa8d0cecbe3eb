"""When many ask at once: so many are answered, so many wait, the others are told; and nothing hangs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from index import Index, Source
from qa.types import Answer
from tests.support.asking import Asker
from tests.support.chromium import serving, wait_until
from tests.support.fakes import HashEncoder
from ui.chat import asking, layout
from ui.desk import CROWDED, BusyError, Desk, Lane
from ui.server.web import create_app

ROOT = Path(__file__).parents[2]


def work_out(desk: Desk, *tasks) -> list:
    async def all_of_them() -> list:
        return await asyncio.gather(*(desk.work_out(task) for task in tasks), return_exceptions=True)

    return asyncio.run(all_of_them())


def test_answers_come_back_and_errors_too() -> None:
    def fail() -> None:
        raise ValueError("no luck")

    one, two = work_out(Desk(1, 4), lambda: 1, fail)
    assert one == 1
    assert isinstance(two, ValueError)


def test_a_full_line_is_told_at_once_and_room_comes_back() -> None:
    desk, go = Desk(at_once=1, in_line=2), threading.Event()
    threading.Timer(0.2, go.set).start()
    results = work_out(desk, *[partial(go.wait, 10)] * 5)
    assert results[:3] == [True] * 3
    assert all(isinstance(result, BusyError) for result in results[3:])
    assert "Try again" in str(results[4])
    assert work_out(desk, *[lambda: "again"] * 3) == ["again"] * 3


def test_no_more_than_so_many_are_worked_out_at_the_same_time() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def count() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1

    work_out(Desk(at_once=3, in_line=20), *[count] * 20)
    assert most == 3


def test_nobody_waits_longer_than_the_limit_and_what_has_not_begun_never_does() -> None:
    desk, go, begun = Desk(at_once=1, in_line=3, seconds=0.2), threading.Event(), []
    first, second = work_out(desk, partial(go.wait, 20), partial(begun.append, 1))
    assert isinstance(first, BusyError)
    assert isinstance(second, BusyError)
    assert work_out(desk, partial(begun.append, 2))[0].__class__ is BusyError  # the first still has the only place
    go.set()
    wait_until(lambda: work_out(desk, lambda: "free") == ["free"])
    assert begun == []


def test_a_slow_line_is_not_joined_and_a_free_place_is_taken_however_slow() -> None:
    desk, slowly = Desk(at_once=1, in_line=50, line_seconds=0.2 * CROWDED + 0.1), partial(threading.Event().wait, 0.2)
    for _ in range(12):  # nobody waits: each is let in, and tells the pace
        assert work_out(desk, slowly) == [False]
    results = work_out(desk, *[slowly] * 6)
    assert results[:2] == [False] * 2  # one at once, and one that waits some 0.2 seconds
    assert all(isinstance(result, BusyError) for result in results[2:])
    assert work_out(desk, slowly) == [False]


@pytest.fixture
def slow(monkeypatch, tmp_path) -> Iterator[tuple[str, threading.Event]]:
    """A chat that answers only once it may, two at a time, with two in line."""
    go = threading.Event()

    def answer(question: str, **_: object) -> Answer:
        assert go.wait(30)
        return Answer(question, question, (), f"Nothing about {question}", 0.1)

    monkeypatch.setattr(asking, "answer", answer)
    monkeypatch.setattr(layout, "Desk", partial(Desk, at_once=2, in_line=2, seconds=30))
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add([Source("plain.txt", "A plain sentence.")])
        with serving(create_app(index)) as url:
            yield url, go
            go.set()


def test_the_page_says_that_it_is_busy_and_stays_quick(slow) -> None:
    url, go = slow
    with httpx.Client(base_url=url, timeout=40) as client, ThreadPoolExecutor(8) as pool:
        askers = [Asker(client, f"session{number}") for number in range(5)]
        asked = [pool.submit(asker.ask, f"Question {number}?") for number, asker in enumerate(askers)]
        wait_until(lambda: any(one.done() for one in asked))
        (told,) = [one.result() for one in asked if one.done()]
        assert "Too many questions are being answered" in told
        assert client.get("/").status_code == 200  # while four wait
        go.set()
        answered = [one.result() for one in asked]
        assert sum("Nothing about" in one for one in answered) == 4
        assert "Nothing about Once more?" in askers[0].ask("Once more?")


def test_nothing_hangs_when_the_one_who_asked_has_gone(slow) -> None:
    url, go = slow
    for number in range(3):
        with httpx.Client(base_url=url, timeout=1) as client, pytest.raises(httpx.ReadTimeout):
            Asker(client, f"gone{number}").ask("Who waits?")
    go.set()
    with httpx.Client(base_url=url, timeout=40) as client:
        assert "Nothing about Anyone there?" in Asker(client, "stays").ask("Anyone there?")


# ---- long tasks beside the desk ----


def test_a_lane_works_so_many_at_a_time_and_says_when_it_is_full() -> None:
    lane, go, running, done = Lane(2, 1, "test"), threading.Event(), [], []

    def task() -> None:
        running.append(1)
        assert go.wait(10)
        done.append(1)

    assert [lane.start(task) for _ in range(4)] == [True, True, True, False]
    wait_until(lambda: len(running) == 2)
    go.set()
    wait_until(lambda: len(done) == 3)
    wait_until(lambda: lane.start(task))


def test_the_end_of_the_process_waits_for_no_lane() -> None:
    code = (
        "import time; from ui.desk import Lane; begun = []\n"
        "Lane(1, 1, 'long').start(lambda: (begun.append(1), time.sleep(60)))\n"
        "while not begun: time.sleep(0.01)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=30, check=False).returncode == 0
