"""The seed suite holds what it promises, and its gold is right as far as a machine can tell."""

import re
from collections import Counter

import pytest

from evals import load_suite
from evals.suite import GoldSpan, Question

SUITE = load_suite("seed")
ANSWERABLE = [question for question in SUITE.questions if question.answerable]
UNANSWERABLE = [question for question in SUITE.questions if not question.answerable]
SENTENCES = sorted(
    {sentence for question in SUITE.questions for fact in question.evidence for sentence in fact},
    key=lambda sentence: sentence.start,
)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


def by_id(question: Question) -> str:
    return question.id


def test_counts():
    kinds = Counter(question.kind for question in SUITE.questions)
    assert len(SUITE.questions) >= 70
    assert len(ANSWERABLE) >= 40
    assert sum(len(question.evidence) >= 2 for question in ANSWERABLE) >= 8
    assert len(UNANSWERABLE) >= 24
    assert kinds["near-miss"] >= len(UNANSWERABLE) / 2
    assert kinds["off-topic"] >= 5


def test_follow_ups_are_of_both_sorts():
    follow_ups = [question for question in SUITE.questions if question.history]
    assert len(follow_ups) >= 8
    assert {question.answerable for question in follow_ups} == {True, False}
    assert {question.kind for question in follow_ups} == {"follow-up"}


def test_no_question_stands_twice():
    asked = Counter((question.history, question.question) for question in SUITE.questions)
    assert [question for question, count in asked.items() if count > 1] == []


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: f"{sentence.start}-{sentence.end}")
def test_gold_is_a_whole_sentence(sentence: GoldSpan):
    text = SUITE.documents[sentence.document]
    assert text[sentence.start : sentence.end] == sentence.text
    before, after = text[: sentence.start], text[sentence.end :]
    assert before == "" or before.endswith("\n") or re.search(r"[.!?][”\"]? $", before), "starts inside a sentence"
    assert after == "" or after[0].isspace(), "ends inside a word"
    assert re.search(r"[.!?][”\"]?$", sentence.text) or after.startswith("\n"), "ends inside a sentence"
    inside = sentence.text.replace("U.S. ", "").replace("Aug. ", "")
    assert not re.search(r"[.!?][”\"]? [A-Z“]|\n", inside), "holds more than one sentence"


@pytest.mark.parametrize("question", ANSWERABLE, ids=by_id)
def test_questions_are_asked_in_other_words(question: Question):
    article = runs("\n".join(SUITE.documents.values()), 5)
    for asked in (question.question, *question.history):
        assert runs(asked, 5) & article == set()


@pytest.mark.parametrize("question", ANSWERABLE, ids=by_id)
def test_a_sentence_that_states_one_fact_twice_over_is_listed_once(question: Question):
    for fact in question.evidence:
        assert len(set(fact)) == len(fact)


@pytest.mark.parametrize("question", UNANSWERABLE, ids=by_id)
def test_unanswerable_has_no_gold(question: Question):
    assert question.evidence == ()
    assert question.answers == ()


def test_every_line_of_the_article_is_asked_about():
    (text,) = SUITE.documents.values()
    start = 0
    for line in text.split("\n"):
        assert any(start <= sentence.start < start + len(line) for sentence in SENTENCES), line
        start += len(line) + 1


def test_the_readme_tells_the_true_counts():
    from evals.folder import BUILT_IN

    readme = (BUILT_IN / "seed" / "README.md").read_text(encoding="utf-8")
    near_misses = sum(question.kind == "near-miss" for question in SUITE.questions)
    follow_ups = sum(question.kind == "follow-up" for question in SUITE.questions)
    several = sum(len(question.evidence) > 1 for question in ANSWERABLE)
    assert f"{len(SUITE.questions)} questions about one news article" in readme
    assert f"{len(ANSWERABLE)} are answerable ({several} of them" in readme
    assert f"{len(UNANSWERABLE)} are not. {near_misses} of those are near misses" in readme
    assert f"{follow_ups} are follow-ups" in readme
