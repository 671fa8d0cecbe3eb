"""The vectors in memory, compared with a query one by one: no graph, nothing on disk, and every passage is seen.

Where there are many, the signs of their components come first: a bit each, so that 100,000 vectors take 5 MB, and XOR
and a count of bits tell in half a millisecond which of them point roughly the same way. Only those are compared whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.embed import Vectors

SIFTED = 4_000
"""How many vectors, those whose signs differ least from the query's, are compared whole. Recall@50 over 88,888
passages, and milliseconds a query (300 questions, one thread): 0.973 and 0.9 with 2,000, 0.992 and 1.3 with 4,000,
0.996 and 1.9 with 6,000. Comparing all takes 6."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Vectors of length 1, a row for each of ``ids`` (ascending), and their ``signs``, 64 to a word, a column each."""

    ids: npt.NDArray[np.int64]
    matrix: Vectors
    signs: npt.NDArray[np.uint64]

    @classmethod
    def over(cls, ids: Iterable[int], matrix: Vectors) -> Scan:
        """Return the scan over vectors, a row for each id; the ids ascend."""
        return cls(np.array(list(ids), dtype=np.int64), matrix, _signs(matrix))

    def changed(self, removed: Iterable[int], added: Scan) -> Scan:
        """Return the scan without some ids and with others, which are higher than all before."""
        kept = ~np.isin(self.ids, np.array(list(removed), dtype=np.int64))
        if not kept.any():
            return added
        return Scan(
            np.concatenate([self.ids[kept], added.ids]),
            np.concatenate([self.matrix[kept], added.matrix.reshape(-1, self.matrix.shape[1])]),
            np.concatenate([self.signs[:, kept], added.signs.reshape(len(self.signs), -1)], axis=1),
        )

    def nearest(self, query: Vectors, limit: int) -> dict[int, float]:
        """Return up to ``limit`` ids with the cosine of their vector to ``query`` (length 1), best first."""
        if not len(self.ids) or limit < 1:
            return {}
        rows = self._sift(query, max(SIFTED, limit))
        cosines = self.matrix[rows] @ query if rows is not None else self.matrix @ query
        if len(cosines) > limit:  # sorting all takes longer than comparing them
            best = np.flatnonzero(cosines >= np.partition(cosines, -limit)[-limit])
            best = best[np.argsort(-cosines[best], kind="stable")][:limit]
        else:
            best = np.argsort(-cosines, kind="stable")
        ids = self.ids[best if rows is None else rows[best]]
        return dict(zip(ids.tolist(), cosines[best].tolist(), strict=True))

    def cosines(self, ids: Iterable[int], query: Vectors) -> dict[int, float]:
        """Return the cosine to ``query`` for those of ``ids`` that are held.

        One by one: in a product of matrices the last digits depend on the rows beside them.
        """
        wanted = np.array(list(ids), dtype=np.int64)
        if not len(self.ids) or not len(wanted):
            return {}
        rows = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        rows = rows[self.ids[rows] == wanted]
        return {int(self.ids[row]): float(self.matrix[row] @ query) for row in rows}

    def _sift(self, query: Vectors, count: int) -> npt.NDArray[np.intp] | None:
        """Return ``count`` rows or more whose signs differ least from the query's; None if comparing all is quicker."""
        if len(self.ids) <= 5 * count:
            return None
        differing = np.zeros(len(self.ids), dtype=np.uint16)
        for column, sign in zip(self.signs, _signs(query[np.newaxis]), strict=True):
            differing += np.bitwise_count(column ^ sign)
        within = np.cumsum(np.bincount(differing))  # how many differ in so many signs or fewer
        return np.flatnonzero(differing <= np.searchsorted(within, count))


def _signs(matrix: Vectors) -> npt.NDArray[np.uint64]:
    """Return the signs of each row's components, 64 to a word, a column for each row."""
    bits = np.packbits(matrix > 0, axis=1)
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(padded.view(np.uint64).T)


NOTHING = Scan(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32), np.empty((0, 0), dtype=np.uint64))
"""The scan over no vectors."""
