"""Weighted kappa is scikit-learn's."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from kg.domain.agreement import weighted_kappa

PAIRS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=60)


@given(PAIRS)
def test_kappa_with_quadratic_weights_is_that_of_scikit_learn(pairs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = cohen_kappa_score(*zip(*pairs, strict=True), labels=[1, 2, 3, 4, 5], weights="quadratic")
    ours = weighted_kappa(pairs)
    assert (ours is None) == math.isnan(theirs)
    assert ours is None or ours == pytest.approx(theirs, abs=1e-12)


def test_full_agreement_is_one_opposites_are_minus_one_and_no_spread_says_nothing():
    assert weighted_kappa([(1, 1), (3, 3), (5, 5)]) == 1
    assert weighted_kappa([(1, 5), (5, 1)]) == -1
    assert weighted_kappa([(3, 3), (3, 3)]) is None
    assert weighted_kappa([]) is None
    with pytest.raises(ValueError, match="1 to 5"):
        weighted_kappa([(0, 5)])
