"""Does the confidence mean something? Measured over all questions of a run at once.

``confidence`` holds one number a question, higher is surer. ``answerable`` and ``right`` are 0 or 1: the documents
answer the question; the first citation, or what a refusal would have cited, states a needed fact. So ``right`` is 0
for every unanswerable question. Where a measure says nothing about its numbers it is nan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

Numbers = Sequence[float]

BINS = 10
"""Bins of equal width for calibration, as in Guo et al. 2017 (there 15, for more predictions)."""


def auroc(confidence: Numbers, answerable: Numbers, axis: int = -1) -> Any:  # noqa: ANN401 - a number, or one a sample
    """Return the chance that an answerable question's confidence is above an unanswerable one's.

    Ties count half. The area under the ROC curve of confidence as a test of answerability, by its ranks (Hanley and
    McNeil 1982). 0.5 is chance; nan if either class has no question.
    """
    import numpy
    from scipy.stats import rankdata

    labels = numpy.asarray(answerable, dtype=float)
    ones, zeros = labels.sum(axis=axis), (1 - labels).sum(axis=axis)
    ranks = (rankdata(confidence, axis=axis) * labels).sum(axis=axis)
    with numpy.errstate(invalid="ignore"):
        return (ranks - ones * (ones + 1) / 2) / (ones * zeros)


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """What answering only the surest questions gives: point by point, at each confidence as threshold.

    ``coverage`` is the share of all questions answered, rising to 1; ``risk`` the share of those that are wrong.
    """

    threshold: tuple[float, ...]
    coverage: tuple[float, ...]
    risk: tuple[float, ...]


def risk_coverage(confidence: Numbers, right: Numbers) -> RiskCoverage:
    """Return the risk-coverage curve of selective answering (El-Yaniv and Wiener 2010).

    One point for each distinct confidence: questions of the same confidence are answered together or not at all.
    """
    import numpy

    sure, correct = _surest_first(confidence, right)
    last = numpy.append(sure[:-1] != sure[1:], True) if sure.size else numpy.zeros(0, dtype=bool)
    answered = numpy.arange(1, sure.size + 1)
    coverage, risk = answered / max(1, sure.size), 1 - numpy.cumsum(correct) / numpy.maximum(1, answered)
    return RiskCoverage(*(tuple(column[last].tolist()) for column in (sure, coverage, risk)))


def aurc(confidence: Numbers, right: Numbers) -> float:
    """Return the area under the risk-coverage curve: the mean risk over all coverages. Lower is better.

    El-Yaniv and Wiener 2010; the mean of the risk among the k surest questions, for k from 1 to all (Geifman et al.
    2019). Questions of the same confidence share their errors evenly, which is the mean over their orders. With
    unanswerable questions it cannot reach 0: compare it on the same suite only. nan without questions.
    """
    import numpy

    sure, correct = _surest_first(confidence, right)
    if not sure.size:
        return math.nan
    _, group, sizes = numpy.unique(-sure, return_inverse=True, return_counts=True)
    shared = (numpy.bincount(group, weights=correct) / sizes)[group]
    return float(numpy.mean(1 - numpy.cumsum(shared) / numpy.arange(1, sure.size + 1)))


def coverage_at_precision(confidence: Numbers, right: Numbers, precision: float = 0.95) -> float:
    """Return the largest share of all questions that can be answered with at least ``precision`` of them right.

    The threshold is the best one for these very questions, so this is what the confidence could give, not what a
    threshold chosen beforehand gives. Selective question answering's coverage at accuracy (Kamath et al. 2020). It
    can be no more than the share of answerable questions / ``precision``. 0 if no threshold reaches it.
    """
    curve = risk_coverage(confidence, right)
    reached = [
        coverage
        for coverage, risk in zip(curve.coverage, curve.risk, strict=True)
        if 1 - risk >= precision - 1e-12  # 19 of 20 is 0.95, whatever floats make of it
    ]
    return max(reached, default=0.0) if curve.coverage else math.nan


def brier(confidence: Numbers, right: Numbers) -> float:
    """Return the mean squared difference between confidence and right (Brier 1950). 0 is best; nan without any."""
    import numpy

    if not len(confidence):
        return math.nan
    return float(numpy.mean((numpy.asarray(confidence, dtype=float) - numpy.asarray(right, dtype=float)) ** 2))


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in ``[low, high)`` (the last bin has its upper end, too).

    ``confidence`` is their mean confidence and ``right`` the share that is right; both nan if ``n`` is 0.
    """

    low: float
    high: float
    n: int
    confidence: float
    right: float


def reliability(confidence: Numbers, right: Numbers, bins: int = BINS) -> tuple[Bin, ...]:
    """Return the bins of the reliability diagram (DeGroot and Fienberg 1983), of equal width over 0..1."""
    import numpy

    sure, correct = numpy.asarray(confidence, dtype=float), numpy.asarray(right, dtype=float)
    place = numpy.minimum((sure * bins).astype(int), bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        n = int(inside.sum())
        means = (float(sure[inside].mean()), float(correct[inside].mean())) if n else (math.nan, math.nan)
        found.append(Bin(number / bins, (number + 1) / bins, n, *means))
    return tuple(found)


def calibration_error(confidence: Numbers, right: Numbers, axis: int = -1) -> Any:  # noqa: ANN401 - as `auroc`
    """Return the expected calibration error (Naeini et al. 2015, Guo et al. 2017). 0 is best; nan without any.

    The mean distance between a bin's confidence and its share of right ones, weighted by its questions: so the sum of
    how much confidence the bins have too much or too little.
    """
    import numpy

    sure, correct = numpy.asarray(confidence, dtype=float), numpy.asarray(right, dtype=float)
    if not sure.size:
        return math.nan
    place, surplus = numpy.minimum((sure * BINS).astype(int), BINS - 1), sure - correct
    bins = (numpy.abs(numpy.where(place == number, surplus, 0).sum(axis=axis)) for number in range(BINS))
    return sum(bins) / sure.shape[axis]


def _surest_first(confidence: Numbers, right: Numbers) -> tuple[NDArray[numpy.float64], NDArray[numpy.float64]]:
    import numpy

    sure, correct = numpy.asarray(confidence, dtype=float), numpy.asarray(right, dtype=float)
    order = numpy.argsort(-sure, kind="stable")
    return sure[order], correct[order]
