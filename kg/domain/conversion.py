"""Amounts of one currency in another by dated rates: a rate holds until the next day that is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from .outcomes import ExchangeRate

_DIGITS = 40


@dataclass(frozen=True)
class UsedRate:
    """A rate by which an amount was converted; `inverse` when it was written the other way round."""

    base: str
    quote: str
    date: date
    rate: Decimal
    inverse: bool = False


@dataclass(frozen=True)
class MissingRate:
    """Two currencies between which no rate is known on a day."""

    base: str
    quote: str
    day: date


class DatedRates:
    """Exchange rates by pair and day.

    Args:
        rates: All that are known.
    """

    def __init__(self, rates: Iterable[ExchangeRate]) -> None:
        self._known: dict[tuple[str, str], dict[date, Decimal]] = {}
        for rate in rates:
            self._known.setdefault((rate.base, rate.quote), {})[rate.date] = rate.rate

    def convert(
        self, amount: Decimal, base: str, quote: str, day: date
    ) -> tuple[Decimal, UsedRate | None] | MissingRate:
        """An amount in another currency with the rate that was used; what is missing where there is none.

        The latest rate on or before the day counts, whichever way round it is written.
        """
        if base == quote:
            return amount, None
        forth, back = self._latest(base, quote, day), self._latest(quote, base, day)
        if forth is None and back is None:
            return MissingRate(base, quote, day)
        with localcontext() as context:
            context.prec = _DIGITS
            if forth is not None and (back is None or forth >= back):
                rate = self._known[base, quote][forth]
                return amount * rate, UsedRate(base, quote, forth, rate)
            assert back is not None
            rate = self._known[quote, base][back]
            return amount / rate, UsedRate(quote, base, back, rate, inverse=True)

    def _latest(self, base: str, quote: str, day: date) -> date | None:
        return max((known for known in self._known.get((base, quote), ()) if known <= day), default=None)
