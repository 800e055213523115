"""Whether an outcome is stated so that it can be checked, and how to mend what is not."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from ..domain import Metric, Outcome, Project, Role
from ..domain.outcome_check import Finding, Severity, check
from ..domain.outcome_templates import OutcomeTemplate
from ..domain.smart import LETTERS
from ..domain.standing import months_later
from ..errors import InvalidRequest
from ..recommend.wording import statement_of
from ..store.records import get_record
from .action_reading import local_day
from .metric_lookup import Metrics
from .outcome_fields import OutcomeFields, composed, template_of
from .outcome_lookup import visible_outcome
from .outcome_owners import owner_findings
from .outcome_start import starting_values
from .projects import find_project
from .table import Context, Response, operation


class CheckOutcome(OutcomeFields):
    """An outcome that is there (`id`), or one that is only being written (`project`, `template`).

    Further fields are taken as if they were saved: a form checks while it is filled in.
    """

    id: str | None = None
    project: str | None = None
    template: str | None = Field(default=None, max_length=40)


class LetterCheck(BaseModel):
    """One letter of SMART: `missing` keeps the outcome from being submitted, `weak` should be mended."""

    letter: str
    missing: bool
    weak: bool
    findings: list[Finding]


class OutcomeCheck(Response):
    """What is to be mended, letter by letter; `others` belongs to no letter.

    The words of a finding stand in the catalogue: `outcomes.check.<code>.problem` and `.mend`.
    """

    ready: bool
    letters: list[LetterCheck]
    others: list[Finding]
    outcome: Outcome


@operation(Role.MEMBER)
def check_outcome(context: Context, request: CheckOutcome) -> OutcomeCheck:
    """Name each letter of SMART that an outcome lacks, with a suggested mend."""
    if request.id is None and request.project is None:
        raise InvalidRequest(
            "project: name an outcome that is there (id), or the project of a new one.", field="project", why="missing"
        )
    if request.id is not None:
        earlier = visible_outcome(context, request.id)
        project = get_record(context.store, Project, earlier.project)
        assert project is not None
        template = template_of(context, earlier.template)
        held: dict[str, Any] = earlier.model_dump()
    else:
        assert request.project is not None
        project = find_project(context.store, request.project, context.scope)
        template, held = starting_values(context, request, project, request.template)
        held |= {"id": "outcome:unsaved"}
        held["title"] = request.title or held.get("title") or "…"
    outcome, metric = composed(context, held, request, project, template=template)
    return checked(context, outcome, metric, template, request, project)


def checked(
    context: Context,
    outcome: Outcome,
    metric: Metric | None,
    template: OutcomeTemplate | None,
    given: OutcomeFields,
    project: Project,
) -> OutcomeCheck:
    """The check of an outcome, with suggestions in the asker's language."""
    near = None
    if metric is None and outcome.metric:
        found = Metrics(context).near(outcome.metric, 1)
        near = found[0][0] if found else None
    today = local_day(context.store, outcome.project, context.now)
    findings = [*check(outcome, today, metric, near), *owner_findings(context, outcome, project)]
    language = given.spoken(context)
    for finding in findings:
        finding.suggestion = finding.suggestion or _suggestion(
            finding, outcome, metric, near, template, given, project, language, today
        )
        if template is not None and finding.letter:
            finding.hint = getattr(template.smart, finding.letter.lower())(language)
    letters = [
        LetterCheck(
            letter=letter,
            missing=any(f.letter == letter and f.severity is Severity.MISSING for f in findings),
            weak=any(f.letter == letter and f.severity is Severity.WEAK for f in findings),
            findings=[f for f in findings if f.letter == letter],
        )
        for letter in LETTERS
    ]
    return OutcomeCheck(
        ready=not any(letter.missing for letter in letters),
        letters=letters,
        others=[f for f in findings if not f.letter],
        outcome=outcome,
    )


def _suggestion(
    finding: Finding,
    outcome: Outcome,
    metric: Metric | None,
    near: Metric | None,
    template: OutcomeTemplate | None,
    given: OutcomeFields,
    project: Project,
    language: str,
    today: date,
) -> str | None:
    """A value that may be taken over as it is; None where only people can know it."""
    match finding.field:
        case "statement":
            if template is not None:
                return template.filled(outcome, given.words, language, project.name)[0]
            due = outcome.due.isoformat() if outcome.due else None
            if outcome.metric is None or outcome.target is None:
                return None
            return statement_of(
                language, outcome.title, outcome.metric, outcome.direction, outcome.target,
                outcome.unit_of_measure, due,
            )  # fmt: skip
        case "metric" if near is not None:
            return near.name_zh if language == "zh" else near.name_en
        case "unit_of_measure" if metric is not None:
            return metric.unit_of_measure
        case "unit_kind" if metric is not None:
            return metric.unit_kind.value
        case "due" if template is not None:
            return months_later(max(outcome.start or today, today), template.months).isoformat()
        case "start":
            early = project.start if project.start and outcome.due and project.start <= outcome.due else today
            return early.isoformat() if outcome.due is None or early <= outcome.due else None
        case "direction":
            rises = (outcome.target or 0) > (outcome.baseline or 0)
            return "increase" if rises else "decrease"
    return None
