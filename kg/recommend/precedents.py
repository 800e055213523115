"""Past outcomes as evidence: what was known when a project began, and what came of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from math import floor, log10
from typing import Any

from ..domain import Direction, Measurement, Metric, Outcome, OutcomeState, attainment_of
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import Label
from ..store.merges import ends_of_merges
from ..store.protocol import GraphStore
from ..store.records import records_about

UNTYPED = "untyped"


@dataclass(frozen=True)
class Plan:
    """What is known of a project when it is approved; nothing learnt later belongs here.

    Attributes:
        text: Name and description.
        attributes: Country, instrument, sector ... as the organisation names them.
        began: When it starts; recent precedents weigh more towards it.
    """

    text: str
    attributes: dict[str, str] = field(default_factory=dict)
    began: date | None = None


@dataclass(frozen=True)
class Precedent:
    """One outcome of a past project, with the latest verdict on it.

    Attributes:
        rated: The verdict is a rating from elsewhere; its target and metric are the rating's own.
        reached: The last value that was measured.
    """

    project: str
    external_id: str | None
    name: str
    outcome: str
    title: str
    outcome_type: str
    plan: Plan
    attained: bool | None
    decided: date | None = None
    scheme: str | None = None
    value: str | None = None
    metric: str | None = None
    unit_of_measure: str | None = None
    target: float | None = None
    direction: str | None = None
    reached: float | None = None
    rated: bool = False


def read_precedents(
    store: GraphStore, scope: ScopeFilter, as_of: date | None = None, today: date | None = None
) -> list[Precedent]:
    """Outcomes that the scope covers, one row each, with the last verdict known at `as_of`.

    A verdict of a later day is not known yet; an outcome without one stays, unjudged. Where
    nobody rated an outcome, its last measurement against its target is the verdict, once it
    was due: early successes would say too much before that. A draft is a wish, no precedent.

    Args:
        store: The graph.
        scope: What the asker may see.
        as_of: Only what was known that day.
        today: The day of the question, by which an outcome is due; `as_of` when not given.
    """
    found: dict[str, Precedent] = {}
    drafts: set[str] = set()
    rows: dict[str, dict[str, Any]] = {}
    ends = ends_of_merges(store, Label.OUTCOME_TYPE)
    names = _dictionary(store)
    for row in store.read(statement("recommend.precedents"), **scope.parameters()):
        decided = _day(row["date"])
        known = row["attained"] is not None and row["withdrawn"] is None
        known = known and (as_of is None or (decided is not None and decided <= as_of))
        if row["outcome"] in found and not known:
            continue
        began = _day(row["start"])
        if as_of is not None and began is not None and began > as_of:
            continue
        rows[row["outcome"]] = row
        if row["state"] in (OutcomeState.DRAFT, OutcomeState.RETURNED, None):
            drafts.add(row["outcome"])
        found[row["outcome"]] = Precedent(
            project=row["project"],
            external_id=row["external_id"],
            name=row["name"],
            outcome=row["outcome"],
            title=row["title"],
            outcome_type=ends.get(row["outcome_type"], row["outcome_type"]) or UNTYPED,
            plan=Plan(_text(row), _attributes(row), began),
            attained=bool(row["attained"]) if known else None,
            decided=decided if known else None,
            scheme=row["scheme"] if known else None,
            value=row["value"] if known else None,
            metric=names.get(row["metric_key"], row["metric"]),
            unit_of_measure=row["unit_of_measure"],
            target=row["target"],
            direction=row["direction"],
            rated=known,
        )
    _take_measurements(store, scope, found, rows, as_of, as_of or today)
    return _with_units([p for p in found.values() if p.attained is not None or p.outcome not in drafts], rows)


def judged(precedents: Iterable[Precedent]) -> list[Precedent]:
    """Those with a verdict."""
    return [precedent for precedent in precedents if precedent.attained is not None]


def size_of(amount: Decimal | float | str | None, currency: str | None) -> str | None:
    """The order of an amount in half powers of ten: `USD 1e7 to 3e7`; a budget is no more exact when approved."""
    if amount in (None, "") or float(amount) <= 0:
        return None
    step = floor(log10(float(amount)) * 2)
    low, high = (f"{10 ** (half / 2):.0e}".replace("e+0", "e").replace("e+", "e") for half in (step, step + 1))
    return f"{currency or '?'} {low} to {high}"


def _take_measurements(
    store: GraphStore,
    scope: ScopeFilter,
    found: dict[str, Precedent],
    rows: dict[str, dict[str, Any]],
    as_of: date | None,
    today: date | None,
) -> None:
    wanted = [key for key, precedent in found.items() if precedent.target is not None and not precedent.rated]
    series: dict[str, list[Measurement]] = defaultdict(list)
    for measured in records_about(store, Measurement, wanted) if wanted else []:
        if measured.confidential and not (scope.confidential or scope.covers(measured.project, measured.unit, True)):
            continue
        if as_of is None or measured.date <= as_of:
            series[measured.subject].append(measured)
    for key, measurements in series.items():
        row, precedent = rows[key], found[key]
        outcome = Outcome.model_construct(
            id=key,
            project=precedent.project,
            title=precedent.title,
            target=precedent.target,
            baseline=row["baseline"],
            direction=Direction(precedent.direction or Direction.INCREASE),
        )
        stands = attainment_of(outcome, measurements)
        due = _day(row["due"]) or _day(row["ends"])
        over = due is not None and today is not None and due <= today
        if stands is None:
            continue
        found[key] = replace(
            precedent,
            reached=stands.current,
            attained=stands.attained if over else None,
            decided=max(stands.measured_on, due) if over and due else None,
        )


def _with_units(precedents: list[Precedent], rows: dict[str, dict[str, Any]]) -> list[Precedent]:
    """The unit as an attribute, unless units only say again what sectors say."""
    pairs = {(rows[p.outcome]["unit"], p.plan.attributes.get("sector")) for p in precedents}
    units, sectors = {unit for unit, _ in pairs}, {sector for _, sector in pairs}
    if len(units) < 2 or len(pairs) <= max(len(units), len(sectors)):
        return precedents
    return [
        replace(p, plan=replace(p.plan, attributes={"unit": unit} | p.plan.attributes)) if unit else p
        for p in precedents
        for unit in (rows[p.outcome]["unit"],)
    ]


def shared_keys(precedents: Sequence[Precedent]) -> dict[str, dict[str, int]]:
    """How often each value of each attribute occurs."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for precedent in precedents:
        for key, value in precedent.plan.attributes.items():
            counts[key][value] += 1
    return counts


def _dictionary(store: GraphStore) -> dict[str, str]:
    """The name that a metric of the dictionary goes by now, by its key: one word for what many measured."""
    known = [
        Metric.from_properties(row["record"]) for row in store.read(statement("outcomes.whole_kind", Label.METRIC))
    ]
    by_id = {metric.id: metric for metric in known}
    ends = ends_of_merges(store, Label.METRIC)
    return {metric.key: by_id.get(ends.get(metric.id, ""), metric).name_en for metric in known}


def _text(row: dict[str, Any]) -> str:
    return " ".join(part for part in (row["name"], row["description"]) if part)


def _attributes(row: dict[str, Any]) -> dict[str, str]:
    known = json.loads(row["attributes"]) if row["attributes"] else {}
    if row["sector"]:
        known.setdefault("sector", row["sector"])
    size = size_of(row["budget"], row["currency"])
    if size:
        known.setdefault("budget", size)
    return {str(key): str(value) for key, value in known.items() if value not in (None, "")}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
