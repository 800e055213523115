"""What the default finds in the sets that come with the product: a drop below its recorded floor fails.

The vectors lie beside, so no model is loaded. After a change that finds more, or of a model or a
text: `python -m bench.retrieval.floors`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.retrieval.floors import FLOORS, VECTORS, figures, kept_tasks
from bench.retrieval.measure import DEFAULT, index_of, margin, measure, ndcg
from bench.retrieval.tasks import Task
from kg.encoders import VectorCache, named_encoders
from kg.encoders.models import find_model
from kg.operations.lessons import SearchLessons
from kg.policy import ScopeFilter
from retrobook.settings import Settings

FLOOR: dict[str, dict[str, float]] = yaml.safe_load(FLOORS.read_text(encoding="utf-8"))
ARMS = ("words", "multilingual", "english")


class Kept:
    """A model that is known by its kept vectors only."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.key, self.languages = find_model(name).key, find_model(name).languages

    def encode_queries(self, texts: Sequence[str]) -> Any:
        raise AssertionError(f"{self.name} has no kept vector of {texts[0][:80]!r}: python -m bench.retrieval.floors")

    encode_documents = encode_queries

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(scope="module")
def encoders() -> dict[str, Any]:
    return {name: Kept(encoder.name) for name, encoder in named_encoders(Settings().encoders).items()}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> VectorCache:
    found = VectorCache(tmp_path_factory.mktemp("cache") / "vectors.sqlite")
    found.adopt(VECTORS)
    return found


@pytest.fixture(scope="module")
def tasks() -> dict[str, Task]:
    return {task.name: task for task in kept_tasks()}


@pytest.fixture(scope="module")
def found(tasks: dict[str, Task], encoders: dict[str, Any], cache: VectorCache) -> dict[str, Any]:
    return {name: measure(task, encoders, cache) for name, task in tasks.items()}


def test_every_task_has_a_floor(tasks: dict[str, Task]) -> None:
    assert set(FLOOR) == set(tasks)


@pytest.mark.parametrize("name", FLOOR)
def test_the_default_is_not_below_its_floor(found: dict[str, Any], name: str) -> None:
    for figure, value in figures(found[name]).items():
        assert value >= FLOOR[name][figure], f"{name} {figure}: {value:.4f}, floor {FLOOR[name][figure]}"


def test_the_default_is_not_below_its_best_arm_by_more_than_chance(found: dict[str, Any]) -> None:
    for name, ranks in found.items():
        best = max((ranks[arm] for arm in ARMS if arm in ranks), key=lambda places: float(ndcg(places).mean()))
        assert margin(ndcg(ranks[DEFAULT]), ndcg(best))[1] >= 0, name


def test_nothing_is_found_by_the_order_in_which_records_came(
    tasks: dict[str, Task], encoders: dict[str, Any], cache: VectorCache
) -> None:
    """The same task with its records backwards gives the same figures: no row is favoured."""
    task = tasks["pairs_en_to_en"]
    turned = Task(task.name, task.questions, task.wanted, list(reversed(task.records)))
    before, after = (figures(measure(each, encoders, cache)) for each in (task, turned))
    assert after == pytest.approx(before)


def test_the_measure_asks_what_people_ask(tasks: dict[str, Task], encoders: dict[str, Any], cache: VectorCache) -> None:
    task = tasks["pairs_zh_to_zh"]
    with index_of(task, encoders, cache) as index:
        everything = ScopeFilter(everything=True, confidential=True)
        hit = index.search(SearchLessons(text=task.questions[0], fold=False), everything).hits[0]
    assert hit.id == task.wanted[0]
    assert sum(part.score for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)


def test_the_kept_vectors_are_those_of_the_models_that_run() -> None:
    import sqlite3

    with sqlite3.connect(f"file:{Path(VECTORS)}?mode=ro", uri=True) as kept:
        models = {row[0].split(" ")[0] for row in kept.execute("SELECT DISTINCT model FROM vectors")}
    kept.close()
    assert models == {find_model(setting.partition("=")[2]).key for setting in Settings().encoders}
