"""Compares two runs over the same questions: by measure with a paired interval, and question by question."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import numpy

from evals import metrics
from evals.metrics import Estimate
from evals.results import BY_NAME, MEASURES, Measure, Report, Row
from evals.rows import SuiteError

Verdict = Literal["fixed", "broken", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """One question in two runs."""

    before: Row
    after: Row

    @property
    def verdict(self) -> Verdict:
        """Whether the later run mended it, broke it, said something else that is as right or wrong, or the same.

        Right means without a fault (`Row.faults`); the same means the same citations, short answer and refusal.
        """
        if bool(self.before.faults) != bool(self.after.faults):
            return "fixed" if self.before.faults else "broken"
        said = [(row.citations, row.short, row.refused) for row in (self.before, self.after)]
        return "same" if said[0] == said[1] else "changed"


@dataclass(frozen=True)
class Comparison:
    """Two runs, and the questions that both were asked."""

    before: Report
    after: Report

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The questions of both runs, in the order of the later one; `SuiteError` if there are none.

        A question whose words or gold were changed in between is another question and is left out.
        """
        earlier = {row.question: row for row in self.before.rows}
        changes = tuple(Change(earlier[row.question], row) for row in self.after.rows if row.question in earlier)
        if not changes:
            raise SuiteError(
                f"the runs share no question: one is of the suite {self.before.suite!r}, the other of "
                f"{self.after.suite!r}; compare two runs of one suite"
            )
        return changes

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many questions were fixed, broken, changed, and stayed the same."""
        return Counter(change.verdict for change in self.changes)

    @property
    def left_out(self) -> tuple[int, int]:
        """How many questions of the earlier and of the later run the other has not, in the same words and gold."""
        return len(self.before.rows) - len(self.changes), len(self.after.rows) - len(self.changes)

    @cached_property
    def differences(self) -> Mapping[str, Estimate]:
        """For every measure after - before with its paired interval, over the questions that both have it for."""
        return MappingProxyType({measure.name: self._difference(measure) for measure in MEASURES})

    def values(self, name: str) -> tuple[float, float] | None:
        """Return a measure before and after, over the questions that both runs have it for; None if there are none."""
        before, after = self._pairs(BY_NAME[name])
        if not before:
            return None
        statistic = BY_NAME[name].statistic
        earlier, later = (float(statistic(*numpy.asarray(rows, dtype=float).T)) for rows in (before, after))
        return None if math.isnan(earlier) or math.isnan(later) else (earlier, later)

    def _difference(self, measure: Measure) -> Estimate:
        before, after = self._pairs(measure)
        return metrics.difference(measure.statistic, before, after, seed=self.after.seed)

    def _pairs(self, measure: Measure) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
        """Return the measure's columns in both runs, row by row, of the questions that both have it for."""
        runs = [change.before for change in self.changes], [change.after for change in self.changes]
        if not all(map(measure.rows, runs)):
            return [], []
        pairs = [(measure.columns(before), measure.columns(after)) for before, after in zip(*runs, strict=True)]
        both = [(before, after) for before, after in pairs if before is not None and after is not None]
        return [before for before, _ in both], [after for _, after in both]
