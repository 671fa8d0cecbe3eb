"""The vectors in memory, compared with a query one by one: no graph, nothing on disk, and every passage is seen.

Where there are many, two sieves come first, since to read vectors is what takes time: 100,000 are 150 MB, and two bits
of each component 10 MB. The first bit is the sign: XOR and a count of bits tell how far each vector may point from the
query. The few that seem nearest are compared whole; how near these are tells which others can be as near. Of those the
second bit, whether a component is large, tells more, and only the best by both bits are compared whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import acos, pi, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from index.embed import Vectors

COMPARED_WHOLE = 5_000
"""Up to so many vectors all are compared, which then takes no longer than the sieves."""

FEWEST_COMPONENTS = 64
"""So are shorter vectors, of which the sieves could not tell many apart."""

FIRST_COMPARED = 300
"""Vectors that are compared whole, or a few more, to learn how near the nearest are; at least so many in the end."""

SPREAD = 2.0
"""By how many standard deviations more signs may differ than are to be expected of a vector as near as those wanted."""

CODES_EACH = 20
"""So many vectors are compared whole for each one wanted. With these, recall@50 is .9988 over 68,103 embedded passages,
and .9919 over 100,000 that are 2,000 embedded ones and these with noise, fifty alike for each (210 questions; 0.9 and
1.9 ms of a processor with AVX-512). With 12 it is .9976 and .9807 (0.8 and 2.0 ms), with 30 .9989 and .9953 (1.0 and
2.1 ms). With 1.6 for the spread and 30 it is .9942 and .9907 (0.9 and 1.6 ms)."""

LARGE = 0.98
"""A component is large from so many times the root mean square on. With 10/3 as the ratio of the large to the small,
two bits lose least of normally distributed numbers (Max, "Quantizing for minimum distortion", 1960)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Vectors of length 1, a row for each of ``ids`` (ascending), and their ``codes``, a row each.

    ``signs`` is the first half of the codes, a column for each row, since all of it is read for every query.
    """

    ids: npt.NDArray[np.int64]
    matrix: Vectors
    codes: npt.NDArray[np.uint64]
    signs: npt.NDArray[np.uint64]

    @classmethod
    def over(cls, ids: Iterable[int], matrix: Vectors) -> Scan:
        """Return the scan over vectors, a row for each id; the ids ascend."""
        return cls._of(np.array(list(ids), dtype=np.int64), matrix, _codes(matrix))

    def changed(self, removed: Iterable[int], added: Scan) -> Scan:
        """Return the scan without some ids and with others, which are higher than all before."""
        kept = ~np.isin(self.ids, np.array(list(removed), dtype=np.int64))
        if not kept.any():
            return added
        return self._of(
            np.concatenate([self.ids[kept], added.ids]),
            np.concatenate([self.matrix[kept], added.matrix.reshape(-1, self.matrix.shape[1])]),
            np.concatenate([self.codes[kept], added.codes.reshape(-1, self.codes.shape[1])]),
        )

    @classmethod
    def _of(cls, ids: npt.NDArray[np.int64], matrix: Vectors, codes: npt.NDArray[np.uint64]) -> Scan:
        return cls(ids, matrix, codes, np.ascontiguousarray(codes[:, : codes.shape[1] // 2].T))

    def nearest(self, query: Vectors, limit: int) -> dict[int, float]:
        """Return up to ``limit`` ids with the cosine of their vector to ``query`` (length 1), best first.

        Where there are many, up to one in a hundred is overlooked, and the next nearest takes its place.
        """
        if not len(self.ids) or limit < 1:
            return {}
        if len(self.ids) <= COMPARED_WHOLE or self.matrix.shape[1] < FEWEST_COMPONENTS:
            rows, cosines = np.arange(len(self.ids)), self.matrix @ query
        else:
            rows = self._sifted(query, limit)
            cosines = self._cosines(rows, query)
        best = _largest(cosines, limit)
        return dict(zip(self.ids[rows[best]].tolist(), cosines[best].tolist(), strict=True))

    def cosines(self, ids: Iterable[int], query: Vectors) -> dict[int, float]:
        """Return the cosine to ``query`` for those of ``ids`` that are held."""
        wanted = np.array(list(ids), dtype=np.int64)
        if not len(self.ids) or not len(wanted):
            return {}
        rows = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        rows = rows[self.ids[rows] == wanted]
        return dict(zip(self.ids[rows].tolist(), self._cosines(rows, query).tolist(), strict=True))

    def _sifted(self, query: Vectors, limit: int) -> npt.NDArray[np.intp]:
        """Return the rows, ascending, that are compared whole to find the ``limit`` nearest."""
        code = _codes(query[np.newaxis])[0]
        differing = np.zeros(len(self.ids), dtype=np.uint16)
        for column, sign in zip(self.signs, code[: len(self.signs)], strict=True):
            differing += np.bitwise_count(column ^ sign)

        few = int(np.searchsorted(np.bincount(differing).cumsum(), min(len(self.ids), max(limit, FIRST_COMPARED))))
        cosines = self._cosines(np.flatnonzero(differing <= few), query)
        farthest = float(cosines[_largest(cosines, limit)[-1]])
        rows = np.flatnonzero(differing <= max(few, _most_differing(farthest, self.matrix.shape[1])))

        products = _products(np.take(self.codes, rows, axis=0).T, code[:, np.newaxis], self.matrix.shape[1])
        return np.sort(rows[_largest(products, max(FIRST_COMPARED, CODES_EACH * limit))])

    def _cosines(self, rows: npt.NDArray[np.intp], query: Vectors) -> Vectors:
        """Return the cosine of each row to the query.

        One by one: in a product of matrices the last digits depend on the rows beside them.
        """
        cosines: Vectors = np.vecdot(self.matrix[rows], query)
        return cosines


def _most_differing(cosine: float, dimension: int) -> int:
    """Return in how many signs vectors can differ whose cosine is at least this.

    A plane in any direction parts two vectors with a chance of their angle/pi (Charikar, "Similarity estimation
    techniques from rounding algorithms", 2002), so that is the share of the signs in which they can be expected to.
    """
    share = acos(max(-1.0, min(1.0, cosine))) / pi
    return int(dimension * share + SPREAD * sqrt(dimension * share * (1 - share)))


def _products(codes: npt.NDArray[np.uint64], code: npt.NDArray[np.uint64], dimension: int) -> npt.NDArray[np.int32]:
    """Return the product of each column of codes with one code, nine times, a component being worth 1 or 10/3."""
    codes = np.ascontiguousarray(codes)
    words = len(codes) // 2
    differ = codes[:words] ^ code[:words]
    both, one = codes[words:] & code[words:], codes[words:] ^ code[words:]  # are large
    found: npt.NDArray[np.int32] = 9 * (dimension - 2 * _count(differ))
    found += 21 * (_count(one) - 2 * _count(one & differ))
    found += 91 * (_count(both) - 2 * _count(both & differ))
    return found


def _codes(matrix: Vectors) -> npt.NDArray[np.uint64]:
    """Return two bits of each component of each row, 64 to a word: first of all the sign, then whether it is large."""
    rows, dimension = matrix.shape
    bits = np.zeros((rows, 2, -(-dimension // 64) * 8), dtype=np.uint8)
    for place, bit in enumerate((matrix > 0, np.abs(matrix) > LARGE / sqrt(max(1, dimension)))):
        bits[:, place, : -(-dimension // 8)] = np.packbits(bit, axis=1)
    return bits.view(np.uint64).reshape(rows, 2 * -(-dimension // 64))


def _count(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """Return the number of bits in each column."""
    counts: npt.NDArray[np.int32] = np.bitwise_count(words).sum(axis=0, dtype=np.int32)
    return counts


def _largest(values: npt.NDArray[Any], limit: int) -> npt.NDArray[np.intp]:
    """Return the places of the ``limit`` largest values, largest first, equals in order."""
    if len(values) <= limit:
        return np.argsort(-values, kind="stable")
    best = np.flatnonzero(values >= np.partition(values, -limit)[-limit])  # sorting all takes longer than comparing
    return best[np.argsort(-values[best], kind="stable")][:limit]


NOTHING = Scan.over([], np.empty((0, 0), dtype=np.float32))
"""The scan over no vectors."""
