"""Facts of what was planned and promised: milestones, outcomes, ratings, alerts, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from .alerts import Alert
from .attainment import attainment
from .decisions import Decision
from .outcomes import Assessment, Measurement, Outcome
from .projects import Milestone, Project
from .wall import Fact, FactKind, FactTone, Period, fact

BEHIND = 0.15
"""So much of the way less than time has passed is behind: the same as the default alert."""
_DECIDED = {"continue": FactTone.GOOD, "stop": FactTone.BAD}


def project_facts(project: Project, period: Period) -> Iterator[Fact]:
    """That the project began, or came to its end, in the period."""
    for day, title in ((project.start, "project_started"), (project.end, "project_ends")):
        if day is not None and period.holds(day):
            yield fact(FactKind.MILESTONE, title.removeprefix("project_"), day, title, project, name=project.name)


def milestone_facts(milestones: Iterable[Milestone], period: Period) -> Iterator[Fact]:
    """Milestones that were reached or due in the period, and how late."""
    for one in milestones:
        kind, due, reached = FactKind.MILESTONE, one.due, one.reached
        if reached is not None and reached <= period.last:
            if period.holds(reached):
                late = 0 if due is None else (reached - due).days
                title = "milestone_late" if late > 0 else "milestone_reached"
                tone = FactTone.BAD if late > 0 else FactTone.GOOD
                yield fact(kind, "reached", reached, title, one, tone, name=one.title, days=late, due=_iso(due))
            if period.holds(due) and due is not None and not period.holds(reached) and reached > due:
                yield fact(
                    kind, "due", due, "milestone_missed", one, FactTone.BAD, name=one.title, reached=_iso(reached)
                )
        elif due is not None and period.holds(due):
            if due <= period.last:
                days = (period.last - due).days
                yield fact(kind, "due", due, "milestone_open", one, FactTone.BAD, name=one.title, days=days)
            else:
                yield fact(kind, "due", due, "milestone_due", one, name=one.title)


def outcome_facts(
    outcomes: Iterable[Outcome], measured: Mapping[str, Sequence[Measurement]], period: Period
) -> Iterator[Fact]:
    """Targets reached, missed or behind in the period, as measured until its end; else how outcomes stand."""
    for one in outcomes:
        until = sorted((m for m in measured.get(one.id, ()) if m.date <= period.last), key=lambda m: (m.date, m.id))
        reached = _first_reached(one, until)
        told = False
        if reached is not None and period.holds(reached.date):
            told = True
            yield _outcome(one, "target", reached.date, "outcome_reached", FactTone.GOOD, reached.value)
        if period.holds(one.due) and one.due is not None and one.due <= period.last:
            by_due = [m for m in until if m.date <= one.due]
            stands = attainment(one, by_due)
            told = told or stands is None or stands.attained is False
            if stands is None:
                yield _outcome(one, "due", one.due, "outcome_unmeasured", FactTone.BAD, None)
            elif stands.attained is False:
                yield _outcome(one, "due", one.due, "outcome_missed", FactTone.BAD, stands.current)
        if until and not told and period.holds(until[-1].date):
            behind = _behind(one, until)
            title, tone = ("outcome_behind", FactTone.BAD) if behind else ("outcome_measured", FactTone.NEUTRAL)
            earlier = [m.value for m in until[:-1] if not period.holds(m.date)][-1:] or [until[0].value]
            yield _outcome(one, "course", until[-1].date, title, tone, until[-1].value, earlier[0])


def assessment_facts(assessments: Iterable[Assessment], names: Mapping[str, str], period: Period) -> Iterator[Fact]:
    """Ratings that were given in the period."""
    for one in assessments:
        if period.holds(one.date) and one.date is not None:
            tone = {True: FactTone.GOOD, False: FactTone.BAD}.get(one.attained, FactTone.NEUTRAL)  # type: ignore[arg-type]
            yield fact(
                FactKind.ASSESSMENT, "given", one.date, "assessed", one, tone,
                name=names.get(one.subject, ""), scheme=one.scheme, value=one.value,
            )  # fmt: skip


def alert_facts(alerts: Iterable[Alert], names: Mapping[str, str], period: Period) -> Iterator[Fact]:
    """Alerts that were opened or closed in the period."""
    for one in alerts:
        name, opened, closed = names.get(one.subject, ""), period.day(one.opened_at), period.day(one.closed_at)
        if opened is not None and period.holds(opened):
            yield fact(
                FactKind.ALERT, "opened", opened, "alert_opened", one, FactTone.BAD,
                name=name, rule=one.rule, deviation=one.deviation, observed=one.observed, expected=one.expected,
            )  # fmt: skip
        if closed is not None and period.holds(closed):
            yield fact(
                FactKind.ALERT, "closed", closed, "alert_closed", one, FactTone.GOOD,
                name=name, rule=one.rule, reason=one.reason or "",
            )  # fmt: skip


def decision_facts(decisions: Iterable[Decision], period: Period) -> Iterator[Fact]:
    """Decisions to continue, change or stop that were taken in the period."""
    for one in decisions:
        if period.holds(one.date):
            yield fact(
                FactKind.DECISION, "taken", one.date, f"decided_{one.decision}", one,
                _DECIDED.get(one.decision, FactTone.NEUTRAL), name=one.question, reason=one.reason,
            )  # fmt: skip


def _outcome(
    one: Outcome, side: str, day: date, title: str, tone: FactTone, value: float | None, earlier: float | None = None
) -> Fact:
    return fact(
        FactKind.OUTCOME, side, day, title, one, tone, name=one.title, metric=one.metric or "", value=value,
        earlier=earlier, target=one.target, baseline=one.baseline, unit=one.unit_of_measure or "", due=_iso(one.due),
    )  # fmt: skip


def _first_reached(outcome: Outcome, measurements: Sequence[Measurement]) -> Measurement | None:
    """The measurement from which on the target was reached and stayed so, as far as measured."""
    found = None
    for one in measurements:
        stands = attainment(outcome, [one])
        if stands is None or not stands.attained:
            found = None
        elif found is None:
            found = one
    return found


def _behind(outcome: Outcome, measurements: Sequence[Measurement]) -> bool:
    if outcome.start is None or outcome.due is None or outcome.due <= outcome.start:
        return False
    stands = attainment(outcome, measurements)
    if stands is None or stands.progress is None or stands.attained:
        return False
    passed = (stands.measured_on - outcome.start).days / (outcome.due - outcome.start).days
    return min(1.0, passed) - stands.progress > BEHIND


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
