"""What is measured: small pure functions, each with its definition, its source and its edge cases.

`citations`, `answers` and `refusals` judge one question and return a number in 0..1, or None where the measure says
nothing about that question; a report takes the mean over the questions that have a value. `confidence` judges all
questions together. `estimates` puts an interval on any of them.
"""

from evals.metrics.answers import (
    answer_in_citation,
    exact_match,
    harmonic_mean,
    normalise,
    squad2_exact,
    squad2_f1,
    token_f1,
)
from evals.metrics.citations import (
    alce_precision,
    citation_f1,
    citation_precision,
    citation_recall,
    completeness,
    focus,
    matches,
    right_sentence_at_1,
    stated_facts,
)
from evals.metrics.confidence import (
    Bin,
    RiskCoverage,
    aurc,
    auroc,
    brier,
    calibration_error,
    coverage_at_precision,
    reliability,
    risk_coverage,
)
from evals.metrics.estimates import Estimate, Statistic, difference, estimate, mean, percentile, ratio, share
from evals.metrics.refusals import right_refusal, wrong_answer, wrong_denial, wrong_refusal

__all__ = [
    "Bin",
    "Estimate",
    "RiskCoverage",
    "Statistic",
    "alce_precision",
    "answer_in_citation",
    "aurc",
    "auroc",
    "brier",
    "calibration_error",
    "citation_f1",
    "citation_precision",
    "citation_recall",
    "completeness",
    "coverage_at_precision",
    "difference",
    "estimate",
    "exact_match",
    "focus",
    "harmonic_mean",
    "matches",
    "mean",
    "normalise",
    "percentile",
    "ratio",
    "reliability",
    "right_refusal",
    "right_sentence_at_1",
    "risk_coverage",
    "share",
    "squad2_exact",
    "squad2_f1",
    "stated_facts",
    "token_f1",
    "wrong_answer",
    "wrong_denial",
    "wrong_refusal",
]
