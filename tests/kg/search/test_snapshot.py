"""The index between two runs: the same answers, sooner; anything doubtful is made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg.graph import KnowledgeGraph
from kg.search import SearchIndex
from kg.search.holdings import Holdings
from kg.store.embedded import EmbeddedStore
from tests.kg.search.conftest import LESSONS, ToyEncoder, ask, lesson, put, retire


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "index"


def opened(graph: KnowledgeGraph, folder: Path, encoder: ToyEncoder | None = None) -> SearchIndex:
    return SearchIndex(graph.store, {"toy": encoder or ToyEncoder()}, None, snapshot=folder)


@pytest.fixture
def kept(graph: KnowledgeGraph, folder: Path) -> KnowledgeGraph:
    put(graph, *LESSONS)
    index = opened(graph, folder)
    ask(index, "warm up")
    put(graph, lesson("disk", "Count the inodes as well."))
    ask(index, "again")
    index.close()
    assert (folder / "meta.json").is_file()
    return graph


def no_reading(*_: object) -> None:
    raise AssertionError("a lesson was read although the snapshot held it")


def test_a_kept_index_answers_alike_without_reading_or_encoding_a_lesson(
    kept: KnowledgeGraph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = SearchIndex(kept.store, {"toy": ToyEncoder()}, None)
    texts = ["certificate storage budget", "磁盘", "inodes", "storage"]
    expected = [[hit.model_dump() for hit in ask(fresh, text).hits] for text in texts]
    monkeypatch.setattr(Holdings, "add", lambda self, entries: no_reading() if entries else None)
    encoder = ToyEncoder()
    again = opened(kept, folder, encoder)
    assert [[hit.model_dump() for hit in ask(again, text).hits] for text in texts] == expected
    assert encoder.texts == []


def test_what_changed_since_is_taken_in(kept: KnowledgeGraph, folder: Path) -> None:
    put(kept, lesson("tls", "Let the xylophone renew it."), lesson("later", "A later storage lesson."))
    retire(kept, lesson("budget", "x"))
    fresh, again = SearchIndex(kept.store, {"toy": ToyEncoder()}, None), opened(kept, folder)
    for text in ("xylophone", "storage", "budget certificate", "reserve"):
        one, other = ask(fresh, text), ask(again, text)
        assert [(h.id, h.score, h.matched_terms) for h in one.hits] == [
            (h.id, h.score, h.matched_terms) for h in other.hits
        ]
        assert (one.total, one.facets) == (other.total, other.facets)


def test_earlier_days_are_kept_too(kept: KnowledgeGraph, folder: Path) -> None:
    fresh, again = SearchIndex(kept.store, {"toy": ToyEncoder()}, None), opened(kept, folder)
    day = "2100-01-01"
    assert [h.id for h in ask(fresh, "storage node", as_of=day).hits] == [
        h.id for h in ask(again, "storage node", as_of=day).hits
    ]


def test_the_snapshot_of_another_graph_is_not_taken(kept: KnowledgeGraph, folder: Path, tmp_path: Path) -> None:
    other = KnowledgeGraph(EmbeddedStore(tmp_path / "other.kgl"))
    other.store.ensure_schema()
    for n in range(4):
        put(other, lesson(f"o{n}", f"Quite another storage {n}."))
    found = ask(opened(other, folder), "storage certificate")
    assert {hit.id for hit in found.hits} == {f"lesson:o{n}" for n in range(4)}
    other.store.close()


@pytest.mark.parametrize("harm", ["meta.json", "posting_rows.npy", "alive.npy", "arm_toy.vectors.npy", "missing"])
def test_a_damaged_snapshot_only_costs_time(kept: KnowledgeGraph, folder: Path, harm: str) -> None:
    if harm == "missing":
        (folder / "since.npy").unlink()
    else:
        data = (folder / harm).read_bytes()
        (folder / harm).write_bytes(data[: len(data) // 2])
    found = ask(opened(kept, folder), "certificate")
    assert found.hits[0].id == "lesson:tls"
    assert all(part.rank for part in found.hits[0].parts)


def test_a_model_that_changed_gets_its_vectors_anew(kept: KnowledgeGraph, folder: Path) -> None:
    other = ToyEncoder("other")
    assert ask(opened(kept, folder, other), "证书").hits[0].id in {"lesson:tls", "lesson:secret"}
    assert len(other.texts) == len(LESSONS)


def test_a_folder_that_cannot_be_written_is_no_failure(graph: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    put(graph, *LESSONS)
    index = opened(graph, tmp_path / "file" / "index")
    assert ask(index, "certificate").hits
    index.close()
    shutil.rmtree(tmp_path / "file", ignore_errors=True)
