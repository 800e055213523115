"""The organisation's language of outcomes as people read it: who said what when, and what a merge would do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from ..domain import Metric, OutcomeType, Role
from ..domain.merges import end_of_merges
from ..errors import InvalidRequest, KgError, NotFound
from ..queries import statement
from .action_history import FieldChange
from .merging import merged, without_moved
from .metric_lookup import Metrics
from .metric_merging import require_alike
from .outcome_lookup import Types
from .table import Context, Request, Response, operation

TOLD = (
    "name_en", "name_zh", "description_en", "description_zh", "definition_en", "definition_zh", "formula", "aliases",
    "unit_of_measure", "unit_kind", "direction", "default_metrics",
)  # fmt: skip
"""Fields whose changes are told as they are; merging and retiring are steps of their own."""


class Vocabulary(StrEnum):
    """What is meant: a kind of outcome, or a metric of the dictionary."""

    TYPES = "types"
    METRICS = "metrics"


class EntryRequest(Request):
    """Which one, by its key; merged and retired ones are found, too."""

    of: Vocabulary
    key: str = Field(min_length=1, max_length=300)


class EntryStep(BaseModel):
    """One thing done to an entry: what, when, by whom, and what became different."""

    step: str
    revision: int
    at: datetime | None = None
    by: str | None = None
    reason: str | None = None
    into: str | None = None
    changes: list[FieldChange] = []


class VocabularyEntry(Response):
    """An entry as it is now, how many outcomes use it, what leads to it, and its history, the latest first.

    `kept` is false for a metric that came with the installation and that nobody has touched.
    """

    type: OutcomeType | None = None
    metric: Metric | None = None
    outcomes: int = 0
    leads_to: str | None = None
    merged_here: list[str] = []
    kept: bool = True
    steps: list[EntryStep] = []


class MergeAsked(Request):
    """`source` would become part of `target`."""

    of: Vocabulary
    source: str = Field(max_length=300)
    target: str = Field(max_length=300)


class MergePreview(Response):
    """What a merge would do: how many outcomes that the visitor may see follow, or why it is refused.

    `problem` is `same`, `circle`, `merged`, `unit_kind`, `unit_of_measure`, `direction` or `unknown`; `mine` and
    `other` are the two values that do not agree.
    """

    target: str | None = None
    outcomes: int = 0
    problem: str | None = None
    mine: str | None = None
    other: str | None = None


@operation(Role.MEMBER)
def vocabulary_entry(context: Context, request: EntryRequest) -> VocabularyEntry:
    """A kind of outcome or a metric, with how it came to be what it is."""
    held, kept = _entries(context, request.of)
    found = next((one for one in held.values() if one.key == request.key), None)
    if found is None:
        what = "outcome type" if request.of is Vocabulary.TYPES else "metric of the dictionary"
        raise NotFound.among(what, request.key, [one.key for one in held.values()])
    into = {key: one.merged_into for key, one in held.items()}
    end = held.get(end_of_merges(into, found.id) or "", found)
    return VocabularyEntry(
        type=without_moved(found) if isinstance(found, OutcomeType) else None,
        metric=without_moved(found) if isinstance(found, Metric) else None,
        outcomes=_outcomes(context, found),
        leads_to=end.key if found.merged_into else None,
        merged_here=sorted(one.key for one in held.values() if one.merged_into == found.id),
        kept=found.id in kept,
        steps=_steps(context, found, held) if found.id in kept else [],
    )


@operation(Role.PMO)
def preview_merge(context: Context, request: MergeAsked) -> MergePreview:
    """What a merge of two types or metrics would do, without doing it."""
    held, _ = _entries(context, request.of)
    into = {key: one.merged_into for key, one in held.items()}
    by_key = {one.key: one for one in held.values()}
    source, target = by_key.get(request.source), by_key.get(request.target)
    if source is None or target is None or target.retired_at is not None or source.retired_at is not None:
        return MergePreview(problem="unknown", other=request.target)
    end = held.get(end_of_merges(into, target.id) or "", target)
    if source.merged_into is not None:
        return MergePreview(target=end.key, problem="merged", other=held[source.merged_into].key)
    if end.id == source.id:
        return MergePreview(target=end.key, problem="same" if target.id == source.id else "circle", other=target.key)
    try:
        if isinstance(source, Metric) and isinstance(end, Metric):
            merged(source, end, [], "metric")
            require_alike(source, end)
    except InvalidRequest as error:
        told = error.fields
        return MergePreview(
            target=end.key, problem=told["name"], mine=_said(told["source"]), other=_said(told["target"])
        )
    except KgError as error:
        return MergePreview(target=end.key, problem="unknown", other=error.message)
    return MergePreview(target=end.key, outcomes=_outcomes(context, source))


def _entries(context: Context, of: Vocabulary) -> tuple[Mapping[str, OutcomeType | Metric], frozenset[str]]:
    """All entries by id, and the ids of those that the graph holds."""
    if of is Vocabulary.TYPES:
        types = Types(context.store).all
        return types, frozenset(types)
    metrics = Metrics(context)
    return metrics.all, frozenset(key for key, one in metrics.all.items() if not metrics.unkept(one))


def _outcomes(context: Context, entry: OutcomeType | Metric) -> int:
    """How many outcomes that the visitor may see are of a type, or measured by a metric, today."""
    rows = context.store.read(statement("outcomes.listed"), project=None, **context.scope.parameters())
    if isinstance(entry, Metric):
        return sum(row["metric_key"] == entry.key for row in rows)
    types = Types(context.store)
    return sum(types.resolve(row["outcome_type"]) == entry.id for row in rows if row["outcome_type"])


def _steps(context: Context, entry: OutcomeType | Metric, held: Mapping[str, Any]) -> list[EntryStep]:
    rows = context.store.read(statement("records.revisions_of"), id=entry.id)
    versions = [json.loads(row["body"]) for row in rows] + [entry.to_properties()]
    steps: list[EntryStep] = []
    templates = context.services.get("outcome_templates")
    seeds = templates.metrics() if templates and isinstance(entry, Metric) else []
    earlier: dict[str, Any] | None = next((seed.to_properties() for seed in seeds if seed.id == entry.id), None)
    for number, version in enumerate(versions, start=1):
        step, changes = _step(earlier, version)
        if step is not None:
            into = held.get(version.get("merged_into") or "")
            steps.append(
                EntryStep(
                    step=step,
                    revision=version.get("revision", number),
                    at=version.get("recorded_at"),
                    by=version.get("recorded_by"),
                    reason=version.get("retired_reason") if step == "retired" else None,
                    into=into.key if step == "merged" and into else None,
                    changes=changes,
                )
            )
        earlier = version
    return steps[::-1]


def _step(before: dict[str, Any] | None, after: dict[str, Any]) -> tuple[str | None, list[FieldChange]]:
    """What was done, and what became different."""
    if before is None:
        return "defined", []
    changes = [
        FieldChange(field=name, before=_said(before.get(name)), after=_said(after.get(name)))
        for name in TOLD
        if (before.get(name) or None) != (after.get(name) or None)
    ]
    for name, begun, ended in (("merged_into", "merged", "split"), ("retired_at", "retired", "restored")):
        if before.get(name) != after.get(name):
            return (begun if after.get(name) else ended), changes
    return ("changed" if changes else None), changes


def _said(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or None
    return None if value in (None, "", "None") else str(value)
