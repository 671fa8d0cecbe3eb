"""Conversations are kept on this machine: by owner, across restarts, until they are deleted for good."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import html

from index import Index, Source, StoreError
from qa.types import Answer, Citation, Span, Written
from ui.chat import history
from ui.chat.downloads import Downloads
from ui.chat.drawer import Drawer, DrawerParts
from ui.chat.history import HISTORY_NAME, History, UnknownConversationError
from ui.chat.sessions import Session
from ui.render import Turn

TEXT = "The raid began on Thursday. About 2,500 troops remain in Iraq."
PARTS = DrawerParts("listed", "current", "file", "wanted", "command")


@dataclass
class Request:
    """Whose page it is."""

    username: str | None = None


ME = Request()


@pytest.fixture
def kept(tmp_path: Path) -> History:
    return History(tmp_path / HISTORY_NAME)


@pytest.fixture
def drawer(index: Index, kept: History) -> Drawer:
    index.add(Source("raid.txt", TEXT))
    return Drawer(index, kept, Downloads(), PARTS)


def turn(index: Index, question: str = "How many?") -> Turn:
    (document,) = index.documents()
    start = document.text.index("About")
    names = (document.id, document.revision, document.source, document.title)
    cited = Citation(1, *names, document.text[start:], start, len(document.text), 1, 0.9, Span(start + 6, start + 11))
    return Turn(question, Answer(question, question, (cited,), "found", 0.9, seconds={"total": 0.1}))


REFUSED = Turn("Who?", Answer("Who?", "Who?", (), "Your documents do not say.", 0.1, missing=("pope",)))


def test_a_conversation_is_the_same_after_a_restart(index, drawer, kept):
    turns = [turn(index), REFUSED, Turn("x", trouble="It broke."), Turn("y", trouble="z", notes=("A note.",))]
    session = Session()
    for one in turns:
        drawer.keep([one], session, ME)
    again = History(kept.path)
    (summary,) = again.conversations("")
    assert summary.title == "How many?"
    assert list(again.conversation("", summary.id).turns) == turns
    assert summary.begun <= summary.touched


def test_after_a_conversation_was_deleted_elsewhere_the_next_turn_begins_one(index, drawer, kept):
    session = Session()
    drawer.keep([turn(index)], session, ME)
    kept.delete("", session.conversation)
    drawer.keep([REFUSED], session, ME)
    drawer.keep([turn(index, "And now?")], session, ME)
    (summary,) = kept.conversations("")
    assert summary.id == session.conversation
    assert [one.question for one in kept.conversation("", summary.id).turns] == ["Who?", "And now?"]


def test_what_is_said_of_an_answer_is_kept_whatever_else_became_of_it(index, drawer, kept):
    session, one = Session(), turn(index)
    drawer.keep([one], session, ME)
    growing = dataclasses.replace(one, answer=dataclasses.replace(one.answer, written=Written("m", complete=False)))
    done = dataclasses.replace(one, answer=dataclasses.replace(one.answer, written=Written("m", note="Nothing.")))
    drawer.amend("", session.conversation, growing, dataclasses.replace(growing, judged="right"))
    drawer.amend("", session.conversation, one, done)
    noted = dataclasses.replace(done, notes=("It has changed since.",), judged="right")
    assert kept.conversation("", session.conversation).turns == (dataclasses.replace(done, judged="right"),)
    drawer.amend("", session.conversation, noted, dataclasses.replace(noted, judged="wrong"))
    assert kept.conversation("", session.conversation).turns == (dataclasses.replace(done, judged="wrong"),)


def test_hits_are_not_kept(index, drawer, kept):
    one = turn(index)
    hit = index.search("troops")
    kept.append("", "", dataclasses.replace(one, answer=dataclasses.replace(one.answer, hits=tuple(hit))))
    (summary,) = kept.conversations("")
    assert kept.conversation("", summary.id).turns == (one,)


def test_nobody_sees_or_touches_anothers_conversation(index, drawer, kept):
    session = Session()
    drawer.keep([turn(index, "A secret?")], session, Request("ada"))
    assert kept.conversations("bob") == kept.conversations("") == []
    bob, turns = Session(), []
    assert "not there" in drawer.open(session.conversation, turns, bob, Request("bob"))
    assert turns == []
    assert bob.conversation == ""
    for command in ("rename {} Mine", "delete {}", "export json {}"):
        updates = drawer.command("1 " + command.format(session.conversation), turns, bob, Request("bob"))
        assert "not there" in updates["listed"], command
        assert "secret" not in str(updates)
    assert [one.title for one in kept.conversations("ada")] == ["A secret?"]
    with pytest.raises(UnknownConversationError):
        kept.append("bob", session.conversation, REFUSED)


def test_a_title_can_be_changed_and_is_one_line(drawer, index):
    session = Session()
    drawer.keep([turn(index)], session, ME)
    shown = drawer.command(f"1 rename {session.conversation}  Troops \n in   Iraq ", [], session, ME)
    assert session.title == "Troops in Iraq"
    assert "Troops in Iraq" in shown["current"]
    drawer.command(f"2 rename {session.conversation}  ", [], session, ME)
    assert session.title == "Troops in Iraq"
    drawer.command(f"3 rename {session.conversation} {'x' * 999}", [], session, ME)
    assert len(session.title) == history.TITLE_CHARS


def test_what_is_deleted_is_in_no_file(drawer, index, kept):
    session, other = Session(), Session()
    asked = "Was the harbour master bribed in Ostend?"
    for number in range(30):  # enough to fill pages, and to leave some behind
        drawer.keep([turn(index, f"{asked} {number}"), REFUSED], session, ME)
    drawer.keep([turn(index, "And this stays?")], other, ME)
    drawer.command(f"1 rename {session.conversation} Bribery in Ostend", [], session, ME)

    def bytes_on_disk() -> bytes:
        return b"".join(file.read_bytes() for file in kept.path.parent.glob(f"{HISTORY_NAME}*"))

    assert asked.encode() in bytes_on_disk()
    turns = [turn(index, asked)]
    drawer.command(f"2 delete {session.conversation}", turns, session, ME)
    left = bytes_on_disk()
    assert b"Ostend" not in left
    assert b"harbour master" not in left
    assert b"And this stays?" in left
    assert turns == []
    assert session.conversation == ""
    assert [one.title for one in kept.conversations("")] == ["And this stays?"]


def test_an_old_title_is_in_no_file_either(drawer, index, kept):
    session = Session()
    drawer.keep([REFUSED], session, ME)
    drawer.command(f"1 rename {session.conversation} The Zanzibar matter", [], session, ME)
    drawer.command(f"2 rename {session.conversation} Nothing", [], session, ME)
    assert all(b"Zanzibar" not in file.read_bytes() for file in kept.path.parent.glob(f"{HISTORY_NAME}*"))


def test_the_conversation_that_rested_longest_makes_room(index, kept, monkeypatch):
    monkeypatch.setattr(history, "MOST_CONVERSATIONS", 3)
    ids = [kept.append("", "", Turn(f"Question {n}?", trouble="x")).id for n in range(3)]
    kept.append("ada", "", Turn("Hers?", trouble="x"))
    kept.append("", ids[0], Turn("Again?", trouble="x"))
    kept.append("", "", Turn("One more?", trouble="x"))
    assert [one.title for one in kept.conversations("")] == ["One more?", "Question 0?", "Question 2?"]
    assert len(kept.conversations("ada")) == 1
    assert all(b"Question 1?" not in file.read_bytes() for file in kept.path.parent.glob(f"{HISTORY_NAME}*"))


def test_a_full_list_says_what_a_new_conversation_will_cost(drawer, monkeypatch):
    session = Session()
    shown = []
    monkeypatch.setattr("ui.chat.drawer.MOST_CONVERSATIONS", 2)
    for _ in range(2):
        drawer.keep([REFUSED], session, ME)
        session.conversation = ""
        shown.append(drawer.show(session, ME)["listed"])
    assert ["has rested longest is deleted" in one for one in shown] == [False, True]


def test_an_old_citation_says_what_became_of_its_document(drawer, index):
    session = Session()
    drawer.keep([turn(index)], session, ME)

    def notes() -> tuple[str, ...]:
        turns: list[Turn] = []
        assert drawer.open(session.conversation, turns, Session(), ME) is None
        assert turns[0].answer.citations[0].text == "About 2,500 troops remain in Iraq."
        return turns[0].notes

    assert notes() == ()
    index.add(Source("raid.txt", TEXT.replace("2,500", "900")))
    assert notes() == ("“raid” has changed since; its sentence opens as it was quoted.",)
    index.remove("raid.txt")
    (note,) = notes()
    assert "“raid” was removed" in note


def test_a_citation_that_its_text_does_not_bear_out_says_so(drawer, index, kept):
    good = turn(index)
    (cited,) = good.answer.citations
    forged = dataclasses.replace(cited, text="About 9,999 troops remain in Iraq.")
    kept.append("", "", dataclasses.replace(good, answer=dataclasses.replace(good.answer, citations=(forged,))))
    turns: list[Turn] = []
    drawer.open(kept.conversations("")[0].id, turns, Session(), ME)
    assert turns[0].notes == ("“raid” does not hold this sentence where it was quoted.",)


def test_conversations_that_quote_a_document_are_counted(drawer, index, kept):
    (document,) = index.documents()
    assert kept.quoting("", document.id) == 0
    session = Session()
    drawer.keep([turn(index), turn(index)], session, ME)
    drawer.keep([turn(index)], Session(), ME)
    drawer.keep([REFUSED], Session(), ME)
    assert kept.quoting("", document.id) == 2
    assert kept.quoting("ada", document.id) == 0


def test_threads_keep_their_turns(kept):
    first = kept.append("", "", Turn("Begin?", trouble="x"))

    def ask(number: int) -> None:
        for n in range(10):
            kept.append("", first.id, Turn(f"{number}.{n}?", trouble="x"))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    questions = [one.question for one in kept.conversation("", first.id).turns]
    assert len(questions) == 41
    for number in range(4):
        assert [q for q in questions if q.startswith(f"{number}.")] == [f"{number}.{n}?" for n in range(10)]


def test_half_a_surrogate_pair_breaks_nothing(kept):
    one = kept.append("", "", Turn("half \ud83d pair", trouble="\udc00"))
    assert one.title == "half ? pair"
    assert kept.conversation("", one.id).turns[0].question.startswith("half")


@pytest.mark.parametrize("data", [b"no database at all, but a text that is long enough to look at" * 9, None])
def test_a_file_that_cannot_be_used_is_said(tmp_path, data):
    path = tmp_path / HISTORY_NAME
    if data is None:
        path.mkdir()
    else:
        path.write_bytes(data)
    with pytest.raises(StoreError, match=HISTORY_NAME):
        History(path).conversations("")


# ---- files to save ---------------------------------------------------------------------------------------


def token_in(shown: str) -> str:
    return html.fromstring(shown).xpath("string(//button/@value)")


def test_a_file_is_offered_by_a_token_only(drawer, index):
    session = Session()
    drawer.keep([turn(index, "How <many>/../?")], session, ME)
    for suffix in ("json", "md", "html"):
        shown = drawer.command(f"1 export {suffix} {session.conversation}", [], session, ME)["file"]
        name, data = drawer.downloads.fetch(token_in(shown))
        assert name == f"How many.{suffix}"
        assert b"2,500 troops" in data or b"2,500</mark> troops" in data
    assert drawer.command(f"1 export exe {session.conversation}", [], session, ME)["file"] == ""
    assert drawer.downloads.fetch("") is None
    assert drawer.downloads.fetch("../catalog.sqlite3") is None


def test_offers_are_few_and_short(monkeypatch):
    from ui.chat import downloads

    offers = Downloads()
    tokens = [offers.offer("a.md", b"x") for _ in range(downloads.MOST_OFFERED + 1)]
    assert offers.fetch(tokens[0]) is None
    assert offers.fetch(tokens[-1]) == ("a.md", b"x")
    now = downloads.time.monotonic()
    monkeypatch.setattr(downloads.time, "monotonic", lambda: now + downloads.KEPT_SECONDS + 60)
    assert offers.fetch(tokens[-1]) is None


def test_an_export_of_old_says_what_was_removed(drawer, index):
    session = Session()
    drawer.keep([turn(index)], session, ME)
    index.remove("raid.txt")
    for suffix in ("md", "html"):
        shown = drawer.command(f"1 export {suffix} {session.conversation}", [], session, ME)["file"]
        _, data = drawer.downloads.fetch(token_in(shown))
        assert "was removed from your documents" in data.decode()
