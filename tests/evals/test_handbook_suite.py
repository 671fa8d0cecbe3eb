"""The handbook suite holds what its README promises, and its gold is right as far as a machine can tell."""

import re
from collections import Counter
from functools import cache

import pytest

from evals import load_suite
from evals.folder import BUILT_IN
from evals.suite import Question

SUITE = load_suite("handbook")
ANSWERABLE = [question for question in SUITE.questions if question.answerable]
UNANSWERABLE = [question for question in SUITE.questions if not question.answerable]
KINDS = Counter(question.kind for question in SUITE.questions)
SINGLE_FACT = ("number", "when", "where", "who", "what", "why", "how")
REVISIONS = {
    "leave-policy-2025.md": ("leave-policy-2022.md", "1 January 2022"),
    "travel-expenses-2025.html": ("travel-expenses-2023.md", "1 March 2023"),
    "remote-work-2024.md": ("remote-work-2021.txt", "1 September 2021"),
    "information-security-2025.md": ("information-security-2022.txt", "1 May 2022"),
}


def runs(text: str, length: int = 5) -> set[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


@cache
def runs_of_documents() -> set[tuple[str, ...]]:
    return set().union(*map(runs, SUITE.documents.values()))


def by_id(question: Question) -> str:
    return question.id


def test_counts():
    assert len(SUITE.documents) >= 8
    assert len(SUITE.questions) >= 120
    assert all(KINDS[kind] >= 5 for kind in SINGLE_FACT)
    assert KINDS["multi"] >= 20
    assert KINDS["conflict"] >= 10
    assert KINDS["revision"] >= 12
    assert KINDS["follow-up"] >= 12
    assert KINDS["near-miss"] >= 35
    assert KINDS["off-topic"] >= 8


def test_the_readme_tells_the_true_counts():
    readme = (BUILT_IN / "handbook" / "README.md").read_text(encoding="utf-8")
    formats = Counter(name.rpartition(".")[2] for name in SUITE.documents)
    assert f"{len(SUITE.questions)} questions about" in readme
    assert f"{len(ANSWERABLE)} are\nanswerable, {len(UNANSWERABLE)} are not" in readme
    assert f"The {len(SUITE.documents)} documents" in readme
    assert f"({formats['md']} Markdown, {formats['txt']} plain text, {formats['html']} HTML)" in readme
    assert f"| {sum(KINDS[kind] for kind in SINGLE_FACT)} | one fact" in readme
    for kind in KINDS.keys() - set(SINGLE_FACT):
        assert f"| `{kind}` | {KINDS[kind]} |" in readme
    assert f"{sum(question.kind == 'follow-up' for question in UNANSWERABLE)} cannot be answered" in readme
    assert all(520 <= len(text.split()) <= 720 for text in SUITE.documents.values())


@pytest.mark.parametrize("newer", REVISIONS)
def test_a_revision_replaces_the_earlier_one(newer: str):
    older, since = REVISIONS[newer]
    assert f"Effective from {since}." in SUITE.documents[older]
    assert re.search(rf"replaces the .*{since}\.", SUITE.documents[newer])


@pytest.mark.parametrize("question", ANSWERABLE, ids=by_id)
def test_answerable(question: Question):
    asked = [*question.history, question.question]
    assert not any(runs(text) & runs_of_documents() for text in asked), "asked in the words of a document"
    assert (len(question.evidence) > 1) == (question.kind in {"multi", "conflict"})
    gold = [sentence for fact in question.evidence for sentence in fact]
    assert len(set(gold)) == len(gold)
    assert all(SUITE.documents[one.document][one.start : one.end] == one.text for one in gold)
    assert all(any(answer in one.text for one in gold) for answer in question.answers)


@pytest.mark.parametrize("question", UNANSWERABLE, ids=by_id)
def test_unanswerable(question: Question):
    assert question.kind in {"near-miss", "off-topic", "follow-up"}
    assert question.evidence == question.answers == ()


def test_a_conflict_is_between_documents_and_a_revision_is_one_document():
    for question in ANSWERABLE:
        names = {sentence.document for fact in question.evidence for sentence in fact}
        if question.kind == "conflict":
            assert len(names) == len(question.evidence), question.id
        if question.kind == "revision":
            assert names <= {*REVISIONS, *(older for older, _ in REVISIONS.values())}, question.id
            assert len(names) == 1, question.id


def test_follow_ups_alone_have_a_history():
    assert all((question.kind == "follow-up") == bool(question.history) for question in SUITE.questions)
    asked = Counter((question.history, question.question) for question in SUITE.questions)
    assert max(asked.values()) == 1
