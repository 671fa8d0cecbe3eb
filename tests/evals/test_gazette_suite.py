"""The gazette suite holds what it promises, and its gold is right as far as a machine can tell."""

import re
from collections import Counter

import pytest

from evals import load_suite
from evals.folder import BUILT_IN
from evals.suite import GoldSpan, Question
from index.sentences import sentence_spans

SUITE = load_suite("gazette")
ANSWERABLE = [question for question in SUITE.questions if question.answerable]
UNANSWERABLE = [question for question in SUITE.questions if not question.answerable]
SENTENCES = sorted(
    {sentence for question in SUITE.questions for fact in question.evidence for sentence in fact},
    key=lambda sentence: (sentence.document, sentence.start),
)
README = (BUILT_IN / "gazette" / "README.md").read_text(encoding="utf-8")
KINDS = Counter(question.kind for question in SUITE.questions)


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


ARTICLES = set().union(*(runs(text, 5) for text in SUITE.documents.values()))


def test_counts():
    assert len(SUITE.documents) >= 8
    assert len(SUITE.questions) >= 120
    assert len(ANSWERABLE) >= 80
    assert KINDS["near-miss"] >= 35
    assert KINDS["multi"] >= 20
    assert min(KINDS["conflict"], KINDS["update"]) >= 10


def test_the_readme_tells_the_true_counts():
    assert {kind: int(n) for kind, n in re.findall(r"^\| `([\w-]+)` +\| +(\d+) \|", README, re.M)} == KINDS
    several = sum(len(question.evidence) > 1 for question in ANSWERABLE)
    endings = Counter(path.suffix for path in SUITE.paths.values())
    unanswerable_follow_ups = sum(question.kind == "follow-up" for question in UNANSWERABLE)
    assert f"{len(SUITE.questions)} questions about {len(SUITE.documents)} articles" in README
    assert f"{len(ANSWERABLE)} are answerable ({several} of them" in README
    assert f"facts), {len(UNANSWERABLE)} are not" in README
    assert f"{unanswerable_follow_ups} of them have no answer" in README
    assert f"{endings['.txt']} are plain text" in README
    assert f"{endings['.md']} are Markdown, {endings['.html']} are HTML" in README


def test_kinds_have_the_evidence_that_they_promise():
    assert {q.kind for q in ANSWERABLE}.isdisjoint({"near-miss", "off-topic"})
    assert {q.kind for q in UNANSWERABLE} == {"near-miss", "off-topic", "follow-up"}
    assert {q.kind for q in SUITE.questions if q.history} == {"follow-up"}
    assert all(q.history for q in SUITE.questions if q.kind == "follow-up")
    assert {q.kind for q in ANSWERABLE if len(q.evidence) > 1} == {"multi", "conflict"}
    assert all(len(q.evidence) > 1 for q in ANSWERABLE if q.kind in ("multi", "conflict"))


def test_no_question_stands_twice():
    asked = Counter((question.history, question.question) for question in SUITE.questions)
    assert [question for question, count in asked.items() if count > 1] == []


def test_every_article_is_asked_about():
    assert {sentence.document for sentence in SENTENCES} == set(SUITE.documents)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: f"{sentence.document}-{sentence.start}")
def test_gold_is_a_whole_sentence(sentence: GoldSpan):
    text = SUITE.documents[sentence.document]
    assert text[sentence.start : sentence.end] == sentence.text
    spans = {(span.start, span.end) for span in sentence_spans(text, markdown=sentence.document.endswith(".md"))}
    assert (sentence.start, sentence.end) in spans


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question.id)
def test_answerable(question: Question):
    for asked in (question.question, *question.history):
        assert runs(asked.replace("'", "’"), 5) & ARTICLES == set(), "asked in the words of the article"
    for fact in question.evidence:
        assert len(set(fact)) == len(fact), "a sentence is listed twice"
    texts = [sentence.text for fact in question.evidence for sentence in fact]
    assert all(any(answer in text for text in texts) for answer in question.answers)
