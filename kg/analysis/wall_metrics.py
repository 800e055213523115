"""Changes of level of the figures of a project, as facts for the wall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..domain import Direction, Measurement, Outcome, ProcessMetric
from ..domain.wall import Fact, FactKind, FactTone, Period
from ..schema import Label
from .change_points import change_points


@dataclass
class Series:
    """A figure over time.

    Attributes:
        key: Id of the outcome, or `process:<name>`.
        name: What is measured.
        unit: Its unit of measure.
        direction: Which way is better; None where nobody says.
        record: Id of the outcome; None for a process metric.
        points: Days and values in any order; values of one day count as their mean.
    """

    key: str
    name: str
    unit: str = ""
    direction: Direction | None = None
    record: str | None = None
    points: list[tuple[date, float]] = field(default_factory=list)


def series_of(
    outcomes: Iterable[Outcome], measurements: Iterable[Measurement], metrics: Iterable[ProcessMetric]
) -> list[Series]:
    """The figures of a project: one series an outcome, one a process metric."""
    found = {
        one.id: Series(one.id, one.metric or one.title, one.unit_of_measure or "", one.direction, one.id)
        for one in outcomes
    }
    for measured in measurements:
        if measured.subject in found:
            found[measured.subject].points.append((measured.date, measured.value))
    for metric in metrics:
        key = f"process:{metric.name}"
        own = found.setdefault(key, Series(key, metric.name, metric.unit_of_measure or ""))
        own.points.append((metric.date, metric.value))
    return [found[key] for key in sorted(found) if found[key].points]


def metric_facts(series: Sequence[Series], period: Period) -> Iterator[Fact]:
    """Changes of level whose first value lies in the period, told from what was measured until its end."""
    for one in series:
        days: dict[date, list[float]] = {}
        for day, value in one.points:
            if day <= period.last:
                days.setdefault(day, []).append(value)
        order = sorted(days)
        values = [sum(days[day]) / len(days[day]) for day in order]
        for change in change_points(values):
            when = order[change.place]
            if period.holds(when):
                rises = change.after > change.before
                yield Fact(
                    id=f"{one.key}#change:{when.isoformat()}", kind=FactKind.METRIC, day=when,
                    title="metric_rose" if rises else "metric_fell",
                    values={
                        "name": one.name, "before": change.before, "after": change.after, "unit": one.unit,
                        "chance": change.chance,
                    },
                    record=one.record, label=Label.OUTCOME if one.record else None, tone=_tone(one.direction, rises),
                )  # fmt: skip


def _tone(direction: Direction | None, rises: bool) -> FactTone:
    if direction is None or direction is Direction.MAINTAIN:
        return FactTone.NEUTRAL if direction is None else FactTone.BAD
    return FactTone.GOOD if rises is (direction is Direction.INCREASE) else FactTone.BAD
