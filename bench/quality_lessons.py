"""How well lessons are found: nDCG@10 on NASA's lessons, by arm and fused.

The question is one text of a lesson (what happened, or what it recommends), the answer the
same lesson's other text among all. Reads `$RETROBOOK_DATA/nasa_llis/lessons.jsonl`. The
gate: the fusion is nowhere below its best arm by more than the paired bootstrap margin.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from bench.report import finish
from kg.domain.language import detect_language
from kg.encoders import Encoder, VectorCache, named_encoders
from kg.search.columns import Coded
from kg.search.fusion import WORDS, Meaning, fuse
from kg.search.lexical import LexicalArm, query_terms, term_counts
from retrobook.settings import Settings

DRAWS = 2000


def gains(scores: Sequence[np.ndarray], wanted: Sequence[int]) -> np.ndarray:
    """nDCG@10 of each question; of equal scores the wanted one comes last."""
    ranks = [int((row >= row[place]).sum()) for row, place in zip(scores, wanted, strict=True)]
    return np.array([1 / np.log2(rank + 1) if rank <= 10 else 0.0 for rank in ranks])


def margin(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The 95 % bootstrap interval of a paired difference."""
    draws = np.random.default_rng(0).integers(0, len(one), (DRAWS, len(one)))
    low, high = np.percentile((one - other)[draws].mean(axis=1), [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)


def encoded(encoder: Encoder, cache: VectorCache, texts: Sequence[str], kind: str) -> np.ndarray:
    """Vectors of texts, from the cache where they were made before."""
    key = f"{encoder.key} {kind}"
    kept = cache.get(key, texts)
    missing = sorted((n for n in range(len(texts)) if n not in kept), key=lambda n: len(texts[n]))
    encode = encoder.encode_queries if kind == "query" else encoder.encode_documents
    for start in range(0, len(missing), 16):
        part = missing[start : start + 16]
        made = encode([texts[n] for n in part])
        cache.put(key, {texts[n]: v for n, v in zip(part, made, strict=True)})
        kept.update(zip(part, made, strict=True))
    return np.stack([kept[n] for n in range(len(texts))])


def measure(
    questions: Sequence[str], texts: Sequence[str], encoders: Mapping[str, Encoder], cache: VectorCache
) -> dict[str, np.ndarray]:
    """nDCG@10 of each question, by arm and fused."""
    everything = np.ones(len(texts), np.bool_)
    arm, languages = LexicalArm(), Coded()
    for row, text in enumerate(texts):
        arm.add(row, term_counts(text))
        languages.append(detect_language(text))
    cosines = {
        name: encoded(model, cache, questions, "query") @ encoded(model, cache, texts, "document").T
        for name, model in encoders.items()
    }
    words = [arm.score(query_terms(text), everything, everything) for text in questions]
    fused = [
        fuse(
            detect_language(text),
            words[place],
            [Meaning(name, cosines[name][place], everything, model.languages) for name, model in encoders.items()],
            languages,
            everything,
            arm.lengths(len(texts)),
        ).scores
        for place, text in enumerate(questions)
    ]
    wanted = range(len(questions))
    return {
        WORDS: gains([w.scores for w in words], wanted),
        **{name: gains(list(rows), wanted) for name, rows in cosines.items()},
        "fused": gains(fused, wanted),
    }


def main() -> None:
    file = Path(os.environ.get("RETROBOOK_DATA", "")) / "nasa_llis" / "lessons.jsonl"
    if not os.environ.get("RETROBOOK_DATA") or not file.is_file():
        print(f"RETROBOOK_DATA names no folder with nasa_llis/lessons.jsonl ({file}).", file=sys.stderr)
        finish("quality_lessons", ok=True, limit="not measured: RETROBOOK_DATA is not set", figures={})
    lessons = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    events = [lesson["driving_event"] for lesson in lessons]
    advice = [f"{lesson['lessons_learned']}\n{lesson['recommendations']}" for lesson in lessons]
    encoders = named_encoders(Settings().encoders)
    cache = VectorCache(Path(gettempdir()) / f"retrobook-bench-{os.getuid()}" / "vectors.sqlite")
    figures: dict[str, Any] = {"lessons": len(lessons)}
    ok = True
    for task, questions, texts in (("event_to_lesson", events, advice), ("lesson_to_event", advice, events)):
        found = measure(questions, texts, encoders, cache)
        best = max((name for name in found if name != "fused"), key=lambda name: float(found[name].mean()))
        interval = margin(found["fused"], found[best])
        ok = ok and interval[1] >= 0
        figures[task] = {name: round(float(values.mean()), 4) for name, values in found.items()}
        figures[task][f"fused minus {best}, 95 %"] = interval
    for encoder in encoders.values():
        getattr(encoder, "close", lambda: None)()
    finish("quality_lessons", ok=ok, limit="fused not below the best arm by more than chance", figures=figures)


if __name__ == "__main__":
    main()
