"""Facts of a tracker: how much was opened and closed, and the pieces of work that stand out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median, quantiles
from typing import Any

from pydantic import BaseModel

from .projects import WorkItem
from .wall import Fact, FactKind, FactTone, Period, fact

DONE = frozenset(
    {
        "done", "closed", "resolved", "completed", "complete", "merged", "fixed", "released",
        "已完成", "已关闭", "已解决", "完成", "关闭",
    }
)  # fmt: skip
"""Names of states, in lower case, in which a tracker's work is over."""
NOTABLE = 3
"""So many of each sort stand on the wall by name, the most striking first."""
LONG_DAYS, ENOUGH = 14, 8
"""Work is long from so many days on, where it is also far longer than so many others took."""


class Week(BaseModel):
    """What a tracker saw in a week that begins on `start`, a Monday (cut at the period's edges)."""

    start: date
    opened: int = 0
    closed: int = 0
    reopened: int = 0


@dataclass(frozen=True)
class _Item:
    item: WorkItem
    opened: date | None
    closed: date | None
    reopened: list[date]


def work_facts(items: Iterable[WorkItem], period: Period) -> tuple[list[Fact], list[Week]]:
    """Facts of the period, and its weeks.

    Transitions are read where they give an instant (`at`) and a state (`to`); coming out of a
    finished state is a reopening. An item is closed when it says so (`closed_at`).

    Args:
        items: All work of the project, older work too: it tells what is long here.
        period: The period.
    """
    read = [_read(item, period) for item in items]
    opened = [one for one in read if period.holds(one.opened)]
    closed = [one for one in read if period.holds(one.closed)]
    weeks = _weeks(opened, closed, read, period)
    facts = [*_reopened(read, period), *_long(read, closed, period)]
    if opened or closed:
        days = [day for one in opened for day in (one.opened,)] + [day for one in closed for day in (one.closed,)]
        known = [day for day in days if day is not None]
        took = [(one.closed - one.opened).days for one in closed if one.closed and one.opened]
        first = min(known)
        facts.append(
            Fact(
                id=f"work:{first.isoformat() if period.start is None else period.start.isoformat()}#flow",
                kind=FactKind.WORK, day=first, until=max(known), title="work_flow" if took else "work_opened",
                values={"opened": len(opened), "closed": len(closed), "days": float(median(took)) if took else None},
            )
        )  # fmt: skip
    return facts, weeks


def _read(item: WorkItem, period: Period) -> _Item:
    reopened = []
    done = False
    for moment, state in sorted(_transitions(item.transitions)):
        if state in DONE:
            done = True
        elif done:
            done = False
            day = period.day(moment)
            if day is not None:
                reopened.append(day)
    return _Item(item, period.day(item.opened_at), period.day(item.closed_at), reopened)


def _transitions(given: Sequence[dict[str, Any]]) -> Iterator[tuple[datetime, str]]:
    for one in given:
        moment, state = one.get("at"), one.get("to")
        if isinstance(moment, str):
            try:
                moment = datetime.fromisoformat(moment)
            except ValueError:
                continue
        if isinstance(moment, datetime) and moment.tzinfo is not None and isinstance(state, str):
            yield moment, state.strip().casefold()


def _reopened(read: Sequence[_Item], period: Period) -> Iterator[Fact]:
    found = [(one, days) for one in read if (days := [day for day in one.reopened if period.holds(day)])]
    for one, days in sorted(found, key=lambda pair: (-len(pair[1]), pair[1][0], pair[0].item.id))[:NOTABLE]:
        yield fact(
            FactKind.WORK, "reopened", days[-1], "work_reopened", one.item, FactTone.BAD,
            name=one.item.title, count=len(days),
        )  # fmt: skip


def _long(read: Sequence[_Item], closed: Sequence[_Item], period: Period) -> Iterator[Fact]:
    took = [(one.closed - one.opened).days for one in read if one.closed and one.opened and one.closed < period.end]
    if len(took) < ENOUGH:
        return
    first, middle, third = quantiles(took, n=4)
    limit = max(LONG_DAYS, third + 1.5 * (third - first))  # Tukey's fence
    done = [((one.closed - one.opened).days, one) for one in closed if one.closed and one.opened]
    for days, one in sorted(done, key=lambda pair: (-pair[0], pair[1].item.id))[:NOTABLE]:
        if days > limit and one.closed is not None:
            yield fact(
                FactKind.WORK, "closed", one.closed, "work_long", one.item,
                name=one.item.title, days=days, usual=float(middle),
            )  # fmt: skip
    waiting = [
        ((period.last - one.opened).days, one)
        for one in read
        if one.opened and one.opened <= period.last and (one.closed is None or one.closed > period.last)
    ]
    for days, one in sorted(waiting, key=lambda pair: (-pair[0], pair[1].item.id))[:NOTABLE]:
        if days > limit and one.opened is not None:
            day = max(one.opened, period.start or one.opened)
            yield fact(
                FactKind.WORK, "open", day, "work_waiting", one.item, FactTone.BAD,
                name=one.item.title, days=days, usual=float(middle), until=period.last,
            )  # fmt: skip


def _weeks(opened: Sequence[_Item], closed: Sequence[_Item], read: Sequence[_Item], period: Period) -> list[Week]:
    weeks: dict[date, Week] = {}

    def week(day: date) -> Week:
        start = day - timedelta(days=day.weekday())
        return weeks.setdefault(start, Week(start=start if period.start is None else max(start, period.start)))

    for one in opened:
        week(one.opened).opened += 1  # type: ignore[arg-type]
    for one in closed:
        week(one.closed).closed += 1  # type: ignore[arg-type]
    for one in read:
        for day in one.reopened:
            if period.holds(day):
                week(day).reopened += 1
    if weeks:
        monday, last = min(weeks), max(weeks)
        while monday < last:  # a week without work is told too
            week(monday)
            monday += timedelta(days=7)
    return [weeks[monday] for monday in sorted(weeks)]
