from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.domain import Lesson, Project
from kg.encoders import EncoderProcess, ProcessEncoder, VectorCache, Vectors
from kg.graph import KnowledgeGraph
from kg.operations.lessons import LessonHits, SearchLessons
from kg.policy import ScopeFilter
from kg.search import SearchIndex
from kg.store.records import put_records, retire_records
from tests.conftest import NOON

EVERYTHING = ScopeFilter(everything=True, confidential=True)


class ToyEncoder:
    """Texts that share a subject lie near each other, whatever their words."""

    languages = None
    dimension = 24
    subjects = {"certificate": 0, "证书": 0, "tls": 0, "disk": 1, "磁盘": 1, "storage": 1, "budget": 2, "预算": 2}

    def __init__(self, name: str = "toy") -> None:
        self.name = name
        self.key = f"toy:{name}"
        self.texts: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            noise = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]))
            row += noise.normal(0, 0.05, self.dimension).astype(np.float32)
            for word, place in self.subjects.items():
                row[place] += text.lower().count(word)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def lesson(key: str, text: str, **more: Any) -> Lesson:
    values = {"id": f"lesson:{key}", "project": "project:a", "unit": "A", "state": "published", "lesson": text}
    return Lesson.parse(values | more)


LESSONS = [
    lesson("tls", "Renew certificates before they expire.", title="Expired", driving_event="A certificate expired."),
    lesson("disk", "Watch the storage of every node.", title="Disk full", topics=["capacity"], phase="operation"),
    lesson("budget", "Keep a reserve in the budget.", project="project:b", unit="B/C", sector="Finance"),
    lesson("secret", "The certificate of the secret service.", project="project:c", unit="A/X", confidential=True),
    lesson("zh", "磁盘空间不足时服务会停止。", title="磁盘已满", project="project:b", unit="B/C"),
]  # fmt: skip


def put(graph: KnowledgeGraph, *records: Any) -> None:
    with graph.store.transaction() as tx:
        put_records(tx, records, at=NOON, by="test")


def retire(graph: KnowledgeGraph, record: Lesson) -> None:
    with graph.store.transaction() as tx:
        retire_records(tx, record.label, [record.id], at=NOON, by="test")


def ask(index: SearchIndex, text: str, scope: ScopeFilter = EVERYTHING, **more: Any) -> LessonHits:
    return index.search(SearchLessons.model_validate({"text": text, **more}), scope)


def ids(found: LessonHits) -> list[str]:
    return [hit.id.removeprefix("lesson:") for hit in found.hits]


@pytest.fixture
def encoder() -> ToyEncoder:
    return ToyEncoder()


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[VectorCache]:
    kept = VectorCache(tmp_path / "cache" / "vectors.sqlite")
    yield kept
    kept.close()


@pytest.fixture
def index(graph: KnowledgeGraph, encoder: ToyEncoder, cache: VectorCache) -> Iterator[SearchIndex]:
    put(graph, Project(id="project:a", name="Project A", unit="A"), *LESSONS)
    made = SearchIndex(graph.store, {"toy": encoder}, cache, pause=0.05)
    yield made
    made.close()


@pytest.fixture(scope="session")
def e5() -> Iterator[ProcessEncoder]:
    """The packaged multilingual model, loaded once."""
    process = EncoderProcess()
    yield ProcessEncoder("builtin:e5-small", process)
    process.close()
