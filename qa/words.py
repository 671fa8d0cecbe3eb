"""The words of a question, and how much each weighs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from index import Index
from index.lexical import terms


def term_weights(question: str, index: Index) -> dict[str, float]:
    """Weigh the question's terms by how rare they are (inverse document frequency, as in BM25)."""
    asked = set(terms(question))
    passages = max(1, index.passage_count())
    return {
        term: math.log(1 + (passages - min(count, passages) + 0.5) / (count + 0.5))
        for term, count in index.term_frequencies(asked).items()
    }


def share(found: set[str], weights: Mapping[str, float]) -> float:
    """Return the share of the question's weight that the terms found carry: 0..1."""
    total = sum(weights.values())
    return sum(weights[term] for term in found & weights.keys()) / total if total else 0.0
