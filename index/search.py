"""Two searches fused into one list of hits."""

from __future__ import annotations

from collections.abc import Mapping

DENSE_WEIGHT = 0.7
"""Weight of the cosine against that of the words. On eighteen tasks (2,826 answerable questions, both halves of the
development sets and questions unseen, mean over the tasks) the right passage is first for 75.8, 75.8, 76.1, 76.1 and
74.5 % with 0.4, 0.5, 0.6, 0.7 and 0.8, and among ten for 96.1, 96.2, 96.3, 96.2 and 95.8 %: level up to 0.7. Those
questions share their words with the passages. Of 223 that share few (five piles of files, see docs/measured.md) it is
among ten for 79.8, 81.2, 84.3 and 83.0 % with 0.5 to 0.8; of 244 on four other piles for 96.3, 96.7, 97.1 and 96.7 %.
The words searched are those of the passage, its heading and its document's title; without these two 75.8 and 95.9 %
(with 0.5). To take BM25 as a share of a fixed number, or of what the question's words could reach at most, comes out
the same at its own best weight; a matrix on the question's vector, trained on 22,000 questions, gained nothing."""

CANDIDATES = 50
"""How many passages each search contributes."""


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float]) -> list[tuple[int, float, dict[str, float]]]:
    """Return ``(passage id, score, via)`` of every candidate, best first.

    The score is a convex combination of the cosine (below 0 counts as 0) and of the BM25 score as a share of the best
    one (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023): 0..1. Ties go to the
    passage that was added first, so that the order never depends on chance.
    """
    best = max(lexical.values(), default=0.0) or 1.0
    fused = []
    for passage_id in dense.keys() | lexical.keys():
        via = {"dense": dense.get(passage_id, 0.0), "lexical": lexical.get(passage_id, 0.0) / best}
        score = DENSE_WEIGHT * max(0.0, via["dense"]) + (1 - DENSE_WEIGHT) * via["lexical"]
        fused.append((passage_id, score, via))
    return sorted(fused, key=lambda candidate: (-candidate[1], candidate[0]))
