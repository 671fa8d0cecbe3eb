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


@pytest.mark.parametrize("dimension", [64, 100])
def test_nearly_all_of_the_nearest_pass_the_sieves(dimension: int) -> None:
    centres = unit(50, dimension, seed=1)
    matrix = centres[np.arange(8_000) % 50] + 0.7 * unit(8_000, dimension, seed=2)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    held = Scan.over(range(10, 8_010), matrix)
    found = 0
    queries = unit(20, dimension, seed=3) + centres[:20]
    for query in queries / np.linalg.norm(queries, axis=1, keepdims=True):
        rows = held._sifted(query, 10)
        assert 10 <= len(rows) < 1_000
        assert (np.diff(rows) > 0).all()
        best = np.argsort(-(matrix @ query))[:10] + 10
        nearest = held.nearest(query, 10)
        assert list(nearest.values()) == sorted(nearest.values(), reverse=True)
        found += len(set(best.tolist()) & nearest.keys())
    assert found >= 195


def test_whatever_the_vectors_are_as_many_are_found_as_are_wanted() -> None:
    query = unit(1, 64)[0]
    same = np.repeat(query[np.newaxis], 6_000, axis=0)
    opposite = Scan.over(range(6_000), -same)
    assert list(Scan.over(range(6_000), same).nearest(query, 50)) == list(range(50))
    assert opposite.nearest(query, 3) == {0: pytest.approx(-1.0), 1: pytest.approx(-1.0), 2: pytest.approx(-1.0)}
    none = Scan.over(range(6_000), np.zeros((6_000, 64), dtype=np.float32))
    assert none.nearest(query, 6_000) == dict.fromkeys(range(6_000), 0.0)
    assert len(opposite.nearest(query, 9_000)) == 6_000


def test_the_products_of_codes_are_those_of_what_the_components_stand_for() -> None:
    matrix = unit(300, 100)
    worth = np.sign(matrix) * np.where(np.abs(matrix) > scan.LARGE / 10, 10 / 3, 1)
    codes = scan._codes(matrix)
    found = scan._products(codes.T, codes[7][:, np.newaxis], 100)
    assert found.tolist() == np.rint(9 * worth @ worth[7]).tolist()


def test_few_and_short_ones_are_all_compared_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scan, "_sifted", None)
    assert len(Scan.over(range(9_000), unit(9_000, 3)).nearest(unit(1, 3)[0], 50)) == 50
    assert len(Scan.over(range(5_000), unit(5_000, 64)).nearest(unit(1, 64)[0], 50)) == 50


def test_a_scan_that_is_changed_is_the_one_made_anew() -> None:
    matrix = unit(40, 16)
    start = NOTHING.changed([], Scan.over(range(1, 31), matrix[:30]))
    assert start.nearest(matrix[4], 1) == {5: pytest.approx(1.0)}
    changed = start.changed([5, 17, 99], Scan.over(range(31, 41), matrix[30:]))
    anew = Scan.over([*range(1, 5), *range(6, 17), *range(18, 41)], np.delete(matrix, [4, 16], axis=0))
    for one, other in zip(
        (changed.ids, changed.matrix, changed.codes, changed.signs),
        (anew.ids, anew.matrix, anew.codes, anew.signs),
        strict=True,
    ):
        assert np.array_equal(one, other)
    fewer = changed.changed([1, 2], NOTHING)
    assert fewer.ids.tolist() == changed.ids[2:].tolist()
    assert fewer.changed(fewer.ids, NOTHING).nearest(matrix[0], 5) == {}


def test_cosines_are_those_of_the_ids_that_are_held() -> None:
    matrix = unit(5, 16)
    held = Scan.over([2, 4, 6, 8, 10], matrix)
    assert held.cosines([10, 1, 4, 11], matrix[1]) == {10: pytest.approx(matrix[4] @ matrix[1]), 4: pytest.approx(1.0)}
    one_by_one = [float(row @ matrix[1]) for row in matrix]  # to the last digit
    assert list(held.cosines([2, 4, 6, 8, 10], matrix[1]).values()) == one_by_one
    assert held.cosines([], matrix[0]) == NOTHING.cosines([1], matrix[0]) == {}
    assert NOTHING.nearest(matrix[0], 5) == held.nearest(matrix[0], 0) == {}
