"""What helped projects that were off course in the like way and came back: up to three, each with its precedent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ..analysis.deviations import fires, measures
from ..domain import (
    ActionItem,
    ActionStatus,
    ApplicationResult,
    EventState,
    Lesson,
    LessonEvent,
    LessonEventKind,
    LessonState,
    Outcome,
    Practice,
    Project,
    Record,
    Remedy,
)
from ..domain.alarms import AlarmRule, RuleKind
from ..domain.bounds import days_after
from ..policy import ScopeFilter
from ..store.protocol import GraphStore
from ..store.records import get_record, list_records
from .action_reading import WHOLE
from .alert_material import Material

MOST = 3
SHOWN = 400
BEFORE = 30
"""What was done so few days before a fall was seen may have brought it back, too."""
WHYS = ("action_effective", "applied_better", "lesson")
"""What speaks for a remedy, the strongest first: it was measured, it was said, it was written down."""


@dataclass(frozen=True)
class Precedent:
    """An outcome that was off course and came back for good."""

    outcome: Outcome
    fell_on: date
    recovered_on: date
    deviation: float
    same_type: bool


class Remedies:
    """Finds remedies in a graph.

    Args:
        material: The whole graph's outcomes and values.
    """

    def __init__(self, material: Material) -> None:
        self._material = material

    def of(self, rule: AlarmRule, outcome: Outcome, measure: float, scope: ScopeFilter) -> list[Remedy]:
        """Up to three remedies that somebody may see, the best proven first; none where there is no precedent.

        Args:
            rule: What was found.
            outcome: What is off course.
            measure: How far: precedents that were as far off come first.
            scope: What the reader may see.
        """
        found: list[tuple[Any, Remedy]] = []
        for precedent in self.precedents(rule, outcome, scope):
            apart = abs(precedent.deviation - measure)
            for remedy in self._in(precedent, scope):
                order = (WHYS.index(remedy.why), not precedent.same_type, apart, -precedent.recovered_on.toordinal())
                found.append(((*order, remedy.text), remedy))
        chosen: dict[str, Remedy] = {}
        for _, remedy in sorted(found, key=lambda item: item[0]):
            chosen.setdefault(remedy.text, remedy)
        return list(chosen.values())[:MOST]

    def precedents(self, rule: AlarmRule, outcome: Outcome, scope: ScopeFilter) -> Iterator[Precedent]:
        """Outcomes of the same kind or sector that were off course by the same rule and came back for good."""
        if rule.kind not in (RuleKind.DEVIATION, RuleKind.ANOMALY):
            return
        projects = self._material.projects
        own = projects.get(outcome.project)
        for other in self._material.outcomes.values():
            project = projects[other.project]
            same_type = bool(outcome.outcome_type) and other.outcome_type == outcome.outcome_type
            same_sector = bool(own and own.sector) and project.sector == (own.sector if own else None)
            if other.id == outcome.id or not (same_type or same_sector):
                continue
            if not (scope.covers(project.id, project.unit, project.confidential) and _seen(scope, other)):
                continue
            values = self._material.values[other.id]
            measured = measures(rule, other, values)
            fell = next((place for place in range(len(measured)) if fires(rule, measured, place)), None)
            if fell is None or measured[-1] > rule.closes_below:
                continue
            last = max(place for place, measure in enumerate(measured) if measure > rule.closes_below)
            worst = max(measured[fell : last + 1])
            yield Precedent(other, values[fell][0], values[last + 1][0], worst, same_type)

    def _in(self, precedent: Precedent, scope: ScopeFilter) -> Iterator[Remedy]:
        """What was done there between the fall and the recovery, as far as one may see."""
        project, outcome = precedent.outcome.project, precedent.outcome

        def while_down(day: date | None) -> bool:
            return day is not None and days_after(precedent.fell_on, -BEFORE) <= day <= precedent.recovered_on

        for action in self._actions.get(project, []):
            if _seen(scope, action) and (action.metric == outcome.id or while_down(action.done_on)):
                yield self._remedy(precedent, action.title, "action_effective", action=action.id)
        for event in self._applied.get(project, []):
            if not (_seen(scope, event) and while_down(event.happened_on)):
                continue
            known = self._lessons.get(event.subject) or self._practices.get(event.subject)
            if isinstance(known, Lesson) and _seen(scope, known):
                yield self._remedy(precedent, known.recommendation or known.title, "applied_better", lesson=known.id)
            elif isinstance(known, Practice) and _seen(scope, known):
                yield self._remedy(precedent, known.statement, "applied_better", practice=known.id)
        for lesson in self._lessons.values():
            kept = lesson.state in (LessonState.REVIEWED, LessonState.PUBLISHED) and lesson.translation_of is None
            told = lesson.project == project and kept and lesson.recommendation
            late = lesson.learnt_on is None or lesson.learnt_on >= precedent.fell_on
            if told and late and _seen(scope, lesson):
                yield self._remedy(precedent, lesson.recommendation or "", "lesson", lesson=lesson.id)

    def _remedy(self, precedent: Precedent, text: str, why: str, **sources: str) -> Remedy:
        flat = " ".join(text.split())
        return Remedy.model_validate(
            {
                "text": flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…",
                "why": why,
                "project": precedent.outcome.project,
                "project_name": self._material.projects[precedent.outcome.project].name,
                "outcome": precedent.outcome.id,
                "outcome_title": precedent.outcome.title,
                "same_type": precedent.same_type,
                "deviation": round(precedent.deviation, 4),
                "fell_on": precedent.fell_on,
                "recovered_on": precedent.recovered_on,
                **sources,
            }
        )

    @cached_property
    def _actions(self) -> dict[str, list[ActionItem]]:
        found: dict[str, list[ActionItem]] = {}
        for action in list_records(self._material.store, ActionItem, WHOLE):
            if action.status is ActionStatus.EFFECTIVE:
                found.setdefault(action.project, []).append(action)
        return found

    @cached_property
    def _applied(self) -> dict[str, list[LessonEvent]]:
        found: dict[str, list[LessonEvent]] = {}
        for event in list_records(self._material.store, LessonEvent, WHOLE):
            good = event.kind is LessonEventKind.APPLIED and event.result is ApplicationResult.BETTER
            if good and event.state is EventState.ACCEPTED:
                found.setdefault(event.project or "", []).append(event)
        return found

    @cached_property
    def _lessons(self) -> dict[str, Lesson]:
        return {lesson.id: lesson for lesson in list_records(self._material.store, Lesson, WHOLE)}

    @cached_property
    def _practices(self) -> dict[str, Practice]:
        return {practice.id: practice for practice in list_records(self._material.store, Practice, WHOLE)}


def visible_remedies(remedies: list[Remedy], scope: ScopeFilter, store: GraphStore) -> list[Remedy]:
    """Those of an alert's remedies whose precedent and source somebody else may see, too."""
    kinds: list[tuple[type[Record], str]] = [
        (Project, "project"), (Outcome, "outcome"), (Lesson, "lesson"), (Practice, "practice"), (ActionItem, "action"),
    ]  # fmt: skip

    def shown(remedy: Remedy) -> bool:
        for kind, name in kinds:
            key = getattr(remedy, name)
            found = get_record(store, kind, key) if key else None
            if key and (found is None or not _seen(scope, found)):
                return False
        return True

    return [remedy for remedy in remedies if shown(remedy)]


def _seen(scope: ScopeFilter, record: Any) -> bool:
    common = record.project is None and record.unit is None and not record.confidential
    return common or scope.covers(record.project, record.unit, record.confidential)
