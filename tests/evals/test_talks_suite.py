"""The talks suite holds what it promises."""

import re
from collections import Counter

from evals import load_suite
from evals.folder import BUILT_IN
from index.sentences import sentence_spans

SUITE = load_suite("talks")
KINDS = Counter(question.kind for question in SUITE.questions)
TALKS: dict[str, list[str]] = {}
for one in SUITE.questions:
    if one.kind != "unsaid":
        TALKS.setdefault(one.id.rpartition("-")[0], []).append(one.kind)


def test_counts():
    readme = (BUILT_IN / "talks" / "README.md").read_text(encoding="utf-8")
    assert {kind: int(n) for kind, n in re.findall(r"^\| `([\w-]+)` +\| +(\d+) \|", readme, re.M)} == KINDS
    assert f"{len(TALKS)} talks of 3 to 6 questions" in readme
    assert f"{KINDS['unsaid']} follow-ups about something" in readme
    assert f"not say: {len(SUITE.questions)}\nquestions" in readme
    assert f"{KINDS['change']} of the talks change" in readme


def test_a_talk_is_asked_from_its_first_question_on():
    asked: dict[str, list[str]] = {}
    for question in SUITE.questions:
        if question.kind == "unsaid":
            assert len(question.history) == 1
            continue
        talk, _, number = question.id.rpartition("-")
        assert question.history == tuple(asked.setdefault(talk, []))
        asked[talk].append(question.question)
        assert int(number) == len(asked[talk])
    assert {len(kinds) for kinds in TALKS.values()} == {3, 4, 5, 6}
    assert all(kinds[0] == "opening" and kinds.count("change") <= 1 for kinds in TALKS.values())
    assert sum("change" in kinds for kinds in TALKS.values()) >= len(TALKS) / 2


def test_only_what_is_unsaid_is_not_answerable():
    assert all(question.answerable == (question.kind != "unsaid") for question in SUITE.questions)


def test_gold_is_whole_sentences():
    for name, text in SUITE.documents.items():
        spans = {(span.start, span.end) for span in sentence_spans(text, markdown=name.endswith(".md"))}
        golds = [gold for question in SUITE.questions for fact in question.evidence for gold in fact]
        assert {(gold.start, gold.end) for gold in golds if gold.document == name} <= spans
