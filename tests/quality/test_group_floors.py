"""Suggested groups of notes: as good as they were, on walls that served to choose the figures and on one that did not."""

from __future__ import annotations

import pytest

from bench.quality_groups import FLOOR, MODEL, by_words, figures, kept_vectors, walls
from kg.encoders.models import find_model
from kg.recommend.grouping import suggest_groups


@pytest.mark.parametrize("wall", FLOOR)
def test_suggested_groups_are_those_that_people_make_and_far_better_than_by_words(wall):
    notes, topics = walls()[wall]
    found = figures(suggest_groups(notes, kept_vectors()[wall]), notes, topics)
    words = figures(suggest_groups(notes, by_words(list(notes.values()))), notes, topics)
    assert found["rand"] >= FLOOR[wall] and found["rand"] >= 2 * words["rand"]
    assert found["largest"] <= len(notes) / 3


@pytest.mark.parametrize("wall", FLOOR)
def test_notes_of_both_languages_come_together(wall):
    notes, _ = walls()[wall]
    found = suggest_groups(notes, kept_vectors()[wall])
    mixed = [s for s in found if len({notes[key].isascii() for key in s.notes}) == 2]
    assert len(mixed) >= len(found) / 2


def test_the_kept_vectors_are_those_of_the_model_that_runs():
    assert kept_vectors()["model"] == find_model(MODEL).key
