"""Every measure by hand, and beside other people's code where that measures the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals import metrics
from evals.metrics import Estimate, estimate


class Place(NamedTuple):
    start: int
    end: int
    document: str = "town.txt"
    text: str = ""


# ---- citations ----


@pytest.mark.parametrize(
    ("citation", "gold", "expected"),
    [
        (Place(100, 200), Place(100, 200), True),
        (Place(100, 200), Place(100, 200, "other.txt"), False),
        (Place(100, 200), Place(150, 250), True),  # just half of the gold
        (Place(100, 200), Place(151, 251), False),  # 49 of 100
        (Place(0, 1000), Place(400, 500), True),  # holds it
        (Place(0, 1000), Place(950, 1050), True),  # holds half of it
        (Place(420, 450), Place(400, 500), False),  # a scrap of it
        (Place(100, 200), Place(200, 300), False),  # touches it
        (Place(120, 120), Place(100, 200), False),  # empty
    ],
)
def test_matches(citation: Place, gold: Place, expected: bool) -> None:
    assert metrics.matches(citation, gold) is expected


A, B, C, D = (Place(30 * number, 30 * number + 29) for number in range(4))


def test_a_word_is_no_sentence() -> None:
    text = "When it was all over, the new bridge in the harbour of Skerry had cost nine million euros."
    gold = Place(0, len(text), text=text)

    def states(words: str, *answers: str, more: int = 0) -> bool:
        start = text.index(words)
        return metrics.matches(Place(start, start + len(words) + more), gold, answers)

    assert states("had cost nine million euros", "nine million")
    assert not states("had cost nine million euros"), "less than half, and no answer is known"
    assert not states("the new bridge in the harbour of Skerry", "nine million"), "the words of the question"
    long = "When it was all over, the new bridge in the harbour of Skerry had"
    assert not states(long, "nine million"), "more of them"
    assert states(long, "ten million"), "the answer is that of another fact"
    assert not states("nine million", "nine million"), "fewer characters than count"
    assert not states("had cost nine million euros", "nine million", more=100), "more of it is something else"
    assert states("it was all over, the new bridge in the harbour of Skerry"), "more than half"
    assert metrics.matches(Place(10, 16), Place(10, 16)), "all of a short gold sentence"
    assert metrics.citation_f1([], 0, refused=False) == 0, "an answer without a citation, where there is none"


def test_focus() -> None:
    assert metrics.focus([A], [[A]]) == (29, 29)
    assert metrics.focus([Place(0, 119)], [[A], [C]]) == (58, 119)
    assert metrics.focus([Place(0, 29), Place(30, 59)], [[A, B]]) == (58, 58), "alternatives are gold, too"
    assert metrics.focus([Place(10, 40)], [[Place(0, 30), Place(20, 35)]]) == (25, 30), (
        "where gold overlaps it counts once"
    )
    assert metrics.focus([A, B, B, A], [[A]]) == (29, 58), "the same place counts once"
    assert metrics.focus([Place(0, 29, "other.txt")], [[A]]) == (0, 29)
    assert metrics.focus([], [[A]]) is None
    assert metrics.focus([A], []) is None


@pytest.mark.parametrize(
    ("citations", "facts", "precision", "recall", "f1", "alce", "first", "complete"),
    [
        ([A], [[A]], 1, 1, 1, 1, 1, None),
        ([B], [[A]], 0, 0, 0, 0, 0, None),
        ([B, A], [[A]], 0.5, 1, 2 / 3, 0.5, 0, None),
        ([A], [[A], [B]], 1, 0.5, 2 / 3, 0, 1, 0),  # not all is stated, so nothing is supported in full
        ([B, A], [[A], [B]], 1, 1, 1, 1, 1, 1),
        ([C, D], [[D, C]], 1, 1, 1, 1, 1, None),  # each states it by itself
        ([C, D, B], [[D, C], [A]], 2 / 3, 0.5, 4 / 7, 0, 1, 0),
        ([A], [[A], [A, B]], 1, 1, 1, 1, 1, 1),  # one sentence for both
        ([A, B], [[A], [A, B]], 1, 1, 1, 0.5, 1, 1),  # B adds nothing
        ([A, B, B], [[A], [B]], 1, 1, 1, 1 / 3, 1, 1),  # either B could go
        ([], [[A]], None, 0, 0, None, 0, None),
        ([], [[A], [B]], None, 0, 0, None, 0, 0),
        ([B], [], 0, None, 0, 0, None, None),
        ([], [], None, None, 1, None, None, None),  # rightly refused
    ],
)
def test_citations(citations, facts, precision, recall, f1, alce, first, complete) -> None:  # noqa: PLR0917 - a case
    stated = [metrics.stated_facts(citation, facts) for citation in citations]

    def about(value: float | None) -> object:
        return None if value is None else pytest.approx(value)

    assert metrics.citation_precision(stated) == about(precision)
    assert metrics.citation_recall(stated, len(facts)) == recall
    assert metrics.citation_f1(stated, len(facts), refused=not citations) == pytest.approx(f1)
    assert metrics.alce_precision(stated, len(facts)) == about(alce)
    assert metrics.right_sentence_at_1(stated, len(facts)) == first
    assert metrics.completeness(stated, len(facts)) == complete


@settings(deadline=None)
@given(
    gold=st.sets(st.integers(0, 9), min_size=1, max_size=5),
    cited=st.lists(st.integers(0, 9), min_size=1, max_size=8, unique=True),
)
def test_agrees_with_ir_measures(gold: set[int], cited: list[int]) -> None:
    """Where each fact has one sentence, citations are a ranking of sentences and gold is what is relevant."""
    ir_measures = pytest.importorskip("ir_measures")
    relevant = [ir_measures.Qrel("q", f"s{number}", 1) for number in sorted(gold)]
    ranking = [ir_measures.ScoredDoc("q", f"s{number}", -rank) for rank, number in enumerate(cited)]
    size = len(cited)
    theirs = ir_measures.calc_aggregate(
        [ir_measures.P @ size, ir_measures.R @ size, ir_measures.Success @ 1], relevant, ranking
    )
    facts = [[Place(30 * number, 30 * number + 29)] for number in sorted(gold)]
    stated = [metrics.stated_facts(Place(30 * number, 30 * number + 29), facts) for number in cited]
    assert metrics.citation_precision(stated) == pytest.approx(theirs[ir_measures.P @ size])
    assert metrics.citation_recall(stated, len(facts)) == pytest.approx(theirs[ir_measures.R @ size])
    assert metrics.right_sentence_at_1(stated, len(facts)) == theirs[ir_measures.Success @ 1]


# ---- short answers ----


def test_normalise() -> None:
    assert metrics.normalise("The  2,500 U.S. troops!") == "2500 us troops"
    assert metrics.normalise("An answer, then a theatre") == "answer then theatre"
    assert metrics.normalise("“the”") == "“ ”"


@pytest.mark.parametrize(
    ("short", "answers", "exact", "f1"),
    [
        ("about 2,500", ["2,500", "about 2,500"], 1, 1),
        ("the 2500.", ["2,500"], 1, 1),
        ("2,500 troops", ["2,500"], 0, 2 / 3),  # precision 1/2, recall 1
        ("in May in May", ["in June"], 0, 1 / 3),  # one shared "in": precision 1/4, recall 1/2
        ("nine", ["five"], 0, 0),
        (None, ["five"], 0, 0),
        ("the", ["a"], 1, 1),
        ("the", ["five"], 0, 0),
        ("five", [], None, None),
    ],
)
def test_short_answers(short: str | None, answers: list[str], exact: float | None, f1: float | None) -> None:
    assert metrics.exact_match(short, answers) == exact
    assert metrics.token_f1(short, answers) == (None if f1 is None else pytest.approx(f1))


@pytest.mark.parametrize(
    ("short", "answers", "answerable", "refused", "exact", "f1"),
    [
        ("2,500 troops", ["2,500"], True, False, 0, 2 / 3),
        ("2,500 troops", ["2,500"], True, True, 0, 0),  # a refusal is an empty prediction
        (None, [], False, True, 1, 1),  # the official script scores an empty prediction 1 where there is no answer
        ("2,500", [], False, False, 0, 0),
        (None, [], False, False, 0, 0),  # cited something, so it did not refuse
        ("five", ["the", "five"], True, False, 1, 1),  # a gold answer that normalises to nothing is left out
        ("five", ["the"], True, False, None, None),
        ("five", [], True, False, None, None),
    ],
)
def test_squad2(short, answers, answerable, refused, exact, f1) -> None:  # noqa: PLR0917 - one row a case
    said = {"answerable": answerable, "refused": refused}
    assert metrics.squad2_exact(short, answers, **said) == exact
    assert metrics.squad2_f1(short, answers, **said) == (None if f1 is None else pytest.approx(f1))


WORDS = st.lists(
    st.sampled_from(["the", "A", "May", "may", "2,500", "2500", "U.S.", "–", "“x”", "an", "troops!", "'s"]), max_size=6
).map(" ".join)


@settings(deadline=None, max_examples=30)  # the first call imports torch
@given(short=WORDS, answers=st.lists(WORDS, min_size=1, max_size=3))
def test_agrees_with_the_rules_of_squad(short: str, answers: list[str]) -> None:
    """Another reading of the official rules: exact match and F1, over answers that normalise to something.

    SQuAD 2.0 added to 1.1 what to do with nothing on one side (`test_squad2`, by hand); the rest is the same.
    """
    squad = pytest.importorskip("torchmetrics.functional.text").squad
    if not all(metrics.normalise(text) for text in (short, *answers)):
        return
    gold = {"answers": {"answer_start": [0] * len(answers), "text": answers}, "id": "q"}
    theirs = squad([{"prediction_text": short, "id": "q"}], [gold])
    said = {"answerable": True, "refused": False}
    assert metrics.squad2_exact(short, answers, **said) == pytest.approx(float(theirs["exact_match"]) / 100)
    assert metrics.squad2_f1(short, answers, **said) == pytest.approx(float(theirs["f1"]) / 100, abs=1e-6)


@pytest.mark.parametrize(
    ("citations", "answers", "expected"),
    [
        (["They killed 15 of them."], ["15"], 1),
        (["It was in 2015."], ["15"], 0),
        (["It wrote on X."], ["X"], 1),
        (["An explosion."], ["X"], 0),
        (["Nobody.", "About 2,500 troops"], ["2500"], 1),
        (["two thousand", "five hundred"], ["thousand five"], 0),  # not across citations
        ([], ["15"], 0),
        (["Anything."], [], None),
    ],
)
def test_answer_in_citation(citations: list[str], answers: list[str], expected: float | None) -> None:
    assert metrics.answer_in_citation(citations, answers) == expected


# ---- refusals ----


@pytest.mark.parametrize(
    ("refused", "answerable", "right_refusal", "wrong_refusal", "wrong_answer"),
    [
        (True, True, None, 1, None),
        (False, True, None, 0, None),
        (True, False, 1, None, 0),
        (False, False, 0, None, 1),
    ],
)
def test_refusals(refused, answerable, right_refusal, wrong_refusal, wrong_answer) -> None:
    assert metrics.right_refusal(refused, answerable) == right_refusal
    assert metrics.wrong_refusal(refused, answerable) == wrong_refusal
    assert metrics.wrong_answer(refused, answerable) == wrong_answer


@pytest.mark.parametrize(
    ("refused", "unsure", "answerable", "wrong"),
    [
        (True, False, True, 1),
        (True, True, True, 0),
        (False, False, True, 0),
        (True, False, False, None),
        (True, True, False, None),
    ],
)
def test_who_is_not_sure_denies_nothing(refused: bool, unsure: bool, answerable: bool, wrong: float | None) -> None:
    assert metrics.wrong_denial(refused, unsure, answerable) == wrong


# ---- confidence ----


def test_auroc() -> None:
    assert metrics.auroc([0.9, 0.4, 0.6, 0.1], [1, 1, 0, 0]) == pytest.approx(3 / 4)
    assert metrics.auroc([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0]) == pytest.approx(3.5 / 4)
    assert metrics.auroc([0.1, 0.9], [1, 0]) == 0
    assert math.isnan(metrics.auroc([0.9, 0.8], [1, 1]))
    assert math.isnan(metrics.auroc([], []))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_auroc_agrees_with_scikit_learn(pairs: list[tuple[int, bool]]) -> None:
    from sklearn.metrics import roc_auc_score

    confidence, answerable = zip(*pairs, strict=True)
    if len(set(answerable)) == 2:
        assert metrics.auroc(confidence, answerable) == pytest.approx(roc_auc_score(answerable, confidence))


def test_risk_and_coverage() -> None:
    curve = metrics.risk_coverage([0.9, 0.7, 0.7, 0.2], [1, 1, 0, 0])
    assert curve.threshold == (0.9, 0.7, 0.2)
    assert curve.coverage == pytest.approx((1 / 4, 3 / 4, 1))
    assert curve.risk == pytest.approx((0, 1 / 3, 1 / 2))
    assert metrics.risk_coverage([], []).coverage == ()


def test_area_under_risk_and_coverage() -> None:
    assert metrics.aurc([0.9, 0.8, 0.1], [1, 1, 0]) == pytest.approx(1 / 9)
    assert metrics.aurc([0.1, 0.8, 0.9], [1, 1, 0]) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    # of the same confidence: the mean over all orders, here of two
    both = (metrics.aurc([0.9, 0.8], [1, 0]) + metrics.aurc([0.9, 0.8], [0, 1])) / 2
    assert metrics.aurc([0.5, 0.5], [1, 0]) == pytest.approx(both)
    assert math.isnan(metrics.aurc([], []))


def test_coverage_at_precision() -> None:
    right = [1] * 19 + [0] * 5
    falling = [1 - number / 100 for number in range(24)]
    assert metrics.coverage_at_precision(falling, right) == pytest.approx(20 / 24), "19 of 20 is 0.95"
    assert metrics.coverage_at_precision(falling, [0, *right[1:]]) == 0
    assert metrics.coverage_at_precision([0.5] * 24, right) == 0, "all or none of one confidence"
    assert metrics.coverage_at_precision(falling, [1] * 24) == 1
    assert math.isnan(metrics.coverage_at_precision([], []))


def test_calibration() -> None:
    assert metrics.brier([1, 0, 0.5], [1, 0, 1]) == pytest.approx(0.25 / 3)
    assert metrics.calibration_error([0.9, 0.1], [1, 0]) == pytest.approx(0.1)
    assert metrics.calibration_error([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0]) == 0
    assert metrics.calibration_error([1.0, 0.95], [1, 1]) == pytest.approx(0.025), "1 belongs to the last bin"
    assert math.isnan(metrics.calibration_error([], []))
    assert math.isnan(metrics.brier([], []))
    bins = metrics.reliability([0.05, 0.95, 0.99], [0, 1, 0])
    assert [one.n for one in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (bins[-1].confidence, bins[-1].right) == (pytest.approx(0.97), 0.5)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_brier_agrees_with_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    from sklearn.metrics import brier_score_loss

    confidence, right = zip(*pairs, strict=True)
    theirs = brier_score_loss([int(one) for one in right], confidence, labels=[0, 1])
    assert metrics.brier(confidence, right) == pytest.approx(theirs)


# ---- intervals ----


def mean_of(values: Sequence[float]) -> Estimate:
    return estimate(metrics.mean, [(value,) for value in values], seed=0)


def test_mean_interval() -> None:
    values = [0.0] * 30 + [1.0] * 70
    found = mean_of(values)
    assert (found.value, found.n) == (pytest.approx(0.7), 100)
    # the binomial's own 95 % limits at n = 100 are 0.61 and 0.79
    assert found.low == pytest.approx(0.61, abs=0.03)
    assert found.high == pytest.approx(0.79, abs=0.03)
    assert found == mean_of(values)


def test_degenerate_samples() -> None:
    assert mean_of([0.5] * 5) == Estimate(0.5, 0.5, 0.5, 5)
    assert mean_of([0.3]) == Estimate(0.3, None, None, 1)
    assert mean_of([]) == Estimate(None, None, None, 0)
    assert estimate(metrics.auroc, [(0.9, 1)], seed=0) == Estimate(None, None, None, 1)


def test_all_or_none_of_few_is_not_sure() -> None:
    assert mean_of([1.0] * 20) == Estimate(1, pytest.approx(0.8316, abs=1e-4), 1, 20)  # 0.025 ** (1 / 20)
    assert mean_of([0.0] * 20) == Estimate(0, 0, pytest.approx(0.1684, abs=1e-4), 20)
    assert estimate(metrics.share, [(3, 3), (1, 1)], seed=0).low == pytest.approx(0.1581, abs=1e-4)
    assert estimate(metrics.ratio, [(0, 3), (0, 1)], seed=0).high == 0, "a mean of characters is no share"


def test_ratio_weighs_by_count_and_draws_whole_questions() -> None:
    found = estimate(metrics.ratio, [(1, 1), (0, 3)], seed=0)
    assert found.value == pytest.approx(1 / 4)
    assert (found.low, found.high) == (0, 1), "each question alone is drawn twice in a quarter of the draws"


def test_percentiles() -> None:
    seconds = [(float(number),) for number in range(1, 101)]
    assert estimate(metrics.percentile(50), seconds, seed=0).value == pytest.approx(50.5)
    high = estimate(metrics.percentile(95), seconds, seed=0)
    assert high.value == pytest.approx(95.05)
    assert high.low < high.value < high.high <= 100


def test_auroc_interval_holds_its_value() -> None:
    confidence = [0.9, 0.8, 0.7, 0.3, 0.6, 0.5, 0.4, 0.2, 0.65, 0.1]
    found = estimate(metrics.auroc, list(zip(confidence, [1] * 5 + [0] * 5, strict=True)), seed=0)
    assert found.value == pytest.approx(21 / 25)
    assert 0.4 < found.low < found.value < found.high <= 1


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    hard = [(float(number % 2),) for number in range(100)]
    mended = [(1.0,) if number < 12 else value for number, value in enumerate(hard)]
    found = metrics.difference(metrics.mean, hard, mended, seed=0)
    assert found.value == pytest.approx(0.06)
    assert 0 < found.low < found.high < 0.12
    apart = mean_of([value for (value,) in hard])
    assert apart.high - apart.low > found.high - found.low
    assert metrics.difference(metrics.mean, hard, hard, seed=0) == Estimate(0, 0, 0, 100)
    assert metrics.difference(metrics.mean, [], [], seed=0) == Estimate(None, None, None, 0)
    with pytest.raises(ValueError, match="the same questions"):
        metrics.difference(metrics.mean, hard, hard[1:], seed=0)


@pytest.mark.parametrize(("questions", "better", "worse"), [(3, 3, 0), (20, 4, 0), (46, 5, 0), (46, 6, 0), (46, 9, 1)])
def test_a_difference_of_shares_is_clear_only_if_the_sign_test_agrees(questions: int, better: int, worse: int) -> None:
    from scipy.stats import binomtest

    before = [(float(number >= better and number < better + worse),) for number in range(questions)]
    after = [(float(number < better),) for number in range(questions)]
    found = metrics.difference(metrics.mean, before, after, seed=0)
    assert (found.low > 0) is bool(binomtest(better, better + worse).pvalue < 0.05)
    assert found.low <= found.value <= found.high
    back = metrics.difference(metrics.mean, after, before, seed=0)
    assert (back.high < 0) is (found.low > 0)


def test_so_is_one_of_single_citations() -> None:
    before, after = [(0.0, 1.0)] * 3, [(1.0, 1.0)] * 3
    found = metrics.difference(metrics.share, before, after, seed=0)
    assert (found.value, found.low < 0) == (1, True)
    assert metrics.difference(metrics.share, before * 3, after * 3, seed=0).low > 0


def test_an_auroc_of_one_of_few_is_not_sure() -> None:
    apart = [(0.9, 1.0)] * 5 + [(0.1, 0.0)] * 5
    found = estimate(metrics.auroc, apart, seed=0)
    assert (found.value, found.high) == (1, 1)
    assert 0.5 < found.low < 0.8
    wrong = estimate(metrics.auroc, [(1 - sure, right) for sure, right in apart], seed=0)
    assert (wrong.low, wrong.high) == (0, pytest.approx(1 - found.low))
    assert estimate(metrics.auroc, apart * 10, seed=0).low > 0.9


def test_the_interval_of_a_calibration_error_reaches_down_to_none() -> None:
    import numpy

    random = numpy.random.default_rng(0)
    holds = 0
    for _ in range(10):
        confidence = random.random(100)
        right = random.random(100) < confidence  # calibrated, so that there is no error but by chance
        found = estimate(metrics.calibration_error, numpy.c_[confidence, right].tolist(), seed=0)
        assert 0 <= found.low <= found.value <= found.high
        holds += found.low == 0
    assert holds >= 8


def test_a_paired_difference_of_rankings() -> None:
    right = [1.0] * 10 + [0.0] * 10
    bad = list(zip([0.5] * 20, right, strict=True))
    good = list(zip([0.9] * 10 + [0.1] * 10, right, strict=True))
    found = metrics.difference(metrics.auroc, bad, good, seed=0)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
