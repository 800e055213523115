"""Groups to suggest: nothing by chance of order, no heap of everything, the same in one second for 500."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from kg.recommend.grouping import suggest_groups, title_of


def wall(topics: dict[str, int], seed: int = 0, spread: float = 0.3) -> tuple[dict[str, str], np.ndarray]:
    """Notes whose vectors lie around one point a topic, all in a narrow band as a model's do."""
    draw = np.random.default_rng(seed)
    texts, rows = {}, []
    for topic, count in topics.items():
        middle = draw.normal(size=48)
        for place in range(count):
            texts[f"{topic}{place}"] = f"{topic} note number {place}"
            rows.append(20 + middle + draw.normal(scale=spread, size=48))
    return texts, np.array(rows)


def groups(texts: dict[str, str], vectors: np.ndarray) -> set[frozenset[str]]:
    return {frozenset(found.notes) for found in suggest_groups(texts, vectors)}


def test_what_lies_together_is_suggested_together_though_all_cosines_are_alike():
    texts, vectors = wall({"deploy": 4, "meeting": 3, "pairing": 2, "coffee": 1, "budget": 1, "office": 1})
    lengths = np.linalg.norm(vectors, axis=1)
    assert ((vectors @ vectors.T) / np.outer(lengths, lengths)).min() > 0.98
    assert groups(texts, vectors) >= {
        frozenset({"deploy0", "deploy1", "deploy2", "deploy3"}),
        frozenset({"meeting0", "meeting1", "meeting2"}),
        frozenset({"pairing0", "pairing1"}),
    }


def test_the_order_of_notes_changes_nothing():
    texts, vectors = wall({"a": 4, "b": 3, "c": 1, "d": 5, "e": 1}, spread=0.8)
    order = list(range(len(texts)))
    random.Random(3).shuffle(order)
    keys = list(texts)
    assert suggest_groups({keys[i]: texts[keys[i]] for i in order}, vectors[order]) == suggest_groups(texts, vectors)


@pytest.mark.parametrize("seed", range(4))
def test_a_wall_about_one_thing_is_never_suggested_as_one_heap(seed):
    texts, vectors = wall({"same": 24, "other": 6}, seed)
    found = suggest_groups(texts, vectors)
    assert max((len(suggestion.notes) for suggestion in found), default=0) <= 10
    named = [note for suggestion in found for note in suggestion.notes]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("seed", range(4))
def test_among_unrelated_notes_hardly_a_pair_is_suggested(seed):
    texts, vectors = wall({f"t{place}": 1 for place in range(20)}, seed)
    assert sum(len(suggestion.notes) for suggestion in suggest_groups(texts, vectors)) <= 10


def test_notes_that_say_the_same_belong_together_on_the_smallest_wall():
    found = suggest_groups({"a": "Too late", "b": "too  late", "c": "Fine"}, np.eye(3))
    assert [(suggestion.notes, suggestion.strength) for suggestion in found] == [(["a", "b"], 1.0)]
    assert suggest_groups({}, np.zeros((0, 3))) == [] and suggest_groups({"a": "x"}, np.eye(1)) == []


def test_a_wall_of_one_sentence_is_one_suggestion():
    texts = {f"n{place}": "Same" for place in range(8)}
    assert [len(found.notes) for found in suggest_groups(texts, np.ones((8, 4)))] == [8]
    different = {f"n{place}": f"Note {place}" for place in range(8)}
    assert suggest_groups(different, np.ones((8, 4))) == []


def test_five_hundred_notes_take_less_than_a_second():
    texts, vectors = wall({f"t{place}": 5 for place in range(100)})
    suggest_groups(*wall({"warm": 6}))
    started = time.perf_counter()
    found = suggest_groups(texts, vectors)
    assert time.perf_counter() - started < 1
    assert len(found) > 50


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Deploys broke.", "Deploys broke"),
        ("Release took 4 hours because the pipeline kept failing again", "Release took 4 hours because the pipeline kept…"),
        ("上线流程太慢，每次发布都要半天，而且没有人知道为什么会这样，大家很着急", "上线流程太慢，每次发布都要半天，而且没有人知道为…"),
    ],
)  # fmt: skip
def test_a_title_is_how_the_note_begins(text, title):
    assert title_of(text) == title
