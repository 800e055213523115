"""`python -m bench.retrieval.floors`: record what the default finds, so that a later drop fails the tests.

Writes `tests/quality/floors.yaml`, and beside it the vectors of these texts: the tests then load
no model. Run it after a change that finds more, or after a model or a text of the sample changed.
"""

from __future__ import annotations

import math
import sqlite3
import sys
import tempfile
from pathlib import Path

import yaml

from kg.encoders import VectorCache, named_encoders
from retrobook.settings import Settings

from .measure import DEFAULT, Ranks, bench_cache, measure, ndcg, recall
from .tasks import Task, language_tasks, nasa_tasks

FOLDER = Path(__file__).parents[2] / "tests" / "quality"
FLOORS, VECTORS = FOLDER / "floors.yaml", FOLDER / "vectors.sqlite"
SLACK = 0.005
"""What another machine's arithmetic may cost."""


def kept_tasks() -> list[Task]:
    """The tasks whose texts come with the product."""
    return [nasa_tasks()[0], *language_tasks()]


def figures(ranks: Ranks) -> dict[str, float]:
    """What is kept of a task: how the default does."""
    places = ranks[DEFAULT]
    return {"ndcg_at_10": float(ndcg(places).mean()), "recall_at_5": float(recall(places).mean())}


def main() -> None:
    """Measure and write."""
    encoders = named_encoders(Settings().encoders)
    cache = bench_cache()
    floors = {}
    VECTORS.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        kept = VectorCache(Path(folder) / "vectors.sqlite")
        for task in kept_tasks():
            found = figures(measure(task, encoders, cache))
            floors[task.name] = {name: math.floor((value - SLACK) * 1000) / 1000 for name, value in found.items()}
            sys.stderr.write(f"{task.name}: {found}\n")
            for encoder in encoders.values():
                keep(task, encoder.key, cache, kept)
        kept.close()
        with sqlite3.connect(kept.path) as file:
            file.execute("PRAGMA page_size = 16384")
            file.execute("VACUUM INTO ?", (str(VECTORS),))
        file.close()
    text = "# Below this the tests fail. Recorded by `python -m bench.retrieval.floors`; never lowered by hand.\n"
    FLOORS.write_text(text + yaml.safe_dump(floors, sort_keys=False), encoding="utf-8")
    for encoder in encoders.values():
        getattr(encoder, "close", lambda: None)()


def keep(task: Task, model: str, source: VectorCache, target: VectorCache) -> None:
    """Copy the vectors of a task's texts, where the model made any."""
    texts = {"query": [q.strip() for q in task.questions], "document": [r.search_text() for r in task.records]}
    for kind, each in texts.items():
        found = source.get(f"{model} {kind}", each)
        target.put(f"{model} {kind}", {each[place]: vector for place, vector in found.items()})


if __name__ == "__main__":
    main()
