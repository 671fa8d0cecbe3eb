"""How well the evidence supports a claim, as a chance: what the rules cannot see.

A model reads the claim beside the evidence; words and the encoder compare the two; a logistic model weighs them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from index.lexical import terms

WINDOW_TERMS = 5
"""Terms in a row of which the evidence may hold the fewest: what is added to a true sentence stands together."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model of the chance that the evidence supports a claim, and below which chance it does not hold."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def chance(self, features: Mapping[str, float]) -> float:
        """Return the chance, 0..1."""
        return 1 / (1 + math.exp(-self.intercept - sum(self.weights[name] * features[name] for name in self.weights)))


def word_features(claim: str, evidence: str) -> dict[str, float]:
    """Return how the words of a claim are held by the evidence.

    ``overlap`` is the share (0..1) of its terms, ``worst`` that of the `WINDOW_TERMS` in a row that it holds least of.
    """
    held = set(terms(evidence))
    found = [term in held for term in terms(claim)]
    if not found:
        return {"overlap": 1.0, "worst": 1.0}
    windows = [found[start : start + WINDOW_TERMS] for start in range(max(1, len(found) - WINDOW_TERMS + 1))]
    return {
        "overlap": sum(found) / len(found),
        "worst": min(sum(window) / len(window) for window in windows),
    }


CALIBRATION = Calibration(
    intercept=0.0,
    weights={"whole": 1.0, "overlap": 1.0, "worst": 1.0, "cosine": 1.0, "broken": -3.0},
    threshold=0.2,
)

WITHOUT_MODEL = Calibration(
    intercept=0.0,
    weights={"overlap": 1.0, "worst": 1.0, "cosine": 1.0, "broken": -3.0},
    threshold=0.2,
)
"""Where the model does not run."""
