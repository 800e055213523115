"""Costs and benefits as they are asked for and shown."""

from __future__ import annotations

from datetime import date as CivilDate
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from ..domain import CostEntry
from ..domain.money import claimed
from ..domain.money_entries import MoneyEntry
from ..domain.rates import MissingRate
from .table import Request, Response


class AddMoney(Request):
    """A dated amount of a project or an outcome; `expected` for what is still planned.

    `share` is the part of it that the subject may claim, above 0 and at most 1. `shared` names a
    benefit (or cost) that several have parts of: all their shares of one day are at most 1 together.
    The same with the same `key` is entered once, however often it is sent.
    """

    subject: str
    date: CivilDate
    amount: Decimal
    currency: str = Field(max_length=20)
    expected: bool = False
    share: float = 1.0
    shared: str | None = Field(default=None, min_length=1, max_length=300)
    note: str | None = Field(default=None, max_length=10_000)
    key: str | None = Field(default=None, max_length=200)


class Contributor(BaseModel):
    """A project or outcome that had a part in a benefit."""

    subject: str
    weight: float = 1.0


class ShareBenefit(Request):
    """One benefit that several brought about together; their shares follow from their weights.

    The same with the same `key` is entered once, however often it is sent.
    """

    contributors: list[Contributor] = Field(min_length=1, max_length=100)
    date: CivilDate
    amount: Decimal
    currency: str = Field(max_length=20)
    expected: bool = False
    shared: str | None = Field(default=None, min_length=1, max_length=300)
    note: str | None = Field(default=None, max_length=10_000)
    key: str | None = Field(default=None, max_length=200)


class CorrectMoney(Request):
    """Which entry, what it should have said, and why; what is not given stays. An amount of 0 takes it back."""

    id: str
    amount: Decimal | None = None
    date: CivilDate | None = None
    currency: str | None = Field(default=None, max_length=20)
    share: float | None = None
    expected: bool | None = None
    note: str | None = Field(default=None, max_length=10_000)
    reason: str | None = Field(default=None, max_length=10_000)


class ListMoney(Request):
    """Of which project or outcome; `corrected` shows what was corrected, too, `newest_first` turns the order round."""

    subject: str
    kind: Literal["cost", "benefit"] | None = None
    expected: bool | None = None
    corrected: bool = False
    newest_first: bool = False
    limit: int = Field(default=200, ge=1, le=5000)
    offset: int = Field(default=0, ge=0)


class Replaced(BaseModel):
    """What became of an entry that no longer counts: corrected or taken back by whom, when and why."""

    id: str
    by: str | None = None
    at: datetime | None = None
    reason: str | None = None
    taken_back: bool = False


class MoneyRow(BaseModel):
    """An entry, the part of its amount that its subject may claim, and whether the visitor may correct it."""

    kind: Literal["cost", "benefit"]
    id: str
    subject: str
    subject_title: str | None = None
    date: CivilDate
    amount: Decimal
    currency: str
    expected: bool
    share: float
    shared: str | None = None
    claimed: Decimal
    note: str | None = None
    corrects: str | None = None
    corrected: bool = False
    replaced: Replaced | None = None
    reason: str | None = None
    recorded_by: str | None = None
    recorded_at: datetime | None = None
    may_correct: bool = False


class MoneyEntered(Response):
    """What was entered; `missing_rates` are those without which it cannot be summed up yet."""

    project: str
    entries: list[MoneyRow]
    missing_rates: list[MissingRate] = []


class MoneyList(Response):
    """Entries of a project with its outcomes, or of one outcome, by day; corrected ones say what became of them."""

    project: str
    project_name: str
    currency: str | None = None
    entries: list[MoneyRow]
    total: int


def row_of(
    entry: MoneyEntry, title: str | None = None, correction: MoneyEntry | None = None, *, correctable: bool = False
) -> MoneyRow:
    """An entry as it is shown.

    Args:
        entry: The entry.
        title: What its subject is called.
        correction: The entry that corrects it.
        correctable: Who asks may correct it, unless that was done already.
    """
    replaced = correction and Replaced(
        id=correction.id, by=correction.recorded_by, at=correction.recorded_at, reason=correction.reason,
        taken_back=not correction.amount,
    )  # fmt: skip
    return MoneyRow(
        kind=kind_of(entry), subject_title=title, claimed=claimed(entry), corrected=correction is not None,
        replaced=replaced, may_correct=correctable and correction is None,
        **entry.model_dump(
            include={
                "id", "subject", "date", "amount", "currency", "expected", "share", "shared", "note", "corrects",
                "reason", "recorded_by", "recorded_at",
            }
        ),
    )  # fmt: skip


def kind_of(entry: MoneyEntry) -> Literal["cost", "benefit"]:
    """What an entry is."""
    return "cost" if isinstance(entry, CostEntry) else "benefit"
