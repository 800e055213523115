"""What a scan for alerts reads: everything once, whoever may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..domain import Measurement, Milestone, Outcome, Person, Project, ProjectStatus, Role
from ..domain.alarms import AlarmRule, AlarmSetting, by_day
from ..errors import NotFound
from ..policy import ScopeFilter, Visitor
from ..queries import statement
from ..schema import Label, Rel
from ..store.protocol import GraphStore
from ..store.records import list_records, records_about
from .action_reading import WHOLE
from .measured_subjects import in_own_units
from .table import Context

RUNNING = frozenset({ProjectStatus.PLANNED, ProjectStatus.ACTIVE})
"""Projects that can still do something about it."""


def rules_in_use(context: Context) -> list[AlarmRule]:
    """All rules as this organisation set them, whether on or not."""
    settings = {s.rule: s for s in list_records(context.store, AlarmSetting, WHOLE)}
    rules: list[AlarmRule] = context.service("alarm_rules").all()
    return [settings[rule.key].applied(rule) if rule.key in settings else rule for rule in rules]


def rule_named(context: Context, key: str) -> AlarmRule:
    """A rule as this organisation set it.

    Raises:
        NotFound: There is none; names the nearest.
    """
    rules = {rule.key: rule for rule in rules_in_use(context)}
    if key not in rules:
        raise NotFound.among("rule", key, rules)
    return rules[key]


@dataclass
class Material:
    """Projects, outcomes with their values, and milestones of a scope.

    Args:
        store: The graph.
        scope: What may be seen.
    """

    store: GraphStore
    scope: ScopeFilter = WHOLE
    _days: dict[str, date] = field(default_factory=dict)

    @cached_property
    def projects(self) -> dict[str, Project]:
        """Projects by id."""
        return {p.id: p for p in list_records(self.store, Project, self.scope)}

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Outcomes of these projects by id."""
        return {o.id: o for o in list_records(self.store, Outcome, self.scope) if o.project in self.projects}

    @cached_property
    def milestones(self) -> dict[str, Milestone]:
        """Milestones of these projects by id."""
        return {m.id: m for m in list_records(self.store, Milestone, self.scope) if m.project in self.projects}

    @cached_property
    def values(self) -> dict[str, list[tuple[date, float]]]:
        """The standing values of every outcome in its own unit, the oldest first."""
        taken: dict[str, list[Measurement]] = defaultdict(list)
        for one in records_about(self.store, Measurement, list(self.outcomes)) if self.outcomes else []:
            outcome = self.outcomes[one.subject]
            if outcome.confidential or not one.confidential:  # what is hidden raises nothing that others see
                taken[one.subject].append(one)
        own = in_own_units(self.store, self.outcomes.values(), taken)
        return {key: by_day(counting) for key, counting in own.items()}

    def running(self, project: str) -> bool:
        """True when a project can still do something about it."""
        return project in self.projects and self.projects[project].status in RUNNING

    def day(self, project: str, now: datetime) -> date:
        """The civil day at an instant where a project is at home."""
        if project not in self._days:
            found = self.projects.get(project)
            try:
                zone = ZoneInfo(found.timezone if found else "UTC")
            except (ZoneInfoNotFoundError, ValueError):
                zone = ZoneInfo("UTC")
            self._days[project] = now.astimezone(zone).date()
        return self._days[project]

    def milestones_of(self, outcome: Outcome) -> list[Milestone]:
        """Those an outcome hangs on; all of its project where it names none."""
        if outcome.milestones:
            return [self.milestones[key] for key in outcome.milestones if key in self.milestones]
        return [m for m in self.milestones.values() if m.project == outcome.project]

    def owner_of(self, milestone: Milestone) -> str | None:
        """Who owns an outcome that hangs on a milestone."""
        named = (o.owner for o in self.outcomes.values() if milestone.id in o.milestones and o.owner)
        return next(named, None)


class Readers:
    """Who can be told of an alert.

    Args:
        store: The graph.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._people = {p.name: p for p in list_records(store, Person, WHOLE) if not p.disabled}
        self._scopes = {name: Visitor.of(person).scope() for name, person in self._people.items()}

    def scope(self, name: str) -> ScopeFilter:
        """What somebody may see."""
        return self._scopes[name]

    def sees(self, name: str | None, record: Any) -> bool:
        """True for somebody who signs in and may see a record."""
        scope = self._scopes.get(name or "")
        return scope is not None and scope.covers(record.project, record.unit, record.confidential)

    def above(self, owner: str | None, record: Any) -> str | None:
        """Whom an alert goes to that its owner leaves: the manager, else a lead, who may see it."""
        for name in (*self._managers(owner), *self._leads()):
            if name != owner and self.sees(name, record):
                return name
        return None

    def _managers(self, owner: str | None) -> Iterator[str]:
        person = self._people.get(owner or "")
        if person is None:
            return
        rows = self._store.read(
            statement("relationships.of", rel=Rel.REPORTS_TO, start=Label.PERSON, end=Label.PERSON), id=person.id
        )
        wanted = {row["id"] for row in rows}
        yield from sorted(name for name, known in self._people.items() if known.id in wanted)

    def _leads(self) -> Iterator[str]:
        """Leads with the narrowest view first, then administrators."""
        for role in (Role.LEAD, Role.ADMIN):
            named = [p for p in self._people.values() if role in p.roles]
            yield from (p.name for p in sorted(named, key=lambda p: ("*" in p.scopes, p.name)))
