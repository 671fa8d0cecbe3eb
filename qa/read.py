"""Hits -> evidence: which sentence of the passages found answers the question, if any.

The `Reader` protocol is the seam. `BaselineReader` scores sentences by what the encoder and the words say, with a
linear model of a few features; it marks a short answer by the kind of phrase that the question asks for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from index import Hit, Index, Span
from index.embed import Vectors
from index.lexical import terms
from qa.phrase import fits, short_answer
from qa.types import Evidence

CANDIDATE_SENTENCES = 24
"""Only the sentences that look best by words and by passage are encoded: encoding is what takes the time."""

CACHED_SENTENCES = 20_000
"""Vectors of sentences kept in memory (1.5 kB each), since people ask about the same pages again and again."""


class Reader(Protocol):
    """Looks at the passages found and says which sentences answer the question."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Return the sentences considered, best first. ``Evidence.features`` is what confidence is computed from."""


class BaselineReader:
    """Scores each sentence by its meaning, its words, those of its neighbours, and the phrase it could answer with."""

    WEIGHTS: Mapping[str, float] = {"cosine": 7.0, "overlap": 2.9, "context": 3.9, "phrase": 2.1}
    """Fitted as a softmax over the sentences read, on half of 2,091 answerable development questions from nine sets.
    On the other half (mean over sets) it put a right sentence first for 69.1 %, cosine 59.1 %, words 65.8 %. All are
    questions for which a right sentence was among those read."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._vectors: dict[str, Vectors] = {}

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Return the most promising sentences of the hits, best first."""
        weights = self._term_weights(question)
        evidence = [
            Evidence(hit, sentence, 0.0, features)
            for hit in hits
            for sentence, features in zip(hit.passage.sentences, self._word_features(hit, weights), strict=True)
        ]
        evidence = sorted(evidence, key=self._promise, reverse=True)[:CANDIDATE_SENTENCES]
        if not evidence:
            return []
        cosines = self._cosines(question, [item.text for item in evidence])
        read = [self._complete(question, item, cosine) for item, cosine in zip(evidence, cosines, strict=True)]
        return sorted(read, key=lambda item: (-item.score, item.hit.rank, item.sentence))

    def _term_weights(self, question: str) -> dict[str, float]:
        """Weigh the question's terms by how rare they are (inverse document frequency, as in BM25)."""
        asked = set(terms(question))
        passages = max(1, self._index.passage_count())
        return {
            term: math.log(1 + (passages - min(count, passages) + 0.5) / (count + 0.5))
            for term, count in self._index.term_frequencies(asked).items()
        }

    def _word_features(self, hit: Hit, weights: Mapping[str, float]) -> list[dict[str, float]]:
        found = [weights.keys() & terms(hit.sentence_text(sentence)) for sentence in hit.passage.sentences]
        features = []
        for position, own in enumerate(found):
            around = own.union(*found[max(0, position - 1) : position + 2])
            features.append(
                {
                    "overlap": _share(own, weights),
                    "context": _share(around, weights),
                }
            )
        return features

    def _complete(self, question: str, item: Evidence, cosine: float) -> Evidence:
        answer = short_answer(question, item.text)
        features = {**item.features, "cosine": cosine, "phrase": float(fits(question, item.text))}
        if answer:
            answer = Span(item.sentence.start + answer.start, item.sentence.start + answer.end)
        return replace(item, features=features, score=self._score(features), answer=answer)

    def _promise(self, item: Evidence) -> float:
        """Return how promising a sentence is before it is encoded: by its words, and its passage in place of itself."""
        return self._score(item.features) + self.WEIGHTS["cosine"] * item.hit.score

    def _score(self, features: Mapping[str, float]) -> float:
        return sum(self.WEIGHTS[name] * value for name, value in features.items())

    def _cosines(self, question: str, sentences: Sequence[str]) -> list[float]:
        query = self._vector(question)
        return [float(self._vector(sentence) @ query) for sentence in sentences]

    def _vector(self, text: str) -> Vectors:
        # One by one, which costs no more on a CPU: in a batch the last digits depend on the other texts, and the same
        # question would not always get the same answer.
        vector = self._vectors.get(text)
        if vector is None:
            if len(self._vectors) >= CACHED_SENTENCES:
                self._vectors.clear()
            vector = self._vectors[text] = self._index.encoder.encode([text])[0]
        return vector


def _share(found: set[str], weights: Mapping[str, float]) -> float:
    """Return the share of the question's weight that the terms found carry: 0..1."""
    total = sum(weights.values())
    return sum(weights[term] for term in found) / total if total else 0.0
