"""Themes of texts: what several holders say in different words, the same whatever the order."""

from __future__ import annotations

import random

import numpy as np
import pytest

from kg.search import SearchIndex
from kg.search.meanings import Meanings, meanings_of, words_of
from kg.search.themes import group_texts

from .conftest import ToyEncoder

NOTES = [
    ("a", "The certificate expired on a Sunday."),
    ("b", "Nobody renewed the TLS certificate."),
    ("c", "证书过期了，没有人发现。"),
    ("a", "The disk of the node was full."),
    ("b", "磁盘空间不足。"),
    ("c", "More storage would have helped, the disk ran full."),
    ("d", "budget budget budget"),
    ("d", "The budget, again."),
    ("d", "预算不够。"),
]


@pytest.fixture
def toy_index(graph) -> SearchIndex:
    return SearchIndex(graph.store, {"toy": ToyEncoder()})


def subjects(groups, notes=NOTES) -> list[set[str]]:
    return [{notes[row][1] for row in group.rows} for group in groups]


def themes(index: SearchIndex, notes=NOTES, **more):
    return group_texts(index.meanings([text for _, text in notes]), [holder for holder, _ in notes], **more)


def test_texts_of_one_subject_meet_across_languages_and_holders(toy_index):
    found = subjects(themes(toy_index))
    assert {NOTES[0][1], NOTES[1][1], NOTES[2][1]} in found
    assert {NOTES[3][1], NOTES[4][1], NOTES[5][1]} in found


def test_what_one_holder_says_often_is_no_theme(toy_index):
    assert not any("budget" in " ".join(texts) for texts in subjects(themes(toy_index)))


def test_the_same_texts_give_the_same_themes_in_any_order(toy_index):
    first = {frozenset(texts) for texts in subjects(themes(toy_index))}
    for seed in range(5):
        mixed = random.Random(seed).sample(NOTES, len(NOTES))
        assert {frozenset(texts) for texts in subjects(themes(toy_index, mixed), mixed)} == first


def test_the_most_typical_text_comes_first_and_no_text_is_in_two_themes(toy_index):
    found = themes(toy_index)
    for group in found:
        assert group.closeness == sorted(group.closeness, reverse=True)
    rows = [row for group in found for row in group.rows]
    assert len(rows) == len(set(rows))


def test_what_people_joined_stays_together_however_unlike(toy_index):
    found = themes(toy_index, bound=[[0, 6]])
    assert any({0, 6} <= set(group.rows) for group in found)
    assert not any({6} == set(group.rows) for group in themes(toy_index, bound=[[6, 7]]))  # one holder only


def test_words_alone_find_what_is_said_in_the_same_words_only():
    notes = [
        ("a", "The alert came too late."),
        ("b", "The alert was late again."),
        ("c", "Late alert, nobody noticed."),
        ("a", "Lunch was good."),
        ("b", "Wir hatten Glück."),
        ("c", "Outage went unseen for hours."),
    ]
    (group,) = group_texts([words_of([text for _, text in notes])], [holder for holder, _ in notes], by_words=True)
    assert sorted(group.rows) == [0, 1, 2]


def test_nothing_makes_no_theme():
    assert group_texts([], []) == []
    assert group_texts([words_of([""])], ["a"], by_words=True) == []
    assert meanings_of([], ["a"]) == []


def test_repeating_a_text_does_not_move_the_middle():
    index_free = Meanings("toy", np.eye(4, dtype=np.float32), np.ones(4, np.bool_))
    assert group_texts([index_free], ["a", "b", "c", "d"]) == []


def test_a_text_that_is_read_again_is_not_encoded_again(graph, encoder, cache):
    index = SearchIndex(graph.store, {"toy": encoder}, cache)
    index.meanings(["The disk was full."])
    made = len(encoder.texts)
    index.meanings(["The disk was full."])
    assert made == 1 and len(encoder.texts) == 1


def test_many_texts_are_read_a_part_at_a_time_the_most_wanted_first(graph, encoder, cache):
    index = SearchIndex(graph.store, {"toy": encoder}, cache)
    texts = ["disk one", "disk two", "disk three"]
    (first,) = index.meanings(texts, at_most=2)
    assert first.covered.tolist() == [False, True, True]
    (second,) = index.meanings(texts, at_most=2)
    assert second.covered.all() and len(encoder.texts) == 3
