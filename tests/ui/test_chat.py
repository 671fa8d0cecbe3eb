"""The web chat: what happens on each event, and what the guard around it refuses."""

from __future__ import annotations

import dataclasses
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import EmptyStoreError, Index, Source
from qa.types import Answer, Citation
from tests.support.asking import Asker
from tests.support.fakes import HashEncoder
from ui import render
from ui.chat import asking, layout
from ui.chat.sessions import Session
from ui.render import Turn
from ui.server import web

TEXT = "The raid began on Thursday. About 2,500 troops remain in Iraq."


@pytest.fixture
def index(index) -> Index:
    index.add([Source("raid.txt", TEXT)])
    return index


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("served"), encoder=HashEncoder()) as opened:
        opened.add([Source("raid.txt", TEXT)])
        yield opened


@pytest.fixture(scope="module")
def client(served) -> Iterator[TestClient]:
    app = web.create_app(served)
    with TestClient(app, base_url="http://127.0.0.1:7860") as opened:
        yield opened


def answer_with(index: Index) -> Answer:
    (document,) = index.documents()
    start = document.text.index("About")
    names = (document.id, document.revision, document.source, document.title)
    citation = Citation(1, *names, document.text[start:], start, len(document.text), 1, 0.9)
    return Answer("How many?", "How many?", (citation,), "found", 0.9)


PARTS = layout.Parts(*(field.name for field in dataclasses.fields(layout.Parts)))  # each part stands for itself


def finish(index: Index, turns: list[Turn], **more) -> str:
    asking.finish(index, turns, [turn for turn in turns if turn.pending], **more)
    return render.conversation(turns, documents=1)


# ---- events ----------------------------------------------------------------------------------------------


def test_the_question_is_shown_before_its_answer(index, monkeypatch):
    turns: list[Turn] = []
    shown = layout._begin(index, PARTS, "  How many?  ", turns, Session(loaded=True))
    assert "Reading your documents" in shown["conversation"]
    assert shown["question"] == ""
    assert [turn.pending for turn in turns] == [True]
    monkeypatch.setattr(asking, "answer", lambda *_, **__: answer_with(index))
    finished = finish(index, turns)
    assert "About 2,500 troops remain in Iraq." in finished
    assert "Reading your documents" not in finished


def test_a_page_that_is_not_known_asks_nothing_and_keeps_its_words(index):
    turns: list[Turn] = []
    for how in ("", "alone", "all"):
        shown = layout._begin(index, PARTS, "How many?", turns, Session(), how=how)
        assert "unknown-page" in shown["conversation"]
        assert shown["question"] != "", "it stays in its box"
    assert turns == []


def test_an_empty_question_asks_nothing(index):
    turns: list[Turn] = []
    layout._begin(index, PARTS, " \n ", turns, Session(loaded=True))
    assert turns == []


def test_a_question_that_is_too_long_is_refused_in_words(index):
    turns: list[Turn] = []
    shown = layout._begin(index, PARTS, "x" * 8_001, turns, Session(loaded=True))
    assert "8,001 characters; at most 8,000" in shown["conversation"]
    assert len(turns[0].question) < 300
    assert not turns[0].pending
    assert shown["question"] != "", "it stays in its box, to be shortened"
    assert layout._begin(index, PARTS, "x" * 8_000, turns, Session(loaded=True))["question"] == ""
    assert turns[1].pending


def test_a_conversation_has_an_end(index):
    turns = [Turn("?", trouble="x")] * asking.MAX_TURNS
    layout._begin(index, PARTS, "One more?", turns, Session(loaded=True))
    assert "Start a new one" in turns[-1].trouble


@pytest.mark.parametrize(
    ("error", "said"),
    [(EmptyStoreError("nothing to ask yet"), "nothing to ask yet"), (ValueError("secret"), "went wrong")],
)
def test_an_error_becomes_a_message(index, monkeypatch, error, said):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(asking, "answer", fail)
    finished = finish(index, [Turn("Who?")])
    assert said in finished
    assert "secret" not in finished


def test_earlier_answers_are_the_history_and_hits_are_not_kept(index, monkeypatch):
    seen = []

    def remember(question, *, index, history, **_):
        seen.append([earlier.question for earlier in history])
        return answer_with(index)

    monkeypatch.setattr(asking, "answer", remember)
    turns = [Turn("First?"), Turn("Broken?", trouble="x"), Turn("Second?")]
    finish(index, turns)
    assert seen == [[], ["How many?"]]
    assert all(turn.answer is None or turn.answer.hits == () for turn in turns)


def test_a_question_can_be_asked_alone(index, monkeypatch):
    seen = []

    def remember(question, *, index, history, **_):
        seen.append([earlier.question for earlier in history])
        return answer_with(index)

    monkeypatch.setattr(asking, "answer", remember)
    turns = [Turn("How many?", answer_with(index))]
    shown = layout._begin(index, PARTS, "And there?", turns, Session(loaded=True), how="alone")
    assert shown["question"] != "", "what stands in the box is left"
    layout._begin(index, PARTS, "And then?", turns, Session(loaded=True))
    chosen = tuple(document.id for document in index.documents())
    assert "without what was said before" in finish(index, turns, documents=chosen, there=2)
    assert seen == [[], ["How many?", "How many?"]]
    assert turns[1].notes == ("Asked alone, without what was said before.", "Asked of 1 of 2 documents.")


def test_a_document_removed_since_it_was_chosen_is_left_out(index):
    removed, kept = index.add([Source("a.txt", "The mill is old."), Source("b.txt", "The harbour is new.")]).added
    index.remove(removed)
    turns = [Turn("Which mill?")]
    asking.finish(index, turns, list(turns), [removed, kept])
    assert turns[0].trouble is None
    assert turns[0].answer.searched.documents == 1
    turns = [Turn("Which mill?")]
    asking.finish(index, turns, list(turns), [removed])
    assert "No document is chosen" in turns[0].trouble


def test_an_answer_that_comes_after_a_new_start_is_dropped(index, monkeypatch):
    turns = [Turn("Slow?")]

    def start_anew_meanwhile(*_, **__):
        layout._start_anew(index, PARTS, turns, Session())
        return answer_with(index)

    monkeypatch.setattr(asking, "answer", start_anew_meanwhile)
    assert "Slow?" not in finish(index, turns)
    assert turns == []


def test_a_question_can_be_asked_of_all_although_some_are_chosen(index, monkeypatch):
    seen = []

    def remember(question, *, index, history, documents=None):
        seen.append(documents)
        return answer_with(index)

    monkeypatch.setattr(asking, "answer", remember)
    turns: list[Turn] = []
    layout._begin(index, PARTS, "How many?", turns, Session(loaded=True))
    layout._begin(index, PARTS, "How many?", turns, Session(loaded=True), how="all")
    chosen = tuple(document.id for document in index.documents())
    finish(index, turns, documents=chosen, there=9)
    assert [asked and tuple(asked) for asked in seen] == [chosen, None]
    assert [turn.asked for turn in turns] == [(1, 9), None]
    assert turns[1].notes == ("Asked of all documents.",)


def test_what_is_given_up_is_what_was_taken(index):
    turns = [Turn("Slow?"), Turn("Meanwhile?")]
    asking.give_up(turns, turns[:1], "no time")
    assert [turn.trouble for turn in turns] == ["no time", None]


def test_a_source_opens_only_from_its_own_conversation(index):
    mine = [Turn("How many?", answer_with(index))]
    assert "<mark" in layout._open(index, "1 1.1", mine)
    assert "<mark" not in layout._open(index, "1 1.1", [])
    for wanted in ("", "x", "1 1.2", "1 ../../etc/passwd", "1 1.1 1.1"):
        assert "<mark" not in layout._open(index, wanted, mine), wanted


def test_a_source_that_was_removed_says_so(index):
    turns = [Turn("How many?", answer_with(index))]
    index.remove([index.documents()[0].id])
    assert '<div class="no-source">' in layout._open(index, "1 1.1", turns)


def test_the_examples_show_while_there_is_something_to_ask_and_nothing_was(index):
    visible = lambda turns: layout._everything(index, PARTS, turns)["offers"]["visible"]  # noqa: E731
    assert visible([])
    assert not visible([Turn("?")])
    index.remove([index.documents()[0].id])
    assert not visible([])


def test_a_turn_is_small_and_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Turn("?").question = "!"  # type: ignore[misc]


# ---- the guard -------------------------------------------------------------------------------------------


def test_every_response_has_the_security_headers(client):
    for path in ("/", "/config", "/verbatim/chat.css", "/nothing-here", "/theme.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "unsafe-eval" not in policy
        for kind in ("script-src ", "style-src "):
            (rule,) = [part for part in policy.split("; ") if part.startswith(kind)]
            assert "unsafe-inline" not in rule
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"


def test_the_page_names_no_other_host_and_each_script_has_the_nonce(client):
    first, second = client.get("/"), client.get("/")
    page = first.text
    nonce = first.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert nonce not in second.text
    assert page.count("<script") == page.count(f'<script nonce="{nonce}"') > 0
    assert "/verbatim/chat.js" in page
    for outside in ("googleapis", "gstatic", "githubusercontent", "cdnjs", "gradio.app", "huggingface"):
        assert outside not in page, outside


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "[::2]:7860", "", "a:b:c", "[", "192.0.2.1"]
)
def test_a_foreign_host_name_is_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:1234", "LOCALHOST", "[::1]:7860"])
def test_our_own_host_names_are_served(client, host):
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_request_from_another_site_is_refused(client, headers):
    for path in ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/upload"):
        assert client.post(path, json={"data": []}, headers=headers).status_code == 403


def test_our_own_page_may_post(client):
    answer = client.post("/gradio_api/queue/join", json={}, headers={"origin": "http://127.0.0.1:7860"})
    assert answer.status_code not in {400, 403, 413}


def test_a_huge_body_is_refused(client):
    body = {"data": ["x" * 2_000_000]}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 413
    chunks = (b"x" for _ in range(10))
    assert client.post("/gradio_api/queue/join", content=chunks).status_code == 411


def test_the_store_itself_cannot_be_fetched(client, served):
    assert client.get(f"/gradio_api/file={served.path}/catalog.sqlite3").status_code >= 400


def test_two_pages_never_see_each_others_questions(client):
    first = Asker(client, "first").begin("My secret question?")
    again = Asker(client, "first").begin("My second question?")
    second = Asker(client, "second").begin("Another question?")
    assert "My secret question?" in first
    assert "My secret question?" in again
    assert "My second question?" in again
    assert "secret" not in second


# ---- serving ---------------------------------------------------------------------------------------------


def test_a_taken_port_is_named_with_the_way_out(index):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(web.ServeError, match=rf"port {port} .*--port"):
            web.serve(index, port=port)


def test_importing_ui_is_cheap_and_silences_gradio():
    code = (
        "import sys, os, ui, ui.server.web; assert not {'gradio', 'torch', 'chromadb'} & set(sys.modules); "
        "assert os.environ['GRADIO_ANALYTICS_ENABLED'] == 'False'"
    )
    root = Path(web.__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True, timeout=60)


def test_gradio_is_loaded_without_writing_its_type_stubs() -> None:
    code = """
import ast, inspect
parse, getfile = ast.parse, inspect.getfile
def refuse(source, *given, **named):
    assert "gradio.events" not in source, "it reads its components to write their stubs"
    return parse(source, *given, **named)
ast.parse = refuse
from ui.server.web import load_libraries
load_libraries()
import gradio
assert inspect.getfile is getfile
assert inspect.getfile(gradio.Button).endswith("button.py")
"""
    subprocess.run([sys.executable, "-c", code], cwd=Path(web.__file__).parents[2], check=True, timeout=60)


def test_the_page_is_up_before_the_encoder_is_warm(tmp_path):
    """`serve` in its own process: its address answers while the encoder still loads, and Ctrl+C ends it."""
    code = f"""
import threading, urllib.request
from index import Index
from ui.server.web import serve
never = threading.Event()
class Slow:
    name, dimension = "slow", 4
    def encode(self, texts): never.wait(30)
def ready(url):
    def fetch():
        print(url, urllib.request.urlopen(url, timeout=20).status, flush=True)
    threading.Thread(target=fetch, daemon=True).start()
serve(Index.open({str(tmp_path / "store")!r}, encoder=Slow()), port=0, ready=ready)
"""
    root = Path(web.__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(90, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("http://127.0.0.1:")
        assert line.strip().endswith(" 200")
        process.send_signal(2)
        process.wait(timeout=30)
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
