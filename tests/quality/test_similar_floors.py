"""Lessons beside a topic: nearly all that are shown belong there, and where none does hardly any is shown."""

from __future__ import annotations

import pytest

from bench.quality_similar import figures, holds, sample_graph


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    with sample_graph(tmp_path_factory.mktemp("sample")) as graph:
        yield graph


@pytest.mark.parametrize("name", ["tried", "kept_back"])
def test_lessons_beside_a_topic_belong_there(sample, name):
    told = figures(sample, name)
    assert holds(told), told
