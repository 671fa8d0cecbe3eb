"""What people say of answers becomes a suite that the evals run as it is."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from evals import run
from evals.folder import load_suite
from index import Index, Source, Span, VerbatimError
from qa import Answerer
from tests.support.fakes import HashEncoder
from ui.api import create_api
from ui.chat import shelf
from ui.chat.feedback import FEEDBACK_NAME, Feedback
from ui.chat.history import History
from ui.chat.judging import judge
from ui.render import Turn
from ui.terminal import commands, indexing

TEXT = "The harbour opened in 1901. The tower is 40 metres high. It never closed."


@pytest.fixture
def feedback(tmp_path: Path) -> Feedback:
    return Feedback(tmp_path / FEEDBACK_NAME)


def span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def asked(index: Index, *questions: str) -> list[Turn]:
    answerer = Answerer(index)
    return [Turn(question, answerer.answer(question)) for question in questions]


def test_the_evals_run_what_was_said(tmp_path: Path) -> None:
    with Index.open(tmp_path / "store") as index:
        index.add(Source("harbour.txt", TEXT))
        feedback = Feedback(tmp_path / FEEDBACK_NAME)
        turns = asked(index, "When did the harbour open?", "How high is the tower?", "Who is the pope?")
        (document,) = index.documents()
        tower = span(TEXT, "The tower is 40 metres high.")
        history = History(tmp_path / "history")
        kept = history.append("", "", turns[0])
        for turn in turns[1:]:
            history.append("", kept.id, turn)

        def amend(before: Turn, after: Turn) -> None:
            history.amend("", kept.id, before, after)

        assert "which-one" in judge(index, feedback, "1 wrong 2", turns, amend).source
        for said in ("right 1", f"pick 2 {document.id} {tower.start} {tower.end}", "right 3"):
            shown = judge(index, feedback, f"1 {said}", turns, amend)
            assert "Kept as" in shown.below, said
            assert ("verbatim eval" in shown.source) == said.startswith("pick"), "what is open stays"
        assert [turn.judged for turn in turns] == ["right", "wrong", "right"]
        assert [turn.judged for turn in history.conversation("", kept.id).turns] == ["right", "wrong", "right"]
    suite = load_suite(feedback.folder)
    assert [question.answerable for question in suite.questions] == [True, True, False]
    assert [question.kind for question in suite.questions] == ["feedback-right", "feedback-wrong", "feedback-right"]
    assert suite.questions[1].history == ("When did the harbour open?",)
    assert suite.questions[1].evidence[0][0].text == "The tower is 40 metres high."
    report = run(feedback.folder)
    assert report.metrics["citation_f1"].value == 1
    assert report.metrics["verbatim_rate"].value == 1


def test_what_is_said_again_replaces_what_was_said(index: Index, feedback: Feedback) -> None:
    index.add(Source("harbour.txt", TEXT))
    (document,) = index.documents()
    for words in ("It never closed.", "The harbour opened in 1901."):
        feedback.keep("When?", [], (document, span(TEXT, words)), kind="feedback-wrong")
    feedback.keep("When?", ["Who?"], None, kind="feedback-wrong", others=[document])
    first, second = load_suite(feedback.folder).questions
    assert first.evidence[0][0].text == "The harbour opened in 1901."
    assert not second.answerable


def test_a_question_with_a_line_separator_can_be_kept_and_added_to(index: Index, feedback: Feedback) -> None:
    index.add(Source("harbour.txt", TEXT))
    (document,) = index.documents()
    for question in ("When did\u2028it open?", "When?\u0085"):
        feedback.keep(question, [], (document, span(TEXT, "The harbour opened in 1901.")), kind="feedback-right")
    assert len(load_suite(feedback.folder).questions) == 2


def test_each_case_is_asked_of_the_revision_it_rests_on(index: Index, feedback: Feedback) -> None:
    for text in (TEXT, TEXT.replace("40", "41")):
        index.add(Source("harbour.txt", text))
        (document,) = index.documents()
        feedback.keep(f"How high, {len(text)}{text[45:47]}?", [], (document, span(text, "The harbour")), kind="x")
    suite = load_suite(feedback.folder)
    assert len(suite.documents) == 2
    for question in suite.questions:
        assert suite.asked(question) == {question.evidence[0][0].document}


def test_what_cannot_be_kept_leaves_the_suite_as_it_was(index: Index, feedback: Feedback) -> None:
    index.add(Source("harbour.txt", TEXT))
    (document,) = index.documents()
    feedback.keep("When?", [], (document, span(TEXT, "The harbour opened in 1901.")), kind="x")
    before = {path: path.read_bytes() for path in feedback.folder.rglob("*") if path.is_file()}
    with pytest.raises(VerbatimError, match="could not be kept"):
        feedback.keep("What?", [], (document, Span(5, 5)), kind="x")
    with pytest.raises(VerbatimError):
        feedback.keep("What?", [], None, kind="x")
    assert {path: path.read_bytes() for path in feedback.folder.rglob("*") if path.is_file()} == before


def test_a_document_that_is_removed_leaves_no_copy(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with Index.open(store) as index:
        index.add([Source("harbour.txt", TEXT), Source("other.txt", "Another text stands here.")])
        feedback = Feedback(store / FEEDBACK_NAME)
        for document in index.documents():
            feedback.keep(f"What of {document.id}?", [], (document, Span(0, 11)), kind="x")
        receipt = index.remove("harbour.txt", receipt=True).receipt
        assert receipt is not None
        assert receipt.traces, "a copy is a trace, and the receipt says so"
        index.add(Source("harbour.txt", TEXT))
    with pytest.raises(SystemExit, match=r"^0$"):
        commands.command(["index", "remove", "harbour.txt", "--store", str(store), "--receipt"])
    assert [question.evidence[0][0].text for question in load_suite(feedback.folder).questions] == ["Another tex"]
    assert len(list((feedback.folder / "documents").iterdir())) == 1


@pytest.mark.parametrize("way", ["remove", "delete", "sync", "follow"])
def test_whichever_way_a_document_goes_it_leaves_no_copy(tmp_path: Path, way: str, monkeypatch) -> None:
    folder, store = tmp_path / "folder", tmp_path / "store"
    folder.mkdir()
    for name, text in (("harbour.txt", TEXT), ("other.txt", "Another text stands here.")):
        (folder / name).write_text(text)
    with Index.open(store, encoder=HashEncoder()) as index:
        index.sync(folder)
        feedback = Feedback(store / FEEDBACK_NAME)
        for document in index.documents():
            feedback.keep(f"What of {document.id}?", [], (document, Span(0, 11)), kind="x")
        (gone,) = (document.id for document in index.documents() if document.text == TEXT)
        (folder / "harbour.txt").unlink()
        if way == "remove":
            shelf.Shelf(index, History(tmp_path / "history"), None).remove(f"1 {gone}", None)
        elif way == "delete":
            assert TestClient(create_api(index)).delete(f"/documents/{gone}").json()["removed"] == [gone]
        elif way == "sync":
            monkeypatch.setattr(Index, "open", lambda _: nullcontext(index))
            indexing.sync(folder, store)
        else:
            monkeypatch.setattr(index, "watch", lambda folder: [index.sync(folder)])
            indexing.follow(index, folder)
    assert TEXT not in {copy.read_text() for copy in (feedback.folder / "documents").iterdir()}
    assert [question.evidence[0][0].text for question in load_suite(feedback.folder).questions] == ["Another tex"]


def test_what_was_asked_alone_is_kept_without_what_was_said_before(index: Index, feedback: Feedback) -> None:
    index.add(Source("harbour.txt", TEXT))
    first, second, third = asked(index, "When did the harbour open?", "How high is the tower?", "And the gate?")
    unanswered = Turn("Is anybody there?", trouble="Too many ask at the moment.")
    history = History(feedback.folder.parent / "history")
    kept = history.append("", "", replace(second, alone=True))
    turns = [first, unanswered, *history.conversation("", kept.id).turns, third]
    for number in (3, 4):
        assert "Kept as right" in judge(index, feedback, f"1 right {number}", turns, lambda *_: None).below
    alone, after = load_suite(feedback.folder).questions
    assert (alone.question, alone.history) == ("How high is the tower?", ())
    assert (after.question, after.history) == (
        "And the gate?",
        ("When did the harbour open?", "How high is the tower?"),
    )


@pytest.mark.parametrize(
    "said",
    ["", "right", "right 9", "pick 1", "pick 1 x 0 5", "pick 1 {} 5", "pick 1 {} 0 99999", "pick 1 {} -4 2", "x 1"],
)
def test_forged_words_keep_nothing(index: Index, feedback: Feedback, said: str) -> None:
    index.add(Source("harbour.txt", TEXT))
    (document,) = index.documents()
    turns = asked(index, "When did the harbour open?")
    amended: list[Turn] = []
    shown = judge(index, feedback, f"1 {said.format(document.id)}", turns, lambda before, after: amended.append(after))
    assert not amended
    assert "Kept as" not in shown.below
    assert "verbatim eval" not in shown.source
    assert not (feedback.folder / "questions.jsonl").exists()
