"""A small encoder for tests in which the model is beside the point: it knows words, not meanings."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class HashEncoder:
    """Unit vectors of hashed words: the same text always gets the same vector, texts that share words are near."""

    name = "hash"
    dimension = 64

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
