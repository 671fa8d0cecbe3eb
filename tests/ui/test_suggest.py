"""Questions to click are drawn from one's own documents, and each of them is answered by its own sentence."""

from __future__ import annotations

import asyncio
from functools import partial

from index import Index, Source
from qa import answer
from qa.types import Answer
from tests.conftest import ARTICLE
from ui.chat import suggest
from ui.chat.suggest import Suggestions, drafts, seed_file

HARBOUR = "The lighthouse at Skerry Point was lit in October 1871. The café on the quay sold 9,000 buns. Some text."


def test_each_suggested_question_is_answered(seed_index: Index) -> None:
    with Index.open(seed_index.path.parent / "own") as index:
        index.add([Source("harbour.txt", HARBOUR), Source("copy.md", HARBOUR + " More."), Source("x.txt", "Nothing.")])
        found = asyncio.run(Suggestions(index, partial(answer, index=index)).questions())
        assert found
        assert len(set(found)) == len(found) <= suggest.MOST_QUESTIONS
        for question in found:
            (sentence,) = {sentence for drafted, sentence in drafts(index, index.listing()) if drafted == question}
            assert answer(question, index=index).citations[0].text == sentence


def test_sentences_are_drawn_as_they_are_stored(index: Index) -> None:
    index.add(Source("harbour.md", b"# Harbour\n\n- The lighthouse at Skerry Point was lit in October 1871.\n"))
    assert {sentence for _, sentence in drafts(index, index.listing())} == {HARBOUR.partition(" The café")[0]}


def test_what_is_not_answered_is_not_suggested(index: Index) -> None:
    index.add(Source("harbour.txt", HARBOUR))
    asked: list[str] = []

    def refuse(question: str) -> Answer:
        asked.append(question)
        return Answer(question, question, (), "no", 0.1)

    suggestions = Suggestions(index, refuse)
    assert asyncio.run(suggestions.questions()) == ()
    assert len(asked) == len(set(asked)) >= 1
    before = list(asked)
    assert asyncio.run(suggestions.questions()) == ()
    assert asked == before, "once for each state of the store"
    index.add(Source("tower.txt", "The tower of Ulm was built in 1890."))
    asyncio.run(suggestions.questions())
    assert len(asked) > len(before)


def test_questions_of_an_older_state_that_are_found_last_are_not_kept(index: Index) -> None:
    suggestions = Suggestions(index, lambda q: Answer(q, q, (), "", 0.0))
    for generation in (2, 1):
        suggestions._look(generation)
    assert suggestions._found[0] == 2


def test_a_failure_suggests_nothing(index: Index) -> None:
    def fail(_question: str) -> Answer:
        raise ValueError

    index.add(Source("harbour.txt", HARBOUR))
    assert asyncio.run(Suggestions(index, fail).questions()) == ()
    assert asyncio.run(Suggestions(index, fail).questions()) == ()


def test_an_empty_store_suggests_nothing(index: Index) -> None:
    assert asyncio.run(Suggestions(index, lambda q: Answer(q, q, (), "", 0.0)).questions()) == ()


def test_the_article_that_comes_along_has_its_own_questions(index: Index) -> None:
    file = seed_file()
    assert file == ARTICLE
    index.add(Source(file.name, file.read_bytes()))
    assert asyncio.run(Suggestions(index, lambda q: Answer(q, q, (), "", 0.0)).questions()) == suggest.SEED_QUESTIONS
