"""Another model for an arm: the old vectors serve until the new ones are complete, whatever happens between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kg.encoders import Encoder, VectorCache, Vectors
from kg.errors import EncoderError
from kg.graph import KnowledgeGraph
from kg.operations.lessons import ArmState, LessonFilters
from kg.search import SearchIndex, ServedModels
from kg.search.answering import arm_states
from tests.kg.search.conftest import EVERYTHING, LESSONS, ToyEncoder, ask, lesson, put


class Wide(ToyEncoder):
    """Another model, with longer vectors; it stops when it is told to."""

    dimension = 48
    left = 1000

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if self.left < len(texts):
            raise KeyboardInterrupt
        self.left -= len(texts)
        return super().encode_documents(texts)


MODELS = {"toy": ToyEncoder, "wide": Wide}


class House:
    """An installation's folder, opened with a model for its one arm."""

    def __init__(self, graph: KnowledgeGraph, folder: Path) -> None:
        self.graph, self.folder = graph, folder
        self.made: dict[str, Encoder] = {}

    def encoder(self, name: str) -> Encoder:
        if name not in MODELS:
            raise EncoderError(f"There is no model {name}.")
        return self.made.setdefault(name, MODELS[name](name))

    def open(self, name: str) -> SearchIndex:
        self.made.clear()
        cache = VectorCache(self.folder / "vectors.sqlite")
        served = ServedModels(self.folder / "models.json", self.encoder)
        return SearchIndex(self.graph.store, {"arm": self.encoder(name)}, cache, served=served)


@pytest.fixture
def house(graph: KnowledgeGraph, tmp_path: Path) -> House:
    put(graph, *LESSONS)
    house = House(graph, tmp_path / "cache")
    index = house.open("toy")
    ask(index, "warm up")
    index.close()
    return house


def test_the_old_model_serves_until_the_new_one_has_read_everything(house: House) -> None:
    index = house.open("wide")
    index.refresh()
    index._arms[0]
    found = index_state(index)
    assert (found.model, found.next_model, found.next_pending) == ("toy", "wide", len(LESSONS))
    assert found.records == len(LESSONS)
    index.encode_pending()
    after = index_state(index)
    assert (after.model, after.next_model, after.pending) == ("wide", None, 0)
    assert ask(index, "证书").hits[0].id in {"lesson:tls", "lesson:secret"}
    index.close()


def index_state(index: SearchIndex) -> ArmState:
    """The arm's state without encoding anything."""
    return arm_states(index._arms, index._held.selector.select(EVERYTHING, LessonFilters()), index._held.columns)[1]


def test_re_encoding_goes_on_where_it_was_stopped(house: House) -> None:
    index = house.open("wide")
    index.refresh()
    assert index.encode_pending(limit=2) >= 2
    index.close()
    again = house.open("wide")
    again.refresh()
    assert 0 < index_state(again).next_pending < len(LESSONS)
    again.encode_pending()
    wide = house.made["wide"]
    assert isinstance(wide, Wide)
    assert len(wide.texts) < len(LESSONS), "what was made before is not made again"
    assert index_state(again).model == "wide"
    again.close()
    settled = house.open("wide")
    settled.refresh()
    assert (index_state(settled).next_model, settled.pending()) == (None, 0)


def test_lessons_that_come_meanwhile_are_found_by_the_old_model_and_the_new(house: House) -> None:
    index = house.open("wide")
    index.refresh()
    put(house.graph, lesson("late", "The handshake of TLS."))
    index.refresh()
    assert index.encode_pending(limit=1) == 1  # what is missing in the serving arm comes first
    assert index_state(index).pending == 0
    index.encode_pending()
    assert index_state(index).model == "wide"
    assert "lesson:late" in [hit.id for hit in ask(index, "证书").hits]


def test_nodes_carry_the_new_vectors_afterwards(house: House) -> None:
    read = "MATCH (n:Lesson) WHERE n.vector_arm IS NOT NULL RETURN DISTINCT size(n.vector_arm) AS n"
    assert [row["n"] for row in house.graph.store.read(read)] == [24]
    index = house.open("wide")
    index.refresh()
    index.encode_pending()
    index.close()  # before nodes were rewritten
    again = house.open("wide")
    again.refresh()
    again._complete_nodes()
    assert [row["n"] for row in house.graph.store.read(read)] == [48]


def test_an_old_model_that_is_gone_leaves_words_and_the_new_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> Encoder:
        class Gone(ToyEncoder):
            key = property(lambda self: (_ for _ in ()).throw(EncoderError("gone")))  # type: ignore[assignment]

            def __init__(self) -> None:
                self.name, self.texts = name, []

        return Gone()

    cache = VectorCache(house.folder / "vectors.sqlite")
    served = ServedModels(house.folder / "models.json", gone)
    index = SearchIndex(house.graph.store, {"arm": Wide("wide")}, cache, served=served)
    index.refresh()
    assert index_state(index).model == "wide"
    assert ask(index, "certificate").hits[0].id == "lesson:tls"


def test_a_new_model_that_is_unusable_leaves_the_old_one_at_work(house: House) -> None:
    class Broken(ToyEncoder):
        def encode_documents(self, texts: Sequence[str]) -> Vectors:
            raise EncoderError("The new model is broken.")

    served = ServedModels(house.folder / "models.json", house.encoder)
    index = SearchIndex(
        house.graph.store, {"arm": Broken("broken")}, VectorCache(house.folder / "vectors.sqlite"), served=served
    )
    index.refresh()
    index.encode_pending()
    state = index_state(index)
    assert (state.model, state.next_model, state.problem) == ("toy", "broken", "The new model is broken.")
    assert ask(index, "证书").hits[0].id in {"lesson:tls", "lesson:secret"}


def test_vectors_of_two_models_never_meet_in_one_arm(house: House) -> None:
    index = house.open("wide")
    index.refresh()
    arm = index._arms[0]
    arm.encode_batch(index._rows, index._lock)
    assert arm.coming is None or (arm.vectors.dimension, arm.coming.dimension) == (24, 48)
    assert np.isfinite(arm.vectors.vector(0)).all()
