"""Alarm rules as people write them in data files, and what becomes of an alert step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ..errors import WrongAlertState
from ..schema import Label
from .alerts import Alert, AlertState
from .formats import Bilingual, Key
from .outcomes import Measurement
from .record import NonEmpty, Record


class RuleKind(StrEnum):
    """What a rule watches."""

    DEVIATION = "deviation"
    MISSED_MEASUREMENT = "missed_measurement"
    STALLED_MILESTONE = "stalled_milestone"
    ANOMALY = "anomaly"


class RelativeTo(StrEnum):
    """What a shortfall is a share of: the expected value, or the gain expected since the baseline."""

    VALUE = "value"
    GAIN = "gain"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Formula(Bilingual):
    """How a rule counts, in words; `{threshold}` and other fields of the rule are filled in."""

    en: Annotated[str, Field(min_length=1, max_length=2000)]
    zh: Annotated[str, Field(min_length=1, max_length=2000)]


class AlarmRule(_Data):
    """A rule: what it watches, from which threshold on it raises an alert, and when that closes by itself.

    Attributes:
        threshold: Of `deviation` the share below expected; of `missed_measurement` how many usual
            intervals may pass; of `stalled_milestone` days late; of `anomaly` how many standard
            deviations the smoothed residual may be off.
        recovered: The same measure, below which an alert closes by itself.
        relative_to: Of `deviation`: what the shortfall is a share of.
        least_gap: Of `deviation`: a gap smaller than this share of the way from baseline to target
            is no news.
        from_gain: Of `deviation` relative to the gain: counted once this share of the gain is expected.
        in_a_row: Of `deviation`: so many measurements, one after the other, must fall short.
        smoothing: Of `anomaly`: weight of the newest residual in the moving average.
        reference: Of `anomaly`: how many measurements must have come before.
        escalate_after: Days until an alert that nobody acknowledged goes to the manager.
    """

    key: Key
    kind: RuleKind
    name: Bilingual
    formula: Formula
    on: bool = True
    threshold: Annotated[float, Field(gt=0, le=1000)]
    recovered: Annotated[float, Field(ge=0, le=1000)] | None = None
    relative_to: RelativeTo = RelativeTo.VALUE
    least_gap: Annotated[float, Field(ge=0, le=1)] = 0.05
    from_gain: Annotated[float, Field(gt=0, le=1)] = 0.25
    in_a_row: Annotated[int, Field(ge=1, le=12)] = 1
    smoothing: Annotated[float, Field(gt=0, le=1)] = 0.4
    reference: Annotated[int, Field(ge=6, le=200)] = 8
    escalate_after: Annotated[int, Field(ge=1, le=365)] = 7

    @model_validator(mode="after")
    def _recovers_inside(self) -> Self:
        if self.recovered is not None and self.recovered > self.threshold:
            reason = f"an alert would close at {self.recovered}, above its threshold of {self.threshold}"
            raise PydanticCustomError("misfit", "{reason}", {"reason": reason, "place": ("recovered",)})
        return self

    @property
    def closes_below(self) -> float:
        """The measure below which an alert closes by itself."""
        return self.threshold if self.recovered is None else self.recovered


class AlarmRules(_Data):
    """A file of rules."""

    key: Key = "alarms"
    rules: Annotated[list[AlarmRule], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        seen: set[str] = set()
        for place, rule in enumerate(self.rules):
            if rule.key in seen:
                reason = f"there is a rule {rule.key!r} above already. Give this one another key"
                raise PydanticCustomError("misfit", "{reason}", {"reason": reason, "place": ("rules", place, "key")})
            seen.add(rule.key)
        return self


class AlarmSetting(Record):
    """What an organisation decided of a rule: whether it is on, and from which threshold it raises."""

    label: ClassVar[Label] = Label.ALARM_SETTING

    rule: NonEmpty
    on: bool
    threshold: float | None = Field(default=None, gt=0, le=1000)

    def applied(self, rule: AlarmRule) -> AlarmRule:
        """The rule as it is used here."""
        if self.threshold is None:
            return rule.model_copy(update={"on": self.on})
        share = self.threshold / rule.threshold
        recovered = None if rule.recovered is None else rule.recovered * share
        return rule.model_copy(update={"on": self.on, "threshold": self.threshold, "recovered": recovered})


class AlertStep(StrEnum):
    """What may be done to an alert."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    CLOSE = "close"


UNCLOSED = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED})
"""States of an alert that still waits for something."""

FROM: dict[AlertStep, frozenset[AlertState]] = {
    AlertStep.ACKNOWLEDGE: frozenset({AlertState.OPEN, AlertState.SNOOZED}),
    AlertStep.SNOOZE: UNCLOSED,
    AlertStep.CLOSE: UNCLOSED,
}
"""The states from which a step may be taken."""


def require_state(alert: Alert, step: AlertStep) -> None:
    """Let a step pass, or say why not.

    Raises:
        WrongAlertState: The alert stands where the step cannot be taken.
    """
    if alert.state not in FROM[step]:
        allowed = sorted(state.value for state in FROM[step])
        raise WrongAlertState(
            f"The alert is {alert.state.value}; to {step.value} it, it must be one of: {', '.join(allowed)}.",
            id=alert.id, alert_state=alert.state.value, alert_step=step.value, allowed=allowed,
        )  # fmt: skip


def by_day(counting: Iterable[Measurement]) -> list[tuple[date, float]]:
    """The values of a series, the oldest first; of one day the last.

    Args:
        counting: The measurements that count, in one unit and the oldest first.
    """
    return sorted({one.date: one.value for one in counting}.items())
