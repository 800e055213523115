"""What a project cost and brought, entry by entry, and what one currency was worth in another."""

from __future__ import annotations

from datetime import date as CivilDate
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from ..schema import Label
from .projects import Currency
from .record import NonEmpty, Record, Text


class ExchangeRate(Record):
    """What one unit of a currency was worth in another on a day; it holds until the next day that is known."""

    label: ClassVar[Label] = Label.EXCHANGE_RATE

    base: Currency
    quote: Currency
    date: CivilDate
    rate: Decimal = Field(gt=0)


class MoneyEntry(Record):
    """A dated amount; expected and actual ones are kept apart.

    `share` is the part of it that this subject may claim when several contributed to it: each has an
    entry of its own with the whole amount, and `shared` names what they have in common. `reason` says
    why it `corrects` an earlier one; an amount of 0 takes that back.
    """

    subject: NonEmpty
    date: CivilDate
    amount: Decimal
    currency: Currency
    expected: bool = False
    share: float = Field(default=1.0, gt=0, le=1)
    shared: str | None = None
    note: Text | None = None
    corrects: str | None = None
    reason: Text | None = None


class CostEntry(MoneyEntry):
    """Money spent on a project or outcome."""

    label: ClassVar[Label] = Label.COST_ENTRY


class BenefitEntry(MoneyEntry):
    """Money's worth that an outcome brought."""

    label: ClassVar[Label] = Label.BENEFIT_ENTRY
