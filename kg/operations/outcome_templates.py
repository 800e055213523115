"""The outcome templates that an installation offers."""

from __future__ import annotations

from pydantic import BaseModel

from ..domain import Metric, OutcomeType, Role
from ..domain.outcome_templates import OutcomeTemplate
from .formats import FormatProblem, problem_view
from .merging import without_moved
from .metric_lookup import Metrics
from .outcome_lookup import Types
from .table import Context, Request, Response, operation


class ListOutcomeTemplates(Request):
    """No limits: an installation has a few."""


class OfferedTemplate(BaseModel):
    """A template with the type and metrics it names, as this installation knows them now."""

    template: OutcomeTemplate
    type: OutcomeType | None = None
    metric: Metric | None = None
    process_metrics: list[Metric] = []


class OutcomeTemplateList(Response):
    """Templates in the order people choose them; facilitators also learn which files are broken."""

    templates: list[OfferedTemplate]
    problems: list[FormatProblem] = []


@operation(Role.GUEST)
def outcome_templates(context: Context, request: ListOutcomeTemplates) -> OutcomeTemplateList:
    """The outcome templates there are, with their types and metrics."""
    service = context.service("outcome_templates")
    types, metrics = Types(context.store), Metrics(context)
    by_type = {kind.key: kind for kind in types.all.values() if not kind.retired_at}
    offered = []
    for template in service.all():
        kind = by_type.get(template.outcome_type)
        kind = types.of(kind.id) if kind else None
        metric = metrics.named(template.metric)
        named = [metrics.named(hint.metric) for hint in template.process_metrics]
        offered.append(
            OfferedTemplate(
                template=template,
                type=without_moved(kind) if kind else None,
                metric=without_moved(metric) if metric else None,
                process_metrics=[without_moved(found) for found in named if found is not None],
            )
        )
    problems = []
    if context.visitor.has(Role.FACILITATOR):
        known = [metric.key for metric in metrics.all.values() if not metric.retired_at]
        problems = service.problems(list(by_type), known)
    return OutcomeTemplateList(templates=offered, problems=[problem_view(error) for error in problems])
