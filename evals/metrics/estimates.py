"""How sure a figure is: every measure gets a 95 % interval by resampling the questions.

A *statistic* maps columns of numbers, one row a question, to one number: the mean of one column, the ratio of two
columns' sums, the AUROC of confidence and answerability. Whole questions are drawn anew, so what belongs to one
question stays together, and two runs over the same questions are drawn alike.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evals.metrics.confidence import auroc, calibration_error

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

RESAMPLES = 1000
"""How often the bootstrap draws a new sample of the questions."""

LEVEL = 0.95
"""The share of the drawn values that lies inside the interval."""

Statistic = Callable[..., Any]
"""Takes the columns. One that takes ``axis``, too, is given all samples at once."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure's value with the 95 % bootstrap interval ``[low, high]`` over questions.

    ``n`` is how many questions it stands on. ``value`` is None if nothing could be measured; the limits are
    None if fewer than two questions were.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    def __str__(self) -> str:
        """Return the value with its interval: "0.509 [0.386, 0.632]", or a dash."""
        if self.value is None or self.low is None or self.high is None:
            return "-"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean(values: NDArray[numpy.float64], axis: int = -1) -> Any:  # noqa: ANN401 - a number, or one for each sample
    """Return the mean of a column."""
    import numpy

    return numpy.mean(values, axis=axis)


def ratio(parts: NDArray[numpy.float64], wholes: NDArray[numpy.float64], axis: int = -1) -> Any:  # noqa: ANN401
    """Return sum of parts / sum of wholes: the micro average, where a question with more citations weighs more."""
    return parts.sum(axis=axis) / wholes.sum(axis=axis)


def share(parts: NDArray[numpy.float64], wholes: NDArray[numpy.float64], axis: int = -1) -> Any:  # noqa: ANN401
    """Return the `ratio` of parts that are never more than their wholes."""
    return ratio(parts, wholes, axis)


def percentile(percent: float) -> Statistic:
    """Return the statistic that is a percentile of a column, interpolated linearly."""

    def of(values: NDArray[numpy.float64], axis: int = -1) -> Any:  # noqa: ANN401
        import numpy

        return numpy.percentile(values, percent, axis=axis)

    return of


def estimate(statistic: Statistic, rows: Sequence[Sequence[float]], *, seed: int) -> Estimate:
    """Return a statistic over rows, one a question, with its percentile interval (Efron and Tibshirani 1993, ch. 13).

    Samples in which the statistic is not defined (an AUROC of one class) are left out. Where every draw would give the
    same number, the interval is that number; but where every question has all or none of a `mean` or `share`, it is the
    exact one (Clopper and Pearson 1934), since 20 right of 20 does not mean that all are right. For the same reason
    that of an `auroc` is Newcombe's. A `calibration_error` is never negative, so chance makes it larger, and in each
    drawn sample once more: its lower limit is the basic one, which takes that off again (ibid.), and 0 where a
    calibrated system would often have as much.
    """
    import numpy
    from scipy import stats

    if not rows:
        return Estimate(None, None, None, 0)
    columns = tuple(numpy.asarray(rows, dtype=float).T)
    value = float(statistic(*columns))
    if math.isnan(value) or len(rows) < 2:
        return Estimate(None if math.isnan(value) else value, None, None, len(rows))
    if statistic in (mean, share) and value in (0, 1):  # all, or none, of every question
        low, high = stats.binomtest(round(value * len(rows)), len(rows)).proportion_ci(LEVEL, "exact")
        return Estimate(value, float(low), float(high), len(rows))
    if statistic is auroc:
        answerable = int(columns[1].sum())
        return Estimate(value, *_auroc_interval(value, answerable, len(rows) - answerable), len(rows))
    if all(numpy.ptp(column) == 0 for column in columns):
        return Estimate(value, value, value, len(rows))
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # of its own interval, which is not used
        drawn = stats.bootstrap(
            columns,
            statistic,
            n_resamples=RESAMPLES,
            method="percentile",
            paired=True,
            rng=numpy.random.default_rng(seed),
        ).bootstrap_distribution
    low, high = numpy.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if statistic is calibration_error:
        is_chance = value <= _calibrated(columns[0], seed)
        low = 0.0 if is_chance else max(0.0, min(low, 2 * value - high))
    return Estimate(value, float(low), float(high), len(rows))


def _calibrated(confidence: NDArray[numpy.float64], seed: int) -> float:
    """Return the calibration error that a system stays below in 95 % of the runs if each confidence is the chance.

    Consistency resampling (Bröcker and Smith 2007).
    """
    import numpy

    drawn = numpy.random.default_rng(seed).random((RESAMPLES, len(confidence))) < confidence
    error: Statistic = calibration_error
    return float(numpy.quantile(error(numpy.broadcast_to(confidence, drawn.shape), drawn), LEVEL))


def _auroc_interval(value: float, ones: int, zeros: int) -> tuple[float, float]:
    """Return the interval of an AUROC that is all values it does not differ from, by Hanley and McNeil's variance.

    Method 5 of Newcombe 2006: 1 of few questions does not mean that the confidence always tells.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    half = (ones + zeros) / 2

    def distance(true: float) -> float:
        spread = 2 * half - 1 - (3 * half - 3) / ((2 - true) * (1 + true))
        return float((value - true) ** 2 - norm.ppf((1 + LEVEL) / 2) ** 2 * true * (1 - true) * spread / (ones * zeros))

    low = brentq(distance, 0, value - 1e-9) if value > 0 else 0.0
    high = brentq(distance, value + 1e-9, 1) if value < 1 else 1.0
    return float(low), float(high)


def difference(
    statistic: Statistic, before: Sequence[Sequence[float]], after: Sequence[Sequence[float]], *, seed: int
) -> Estimate:
    """Return after - before over the same questions, row by row, with its interval by the paired bootstrap.

    Each draw takes the same questions for both runs (Efron and Tibshirani 1993, ch. 8 and 16), so that what makes a
    question hard for both cancels out. An interval without 0 tells that the runs differ. Of a `mean` of zeros and ones
    it also holds the interval of the sign test, so that three of three mended questions tell nothing yet; so it does of
    a `share` where each question has one citation.
    """
    if len(before) != len(after):
        raise ValueError(f"the runs must have the same questions; {len(before)} and {len(after)} rows were given")
    width = len(before[0]) if before else 0

    def paired(*columns: NDArray[numpy.float64]) -> float:
        return float(statistic(*columns[width:])) - float(statistic(*columns[:width]))

    found = estimate(paired, [(*one, *other) for one, other in zip(before, after, strict=True)], seed=seed)
    rows = (*before, *after)
    is_mean = statistic is mean or (statistic is share and all(row[1] == 1 for row in rows))
    if is_mean and {row[0] for row in rows} <= {0, 1}:
        return _with_sign_test(found, sum(one[0] < other[0] for one, other in zip(before, after, strict=True)))
    return found


def _with_sign_test(found: Estimate, better: int) -> Estimate:
    """Return a difference of shares with an interval that is without 0 only if the sign test agrees.

    Of the questions that differ, the share of the ``better`` ones has an exact interval (McNemar's test, exact).
    """
    from scipy.stats import binomtest

    if found.value is None or found.low is None or found.high is None:
        return found
    worse = better - round(found.value * found.n)
    differing = better + worse
    if not differing:
        return found
    exact = binomtest(better, differing).proportion_ci(LEVEL, "exact")
    low, high = ((2 * float(share) - 1) * differing / found.n for share in (exact.low, exact.high))
    return Estimate(found.value, min(found.low, low), max(found.high, high), found.n)
