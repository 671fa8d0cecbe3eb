"""How alike a question and a sentence are in meaning, by the index's own encoder."""

from __future__ import annotations

from collections.abc import Sequence

from index import Index
from index.embed import Vectors

CACHED_SENTENCES = 20_000
"""Vectors of sentences kept in memory (1.5 kB each), since people ask about the same pages again and again."""


class Likeness:
    """Compares questions with sentences, and remembers the vectors of the sentences."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._vectors: dict[str, Vectors] = {}

    def cosines(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Return the cosine between the question and each sentence, -1..1."""
        query = self._index.vector(question)
        return [float(self._vector(sentence) @ query) for sentence in sentences]

    def _vector(self, sentence: str) -> Vectors:
        # One by one, which costs no more on a CPU: in a batch the last digits depend on the other texts, and the same
        # question would not always get the same answer.
        vector = self._vectors.get(sentence)
        if vector is None:
            if len(self._vectors) >= CACHED_SENTENCES:
                self._vectors.clear()
            vector = self._vectors[sentence] = self._index.encoder.encode([sentence])[0]
        return vector
