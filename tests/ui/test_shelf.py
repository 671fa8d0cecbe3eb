"""The documents of the page: listed, chosen, added, refused, removed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from index import Index, Source
from index.types import Entry, Failure
from ui import render
from ui.chat.history import History
from ui.chat.sessions import Session
from ui.chat.shelf import Shelf, ShelfParts

TEXT = "The raid began on Thursday. About 2,500 troops remain in Iraq."
PARTS = ShelfParts("upload", "message", "refused", "matching", "table", "scope", "command", "unwanted", "left-out")


@dataclass
class Request:
    """Whose page it is."""

    username: str | None = None


ME = Request()


@pytest.fixture
def shelf(index: Index, tmp_path: Path) -> Iterator[Shelf]:
    index.add(
        [Source("raid.txt", TEXT), Source("leave.md", "Everybody has 27 days of leave."), Source("z.txt", "One.")]
    )
    yield Shelf(index, History(tmp_path / "history.sqlite3"), PARTS)


def upload(folder: Path, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
    """Put files where Gradio puts what a browser sends."""
    entries = []
    for number, (name, data) in enumerate(files):
        path = folder / str(number)
        path.write_bytes(data)
        entries.append({"path": str(path), "orig_name": name})
    return entries


def add(shelf: Shelf, entries: list[dict[str, Any]], request: Request = ME) -> list[dict[str, Any]]:
    return list(shelf.add(entries, request))


def test_a_forged_upload_reads_and_deletes_nothing(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    secret = tmp_path / "secret.txt"
    secret.write_text("A secret sentence.")
    for path in (secret, tmp_path / "uploads" / ".." / "secret.txt"):
        add(shelf, [{"path": str(path), "orig_name": "x.txt"}])
    assert secret.exists()
    assert "x.txt" not in {entry.source for entry in shelf.entries()}


def test_uploads_keep_their_own_names_and_leave_no_copy(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    entries = upload(
        tmp_path, ("C:\\notes\\fresh <b>.txt", b"A fresh sentence."), ("../../bad.txt", b"\x00\x01\xff\xfe\x81" * 40)
    )
    *told, last = add(shelf, entries)
    assert told
    assert all("<progress" in update["message"] for update in told)
    assert "1 added, 1 not added" in last["message"]
    assert last["upload"] is None
    assert "fresh <b>.txt" in {entry.source for entry in shelf.entries()}
    assert not any(Path(entry["path"]).exists() for entry in entries)


def test_a_refused_file_is_shown_until_it_is_dismissed_or_a_good_one_comes(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    bad = b"\x00\x01\xff\xfe\x81" * 40
    add(shelf, upload(tmp_path, ("a.txt", bad), ("b.txt", bad)))
    assert [one.source for one in shelf.history.refused("")] == ["b.txt", "a.txt"]
    again = Shelf(shelf.index, History(shelf.history.path), PARTS)  # as after a restart
    shown = again.show(Session(), ME)["refused"]
    assert "<bdi>a.txt</bdi>" in shown
    assert "<bdi>b.txt</bdi>" in shown
    add(shelf, upload(tmp_path, ("a.txt", b"Now it has words.")))
    assert [one.source for one in shelf.history.refused("")] == ["b.txt"]
    key = render.refusal_key(shelf.history.refused("")[0])
    assert again.command(f"1 dismiss {key}", Session(), ME)["refused"] == ""
    assert shelf.history.refused("") == []


def test_what_was_refused_is_its_owners_only(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    add(shelf, upload(tmp_path, ("mine.txt", b"\x00" * 99)), Request("ada"))
    assert "mine.txt" in shelf.show(Session(), Request("ada"))["refused"]
    assert "mine.txt" not in shelf.show(Session(), Request("bob"))["refused"]


def test_a_large_upload_is_taken_in_batches(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr("ui.chat.shelf.BATCH_BYTES", 50)
    files = [(f"{number}.txt", f"The number of this file is {number}.".encode()) for number in range(4)]
    *_, last = add(shelf, upload(tmp_path, *files, ("bad.txt", b"\x00" * 99)))
    assert "4 added, 1 not added" in last["message"]


def test_of_two_files_of_one_name_the_second_is_refused_and_not_taken_for_an_update(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr("ui.chat.shelf.BATCH_BYTES", 60)
    files = (("quay.txt", b"The quay opened in 1901."), ("quay.txt", b"It has two."), ("quay.txt", b"It has three."))
    *_, last = add(shelf, upload(tmp_path, *files, ("b.txt", b"Another file.")))
    assert "2 added, 2 not added" in last["message"]
    assert {d.text for d in shelf.index.documents() if d.source == "quay.txt"} == {"The quay opened in 1901."}
    (refused,) = shelf.history.refused("")
    assert refused.source == "quay.txt"
    assert "rename" in refused.reason


def test_adding_goes_on_when_the_page_is_left_and_one_that_comes_back_is_told(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    may_go_on, add_now = threading.Event(), shelf.index.add

    def add_later(*given: Any, **more: Any) -> Any:
        assert may_go_on.wait(20)
        return add_now(*given, **more)

    monkeypatch.setattr(shelf.index, "add", add_later)
    assert list(shelf.follow(ME)) == []
    left = shelf.add(upload(tmp_path, ("later.txt", b"This comes later.")), ME)
    next(left)
    too_late = threading.Timer(5, may_go_on.set)
    too_late.start()
    left.close()
    assert not may_go_on.is_set(), "closing it waits for nothing"
    too_late.cancel()
    assert list(shelf.follow(Request("another"))) == []
    following = shelf.follow(ME)
    assert "progress" in next(following)
    may_go_on.set()
    assert "1 added" in list(following)[-1]
    assert "later" in [entry.title for entry in shelf.entries()]
    assert list(shelf.follow(ME)) == []


def test_removing_names_what_was_removed(shelf):
    (entry,) = (entry for entry in shelf.entries() if entry.source == "raid.txt")
    assert entry.title in shelf.remove(f"1 {entry.id}", ME)
    assert entry.id not in {entry.id for entry in shelf.entries()}
    assert "trouble" in shelf.remove(f"2 {entry.id}", ME)


def test_documents_are_chosen_by_row_all_and_none(shelf):
    session = Session()
    first, second, third = (entry.id for entry in shelf.entries())
    assert session.asked(shelf.entries()) is None
    updates = shelf.command(f"1 skip {first}", session, ME)
    assert set(updates) == {"scope"}, "a tick sends no table"
    assert "2 of 3" in updates["scope"]
    assert session.asked(shelf.entries()) == [second, third]
    shelf.command(f"2 ask {first}", session, ME)
    assert session.asked(shelf.entries()) is None
    assert "0 of 3" in shelf.command("3 none", session, ME)["scope"]
    shelf.index.add(Source("new.txt", "A new one."))
    assert len(session.asked(shelf.entries())) == 1, "what comes later is asked"
    assert "all 4" in shelf.command("4 all", session, ME)["scope"]


def test_all_and_none_are_those_that_the_filter_shows(shelf):
    session = Session()
    table = shelf.command("0 match leave", session, ME)["table"]
    assert "1 of 3 documents" in table
    assert "raid" not in table
    shelf.command("1 none", session, ME)
    assert len(session.asked(shelf.entries())) == 2


def test_what_is_left_out_is_told_to_the_page_which_gives_it_back_after_a_reload(shelf):
    session, again = Session(), Session()
    shelf.command("1 match leave", session, ME)
    told = shelf.command("2 none", session, ME)["left-out"]
    (identity,) = session.left_out
    assert html.fromstring(told).text_content() == identity
    assert "2 of 3" in shelf.command(f"1 leave {identity} nobody", again, ME)["scope"]
    assert again.left_out == {identity}


@pytest.mark.parametrize(
    "message", ["", "1", "1 skip nobody", "1 leave nobody", "1 order <b>", "1 dismiss x", "1 ask " + "x" * 9999]
)
def test_a_forged_command_changes_nothing(shelf, message):
    session = Session()
    shelf.command(message, session, ME)
    assert session.asked(shelf.entries()) is None


def test_a_file_that_was_saved_since_is_marked(index, tmp_path):
    import os
    import time

    file = tmp_path / "a.txt"
    file.write_text("First.")
    index.add(file)
    shelf = Shelf(index, History(tmp_path / "history.sqlite3"), PARTS)
    assert "saved since" not in shelf.show(Session(), ME)["table"]
    os.utime(file, (time.time() + 60,) * 2)
    assert "saved since" in shelf.show(Session(), ME)["table"]


def entries(number: int) -> list[Entry]:
    return [
        Entry(
            f"id-{n}",
            f"/folder/report-{n}.pdf",
            f"Report {n}",
            n % 7,
            n,
            f"2026-01-{n % 28 + 1:02}T10:00:00+00:00",
            "r",
        )
        for n in range(number)
    ]


def test_five_thousand_documents_are_a_small_page():
    table = render.documents_table(entries(5_000))
    assert len(table.encode()) < 120_000
    assert "5,000 documents" in table
    assert table.count("<tr>") == render.ROWS + 1
    assert "Show more of the 5,000" in table


def test_the_table_is_ordered_by_any_heading():
    some = entries(40)
    assert [e.sentences for e in render.arranged(some, order="sentences")] == list(range(39, -1, -1))
    assert [e.pages for e in render.arranged(some, order="pages")] == sorted((e.pages for e in some), reverse=True)
    added = [e.added for e in render.arranged(some)]
    assert added == sorted(added, reverse=True)
    assert [e.title for e in render.arranged(some, matching="PORT-1 9")] == ["Report 19"]


def test_names_and_reasons_are_text():
    evil = "<img src=x onerror=alert(1)>\n\n# x"
    entry = Entry('"><script>', f"/x/{evil}.<b>", evil, 1, 1, '"><i>', "r", (evil,))
    for shown in (
        render.documents_table([entry, entry], matching=""),
        render.refused([Failure(evil, evil)]),
        render.progress(0, 1, evil, 9.0),
    ):
        assert "<img" not in shown
        assert "<script" not in shown
        assert "<i>" not in shown
        assert "\n" not in shown


def test_progress_tells_the_time_left_once_it_can_be_known():
    assert "left" not in render.progress(0, 40, "reading a.txt", 10)
    assert "10 of 40 files · 2.0 a second · about 15 s left" in render.progress(10, 40, "reading a.txt", 5)
    assert "about 5 min left" in render.progress(10, 40, "reading a.txt", 100)
    assert "left" not in render.progress(40, 40, "making it searchable", 100)
