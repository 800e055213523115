"""A series of measurements: which of them count, and all in one currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from ..errors import NoRate
from .outcomes import Measurement, UnitKind
from .rates import Rates, Step, rounded
from .units import Unit

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Measured:
    """A measurement that counts, in its metric's unit.

    Attributes:
        measurement: What was recorded.
        value: Its value in the unit of the series.
        steps: The rates by which it was converted.
    """

    measurement: Measurement
    value: float
    steps: tuple[Step, ...] = ()

    def as_recorded(self, unit: Unit) -> Measurement:
        """The measurement as if it had been measured in the series' own unit."""
        if not self.steps:
            return self.measurement
        return self.measurement.model_copy(update={"value": self.value, "currency": unit.currency})


def in_force(measurements: Iterable[Measurement]) -> list[Measurement]:
    """The measurements that count, the oldest first: those that no other one corrects, and that stand.

    Of one day the one recorded last comes last.
    """
    known = list(measurements)
    corrected = {m.corrects for m in known if m.corrects}
    return sorted((m for m in known if m.id not in corrected and not m.withdrawn), key=order)


def order(measurement: Measurement) -> tuple[object, ...]:
    """What series are sorted by: the day, then when it was recorded."""
    return (measurement.date, measurement.recorded_at or _NEVER, measurement.id)


def corrections_of(measurement: Measurement, by_id: Mapping[str, Measurement]) -> list[Measurement]:
    """What a measurement stands for, the first record first; empty when it corrects none.

    Args:
        measurement: The measurement.
        by_id: All of its subject by id.
    """
    found: list[Measurement] = []
    before = by_id.get(measurement.corrects or "")
    while before is not None and before not in found:
        found.insert(0, before)
        before = by_id.get(before.corrects or "")
    return found


def following(known: Iterable[Measurement]) -> dict[str, Measurement]:
    """The correction of each measurement that has one, by the id of what it corrects."""
    return {m.corrects: m for m in sorted(known, key=order) if m.corrects}


def newest_of(first: Measurement, corrections: Mapping[str, Measurement]) -> Measurement:
    """What stands for a measurement by now: itself, or its last correction, withdrawn or not."""
    current, seen = first, set[str]()
    while current.id in corrections and current.id not in seen:
        seen.add(current.id)
        current = corrections[current.id]
    return current


def converted(
    measurements: Sequence[Measurement], unit: Unit, rates: Rates
) -> tuple[list[Measured], list[tuple[Measurement, NoRate]]]:
    """Measurements in one unit, each by the rate of its day; and those for which no rate is known.

    Converted money is rounded to whole smallest coins, once.

    Args:
        measurements: Those that count.
        unit: The unit of the series.
        rates: All rates that are known.
    """
    found: list[Measured] = []
    left_out: list[tuple[Measurement, NoRate]] = []
    for measurement in measurements:
        given = measurement.currency
        if unit.kind is not UnitKind.CURRENCY or not unit.currency or given in (None, unit.currency):
            found.append(Measured(measurement, measurement.value))
            continue
        try:
            made = rates.convert(Decimal(repr(measurement.value)), str(given), unit.currency, measurement.date)
        except NoRate as error:
            left_out.append((measurement, error))
            continue
        found.append(Measured(measurement, float(rounded(made.amount, unit.currency)), made.steps))
    return found, left_out
