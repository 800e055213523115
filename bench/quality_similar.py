"""Whether lessons shown beside a topic belong there: topics in both languages over the lessons of the sample.

The gate, on topics that did not serve to choose the figures: nine of ten lessons shown belong
there, two of three topics that have one show it, and of those without one none shows any but one.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from bench.report import finish
from kg.encoders import VectorCache
from kg.graph import KnowledgeGraph
from pipelines.resources import template_path
from pipelines.sources.sample import load_sample
from retrobook.assembly import own_graph
from retrobook.settings import read_settings

TOPICS = Path(__file__).parents[1] / "tests" / "quality" / "topics.yaml"
SHOWN, FOUND, IDLE = 0.9, 0.66, 1


def sample_graph(home: Path) -> KnowledgeGraph:
    """The sample with its index, in a folder of its own."""
    settings = read_settings({"home": home}, {})
    cache = VectorCache(settings.cache_dir / "vectors.sqlite")
    cache.adopt(template_path("sample/vectors.sqlite"))
    cache.close()
    graph = own_graph(settings, create=True)
    load_sample(graph, settings.home)
    graph.services["search"].refresh()
    return graph


def figures(graph: KnowledgeGraph, name: str) -> dict[str, Any]:
    """How the topics of a set fare: `right` of `shown` lessons, `found` of `had` topics, `idle` ones that show any."""
    topics: list[dict[str, Any]] = yaml.safe_load(TOPICS.read_text(encoding="utf-8"))[name]
    told: dict[str, Any] = {"shown": 0, "right": 0, "had": 0, "found": 0, "idle": 0, "topics": len(topics)}
    slowest = 0.0
    for topic in topics:
        graph.prepare_questions(texts=[topic["text"]])
        started = time.perf_counter()
        ids = [one.lesson for one in graph.similar_to_text(text=topic["text"]).lessons]
        slowest = max(slowest, time.perf_counter() - started)
        right = [key for key in ids if any(wanted in key for wanted in topic["wanted"])]
        told["shown"] += len(ids)
        told["right"] += len(right)
        told["had"] += bool(topic["wanted"])
        told["found"] += bool(right)
        told["idle"] += bool(ids) and not topic["wanted"]
    return told | {"slowest, ms": round(slowest * 1000, 1)}


def holds(told: dict[str, Any]) -> bool:
    """Whether the gate holds."""
    return bool(
        told["right"] >= SHOWN * told["shown"] and told["found"] >= FOUND * told["had"] and told["idle"] <= IDLE
    )


def main() -> None:
    """Measure both sets."""
    with tempfile.TemporaryDirectory() as folder, sample_graph(Path(folder)) as graph:
        told = {name: figures(graph, name) for name in ("tried", "kept_back")}
    finish("quality_similar", ok=holds(told["kept_back"]), limit="9 of 10 shown belong there", figures=told)


if __name__ == "__main__":
    main()
