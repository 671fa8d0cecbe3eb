"""Evidence -> the chance that it answers, and the decision to answer or to refuse."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from qa.types import Evidence

THRESHOLD = 0.5
"""Below this confidence the documents are taken not to say."""

INTERCEPT = -6.0
WEIGHTS: Mapping[str, float] = {
    "cosine": 6.0,
    "overlap": 2.0,
    "context": 1.0,
    "passage": 2.0,
    "phrase": 0.5,
    "margin": 0.1,
}


def confidence(evidence: Sequence[Evidence]) -> float:
    """Return the estimated chance (0..1) that the first sentence answers the question: a logistic model."""
    if not evidence:
        return 0.0
    features = confidence_features(evidence)
    return 1 / (1 + math.exp(-INTERCEPT - sum(WEIGHTS[name] * value for name, value in features.items())))


def confidence_features(evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return what the confidence is computed from: the first sentence's features and its lead over the second."""
    margin = evidence[0].score - evidence[1].score if len(evidence) > 1 else 0.0
    return {**evidence[0].features, "margin": margin}
