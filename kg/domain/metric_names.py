"""Finding a metric by what people call it, in either language."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from .outcomes import Metric

NEAR = 0.5
"""Names less alike than this are no suggestion."""


@lru_cache(maxsize=50_000)  # the dictionary's own names are asked again and again
def plain_name(text: str) -> str:
    """A name without what does not tell names apart: width, case, blanks, hyphens, underscores."""
    return re.sub(r"[\s_\-–—/·]+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def names_of(metric: Metric) -> list[str]:
    """Every name a metric goes by."""
    return [metric.key, metric.id, metric.name_en, metric.name_zh, *metric.aliases]


def named(metrics: Iterable[Metric], name: str) -> Metric | None:
    """The metric that goes by this name; one that is in use before one that was merged away."""
    wanted = plain_name(name)
    found = [m for m in metrics if wanted in {plain_name(own) for own in names_of(m)}]
    return min(found, key=lambda m: (m.merged_into is not None, plain_name(m.key) != wanted, m.key), default=None)


def nearest_metrics(metrics: Iterable[Metric], name: str, limit: int = 5) -> list[tuple[Metric, float]]:
    """Metrics in use whose names are like this one, the most alike first, each with its likeness (0 to 1)."""
    wanted = plain_name(name)
    if not wanted:
        return []
    found = []
    for metric in metrics:
        if metric.merged_into is None:
            likeness = max(_likeness(wanted, plain_name(own)) for own in names_of(metric) if own != metric.id)
            if likeness >= NEAR:
                found.append((metric, round(likeness, 3)))
    return sorted(found, key=lambda pair: (-pair[1], pair[0].key))[:limit]


def _likeness(wanted: str, name: str) -> float:
    """How alike two names are: their spelling, or the words (in Chinese the characters' pairs) they share."""
    spelling = difflib.SequenceMatcher(None, wanted, name).ratio()
    mine, others = _parts(wanted), _parts(name)
    shared = len(mine & others) / max(1, min(len(mine), len(others))) if mine and others else 0.0
    whole = len(mine & others) / max(1, len(mine | others))
    return max(spelling, 0.5 * shared + 0.5 * whole)


def _parts(text: str) -> set[str]:
    parts = {word for word in re.findall(r"[a-z0-9]+", text) if len(word) > 2}
    for run in re.findall(r"[\u3400-\u9fff]+", text):
        parts |= {run[n : n + 2] for n in range(len(run) - 1)} or {run}
    return parts
