"""Compares two runs over the same questions: by measure with a paired interval, and question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from evals import metrics
from evals.metrics import Estimate
from evals.results import MEASURES, Measure, Report, Row
from evals.suite import SuiteError

Verdict = Literal["fixed", "broken", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """One question in two runs."""

    before: Row
    after: Row

    @property
    def verdict(self) -> Verdict:
        """Whether the later run mended it, broke it, said something else that is as right or wrong, or the same.

        Right means without a fault (`Row.faults`); the same means the same citations and short answer.
        """
        if bool(self.before.faults) != bool(self.after.faults):
            return "fixed" if self.before.faults else "broken"
        said = [(row.citations, row.short) for row in (self.before, self.after)]
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

    @cached_property
    def differences(self) -> Mapping[str, Estimate]:
        """For every measure after - before with its paired interval, over the questions that both have it for."""
        return MappingProxyType({measure.name: self._difference(measure) for measure in MEASURES})

    def _difference(self, measure: Measure) -> Estimate:
        pairs = [(measure.columns(change.before), measure.columns(change.after)) for change in self.changes]
        both = [(before, after) for before, after in pairs if before is not None and after is not None]
        if not both or (measure.every and len(both) < len(pairs)):
            return Estimate(None, None, None, 0)
        before, after = zip(*both, strict=True)
        return metrics.difference(measure.statistic, before, after, seed=self.after.seed)
