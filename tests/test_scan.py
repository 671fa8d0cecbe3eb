"""Comparing vectors in memory: the nearest are found, among few and among many, and through every change."""

from __future__ import annotations

import numpy as np
import pytest

from index import scan
from index.scan import NOTHING, Scan


def unit(rows: int, dimension: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_nearest_come_best_first_and_equals_in_order() -> None:
    matrix = np.array([[0.1], [0.9], [0.5], [0.9], [0.5], [0.5]], dtype=np.float32)
    held = Scan.over([1, 2, 3, 4, 5, 6], matrix)
    assert list(held.nearest(np.ones(1, dtype=np.float32), 4)) == [2, 4, 3, 5]
    assert list(held.nearest(np.ones(1, dtype=np.float32), 9)) == [2, 4, 3, 5, 6, 1]


@pytest.mark.parametrize("dimension", [3, 64, 100])
def test_nearly_all_of_the_nearest_pass_the_sieve_of_signs(dimension: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "SIFTED", 1_000)
    centres = unit(50, dimension, seed=1)
    matrix = centres[np.arange(6_000) % 50] + 0.7 * unit(6_000, dimension, seed=2)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    held = Scan.over(range(10, 6_010), matrix)
    found = 0
    queries = unit(20, dimension, seed=3) + centres[:20]
    for query in queries / np.linalg.norm(queries, axis=1, keepdims=True):
        rows = held._sift(query, 1_000)
        assert rows is not None
        assert 1_000 <= len(rows) < 6_000
        best = np.argsort(-(matrix @ query))[:10] + 10
        found += len(set(best.tolist()) & held.nearest(query, 10).keys())
    assert found >= 190


def test_few_are_compared_without_a_sieve() -> None:
    assert Scan.over(range(20_000), unit(20_000, 8))._sift(unit(1, 8)[0], 4_000) is None


def test_a_scan_that_is_changed_is_the_one_made_anew() -> None:
    matrix = unit(40, 16)
    start = NOTHING.changed([], Scan.over(range(1, 31), matrix[:30]))
    assert start.nearest(matrix[4], 1) == {5: pytest.approx(1.0)}
    changed = start.changed([5, 17, 99], Scan.over(range(31, 41), matrix[30:]))
    anew = Scan.over([*range(1, 5), *range(6, 17), *range(18, 41)], np.delete(matrix, [4, 16], axis=0))
    for one, other in zip(
        (changed.ids, changed.matrix, changed.signs), (anew.ids, anew.matrix, anew.signs), strict=True
    ):
        assert np.array_equal(one, other)
    fewer = changed.changed([1, 2], NOTHING)
    assert fewer.ids.tolist() == changed.ids[2:].tolist()
    assert fewer.changed(fewer.ids, NOTHING).nearest(matrix[0], 5) == {}


def test_cosines_are_those_of_the_ids_that_are_held() -> None:
    matrix = unit(5, 16)
    held = Scan.over([2, 4, 6, 8, 10], matrix)
    assert held.cosines([10, 1, 4, 11], matrix[1]) == {10: pytest.approx(matrix[4] @ matrix[1]), 4: pytest.approx(1.0)}
    assert held.cosines([], matrix[0]) == NOTHING.cosines([1], matrix[0]) == {}
    assert NOTHING.nearest(matrix[0], 5) == held.nearest(matrix[0], 0) == {}
