"""How loudly each arm is heard."""

from __future__ import annotations

import numpy as np
import pytest

from kg.search.columns import Coded
from kg.search.fusion import WORDS, Meaning, fuse, meaning_weights, trust
from kg.search.lexical import WordScores

SEEN = np.ones(4, np.bool_)
LENGTHS = np.full(4, 50, np.float32)


def words(scores: list[float], coverage: list[float], information: float = 8.0) -> WordScores:
    return WordScores(np.array(scores, np.float32), np.array(coverage, np.float32), information)


def languages(*values: str) -> Coded:
    column = Coded()
    for value in values:
        column.append(value)
    return column


def test_a_silent_arm_of_words_leaves_the_order_to_meaning() -> None:
    near = Meaning("m", np.array([0.2, 0.9, 0.1, 0.3], np.float32), SEEN)
    fused = fuse("zh", words([0, 0, 0, 0], [0, 0, 0, 0]), [near], languages("en", "en", "en", "en"), SEEN, LENGTHS)
    assert list(np.argsort(-fused.scores)) == list(np.argsort(-near.cosines))
    assert not fused.parts[WORDS].any()


def test_little_matched_is_little_heard() -> None:
    much = trust(words([3, 0, 0, 0], [1.0, 0, 0, 0]), SEEN)
    little = trust(words([3, 0, 0, 0], [0.1, 0, 0, 0]), SEEN)
    long_text = trust(words([3, 0, 0, 0], [0.3, 0, 0, 0], information=400.0), SEEN)
    assert much == 1.0
    assert little < 0.2
    assert long_text > 0.8


def test_a_model_of_one_language_is_silent_in_another() -> None:
    general, english = Meaning("g", SEEN, SEEN), Meaning("e", SEEN, SEEN, frozenset({"en"}))
    assert meaning_weights("zh", "en", [general, english]) == [1.0, 0.0]
    assert meaning_weights("en", "zh", [general, english]) == [1.0, 0.0]
    general_weight, english_weight = meaning_weights("en", "en", [general, english])
    assert 0 < general_weight < english_weight
    assert general_weight + english_weight == pytest.approx(1)


def test_records_of_the_other_language_compete_on_equal_terms() -> None:
    cosines = np.array([0.90, 0.91, 0.92, 0.90, 0.70, 0.70, 0.71, 0.80] * 3, np.float32)  # own language lies higher
    seen = np.ones(24, np.bool_)
    column = languages(*["zh", "zh", "zh", "zh", "en", "en", "en", "en"] * 3)
    fused = fuse(
        "zh", words([0] * 24, [0] * 24), [Meaning("m", cosines, seen)], column, seen, np.full(24, 50, np.float32)
    )
    assert int(np.argmax(fused.scores)) % 8 == 7


def test_a_text_that_says_little_is_not_near_everything() -> None:
    near = Meaning("m", np.array([0.90, 0.89, 0.1, 0.2], np.float32), SEEN)
    lengths = np.array([3, 60, 60, 60], np.float32)
    fused = fuse("en", words([0] * 4, [0] * 4), [near], languages("en", "en", "en", "en"), SEEN, lengths)
    assert int(np.argmax(fused.scores)) == 1
