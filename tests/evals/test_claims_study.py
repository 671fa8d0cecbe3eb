"""The study of the checker: the claims that it makes, and a bound on what the rules see of them."""

from __future__ import annotations

from collections import Counter
from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from evals.folder import load_suite
from evals.make.claims import TRUE, Claim, make_claims
from evals.studies import claims as claims_study
from evals.studies import followup
from evals.studies.claims import Checked, made_of_suites, report
from evals.suite import GoldSpan, Question
from qa.check import Verdict
from qa.check.rules import broken_rules


@pytest.fixture(scope="module")
def claims() -> list[Claim]:
    """Claims made of the built-in suites."""
    return made_of_suites(most=20, seed=0)


def test_claims_of_every_kind_are_made_always_the_same(claims: list[Claim]) -> None:
    kinds = Counter(claim.kind for claim in claims)
    assert len(kinds) == 12
    assert min(kinds.values()) >= 5
    suite = load_suite("gazette")
    again = [make_claims(suite.documents, suite.questions, most=3, seed=4) for _ in range(2)]
    assert again[0] == again[1] != make_claims(suite.documents, suite.questions, most=3, seed=5)
    assert make_claims({}, most=3) == make_claims({"a.txt": "Too short."}, most=3) == []


def test_a_false_claim_says_something_else_than_its_evidence(claims: list[Claim]) -> None:
    for claim in claims:
        assert claim.claim.strip()
        assert claim.evidence
        if claim.kind == "word for word":
            assert claim.claim == claim.evidence[0]
        if not claim.holds:
            assert claim.claim not in claim.evidence
    assert {claim.kind for claim in claims if claim.holds} == set(TRUE)


def test_the_rules_see_what_is_swapped_and_leave_true_sentences_alone(claims: list[Claim]) -> None:
    struck: dict[str, list[bool]] = {}
    for claim in claims:
        broken = broken_rules(claim.claim, "\n".join(claim.evidence), "\n".join(claim.context))
        struck.setdefault(claim.kind, []).append(bool(broken))
    share = {kind: sum(found) / len(found) for kind, found in struck.items()}
    assert share["word for word"] == share["shortened"] == share["joined"] == 0
    assert min(share["number swapped"], share["date swapped"]) >= 0.95
    assert share["name swapped"] >= 0.95
    assert share["negation"] >= 0.85


SOLD, USED = "Ida Holm sold the mill in 1905.", "Otto Berg, a baker, used the old mill for storing grain."


@pytest.mark.parametrize(
    ("question", "answer", "cited", "stated"),
    [
        ("Who used the old mill?", "Otto Berg,", USED, "Otto Berg used the old mill."),
        ("Who is the baker?", "Otto  Berg", USED, "The baker is Otto Berg."),
        ("Who sold the mill?", "Ida Holm", SOLD, "Ida Holm sold the mill."),
        ("When was the mill sold?", "1905", SOLD, None),  # "The mill sold was 1905"
        ("What was the mill used for?", "storing grain", USED, None),
        ("What happened to the old mill?", "the baker", USED, None),
        ("Who used the old mill?", "he was a baker", USED, None),
        ("Who used the old mill of Peru?", "Otto Berg", USED, None),  # nothing there says where it was
        ("Who used the old mill?", "Ida Holm", SOLD, None),  # another sentence tells
    ],
)
def test_an_answer_is_stated_where_that_makes_a_sentence_and_those_around_can_tell(question, answer, cited, stated):
    text = f"{SOLD} {USED}"
    start = text.index(cited)
    gold = GoldSpan("mill.txt", start, start + len(cited), cited)
    asked = Question("1", question, (), True, "who", ((gold,),), (answer,))
    found = [claim for claim in make_claims({"mill.txt": text}, [asked], most=9) if claim.kind == "answer stated"]
    assert [claim.claim for claim in found] == ([] if stated is None else [stated])


def test_a_report_tells_each_kind_and_the_baselines(capsys: pytest.CaptureFixture[str]) -> None:
    def checked(kind: str, holds: bool, support: float) -> Checked:
        claim = Claim("1", "shortened", "It is so.", ("It is so.",))
        reasons = () if support > 0.5 else ("no",)
        return Checked(kind, holds, claim, Verdict(support > 0.5, support, reasons), 0.5, 0.5, 0.01)

    report("some", [checked("good", True, 0.9), checked("good", True, 0.2), checked("bad", False, 0.1)])
    said = capsys.readouterr().out
    assert "true  good               struck 0.500" in said
    assert "false bad                struck 1.000" in said
    assert "AUROC of support         1.000" in said
    assert "AUROC of overlap         0.500" in said


@pytest.mark.parametrize("study", [claims_study, followup], ids=lambda study: study.__name__)
def test_a_half_that_is_none_is_refused(study: ModuleType) -> None:
    command = typer.Typer()
    command.command()(study.main)
    done = CliRunner().invoke(command, ["--data", "sets", "--half", "reports"])
    assert done.exit_code == 2
    assert "is not one of 'choose', 'report'" in " ".join(done.output.replace("│", " ").split())
