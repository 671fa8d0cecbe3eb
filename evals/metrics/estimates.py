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
    exact one (Clopper and Pearson 1934), since 20 right of 20 does not mean that all are right.
    """
    import numpy
    from scipy import stats

    if not rows:
        return Estimate(None, None, None, 0)
    columns = tuple(numpy.asarray(rows, dtype=float).T)
    value = float(statistic(*columns))
    if math.isnan(value):
        return Estimate(None, None, None, len(rows))
    if len(rows) < 2:
        return Estimate(value, None, None, len(rows))
    if statistic in (mean, share) and value in (0, 1):  # all, or none, of every question
        low, high = stats.binomtest(round(value * len(rows)), len(rows)).proportion_ci(LEVEL, "exact")
        return Estimate(value, float(low), float(high), len(rows))
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
    return Estimate(value, float(low), float(high), len(rows))


def difference(
    statistic: Statistic, before: Sequence[Sequence[float]], after: Sequence[Sequence[float]], *, seed: int
) -> Estimate:
    """Return after - before over the same questions, row by row, with its interval by the paired bootstrap.

    Each draw takes the same questions for both runs (Efron and Tibshirani 1993, ch. 8 and 16), so that what makes a
    question hard for both cancels out. An interval without 0 tells that the runs differ.
    """
    if len(before) != len(after):
        raise ValueError(f"the runs must have the same questions; {len(before)} and {len(after)} rows were given")
    width = len(before[0]) if before else 0

    def paired(*columns: NDArray[numpy.float64]) -> float:
        return float(statistic(*columns[width:])) - float(statistic(*columns[:width]))

    return estimate(paired, [(*one, *other) for one, other in zip(before, after, strict=True)], seed=seed)
