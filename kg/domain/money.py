"""Rules of money entries: what counts, whose part of it, and which currencies there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from ..errors import BadAmount, BadWeight, UnknownCurrency, nearest
from .money_entries import MoneyEntry

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
    "LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP "
    "PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XDR XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CODES.split())
"""Currencies in use, by their ISO 4217 codes."""

COMMON = ("USD", "EUR", "CNY", "GBP", "JPY", "CHF", "CAD", "AUD", "HKD", "SGD", "INR")
"""Those that are proposed first where somebody mistyped one."""

MEANT = {"RMB": "CNY", "CNH": "CNY", "€": "EUR", "EURO": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "UKP": "GBP"}
"""What people write for a currency."""

MOST = Decimal(10) ** 15
PLACES = 6
"""Decimal places that an amount may have."""


class Corrigible(Protocol):
    """What a later entry of the same kind may correct."""

    @property
    def id(self) -> str: ...
    @property
    def corrects(self) -> str | None: ...


C = TypeVar("C", bound=Corrigible)


def in_force(entries: Iterable[C]) -> list[C]:
    """The entries that no other one corrects: what counts now."""
    everything = list(entries)
    corrected = {entry.corrects for entry in everything if entry.corrects}
    return [entry for entry in everything if entry.id not in corrected]


def claimed(entry: MoneyEntry) -> Decimal:
    """The part of an amount that its subject may claim."""
    return entry.amount if entry.share == 1 else entry.amount * Decimal(repr(entry.share))


def check_currency(code: str) -> str:
    """The code of a currency that is in use.

    Raises:
        UnknownCurrency: There is none; names the nearest.
    """
    wanted = code.strip().upper()
    if wanted in CURRENCIES:
        return wanted
    near = MEANT.get(wanted) or nearest(wanted, COMMON) or nearest(wanted, CURRENCIES)
    hint = f" Did you mean {near}?" if near else ""
    raise UnknownCurrency(
        f"{code!r} is no currency in use: give its ISO 4217 code, such as EUR or CNY.{hint}",
        field="currency", currency=code, nearest=near,
    )  # fmt: skip


def check_amount(amount: Decimal, *, zero: bool = False) -> Decimal:
    """An amount that can be entered.

    Raises:
        BadAmount: It is negative, zero, too large or too fine.
    """
    if amount < 0 or (amount == 0 and not zero):
        raise BadAmount(
            f"An amount is above zero, not {amount}. What was entered wrongly is corrected, not entered negatively; "
            "money that came back is a benefit.",
            field="amount", amount=str(amount),
        )  # fmt: skip
    exponent = amount.as_tuple().exponent
    if amount > MOST or (isinstance(exponent, int) and exponent < -PLACES):
        raise BadAmount(
            f"{amount} is out of bounds: an amount is at most {MOST:f} and has at most {PLACES} decimal places.",
            field="amount", amount=str(amount),
        )  # fmt: skip
    return amount


def check_weight(weight: float) -> float:
    """A weight that can be given.

    Raises:
        BadWeight: It is not above zero, or no number to reckon with.
    """
    if not 0 < weight <= 1e9:
        raise BadWeight(
            f"A weight is a number above zero, not {weight:g}. To take something out, remove it.",
            field="weight", weight=f"{weight:g}",
        )  # fmt: skip
    return weight


def shares_of(weights: Mapping[str, float]) -> dict[str, float]:
    """Shares of several who contributed to one benefit; they never sum to more than 1.

    Weights that sum to at most 1 are shares already (the rest belongs to nobody here); larger ones
    are divided by their sum. The last one takes what rounding leaves.

    Raises:
        BadWeight: A weight is not above zero.
    """
    for weight in weights.values():
        check_weight(weight)
    whole = sum((Decimal(repr(weight)) for weight in weights.values()), Decimal(0))
    if whole <= 1:
        return dict(weights)
    found: dict[str, float] = {}
    left = Decimal(1)
    names = list(weights)
    for name in names[:-1]:
        share = (Decimal(repr(weights[name])) / whole).quantize(Decimal("1e-12"))
        found[name] = float(share)
        left -= share
    found[names[-1]] = float(left)
    return found


def cumulative(flows: Sequence[tuple[date, Decimal]], start: date | None = None) -> list[tuple[date, Decimal]]:
    """Running sums by day; from zero on the start day where that is earlier."""
    days: dict[date, Decimal] = {}
    for day, amount in flows:
        days[day] = days.get(day, Decimal(0)) + amount
    found: list[tuple[date, Decimal]] = []
    if days and start is not None and start < min(days):
        found.append((start, Decimal(0)))
    so_far = Decimal(0)
    for day in sorted(days):
        so_far += days[day]
        found.append((day, so_far))
    return found
