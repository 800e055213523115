"""Facts of earlier looks back: actions and what became of them, retrospectives, lessons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from .lessons import Lesson, LessonState, Polarity
from .retrospectives import OPEN_STATUSES, ActionItem, ActionStatus, Retrospective
from .wall import Fact, FactKind, FactTone, Period, fact

_DONE = {
    ActionStatus.EFFECTIVE: ("action_effective", FactTone.GOOD),
    ActionStatus.NOT_EFFECTIVE: ("action_not_effective", FactTone.BAD),
    ActionStatus.DONE_UNVERIFIED: ("action_done", FactTone.NEUTRAL),
    ActionStatus.UNKNOWN: ("action_done", FactTone.NEUTRAL),
    ActionStatus.CANCELLED: ("action_cancelled", FactTone.NEUTRAL),
}
CARRIED_OFTEN = 2
"""Carried so often, an action stands on the wall by its name."""


def action_facts(actions: Sequence[ActionItem], period: Period, but_of: str | None = None) -> Iterator[Fact]:
    """Earlier actions: done, overdue, carried again and again; the rest that is open in one fact.

    Owners are not named: the wall tells what happened, the list of actions whose it is.

    Args:
        actions: All of the project.
        period: The period.
        but_of: A retrospective whose own actions are no earlier ones.
    """
    waiting: list[ActionItem] = []
    carried = {one.carried_from for one in actions}
    for one in actions:
        if one.id in carried or (but_of is not None and one.retrospective == but_of):
            continue  # of an action that was carried over, the latest is told
        if one.status in OPEN_STATUSES:
            if one.opened_on is None or one.opened_on <= period.last:
                shown = _open(one, period)
                if shown is None:
                    waiting.append(one)
                else:
                    yield shown
        elif period.holds(one.done_on) and one.done_on is not None:
            title, tone = _DONE[one.status]
            yield fact(
                FactKind.ACTION, "state", one.done_on, title, one, tone,
                name=one.title, metric=one.success_metric or one.metric or "", before=one.before, after=one.after,
            )  # fmt: skip
    if waiting:
        yield _rest(waiting, period)


def retrospective_facts(
    held: Iterable[Retrospective], actions: Iterable[ActionItem], period: Period, but: str | None = None
) -> Iterator[Fact]:
    """Retrospectives that were held in the period, with what was on their walls.

    Args:
        held: All of the project.
        actions: All of the project.
        period: The period.
        but: The retrospective that looks back.
    """
    produced: dict[str | None, int] = {}
    for action in actions:
        produced[action.retrospective] = produced.get(action.retrospective, 0) + 1
    for one in held:
        if one.id != but and period.holds(one.held_on) and one.held_on is not None:
            yield fact(
                FactKind.RETROSPECTIVE, "held", one.held_on, "looked_back", one,
                name=one.title, notes=len(one.notes), count=produced.get(one.id, 0),
            )  # fmt: skip


def lesson_facts(lessons: Iterable[Lesson], period: Period, but_of: str | None = None) -> Iterator[Fact]:
    """Lessons that were learnt in the period; a translation is not another one, a retired one none."""
    lessons = list(lessons)
    there = {one.id for one in lessons}
    for one in lessons:
        told = one.translation_of in there or one.state is LessonState.RETIRED
        if told or not period.holds(one.learnt_on) or one.learnt_on is None:
            continue
        if but_of is not None and one.retrospective == but_of:
            continue
        tone = {Polarity.SUCCESS: FactTone.GOOD, Polarity.FAILURE: FactTone.BAD}
        title = "lesson_drafted" if one.state is LessonState.DRAFT else "lesson_learnt"
        yield fact(
            FactKind.LESSON, "learnt", one.learnt_on, title, one,
            tone[one.polarity] if one.polarity else FactTone.NEUTRAL, name=one.title,
        )  # fmt: skip


def _open(one: ActionItem, period: Period) -> Fact | None:
    if one.due is not None and one.due < period.last:
        days = (period.last - one.due).days
        day = max(one.due, period.start or one.due)
        return fact(
            FactKind.ACTION, "state", day, "action_overdue", one, FactTone.BAD,
            name=one.title, days=days, count=one.carry_count, due=one.due.isoformat(),
        )  # fmt: skip
    if one.carry_count >= CARRIED_OFTEN:
        return fact(
            FactKind.ACTION, "state", _since(one, period), "action_carried", one, FactTone.BAD,
            name=one.title, count=one.carry_count,
        )  # fmt: skip
    if period.holds(one.due) and one.due is not None:
        return fact(FactKind.ACTION, "state", one.due, "action_due", one, name=one.title)
    return None


def _rest(waiting: Sequence[ActionItem], period: Period) -> Fact:
    oldest = min(waiting, key=lambda one: (one.opened_on or date.max, one.id))
    since = oldest.opened_on
    return Fact(
        id=f"actions:{oldest.project}#open", kind=FactKind.ACTION, day=_since(oldest, period), until=period.last,
        title="actions_open" if since else "actions_open_undated",
        values={
            "count": len(waiting), "name": oldest.title, "since": since.isoformat() if since else None,
            "days": (period.last - since).days if since else None,
        },
        record=oldest.id, label=oldest.label,
    )  # fmt: skip


def _since(one: ActionItem, period: Period) -> date:
    day = one.opened_on or period.start or period.last
    return min(period.last, max(day, period.start or day))
