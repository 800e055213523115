"""What a practice brings, computed from where it was applied.

One project says one thing about a practice: its latest known result. The share of projects
that did better is given with the 90 % Jeffreys interval, the equal-tailed interval of a
Beta(better + 1/2, n - better + 1/2) (Brown, Cai and DasGupta, 2001, "Interval estimation
for a binomial proportion", Statistical Science 16(2)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..domain import ApplicationResult
from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore

ENOUGH = 5
"""Fewer projects with a known result than this, and too little is known."""

KNOWN = (ApplicationResult.BETTER.value, ApplicationResult.SAME.value, ApplicationResult.WORSE.value)


@dataclass(frozen=True)
class PracticeEffect:
    """A practice and what applying it brought, as far as the asker may see.

    Attributes:
        id: The practice.
        statement: What to do.
        conditions: When it holds.
        n: Projects that applied it and know the result.
        better: How many of them did better.
        same: How many saw no difference.
        worse: How many did worse.
        share: Estimated share that does better; None when nothing is known.
        low: 5 % quantile of the share.
        high: 95 % quantile of the share.
        enough: False when too little is known to lean on it.
        projects: Projects that applied it, those without a known result too.
        lessons: Lessons it was distilled from.
    """

    id: str
    statement: str
    conditions: str | None
    n: int
    better: int
    same: int
    worse: int
    share: float | None
    low: float | None
    high: float | None
    enough: bool
    projects: list[str] = field(default_factory=list)
    lessons: list[str] = field(default_factory=list)


def practice_effects(store: GraphStore, scope: ScopeFilter, as_of: date | None = None) -> list[PracticeEffect]:
    """Every practice the scope covers with its effect, the best known first.

    Args:
        store: The graph.
        scope: What the asker may see; applications in hidden projects do not count.
        as_of: Only what was recorded and had happened by the end of that day counts.
    """
    practices = [
        row
        for row in store.read(statement("lifecycle.practices"), **scope.parameters())
        if as_of is None or _day(row["recorded_at"]) <= as_of.isoformat()
    ]
    results = latest_results(applications(store, scope, [row["id"] for row in practices], as_of))
    found = [_effect(row, results.get(row["id"], {})) for row in practices]
    return sorted(found, key=lambda effect: (not effect.enough, -(effect.low or 0.0), effect.id))


def applications(
    store: GraphStore, scope: ScopeFilter, practices: Iterable[str], as_of: date | None = None
) -> list[dict[str, Any]]:
    """Applications of practices in visible projects, the oldest of each project first."""
    rows = store.read(statement("lifecycle.applications"), ids=list(practices), **scope.parameters())
    if as_of is not None:
        last = as_of.isoformat()
        rows = [row for row in rows if _day(row["recorded_at"]) <= last and (row["happened_on"] or "") <= last]
    return rows


def latest_results(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str | None]]:
    """By practice and project the latest known result, or None where none is known yet."""
    found: dict[str, dict[str, str | None]] = {}
    for row in rows:
        by_project = found.setdefault(row["practice"], {})
        known = row["result"] if row["result"] in KNOWN else None
        by_project[row["project"]] = known or by_project.get(row["project"])
    return found


def jeffreys(successes: int, n: int, level: float = 0.9) -> tuple[float, float]:
    """The equal-tailed Jeffreys interval of a share; it reaches 0 or 1 where all failed or succeeded."""
    from scipy.stats import beta  # kernels that import the operations must not load it

    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(beta.ppf(tail, successes + 0.5, n - successes + 0.5))
    high = 1.0 if successes == n else float(beta.ppf(1 - tail, successes + 0.5, n - successes + 0.5))
    return low, high


def _effect(row: Mapping[str, Any], results: Mapping[str, str | None]) -> PracticeEffect:
    counts = {kind: sum(result == kind for result in results.values()) for kind in KNOWN}
    n, better = sum(counts.values()), counts[ApplicationResult.BETTER.value]
    low, high = jeffreys(better, n) if n else (None, None)
    return PracticeEffect(
        id=row["id"],
        statement=row["statement"],
        conditions=row["conditions"],
        n=n,
        better=better,
        same=counts[ApplicationResult.SAME.value],
        worse=counts[ApplicationResult.WORSE.value],
        share=(better + 0.5) / (n + 1) if n else None,
        low=low,
        high=high,
        enough=n >= ENOUGH,
        projects=sorted(results),
        lessons=list(row["lessons"]),
    )


def _day(moment: str | None) -> str:
    return (moment or "")[:10]
