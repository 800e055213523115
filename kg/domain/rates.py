"""Money of one currency in another, by the rate of its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from ..errors import NoRate
from .money_entries import ExchangeRate
from .units import NO_MINOR, grouped

PIVOTS = ("USD", "EUR", "CNY")
"""Currencies that a rate is put together by first, where there is none between two directly."""
_DIGITS = 40


@dataclass(frozen=True)
class Step:
    """One rate that was used: one `base` was worth `rate` of `quote` on `date`; `inverse` when it was divided by."""

    base: str
    quote: str
    date: date
    rate: Decimal
    inverse: bool = False

    def apply(self, amount: Decimal) -> Decimal:
        """An amount after this step."""
        return amount / self.rate if self.inverse else amount * self.rate

    def __str__(self) -> str:
        return f"{self.base} 1 = {self.quote} {grouped(self.rate)} ({self.date.isoformat()})"


@dataclass(frozen=True)
class MissingRate:
    """Two currencies between which no rate is known on a day."""

    base: str
    quote: str
    day: date


@dataclass(frozen=True)
class Converted:
    """An amount in another currency, and how it came about.

    Attributes:
        amount: The amount, not rounded: sums are rounded once, at the end (`rounded`).
        currency: Its currency.
        steps: The rates that were used, in order; none when the currency was the same already.
    """

    amount: Decimal
    currency: str
    steps: tuple[Step, ...] = ()

    @property
    def rounded(self) -> Decimal:
        """The amount in whole smallest coins."""
        return rounded(self.amount, self.currency)

    @property
    def how(self) -> str:
        """The rates in one line; empty when nothing was converted."""
        return ", ".join(map(str, self.steps))


class Rates:
    """Dated exchange rates; each holds until the next day that is known.

    Args:
        rates: All that are known; of two for one pair and day the later one in the list counts.
    """

    def __init__(self, rates: Iterable[ExchangeRate]) -> None:
        self._days: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
        for rate in rates:
            if rate.base != rate.quote:
                self._days[rate.base, rate.quote][rate.date] = rate.rate
        self._partners: dict[str, set[str]] = defaultdict(set)
        for base, quote in self._days:
            self._partners[base].add(quote)
            self._partners[quote].add(base)

    def convert(self, amount: Decimal, base: str, quote: str, day: date) -> Converted:
        """An amount of `base` in `quote` by the rates of a day.

        The latest rate between the two on or before the day counts, whichever way round it is
        written; where there is none, two rates over a third currency do: the one whose older
        rate is the youngest, of equals the first of `PIVOTS`.

        Raises:
            NoRate: There is no way from one to the other on that day; names both and the day.
        """
        if base == quote:
            return Converted(amount, quote)
        steps = self.steps(base, quote, day)
        with localcontext() as context:
            context.prec = _DIGITS
            for step in steps:
                amount = step.apply(amount)
        return Converted(amount, quote, steps)

    def steps(self, base: str, quote: str, day: date) -> tuple[Step, ...]:
        """The rates that lead from one currency to another on a day.

        Raises:
            NoRate: There are none.
        """
        direct = self._between(base, quote, day)
        if direct is not None:
            return (direct,)
        found: list[tuple[int, int, str, Step, Step]] = []
        for pivot in self._partners[base] & self._partners[quote]:
            first, second = self._between(base, pivot, day), self._between(pivot, quote, day)
            if first is not None and second is not None:
                oldest = min(first.date, second.date).toordinal()
                place = PIVOTS.index(pivot) if pivot in PIVOTS else len(PIVOTS)
                found.append((-oldest, place, pivot, first, second))
        if not found:
            raise self._missing(base, quote, day)
        *_, first, second = min(found, key=lambda way: way[:3])
        return (first, second)

    def _between(self, base: str, quote: str, day: date) -> Step | None:
        forth, back = self._latest(base, quote, day), self._latest(quote, base, day)
        if forth is not None and (back is None or forth >= back):
            return Step(base, quote, forth, self._days[base, quote][forth])
        return Step(quote, base, back, self._days[quote, base][back], inverse=True) if back is not None else None

    def _latest(self, base: str, quote: str, day: date) -> date | None:
        return max((known for known in self._days.get((base, quote), ()) if known <= day), default=None)

    def _missing(self, base: str, quote: str, day: date) -> NoRate:
        later = [known for pair in ((base, quote), (quote, base)) for known in self._days.get(pair, ()) if known > day]
        hint = f" The first one known is of {min(later)}." if later else ""
        return NoRate(
            f"There is no exchange rate from {base} to {quote} on or before {day}.{hint} "
            f"Add it: `retrobook measure rates add {base} {quote} RATE --date {day}`.",
            base=base, quote=quote, day=day.isoformat(), field="currency",
        )  # fmt: skip


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount in whole smallest coins of its currency, halves to even."""
    with localcontext() as context:
        context.prec = max(_DIGITS, amount.adjusted() + 4)
        return amount.quantize(Decimal(1) if currency in NO_MINOR else Decimal("0.01"))
