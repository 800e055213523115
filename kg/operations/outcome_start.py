"""What a new outcome starts with: its project's place, and what its template knows."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..domain import Project
from ..domain.outcome_templates import OutcomeTemplate
from ..errors import InvalidRequest
from .action_reading import local_day
from .metric_lookup import Metrics
from .outcome_fields import OutcomeFields
from .outcome_lookup import Types
from .table import Context


def starting_values(
    context: Context, given: OutcomeFields, project: Project, key: str | None
) -> tuple[OutcomeTemplate | None, dict[str, Any]]:
    """The template of a new outcome, and the values it starts with.

    Raises:
        NotFound: There is no such template, or its type or metric is not known here; names the nearest.
        FormatError: The template's file is wrong; names line and field.
    """
    values: dict[str, Any] = {
        "project": project.id,
        "unit": project.unit,
        "confidential": project.confidential,
        "owner": context.visitor.name,
        "start": _start(context, project, given.due),
    }
    if key is None:
        return None, values
    template: OutcomeTemplate = context.service("outcome_templates").get(key)
    language = given.spoken(context)
    metric = Metrics(context).find(template.metric)
    values |= {
        "template": template.key,
        "title": template.name(language),
        "outcome_type": Types(context.store).find(template.outcome_type).id,
        "metric": metric.name_zh if language == "zh" else metric.name_en,
        "metric_key": metric.key,
        "unit_kind": metric.unit_kind,
        "unit_of_measure": metric.unit_of_measure,
        "direction": template.direction,
        "horizon": template.horizon,
        "shape": template.shape,
    }
    return template, values


def _start(context: Context, project: Project, due: date | None) -> date | None:
    """The project's own start where it lies ahead, else today; nothing where it would be after the due day."""
    today = local_day(context.store, project.id, context.now)
    start = project.start if project.start and project.start > today else today
    return start if due is None or start <= due else None


def require_places(given: OutcomeFields, template: OutcomeTemplate | None) -> None:
    """Refuse words for placeholders that the template does not have."""
    known = {blank.key for blank in template.blanks} if template else set()
    for name in given.words:
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise InvalidRequest(
                f"words: the template has no placeholder {name!r}; it asks for: {names}.",
                field="words",
                name=name,
                names=names,
                why="no_such_blank",
            )
