"""Past outcomes as evidence: what was known when a project began, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore


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
    """One outcome of a past project, with the latest verdict on it."""

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


UNTYPED = "untyped"


def read_precedents(store: GraphStore, scope: ScopeFilter, as_of: date | None = None) -> list[Precedent]:
    """Outcomes that the scope covers, one row each, with the last verdict known at `as_of`.

    A verdict of a later day is not known yet; an outcome without one stays, unjudged.
    """
    found: dict[str, Precedent] = {}
    for row in store.read(statement("recommend.precedents"), **scope.parameters()):
        decided = _day(row["date"])
        known = row["attained"] is not None and (as_of is None or (decided is not None and decided <= as_of))
        if row["outcome"] in found and not known:
            continue
        began = _day(row["start"])
        if as_of is not None and began is not None and began > as_of:
            continue
        found[row["outcome"]] = Precedent(
            project=row["project"],
            external_id=row["external_id"],
            name=row["name"],
            outcome=row["outcome"],
            title=row["title"],
            outcome_type=row["outcome_type"] or UNTYPED,
            plan=Plan(_text(row), _attributes(row), began),
            attained=bool(row["attained"]) if known else None,
            decided=decided if known else None,
            scheme=row["scheme"] if known else None,
            value=row["value"] if known else None,
            metric=row["metric"],
            unit_of_measure=row["unit_of_measure"],
            target=row["target"],
        )
    return list(found.values())


def judged(precedents: Iterable[Precedent]) -> list[Precedent]:
    """Those with a verdict."""
    return [precedent for precedent in precedents if precedent.attained is not None]


def _text(row: dict[str, Any]) -> str:
    return " ".join(part for part in (row["name"], row["description"]) if part)


def _attributes(row: dict[str, Any]) -> dict[str, str]:
    known = json.loads(row["attributes"]) if row["attributes"] else {}
    if row["sector"]:
        known.setdefault("sector", row["sector"])
    return {str(key): str(value) for key, value in known.items() if value not in (None, "")}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
