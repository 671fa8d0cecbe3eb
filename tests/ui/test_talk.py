"""The talk in the terminal: questions lean on each other, numbers open sources, = asks without what was said before."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console

from index import Index, Source
from qa import Answer
from ui.terminal.talk import Talk


def said(index: Index, lines: Iterable[str]) -> tuple[str, list[Answer], list[Answer]]:
    """Return what a talk printed, the answers that it showed, and those that it kept."""
    out, shown = io.StringIO(), []
    console = Console(file=out, width=400, highlight=False)
    talk = Talk(index, console)

    def show(*things: object, print_it: Callable[..., None] = console.print) -> None:
        shown.extend(thing for thing in things if isinstance(thing, Answer))
        print_it(*things)

    console.print = show
    waiting = iter(lines)

    def read() -> str:
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    talk.run(read)
    return out.getvalue(), shown, talk.history


def test_a_follow_up_leans_on_the_last_answer_and_a_number_opens_its_source(seed_index: Index) -> None:
    printed, shown, kept = said(seed_index, ["What happened in Solingen?", "How many were injured there?", "1"])
    assert "Solingen" in shown[1].query
    assert f"Searched for: {shown[1].query}" in printed
    assert "eight injuries" in printed, "the cited sentence"
    assert "The group claimed responsibility" in printed, "its neighbour"
    assert shown == kept


def test_a_number_opens_what_came_nearest_after_a_refusal(seed_index: Index) -> None:
    asked = "Which penguins live in Antarctica?"
    unopened, _, _ = said(seed_index, [asked, "4", "0"])
    printed, (refusal,), _ = said(seed_index, [asked, "2", "4", "0"])
    assert refusal.abstained
    assert f"[2] “{refusal.near[1].text}”" in printed
    near = refusal.near[1].text
    assert printed.count(near) == unopened.count(near) + 1, "once more, with its neighbours"
    assert "no [4]" in printed
    assert "no [0]" in printed


def test_of_several_questions_each_sentence_has_a_number_of_its_own(seed_index: Index) -> None:
    asked = "Which penguins live in Antarctica? How many troops remain in Iraq? Which whales live in Oslo?"
    printed, (answer,), _ = said(seed_index, [asked])
    penguins, _, whales = answer.parts
    sentences = [*answer.citations, *penguins.near, *whales.near]
    for number, sentence in enumerate(sentences, start=1):
        assert f"[{number}] “{sentence.text}”" in printed
    opened, _, _ = said(seed_index, [asked, str(len(sentences)), str(len(sentences) + 1)])
    assert opened.count(whales.near[-1].text) == printed.count(whales.near[-1].text) + 1
    assert f"no [{len(sentences) + 1}]" in opened


def test_the_last_question_is_asked_again_without_the_talk(seed_index: Index) -> None:
    _, shown, kept = said(seed_index, ["What happened in Solingen?", "How many were injured there?", "="])
    assert shown[2].question == shown[2].query == "How many were injured there?"
    assert kept == [shown[0], shown[2]]


def test_a_document_that_was_removed_meanwhile_is_said_and_the_talk_goes_on(index: Index) -> None:
    index.add(Source("harbour.txt", "The harbour opened in 1901. It closed in 1955."))

    def lines() -> Iterator[str]:
        yield "When did the harbour open?"
        index.remove("harbour.txt")
        yield "1"
        yield "7"

    printed, (answer,), _ = said(index, lines())
    assert answer.citations or answer.near
    assert "no document" in printed
    assert "no [7]" in printed


def test_what_is_said_of_a_topic_is_not_asked_again_for_nothing(seed_index: Index) -> None:
    printed, (answer,), _ = said(seed_index, ["What do the documents say about Solingen?"])
    assert answer.mentions
    assert f"Sentences that mention {answer.query}" in printed
    assert "asks without" not in printed


def test_what_is_not_there_is_said_and_an_empty_line_ends(seed_index: Index) -> None:
    printed, shown, _ = said(seed_index, ["7", "=", "Hello", "", "How many troops remain in Iraq?"])
    assert "no [7]" in printed
    assert [answer.question for answer in shown] == ["Hello"]


def test_an_empty_store_is_told(index: Index) -> None:
    printed, shown, _ = said(index, ["How many?"])
    assert "verbatim index add PATH" in printed
    assert not shown
