"""An outcome as a terminal shows it."""

from __future__ import annotations

from typing import Any

import click

from kg.domain import Outcome
from kg.domain.outcome_templates import value_text

from .output import print_table


def value(outcome: Outcome, figure: float | None) -> str:
    """A figure of an outcome with its unit; nothing where there is none."""
    if figure is None:
        return ""
    return value_text(figure, outcome.unit_kind, outcome.unit_of_measure, outcome.currency)


def tell_outcome(found: Any) -> None:
    """Everything that is known of an outcome, in lines."""
    outcome, stands = found.outcome, found.standing
    measured = f"{value(outcome, stands.current)} on {stands.measured_on}" if stands.measured_on else None
    facts = [
        ("title", outcome.title), ("statement", outcome.statement), ("project", found.project_name),
        ("kind", found.type.name_en if found.type else None), ("state", outcome.state.value),
        ("owner", outcome.owner), ("metric", outcome.metric),
        ("baseline", value(outcome, outcome.baseline)), ("target", value(outcome, outcome.target)),
        ("from", outcome.start), ("due", outcome.due), ("relevance", outcome.relevance),
        ("achievability", outcome.achievability), ("measured", measured),
        ("expected today", value(outcome, stands.expected)),
        ("progress", None if stands.progress is None else f"{100 * stands.progress:.0f} %"),
        ("shortfall", None if stands.shortfall is None else f"{100 * stands.shortfall:.0f} %"),
        ("evidence", len(found.evidence) or None),
        ("KPIs", _named(found.kpis)), ("milestones", _named(found.milestones)),
        ("work items", _named(found.work_items)),
        ("missing", ", ".join(found.missing) or None), ("may be", ", ".join(found.permitted) or None),
        ("out of use", outcome.retired_reason if outcome.retired_at else None), ("revision", outcome.revision),
    ]  # fmt: skip
    print_table(("", outcome.id), [(name, said) for name, said in facts if said not in (None, "")])
    for step in found.history[1:]:
        changes = "; ".join(f"{c.field}: {c.before or '–'} → {c.after or '–'}" for c in step.changes)
        click.echo(f"{step.at:%Y-%m-%d %H:%M} {step.by or ''} {changes}" if step.at else changes)


def _named(items: list[Any]) -> str:
    return ", ".join(f"{item.title} ({item.id})" for item in items)
