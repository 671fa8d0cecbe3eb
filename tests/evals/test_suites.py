"""The built-in suites hold what they promise, and their gold is right as far as a machine can tell.

That gold sentences and answers stand where they are said to, and that only answerable questions have any, is checked
whenever a suite is loaded.
"""

import re
from collections import Counter
from collections.abc import Iterable

import pytest

from evals import Suite, load_suite
from evals.folder import BUILT_IN
from evals.suite import GoldSpan, Question
from index.sentences import sentence_spans

SEED, GAZETTE, HANDBOOK, TALKS = SUITES = [load_suite(name) for name in ("seed", "gazette", "handbook", "talks")]
SINGLE_FACT = ("number", "when", "where", "who", "what", "why", "how")
REVISIONS = {
    "leave-policy-2025.md": ("leave-policy-2022.md", "1 January 2022"),
    "travel-expenses-2025.html": ("travel-expenses-2023.md", "1 March 2023"),
    "remote-work-2024.md": ("remote-work-2021.txt", "1 September 2021"),
    "information-security-2025.md": ("information-security-2022.txt", "1 May 2022"),
}


def answerable(suite: Suite) -> list[Question]:
    return [question for question in suite.questions if question.answerable]


def unanswerable(suite: Suite) -> list[Question]:
    return [question for question in suite.questions if not question.answerable]


def kinds(questions: Iterable[Question]) -> Counter[str]:
    return Counter(question.kind for question in questions)


def readme(suite: Suite) -> str:
    return (BUILT_IN / suite.name / "README.md").read_text(encoding="utf-8")


def gold(suite: Suite) -> set[GoldSpan]:
    return {sentence for question in suite.questions for fact in question.evidence for sentence in fact}


def runs(text: str, length: int = 5) -> set[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


# ---- what holds for several ----


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_no_question_stands_twice(suite: Suite):
    asked = Counter((question.history, question.question) for question in suite.questions)
    assert [question for question, count in asked.items() if count > 1] == []


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_a_fact_lists_each_sentence_once(suite: Suite):
    facts = [(question.id, fact) for question in suite.questions for fact in question.evidence]
    assert [id_ for id_, fact in facts if len(set(fact)) < len(fact)] == []


@pytest.mark.parametrize("suite", [SEED, GAZETTE, HANDBOOK], ids=lambda suite: suite.name)
def test_answerable_questions_are_asked_in_other_words(suite: Suite):
    written = set().union(*map(runs, suite.documents.values()))
    asked = [(question.id, text) for question in answerable(suite) for text in (question.question, *question.history)]
    assert [id_ for id_, text in asked if runs(text) & written] == []


@pytest.mark.parametrize("suite", [GAZETTE, TALKS], ids=lambda suite: suite.name)
def test_gold_is_whole_sentences(suite: Suite):
    spans = {
        (name, span.start, span.end)
        for name, text in suite.documents.items()
        for span in sentence_spans(text, markdown=name.endswith(".md"))
    }
    assert [one for one in gold(suite) if (one.document, one.start, one.end) not in spans] == []


# ---- seed ----


def test_seed_has_questions_of_each_sort():
    assert len(SEED.questions) >= 70
    assert len(answerable(SEED)) >= 40
    assert sum(len(question.evidence) >= 2 for question in answerable(SEED)) >= 8
    assert len(unanswerable(SEED)) >= 24
    assert kinds(SEED.questions)["near-miss"] >= len(unanswerable(SEED)) / 2
    assert kinds(SEED.questions)["off-topic"] >= 5
    follow_ups = [question for question in SEED.questions if question.history]
    assert len(follow_ups) >= 8
    assert {question.answerable for question in follow_ups} == {True, False}
    assert {question.kind for question in follow_ups} == {"follow-up"}


@pytest.mark.parametrize("sentence", sorted(gold(SEED), key=lambda one: one.start), ids=lambda one: f"{one.start}")
def test_the_gold_of_seed_is_a_whole_sentence_whoever_splits(sentence: GoldSpan):
    text = SEED.documents[sentence.document]
    before, after = text[: sentence.start], text[sentence.end :]
    assert before == "" or before.endswith("\n") or re.search(r"[.!?][”\"]? $", before), "starts inside a sentence"
    assert after == "" or after[0].isspace(), "ends inside a word"
    assert re.search(r"[.!?][”\"]?$", sentence.text) or after.startswith("\n"), "ends inside a sentence"
    inside = sentence.text.replace("U.S. ", "").replace("Aug. ", "")
    assert not re.search(r"[.!?][”\"]? [A-Z“]|\n", inside), "holds more than one sentence"


def test_every_line_of_the_seed_is_asked_about():
    (text,) = SEED.documents.values()
    start = 0
    for line in text.split("\n"):
        assert any(start <= sentence.start < start + len(line) for sentence in gold(SEED)), line
        start += len(line) + 1


def test_the_readme_of_seed_tells_the_true_counts():
    several = sum(len(question.evidence) > 1 for question in answerable(SEED))
    told = readme(SEED)
    assert f"{len(SEED.questions)} questions about one news article" in told
    assert f"{len(answerable(SEED))} are answerable ({several} of them" in told
    assert f"{len(unanswerable(SEED))} are not. {kinds(SEED.questions)['near-miss']} of those are near misses" in told
    assert f"{kinds(SEED.questions)['follow-up']} are follow-ups" in told


# ---- gazette ----


def test_gazette_has_questions_of_each_sort():
    assert len(GAZETTE.documents) >= 8
    assert len(GAZETTE.questions) >= 120
    assert len(answerable(GAZETTE)) >= 80
    assert kinds(GAZETTE.questions)["near-miss"] >= 35
    assert kinds(GAZETTE.questions)["multi"] >= 20
    assert min(kinds(GAZETTE.questions)["conflict"], kinds(GAZETTE.questions)["update"]) >= 10
    assert {sentence.document for sentence in gold(GAZETTE)} == set(GAZETTE.documents)


def test_the_readme_of_gazette_tells_the_true_counts():
    told = readme(GAZETTE)
    assert {kind: int(n) for kind, n in re.findall(r"^\| `([\w-]+)` +\| +(\d+) \|", told, re.M)} == kinds(
        GAZETTE.questions
    )
    several = sum(len(question.evidence) > 1 for question in answerable(GAZETTE))
    endings = Counter(path.suffix for path in GAZETTE.paths.values())
    assert f"{len(GAZETTE.questions)} questions about {len(GAZETTE.documents)} articles" in told
    assert f"{len(answerable(GAZETTE))} are answerable ({several} of them" in told
    assert f"facts), {len(unanswerable(GAZETTE))} are not" in told
    assert f"{kinds(unanswerable(GAZETTE))['follow-up']} of them have no answer" in told
    assert f"{endings['.txt']} are plain text" in told
    assert f"{endings['.md']} are Markdown, {endings['.html']} are HTML" in told


def test_kinds_of_gazette_have_the_evidence_that_they_promise():
    assert kinds(answerable(GAZETTE)).keys().isdisjoint({"near-miss", "off-topic"})
    assert kinds(unanswerable(GAZETTE)).keys() == {"near-miss", "off-topic", "follow-up"}
    assert all((question.kind == "follow-up") == bool(question.history) for question in GAZETTE.questions)
    assert all((len(one.evidence) > 1) == (one.kind in {"multi", "conflict"}) for one in answerable(GAZETTE))


# ---- handbook ----


def test_handbook_has_questions_of_each_sort():
    found = kinds(HANDBOOK.questions)
    assert len(HANDBOOK.documents) >= 8
    assert len(HANDBOOK.questions) >= 120
    assert all(found[kind] >= 5 for kind in SINGLE_FACT)
    assert found["multi"] >= 20
    assert found["conflict"] >= 10
    assert found["revision"] >= 12
    assert found["follow-up"] >= 12
    assert found["near-miss"] >= 35
    assert found["off-topic"] >= 8


def test_the_readme_of_handbook_tells_the_true_counts():
    told, found = readme(HANDBOOK), kinds(HANDBOOK.questions)
    formats = Counter(name.rpartition(".")[2] for name in HANDBOOK.documents)
    assert f"{len(HANDBOOK.questions)} questions about" in told
    assert f"{len(answerable(HANDBOOK))} are\nanswerable, {len(unanswerable(HANDBOOK))} are not" in told
    assert f"The {len(HANDBOOK.documents)} documents" in told
    assert f"({formats['md']} Markdown, {formats['txt']} plain text, {formats['html']} HTML)" in told
    assert f"| {sum(found[kind] for kind in SINGLE_FACT)} | one fact" in told
    for kind in found.keys() - set(SINGLE_FACT):
        assert f"| `{kind}` | {found[kind]} |" in told
    assert f"{kinds(unanswerable(HANDBOOK))['follow-up']} cannot be answered" in told
    assert all(520 <= len(text.split()) <= 720 for text in HANDBOOK.documents.values())


@pytest.mark.parametrize("newer", REVISIONS)
def test_a_revision_replaces_the_earlier_one(newer: str):
    older, since = REVISIONS[newer]
    assert f"Effective from {since}." in HANDBOOK.documents[older]
    assert re.search(rf"replaces the .*{since}\.", HANDBOOK.documents[newer])


def test_kinds_of_handbook_have_the_evidence_that_they_promise():
    assert kinds(unanswerable(HANDBOOK)).keys() <= {"near-miss", "off-topic", "follow-up"}
    assert all((question.kind == "follow-up") == bool(question.history) for question in HANDBOOK.questions)
    for question in answerable(HANDBOOK):
        assert (len(question.evidence) > 1) == (question.kind in {"multi", "conflict"}), question.id
        sentences = [sentence for fact in question.evidence for sentence in fact]
        assert len(set(sentences)) == len(sentences), question.id
        names = {sentence.document for sentence in sentences}
        if question.kind == "conflict":
            assert len(names) == len(question.evidence), question.id
        if question.kind == "revision":
            assert names <= {*REVISIONS, *(older for older, _ in REVISIONS.values())}, question.id
            assert len(names) == 1, question.id


# ---- talks ----


def talks() -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for question in TALKS.questions:
        if question.kind != "unsaid":
            found.setdefault(question.id.rpartition("-")[0], []).append(question)
    return found


def test_the_readme_of_talks_tells_the_true_counts():
    told, found = readme(TALKS), kinds(TALKS.questions)
    assert {kind: int(n) for kind, n in re.findall(r"^\| `([\w-]+)` +\| +(\d+) \|", told, re.M)} == found
    assert f"{len(talks())} talks of 3 to 6 questions" in told
    assert f"{found['unsaid']} follow-ups about something" in told
    assert f"not say: {len(TALKS.questions)}\nquestions" in told
    assert f"{found['change']} of the talks change" in told


def test_a_talk_is_asked_from_its_first_question_on():
    for name, talk in talks().items():
        assert [question.id for question in talk] == [f"{name}-{number + 1}" for number in range(len(talk))]
        for number, question in enumerate(talk):
            assert question.history == tuple(earlier.question for earlier in talk[:number])
        assert talk[0].kind == "opening"
        assert kinds(talk)["change"] <= 1
    assert {len(talk) for talk in talks().values()} == {3, 4, 5, 6}
    assert sum(kinds(talk)["change"] for talk in talks().values()) >= len(talks()) / 2


def test_only_what_is_unsaid_is_not_answerable():
    assert all(question.answerable == (question.kind != "unsaid") for question in TALKS.questions)
    assert all(len(question.history) == 1 for question in TALKS.questions if question.kind == "unsaid")
