"""How fast the index reads a corpus of mixed lengths, beside plain `encode` in the order of arrival.

The texts are the sample's lessons, long and short, and titles of them, shuffled. The
baseline calls the same model in blocks of 32 as they come; the index takes texts of a
length together. The gate: at least 1.5 times as many texts a second, for the model that
pads (MiniLM); the packaged E5 reads text by text, so order can bring it nothing: told only.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.report import finish
from kg.domain import Lesson
from kg.encoders import named_encoders
from kg.search import SearchIndex
from kg.store.embedded import EmbeddedStore
from kg.store.records import put_records
from pipelines.resources import TEMPLATES

BLOCK = 32
COUNTS = {"builtin:minilm": 1_200, "builtin:e5-small": 240}
GATED = "builtin:minilm"


def corpus(count: int) -> list[str]:
    """Texts of 3 to 900 words, shuffled."""
    rng = random.Random(3)
    lines = (TEMPLATES / "sample" / "nasa_lessons.jsonl").read_text(encoding="utf-8").splitlines()
    lessons = [json.loads(line) for line in lines]
    long = [lesson["lessons_learned"] or lesson["driving_event"] for lesson in lessons]
    words = " ".join(long).split()
    texts = []
    for number in range(count):
        if number % 4 == 0:
            texts.append(f"{number} {long[number // 4 % len(long)]}")
        else:
            size = rng.choice([3, 6, 12, 25, 60, 120])
            start = rng.randrange(len(words) - size)
            texts.append(f"{number} {' '.join(words[start : start + size])}")
    rng.shuffle(texts)
    return texts


def plain(model: str, texts: list[str]) -> float:
    """Seconds in the order of arrival."""
    encoder = named_encoders([f"arm={model}"])["arm"]
    encoder.encode_documents(["warm up"])
    started = time.perf_counter()
    for start in range(0, len(texts), BLOCK):
        encoder.encode_documents(texts[start : start + BLOCK])
    took = time.perf_counter() - started
    encoder.close()  # type: ignore[attr-defined]
    return took


def indexed(model: str, texts: list[str]) -> float:
    """Seconds until the index has all vectors, nodes included."""
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder) / "graph.kgl")
        store.ensure_schema()
        lessons = [
            Lesson.parse({"id": f"lesson:{n:06}", "lesson": text, "title": f"Number {n}", "language": "en"})
            for n, text in enumerate(texts)
        ]
        with store.transaction() as tx:
            put_records(tx, lessons, at=datetime.now(UTC), by="bench")
        encoder = named_encoders([f"arm={model}"])["arm"]
        index = SearchIndex(store, {"arm": encoder}, None)
        index.refresh()
        encoder.encode_documents(["warm up"])
        started = time.perf_counter()
        index.encode_pending()
        took = time.perf_counter() - started
        assert index.pending() == 0
        index.close()
        store.close()
    return took


def main() -> None:
    figures: dict[str, Any] = {}
    ratios = {}
    for model, count in COUNTS.items():
        texts = corpus(count)
        arrival, ours = plain(model, texts), indexed(model, texts)
        ratios[model] = arrival / ours
        figures[model] = {
            "texts": count, "arrival_per_s": round(count / arrival, 1), "index_per_s": round(count / ours, 1),
            "ratio": round(ratios[model], 2),
        }  # fmt: skip
    finish(
        "encoding_throughput", ok=ratios[GATED] >= 1.5, limit="MiniLM in the index >= 1.5x blocks as they come",
        figures=figures, ratio=ratios[GATED],
    )  # fmt: skip


if __name__ == "__main__":
    main()
