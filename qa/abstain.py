"""Evidence -> the chance that it answers, and the decision to answer or to refuse.

A reader comes with its calibration: what its scores are worth was found out on questions, half of them to fit it and
the other half to report it (``python -m evals.studies.fit``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.copies import Said, said_once
from qa.types import Evidence


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model of the chance that the first sentence answers, and where to refuse.

    ``weights`` are those of the features of the first sentence, and of ``lead``, its share of the softmax over the
    scores of all that say something else (see `qa.copies`).
    ``thresholds`` pairs a share of wrong answers among those given with the least confidence that kept to it;
    ``usual_error`` is the share aimed at unless the person says otherwise. Below the confidence ``denial`` a refusal
    says that the documents do not say; above it leaves that open.
    """

    intercept: float
    weights: Mapping[str, float]
    thresholds: tuple[tuple[float, float], ...]
    usual_error: float
    denial: float = 0.0

    def confidence(self, evidence: Sequence[Evidence]) -> float:
        """Return the estimated chance (0..1) that the first sentence answers the question."""
        if not evidence:
            return 0.0
        features = confidence_features(evidence)
        return 1 / (1 + math.exp(-self.intercept - sum(self.weights[name] * features[name] for name in self.weights)))

    def threshold(self, max_error: float | None = None) -> float:
        """Return the confidence below which to refuse, for at most this share of wrong answers among those given.

        Between the shares that were measured it is interpolated. Raises ValueError unless 0 <= max_error <= 1.
        """
        if max_error is None:
            max_error = self.usual_error
        if not 0 <= max_error <= 1:
            raise ValueError(f"max_error is a share of the answers given, from 0 to 1, got {max_error}")
        points = [(0.0, 1.0), *self.thresholds, (1.0, 0.0)]
        for (low, high), (next_low, next_high) in pairwise(points):
            if max_error <= next_low:
                return high + (next_high - high) * (max_error - low) / (next_low - low)
        return 0.0


def confidence_features(evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return what the confidence is computed from: see `Calibration`."""
    first = evidence[0]
    # A sentence so far behind that it was not compared with the question is taken for unlike it.
    compared = {"cosine": 0.0, "told": 0.0}
    said = said_once([Said(item.text, item.hit.passage.document_id, item.short, item.score) for item in evidence])
    scores = [first.score, *(evidence[place].score for place in said if not _beside(evidence[place], first))]
    lead = 1 / sum(math.exp(score - first.score) for score in scores)
    return {"search": first.hit.score, **compared, **first.features, "lead": lead}


def _beside(one: Evidence, first: Evidence) -> bool:
    """Whether a sentence is the first itself, or another step or item below its head: then it is no rival."""
    same_head = first.head is not None and one.head == first.head
    return one is first or (same_head and one.hit.passage.document_id == first.hit.passage.document_id)
