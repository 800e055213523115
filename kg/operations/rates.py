"""Exchange rates of the organisation, by day."""

from __future__ import annotations

from datetime import UTC
from datetime import date as CivilDate
from decimal import Decimal

from pydantic import Field, model_validator

from ..domain import ExchangeRate, Role, derive_id
from ..domain.projects import Currency
from ..domain.rates import rounded
from ..errors import InvalidRequest
from ..queries import statement
from ..store.records import get_record, put_records
from .measured_subjects import rates_between
from .measurement_views import RateUsed
from .refusals import unfit
from .table import Context, Request, Response, operation


class AddRate(Request):
    """One unit of `base` was worth `rate` of `quote` on a day, or today; the same pair and day again changes it."""

    base: Currency
    quote: Currency
    date: CivilDate | None = None
    rate: Decimal = Field(gt=0, max_digits=30)

    @model_validator(mode="after")
    def _joins_two(self) -> AddRate:
        if self.base == self.quote:
            said = f"a rate is between two currencies, not {self.base} and {self.quote}"
            raise unfit("one_currency", "quote", said)
        return self


class RateKept(Response):
    """A rate that was kept."""

    rate: ExchangeRate
    created: bool


class ListRates(Request):
    """Of which currency, and up to which day."""

    currency: Currency | None = None
    until: CivilDate | None = None
    limit: int = Field(default=200, ge=1, le=5000)


class RateList(Response):
    """Rates, the newest first."""

    rates: list[ExchangeRate]
    total: int


class ConvertMoney(Request):
    """An amount of one currency to see in another, by the rate of a day."""

    amount: Decimal = Field(max_digits=30)
    base: Currency
    quote: Currency
    date: CivilDate


class MoneyConverted(Response):
    """The amount in the other currency, and the rates that were used."""

    amount: Decimal
    currency: str
    rates: list[RateUsed]


@operation(Role.PMO, audited=True)
def add_rate(context: Context, request: AddRate) -> RateKept:
    """Add or change what a currency was worth in another on a day."""
    today = context.now.astimezone(UTC).date()
    day = request.date or today
    if day > today:
        raise InvalidRequest(
            f"date: {day} is still to come (today is {today}).", field="date", why="to_come", value=str(day)
        )
    key = derive_id("rate", request.base, request.quote, day.isoformat())
    made = ExchangeRate.parse({"id": key, **request.model_dump(), "date": day})
    held = get_record(context.store, ExchangeRate, key)
    with context.store.transaction() as tx:
        put_records(tx, [made], at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=key, before_hash=held.content_hash() if held else None, after_hash=made.content_hash()
    )  # fmt: skip
    return RateKept(rate=get_record(context.store, ExchangeRate, key) or made, created=held is None)


@operation(Role.MEMBER)
def list_rates(context: Context, request: ListRates) -> RateList:
    """Exchange rates that are known, the newest first."""
    rows = context.store.read(
        statement("measurements.rates_of"),
        currencies=[request.currency] if request.currency else None,
        until=request.until.isoformat() if request.until else None,
    )
    found = [ExchangeRate.from_properties(row["record"]) for row in reversed(rows)]
    return RateList(rates=found[: request.limit], total=len(found))


@operation(Role.MEMBER)
def convert_money(context: Context, request: ConvertMoney) -> MoneyConverted:
    """An amount in another currency by the rate of a day, and how it was converted."""
    rates = rates_between(context.store, [request.base, request.quote], request.date)
    made = rates.convert(request.amount, request.base, request.quote, request.date)
    return MoneyConverted(
        amount=rounded(made.amount, made.currency), currency=made.currency,
        rates=[RateUsed.of(step) for step in made.steps],
    )  # fmt: skip
