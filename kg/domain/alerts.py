"""What an alarm rule found, whom it concerns, and what helped others."""

from __future__ import annotations

from datetime import date as CivilDate
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from ..schema import Label
from .record import Instant, NonEmpty, Record, Text, nested


class AlertState(StrEnum):
    """What became of an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Remedy(BaseModel):
    """What a project did that recovered from the like; the precedent it is taken from comes with it.

    `why` is the key of its words (`alerts.why.<why>`). The precedent is `outcome`: it was `deviation`
    short on `fell_on` and back on course on `recovered_on`.
    """

    model_config = ConfigDict(extra="forbid")

    text: str
    lesson: str | None = None
    practice: str | None = None
    action: str | None = None
    project: str | None = None
    project_name: str | None = None
    outcome: str | None = None
    outcome_title: str | None = None
    same_type: bool = False
    deviation: float | None = None
    fell_on: CivilDate | None = None
    recovered_on: CivilDate | None = None
    why: str = ""


class Alert(Record):
    """An outcome or project that is off course, and what came of it.

    `fingerprint` names the occasion: a rule finds the same one once. `deviation` is the share by
    which what was observed falls short of what was expected.
    """

    label: ClassVar[Label] = Label.ALERT

    subject: NonEmpty
    rule: NonEmpty
    fingerprint: str | None = None
    title: str | None = None
    owner: str | None = None
    state: AlertState = AlertState.OPEN
    expected: float | None = None
    observed: float | None = None
    deviation: float | None = None
    observed_on: CivilDate | None = None
    details: dict[str, Any] = nested(dict)
    remedies: list[Remedy] = nested(list)
    opened_at: Instant
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    snoozed_until: CivilDate | None = None
    escalated_at: Instant | None = None
    escalated_to: str | None = None
    closed_at: Instant | None = None
    closed_by: str | None = None
    reason: Text | None = None
