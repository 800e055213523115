"""Lesson search on Neo4j beside neo4j-graphrag's HybridRetriever: same server, same lessons, same vectors.

Encoding is in no figure: the baseline is given the question's vector, ours has been asked
once before. Ours goes over HTTP, with scope, filters, counts and reasons; the baseline is
called in process and returns ten titles. The gate: ours at least twice as fast. Also told: how
far Neo4j's own vector index, to which large installations leave their vectors, agrees with
the exact scan, and what that costs.

Needs `pip install --no-deps neo4j-graphrag==1.22.0 json-repair==0.64.6 pypdf==6.21.4`, and a
Neo4j as the tests do.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import neo4j
import numpy as np

from bench.report import finish
from bench.search_latency import DIMENSION, QUESTIONS, median_ms, synthetic_lessons
from kg.client import RemoteGraph
from kg.domain import Project
from kg.encoders import VectorCache, named_encoders
from kg.errors import StoreUnavailable
from kg.operations.lessons import SearchLessons
from kg.policy import ScopeFilter
from kg.schema import Label, text_index_name, vector_index_name, vector_property
from kg.search import SearchIndex
from kg.store.neo4j import Neo4jStore
from kg.store.records import put_records, set_vectors
from retrobook.settings import Settings
from tests.neo4j_server import Neo4jServer, empty, running_server

ARM = "english"
BATCH = 2_000
EVERYTHING = ScopeFilter(everything=True, confidential=True)


def fill(store: Neo4jStore, cache: VectorCache, encoder: Any) -> dict[str, np.ndarray]:
    """Lessons and their vectors in Neo4j and in the cache; vectors by question."""
    from datetime import UTC, datetime

    lessons = synthetic_lessons()
    rng = np.random.default_rng(7)
    vectors = rng.standard_normal((len(lessons), DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    projects = [Project(id=f"project:bench:{n}", name=f"Project {n}", unit=f"Unit/{n % 20}") for n in range(200)]
    now = datetime.now(UTC)
    with store.transaction() as tx:
        put_records(tx, projects, at=now, by="bench")
    prop = vector_property(ARM)
    for start in range(0, len(lessons), BATCH):
        page = lessons[start : start + BATCH]
        with store.transaction() as tx:
            put_records(tx, page, at=now, by="bench")
        made = dict(zip((x.id for x in page), vectors[start : start + BATCH].tolist(), strict=True))
        set_vectors(store, Label.LESSON, prop, made)
    cache.put(f"{encoder.key} document", {x.search_text(): v for x, v in zip(lessons, vectors, strict=True)})
    store.ensure_vector_index(Label.LESSON, ARM, DIMENSION)
    asked = rng.standard_normal((len(QUESTIONS), DIMENSION)).astype(np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    return dict(zip(QUESTIONS, asked, strict=True))


def baseline_ms(server: Neo4jServer, questions: dict[str, np.ndarray]) -> float:
    """The median of HybridRetriever's ten results."""
    from neo4j_graphrag.retrievers import HybridRetriever

    with neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        retriever = HybridRetriever(
            driver, vector_index_name(Label.LESSON, ARM), text_index_name(Label.LESSON), return_properties=["title"]
        )
        return median_ms(
            lambda text: retriever.search(query_text=text, query_vector=questions[text].tolist(), top_k=10)
        )


def served_ms(settings: Settings, server: Neo4jServer) -> float | None:
    """The median of a search over HTTP at a server on that Neo4j."""
    command = [sys.executable, "-m", "retrobook", "serve", "--home", str(settings.home), "--port", "0"]
    environment = {
        **os.environ, "RETROBOOK_STORE": server.uri, "RETROBOOK_NEO4J_USER": server.user,
        "RETROBOOK_NEO4J_PASSWORD": server.password, "RETROBOOK_ENCODERS": f"{ARM}=builtin:minilm",
    }  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    runtime = settings.home / "runtime.json"
    try:
        end = time.monotonic() + 240
        while time.monotonic() < end and process.poll() is None:
            try:
                said = json.loads(runtime.read_text(encoding="utf-8"))
                with RemoteGraph(said["url"], said["token"]) as graph:
                    graph.who_am_i()
                    return median_ms(lambda text: graph.search_lessons(text=text))
            except (FileNotFoundError, json.JSONDecodeError, StoreUnavailable):
                time.sleep(0.5)
        return None
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()


class Asked:
    """The encoder of the bench: questions have vectors of their own."""

    def __init__(self, encoder: Any, questions: dict[str, np.ndarray]) -> None:
        self.name, self.key, self.languages = encoder.name, encoder.key, encoder.languages
        self.dimension = DIMENSION
        self._questions = questions

    def encode_queries(self, texts: list[str]) -> np.ndarray:
        return np.stack([self._questions.get(text, next(iter(self._questions.values()))) for text in texts])

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        raise AssertionError("all vectors are kept")


def delegation(store: Neo4jStore, cache_file: Path, encoder: Asked, folder: Path) -> dict[str, float]:
    """How far the engine's index agrees with the exact scan, in the first ten, and the time of both."""
    found: dict[str, list[set[str]]] = {}
    figures: dict[str, float] = {}
    english = [text for text in QUESTIONS if text.isascii()]
    for name, above in (("exact", None), ("native", 1)):
        index = SearchIndex(
            store, {ARM: encoder}, VectorCache(cache_file), snapshot=folder / "index", native_above=above
        )
        index.refresh()
        times = []
        found[name] = []
        for text in english:
            index.search(SearchLessons(text=f"{text} warm"), EVERYTHING)
            started = time.perf_counter()
            hits = index.search(SearchLessons(text=text, fold=False), EVERYTHING).hits
            times.append((time.perf_counter() - started) * 1e3)
            found[name].append({hit.id for hit in hits})
        figures[f"{name}_ms"] = round(float(np.median(times)), 2)
        figures[f"{name}_index_mb"] = round(sum(index.nbytes().values()) / 2**20, 1)
        index.close()
    shares = [len(a & b) / len(a) for a, b in zip(found["exact"], found["native"], strict=True)]
    figures["agreement_at_10"] = round(float(np.mean(shares)), 3)
    return figures


def main() -> None:
    try:
        import neo4j_graphrag
    except ImportError:
        print((__doc__ or "").strip().splitlines()[-2].strip(), file=sys.stderr)
        finish("hybrid_retriever", ok=False, limit="neo4j-graphrag is not installed", figures={})
    with running_server() as server, tempfile.TemporaryDirectory() as name:
        empty(server)
        settings = Settings(home=Path(name), encoders=[f"{ARM}=builtin:minilm"])
        encoder = named_encoders(settings.encoders)[ARM]
        cache_file = settings.cache_dir / "vectors.sqlite"
        cache = VectorCache(cache_file)
        store = Neo4jStore(server.uri, user=server.user, password=server.password)
        store.ensure_schema()
        questions = fill(store, cache, encoder)
        cache.close()
        native = delegation(store, cache_file, Asked(encoder, questions), settings.home)
        theirs = baseline_ms(server, questions)
        ours = served_ms(settings, server)
        store.close()
        empty(server)
    ratio = None if ours is None else theirs / ours
    finish(
        "hybrid_retriever",
        ok=ratio is not None and ratio >= 2,
        limit="HybridRetriever takes >= 2x as long",
        figures={
            "hybrid_retriever_ms": round(theirs, 2), "over_http_ms": None if ours is None else round(ours, 2),
            "neo4j_graphrag": neo4j_graphrag.__version__, "native_index": native,
        },
        ratio=ratio,
    )  # fmt: skip


if __name__ == "__main__":
    main()
