"""Lesson search, warm, with 100,000 lessons: the way over HTTP and in process beside the bare scan.

Vectors are random and lie in the cache before the server starts; each question has been
asked once before, so encoding is in no figure. The gate: over HTTP at most three times an
exact scan (all arms) plus 2 ms; the index at most twice the size of bare vectors and
postings; ready two seconds after the store is open, from the index kept by the last run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.report import finish
from kg.client import RemoteGraph
from kg.domain import Lesson, Project
from kg.encoders import VectorCache, named_encoders
from kg.errors import StoreUnavailable
from kg.operations.lessons import SearchLessons
from kg.policy import ScopeFilter
from kg.store.records import put_records
from retrobook.assembly import own_graph
from retrobook.settings import Settings

LESSONS = int(os.environ.get("BENCH_LESSONS", "100000"))
DIMENSION = 384
ROUNDS = 8
QUESTIONS = (
    "what happens when certificates expire", "pressure valve failed during test", "磁盘空间不足", "supplier delay",
    "software requirements were not verified", "budget overrun of the project", "证书过期怎么办",
    "human error in assembly",
)  # fmt: skip
WORDS = [
    "valve", "pressure", "test", "failure", "inspection", "design", "review", "contractor", "schedule", "budget",
    "supplier", "software", "requirement", "certificate", "disk", "cluster", "deployment", "training", "procedure",
    "quality", "risk", "communication", "interface", "thermal", "vibration", "battery", "launch", "assembly",
    "torque", "cable", "connector", "welding", "contamination", "corrosion", "documentation", "approval",
    "staffing",
]  # fmt: skip


def synthetic_lessons() -> list[Lesson]:
    """Lessons of about 60 words with a long tail of rare ones."""
    rng = random.Random(7)
    rare = [f"term{n}" for n in range(5000)]

    def text(length: int) -> str:
        return " ".join(rng.choice(rare) if rng.random() < 0.3 else rng.choice(WORDS) for _ in range(length)) + "."

    return [
        Lesson.parse(
            {
                "id": f"lesson:bench:{n}", "project": f"project:bench:{n % 200}", "unit": f"Unit/{n % 20}",
                "driving_event": text(25), "lesson": text(20), "recommendation": text(15), "state": "published",
            }
        )
        for n in range(LESSONS)
    ]  # fmt: skip


def fill(settings: Settings, lessons: Sequence[Lesson]) -> None:
    """The installation's graph and the vectors that its models would make."""
    cache = VectorCache(settings.cache_dir / "vectors.sqlite")
    rng = np.random.default_rng(7)
    for encoder in named_encoders(settings.encoders).values():
        vectors = rng.standard_normal((len(lessons), DIMENSION)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        cache.put(f"{encoder.key} document", {x.search_text(): v for x, v in zip(lessons, vectors, strict=True)})
    cache.close()
    with own_graph(settings, create=True) as graph, graph.store.transaction() as tx:
        projects = [Project(id=f"project:bench:{n}", name=f"Project {n}", unit=f"Unit/{n % 20}") for n in range(200)]
        put_records(tx, [*projects, *lessons], at=datetime.now(UTC), by="bench")


def median_ms(call: Callable[[str], object]) -> float:
    """The median time of a warm call over all questions."""
    for text in QUESTIONS:
        call(text)
    times = []
    for _ in range(ROUNDS):
        for text in QUESTIONS:
            started = time.perf_counter()
            call(text)
            times.append((time.perf_counter() - started) * 1e3)
    return float(np.median(times))


def exact_scan() -> float:
    """Milliseconds of one bare scan of one arm: scores of all rows and the best ten."""
    rng = np.random.default_rng(1)
    matrix = rng.standard_normal((LESSONS, DIMENSION)).astype(np.float32)

    def scan(text: str) -> object:
        scores = matrix @ matrix[len(text)]
        return np.argpartition(-scores, 10)[:10]

    return median_ms(scan)


@dataclass(frozen=True)
class Inside:
    """What was measured in this process."""

    search_ms: float
    built_s: float
    ready_s: float
    size: dict[str, int]
    grown_mb: float


def in_process(settings: Settings) -> Inside:
    """A search in this process; the index built once, then taken back from its folder."""
    scope = ScopeFilter(everything=True, confidential=True)
    with own_graph(settings) as graph:
        started = time.perf_counter()
        graph.services["search"].refresh()
        built = time.perf_counter() - started
    with own_graph(settings) as graph:
        index = graph.services["search"]
        before = psutil.Process().memory_info().rss
        started = time.perf_counter()
        index.refresh()
        ready = time.perf_counter() - started
        took = median_ms(lambda text: index.search(SearchLessons(text=text), scope))
        grown = (psutil.Process().memory_info().rss - before) / 2**20
        return Inside(took, built, ready, index.nbytes(), grown)


def over_http(settings: Settings) -> float | None:
    """Milliseconds of a search at a running server; None when none could be started."""
    command = [sys.executable, "-m", "retrobook", "serve", "--home", str(settings.home), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    runtime = settings.home / "runtime.json"
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and server.poll() is None:
            try:
                said = json.loads(runtime.read_text(encoding="utf-8"))
                with RemoteGraph(said["url"], said["token"]) as graph:
                    graph.who_am_i()
                    return median_ms(lambda text: graph.search_lessons(text=text))
            except (FileNotFoundError, json.JSONDecodeError, StoreUnavailable):
                time.sleep(0.5)
        print(server.stderr.read() if server.poll() is not None and server.stderr else "no answer", file=sys.stderr)
        return None
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        fill(settings, synthetic_lessons())
        arms = len(settings.encoders)
        inside = in_process(settings)
        remote = over_http(settings)
        scan = exact_scan() * arms
    vectors = LESSONS * DIMENSION * 4 * arms
    bare = vectors + inside.size["words"]
    figures: dict[str, Any] = {
        "lessons": LESSONS,
        "arms_of_meaning": arms,
        "exact_scan_ms": round(scan, 3),
        "in_process_ms": round(inside.search_ms, 3),
        "over_http_ms": None if remote is None else round(remote, 3),
        "index_built_s": round(inside.built_s, 2),
        "index_ready_s": round(inside.ready_s, 2),
        "index_mb": round(sum(inside.size.values()) / 2**20, 1),
        "process_grew_mb": round(inside.grown_mb, 1),
        "vectors_and_postings_mb": round(bare / 2**20, 1),
    }
    held = {
        "latency": remote is not None and remote <= 3 * scan + 2,
        "size": inside.grown_mb * 2**20 <= 2 * bare,
        "ready": inside.ready_s <= 2.0,
    }
    ratio = None if remote is None else (remote - 2) / scan
    finish(
        "search_latency", ok=all(held.values()), figures={**figures, "held": held}, ratio=ratio,
        limit="over HTTP <= 3x an exact scan + 2 ms; grown <= 2x vectors and postings; ready <= 2 s",
    )  # fmt: skip


if __name__ == "__main__":
    main()
