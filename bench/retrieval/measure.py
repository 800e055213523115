"""What each arm and each way to fuse them finds, all from the answers of the product's index.

An arm alone is ordered by the rank that the index gives it; the other fusions are made of the
raw figures that stand beside. So the default is measured as people get it, and the rest on the
same arms.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.domain.language import detect_language
from kg.encoders import Encoder, VectorCache, Vectors
from kg.operations.lessons import LessonHit, SearchLessons
from kg.policy import ScopeFilter
from kg.search import SearchIndex
from kg.store.embedded import EmbeddedStore
from kg.store.records import put_records

from .tasks import Task

DRAWS = 5000
PAGE = 100
BATCH = 16
ENOUGH = 400
WORDS = "words"
DEFAULT = "default"
EVERYTHING = ScopeFilter(everything=True, confidential=True)
Ranks = dict[str, NDArray[np.float64]]
"""By arm or fusion: the place at which each question found what it wanted; infinite when it did not."""


class KeptEncoder:
    """An encoder that remembers questions as well: a measurement is repeated often."""

    def __init__(self, encoder: Encoder, cache: VectorCache) -> None:
        self._encoder, self._cache = encoder, cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, kept ones first."""
        key = f"{self._encoder.key} query"
        kept = self._cache.get(key, texts)
        missing = sorted((n for n in range(len(texts)) if n not in kept), key=lambda n: len(texts[n]))
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            made = self._encoder.encode_queries([texts[place] for place in part])
            self._cache.put(key, {texts[place]: vector for place, vector in zip(part, made, strict=True)})
            kept.update(zip(part, made, strict=True))
        return np.stack([kept[place] for place in range(len(texts))])


def bench_cache() -> VectorCache:
    """Where vectors are kept between runs."""
    return VectorCache(Path(tempfile.gettempdir()) / f"retrobook-bench-{os.getuid()}" / "vectors.sqlite")


@contextmanager
def index_of(task: Task, encoders: Mapping[str, Encoder], cache: VectorCache) -> Iterator[SearchIndex]:
    """The product's index over the records of a task, all vectors made."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        store = EmbeddedStore(Path(folder) / "graph.kgl")
        store.ensure_schema()
        with store.transaction() as tx:
            put_records(tx, task.records, at=datetime(2026, 1, 1, tzinfo=UTC), by="bench")
        kept: Mapping[str, Any] = {name: KeptEncoder(encoder, cache) for name, encoder in encoders.items()}
        index = SearchIndex(store, kept, cache)
        index.refresh()
        while index.encode_pending():
            pass
        for encoder in kept.values():  # like lengths together, before they are asked one by one
            understood = encoder.languages
            asked = [q.strip() for q in task.questions if not understood or detect_language(q) in understood]
            if asked:
                encoder.encode_queries(asked)
        yield index
        store.close()


def measure(task: Task, encoders: Mapping[str, Encoder], cache: VectorCache) -> Ranks:
    """The place of what each question wanted: by arm, by fusion, and as people get it."""
    found: list[dict[str, float]] = []
    with index_of(task, encoders, cache) as index:
        for question, wanted in zip(task.questions, task.wanted, strict=True):
            hits = _all_hits(index, question) if question.strip() else []  # two of CMRC's are empty: missed
            found.append(_places(hits, wanted))
    names = dict.fromkeys(name for row in found for name in row)
    return {name: np.array([row.get(name, np.inf) for row in found]) for name in names}


def ndcg(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """nDCG@10 of each question, where one record is right."""
    return np.where(places <= 10, 1 / np.log2(places + 1), 0.0)


def recall(places: NDArray[np.float64], depth: int = 5) -> NDArray[np.float64]:
    """Whether the right record is among the first few."""
    return (places <= depth).astype(float)


def margin(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a paired difference."""
    draws = np.random.default_rng(0).integers(0, len(one), (DRAWS, len(one)))
    low, high = np.percentile((one - other)[draws].mean(axis=1), [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean."""
    return margin(values, np.zeros_like(values))


def _all_hits(index: SearchIndex, question: str) -> list[LessonHit]:
    """All hits, or so many that what an arm puts among its first ten is there."""
    hits: list[LessonHit] = []
    while True:
        asked = SearchLessons(text=question, fold=False, limit=PAGE, offset=len(hits))
        answer = index.search(asked, EVERYTHING)
        hits += answer.hits
        if len(answer.hits) < PAGE or len(hits) >= min(answer.total, ENOUGH):
            return hits


def _places(hits: Sequence[LessonHit], wanted: str) -> dict[str, float]:
    """The place of the wanted record in every order of these hits."""
    target = next((place for place, hit in enumerate(hits) if hit.id == wanted), None)
    arms = list(dict.fromkeys(part.arm for hit in hits for part in hit.parts if part.rank is not None))
    if target is None:
        return {DEFAULT: np.inf, **dict.fromkeys(arms, np.inf)}
    found: dict[str, float] = {DEFAULT: target + 1}
    scored: dict[str, NDArray[np.float64]] = {}
    for arm in arms:
        parts = [next((part for part in hit.parts if part.arm == arm), None) for hit in hits]
        ranks = np.array([part.rank if part is not None and part.rank else np.inf for part in parts])
        tied = np.count_nonzero(ranks == ranks[target]) if np.isfinite(ranks[target]) else np.inf
        found[arm] = float(ranks[target] + tied - 1)  # of equal scores the wanted one comes last
        raw = [part.raw if part is not None and part.rank and part.raw is not None else np.nan for part in parts]
        scored[arm] = np.array(raw, float)
        ranked = np.where(np.isfinite(ranks), 1 / (60 + ranks), 0.0)
        scored[f"{arm} rrf"] = ranked
    for name, scores in _fusions(arms, scored).items():
        found[name] = float(np.count_nonzero(scores >= scores[target]))
    return found


def _fusions(arms: Sequence[str], scored: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Other ways to make one order of the arms."""
    meanings = [arm for arm in arms if arm != WORDS]
    standard = {arm: _standard(scored[arm], zero=arm == WORDS) for arm in arms}
    top = {arm: _of_top(scored[arm]) for arm in arms}
    made = {
        "rrf": np.sum([scored[f"{arm} rrf"] for arm in arms], axis=0),
        "largest of normalised": np.max([top[arm] for arm in arms], axis=0),
        "z-scores": np.sum([standard[arm] for arm in arms], axis=0),
    }
    for arm in meanings:
        if WORDS in standard:
            made[f"{arm} + half of words"] = standard[arm] + 0.5 * standard[WORDS]
    return made


def _standard(values: NDArray[np.float64], *, zero: bool) -> NDArray[np.float64]:
    filled = np.where(np.isnan(values), 0.0 if zero else np.nanmin(values, initial=np.inf), values)
    filled = np.where(np.isfinite(filled), filled, 0.0)
    spread = filled.std()
    return (filled - filled.mean()) / spread if spread > 0 else np.zeros_like(filled)


def _of_top(values: NDArray[np.float64]) -> NDArray[np.float64]:
    filled = np.nan_to_num(values, nan=0.0)
    top = filled.max(initial=0.0)
    return filled / top if top > 0 else filled
