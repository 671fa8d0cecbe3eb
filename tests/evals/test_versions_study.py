"""The suite in several versions: what is gold in a document is gold in each of its versions."""

from __future__ import annotations

from evals.folder import load_suite
from evals.studies.versions import with_versions


def test_gold_stands_in_every_version_at_its_place() -> None:
    suite = load_suite("gazette")
    several = with_versions(suite, 3)
    assert len(several.documents) == 3 * len(suite.documents)
    assert len(set(several.documents.values())) == len(several.documents)
    for question, before in zip(several.questions, suite.questions, strict=True):
        assert len(question.evidence) == len(before.evidence)
        for fact, alone in zip(question.evidence, before.evidence, strict=True):
            assert len(fact) == 3 * len(alone)
            assert all(several.documents[one.document][one.start : one.end] == one.text for one in fact)
