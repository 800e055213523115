"""The coarse scan and the sampled threshold find what the exact ways find."""

from __future__ import annotations

import numpy as np
import pytest

from kg.search.nearest import CoarseScan, largest
from kg.search.vectors import COARSE_FROM, VectorArm
from tests.kg.search.conftest import ToyEncoder


@pytest.mark.parametrize("kind", ["normal", "ties", "constant", "few distinct", "spikes", "sorted"])
@pytest.mark.parametrize("count", [1, 10, 50])
def test_the_largest_are_the_largest(kind: str, count: int) -> None:
    rng = np.random.default_rng(count)
    values = rng.normal(size=50_000).astype(np.float32)
    if kind == "ties":
        values = np.round(values, 1)
    elif kind == "constant":
        values[:] = 1
    elif kind == "few distinct":
        values = rng.integers(0, 3, 50_000).astype(np.float32)
    elif kind == "spikes":
        values[:] = -np.inf
        values[[1, 7, 4000, 4001]] = [1, 2, 3, 4]
    elif kind == "sorted":
        values.sort()
    found = np.sort(values[largest(values, count)])
    assert found.tolist() == np.sort(values)[-count:].tolist()


def unit(rows: int, seed: int = 0, middle: float = 0.0) -> np.ndarray:
    """Vectors of length 1; with a middle they lie in one narrow band, as E5's do."""
    made = np.random.default_rng(seed).standard_normal((rows, 384)).astype(np.float32) + np.float32(middle)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_a_coarse_scan_is_right_to_a_hundredth() -> None:
    vectors = unit(2_000)
    scan = CoarseScan(384)
    scan.put(0, vectors)
    assert np.abs(scan.scores(vectors[3], 2_000) - vectors @ vectors[3]).max() < 0.01


@pytest.mark.parametrize("middle", [0.0, 2.0])
def test_with_many_rows_the_nearest_are_exact(middle: float) -> None:
    size = COARSE_FROM + 1_000
    vectors, questions = unit(size, 1, middle), unit(10, 2, middle)
    arm = VectorArm("arm", ToyEncoder())
    for row, vector in enumerate(vectors):
        arm.put(row, vector)
    everything = np.ones(size, np.bool_)
    for question in questions:
        exact, found = vectors @ question, arm.scores(question, everything)
        best = np.argsort(-exact)[:50]
        assert set(best) == set(np.argsort(-found)[:50])
        np.testing.assert_allclose(found[best], exact[best], atol=1e-5)
        assert abs(found.std() - exact.std()) < 0.02 * exact.std()
    closely = np.array([5, 6, 7], np.int32)
    np.testing.assert_allclose(
        arm.scores(questions[0], everything, closely)[closely], (vectors @ questions[0])[closely], atol=1e-5
    )


def test_a_replaced_vector_and_hidden_rows_count_in_the_coarse_scan() -> None:
    size = COARSE_FROM + 10
    vectors = unit(size, 3)
    arm = VectorArm("arm", ToyEncoder())
    for row, vector in enumerate(vectors):
        arm.put(row, vector)
    everything = np.ones(size, np.bool_)
    arm.scores(vectors[0], everything)
    arm.put(9, vectors[0])
    assert set(np.argsort(-arm.scores(vectors[0], everything))[:2]) == {0, 9}
    everything[9] = False
    assert arm.scores(vectors[0], everything)[9] == 0
    everything = np.ones(size, np.bool_)
    kept = arm.kept(size)
    again = VectorArm("arm", ToyEncoder())
    again.restore(kept)
    np.testing.assert_array_equal(again.scores(vectors[1], everything), arm.scores(vectors[1], everything))
