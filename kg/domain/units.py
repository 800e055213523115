"""Values by kind: which unit a metric has, and whether what was written down is a value of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ..errors import UnitMismatch
from .numerals import NotANumber
from .outcomes import UnitKind
from .unit_names import unit_word
from .written import SHARED_SIGNS, Written, read_written, same_unit, sign_meanings

if TYPE_CHECKING:
    from .objectives import KeyResult
    from .outcomes import KPI, Outcome

NO_MINOR = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF"})
"""Currencies without a smaller coin."""

_YES_NO = {"en": ("no", "yes"), "zh": ("否", "是")}


@dataclass(frozen=True)
class Unit:
    """What the values of a metric are.

    Attributes:
        kind: How values are read, shown and compared.
        currency: The code of a currency's values.
        name: What a number counts, such as `hours`; None for a bare number.
    """

    kind: UnitKind
    currency: str | None = None
    name: str | None = None

    @classmethod
    def named(cls, name: str | None, kind: UnitKind = UnitKind.NUMBER, currency: str | None = None) -> Unit:
        """The unit that a record states: its kind, or what the name of a unit tells (`%`, `EUR`, `yes/no`)."""
        bare = (name or "").strip() or None
        try:
            written = read_written(bare) if bare else Written()
        except NotANumber:
            written = Written(unit=bare)
        if kind is UnitKind.CURRENCY or (kind is UnitKind.NUMBER and currency):
            return cls(UnitKind.CURRENCY, currency or written.currency)
        if kind is not UnitKind.NUMBER:
            return cls(kind)
        if written.number is None and not written.unit and not written.power and written.kind is not None:
            return cls(written.kind, written.currency)
        return cls(UnitKind.NUMBER, name=bare)

    @classmethod
    def of(cls, subject: Outcome | KPI | KeyResult) -> Unit:
        """The unit of an outcome's, KPI's or key result's values."""
        kind = getattr(subject, "unit_kind", UnitKind.NUMBER)
        return cls.named(subject.unit_of_measure, kind, getattr(subject, "currency", None))

    def expects(self) -> str:
        """What a value of this unit looks like, for messages."""
        match self.kind:
            case UnitKind.PERCENT:
                return "a percentage, such as 12.5 %"
            case UnitKind.CURRENCY if self.currency:
                return f"an amount of money, such as {self.currency} 1,200"
            case UnitKind.CURRENCY:
                return "an amount of money with its currency, such as EUR 1,200"
            case UnitKind.YES_NO:
                return "yes or no"
            case _:
                return f"a number of {self.name}, such as 12" if self.name else "a number, such as 1,200"

    def show(self, value: float | Decimal, language: str = "en", *, currency: str | None = None) -> str:
        """A value as people of a language write it: `12.5 %`, `EUR 1,200`, `yes`, `12 hours`, `12 小时`."""
        if self.kind is UnitKind.YES_NO and value in (0, 1):
            return _YES_NO.get(language, _YES_NO["en"])[int(value)]
        text = grouped(value)
        if self.kind is UnitKind.PERCENT:
            return f"{text}%" if language == "zh" else f"{text} %"
        if self.kind is UnitKind.CURRENCY and (currency or self.currency):
            sign = "-" if text.startswith("-") else ""
            return f"{sign}{currency or self.currency} {text.removeprefix('-')}"
        return f"{text} {unit_word(self.name, language)}" if self.name else text


@dataclass(frozen=True)
class Value:
    """A value that fits its metric.

    Attributes:
        amount: The number; a percentage in per cent, yes as 1 and no as 0.
        currency: The currency it was given in.
        doubts: What a person may want to look at again, as keys (`share_as_percent`).
    """

    amount: Decimal
    currency: str | None = None
    doubts: tuple[str, ...] = ()


def read_value(
    given: str | float | bool | Decimal, unit: Unit, stated: str | None = None, currency: str | None = None
) -> Value:
    """What somebody wrote, as a value of a unit.

    A currency other than the metric's own is taken as it is: it is converted when it is read.

    Args:
        given: `12,5 %`, `1.2万`, `是`, `¥3,000`, `USD 1,200`, or a plain number.
        unit: What the metric's values are.
        stated: A unit that stood beside the value, such as a column of a table.
        currency: The same for a currency.

    Raises:
        UnitMismatch: It is a value of something else, or none; says what was expected.
    """
    shown = str(given).strip()
    try:
        written = _read(given, unit)
        own = unit.name if unit.kind is UnitKind.NUMBER else None
        beside = [read_written(text) for text in (stated, currency) if text and not (own and same_unit(text, own))]
    except NotANumber as error:
        raise mismatch(shown, unit, str(error)) from error
    for more in beside:
        if more.number is not None:
            raise mismatch(shown, unit, f"its unit is given as {stated!r}")
        written = _together(written, more, shown, unit)
    return _fitting(written, unit, shown)


def mismatch(shown: str, unit: Unit, reason: str) -> UnitMismatch:
    """The error for a value that does not fit."""
    return UnitMismatch(
        f"{shown!r} does not fit: expected {unit.expects()}; {reason}.",
        value=shown, expected=unit.expects(), reason=reason, kind=unit.kind.value, field="value",
        unit=f"（{unit_word(unit.name, 'zh') or unit.currency}）" if unit.name or unit.currency else "",
    )  # fmt: skip


def grouped(value: float | Decimal) -> str:
    """A number with grouped digits and no idle zeros; what it says is what was kept."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    text = f"{exact:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _read(given: str | float | bool | Decimal, unit: Unit) -> Written:
    if isinstance(given, bool):
        return Written(kind=UnitKind.YES_NO, number=Decimal(int(given)))
    if isinstance(given, str):
        return read_written(given, unit.name if unit.kind is UnitKind.NUMBER else None)
    number = given if isinstance(given, Decimal) else Decimal(repr(given))
    if not number.is_finite():
        raise NotANumber("it is not a finite number")
    return Written(number=number)


def _together(one: Written, more: Written, shown: str, unit: Unit) -> Written:
    """What a cell and the unit beside it say together; they may not contradict each other."""
    if one.kind and more.kind and one.kind is not more.kind:
        raise mismatch(shown, unit, f"the value is {_named(one)} and the unit beside it is {_named(more)}")
    signs = [written for written in (one, more) if written.sign in SHARED_SIGNS]
    plain = [written for written in (one, more) if written.currency and written not in signs]
    if len({written.currency for written in plain}) > 1:
        raise mismatch(shown, unit, f"the value is in {one.currency} and the unit beside it is {more.currency}")
    for written in signs:
        if plain and plain[0].currency not in sign_meanings(written.sign):
            raise mismatch(shown, unit, f"{written.sign} does not stand for {plain[0].currency}")
    if one.unit and more.unit and not same_unit(one.unit, more.unit):
        raise mismatch(shown, unit, f"the value is in {one.unit!r} and the unit beside it is {more.unit!r}")
    return Written(
        kind=one.kind or more.kind,
        number=one.number.scaleb(more.power) if one.number is not None else None,
        currency=plain[0].currency if plain else one.currency,
        sign=None if plain else one.sign or more.sign,
        unit=one.unit or more.unit,
    )


def _fitting(written: Written, unit: Unit, shown: str) -> Value:
    if written.number is None:
        raise mismatch(shown, unit, "there is no number in it" if shown else "it is empty")
    said = written.kind or (UnitKind.NUMBER if written.unit else None)
    if unit.kind is UnitKind.YES_NO:
        if said not in (None, UnitKind.YES_NO) or written.number not in (0, 1):
            raise mismatch(shown, unit, f"this is {_named(written)}")
        return Value(written.number)
    if said is not None and said is not unit.kind:
        raise mismatch(shown, unit, f"this is {_named(written)}")
    if unit.kind is UnitKind.CURRENCY:
        return Value(written.number, _currency(written, unit, shown))
    if unit.kind is UnitKind.PERCENT:
        share = said is None and 0 < abs(written.number) < 1
        return Value(written.number, doubts=("share_as_percent",) if share else ())
    if written.unit and not (unit.name and same_unit(written.unit, unit.name)):
        reason = f"this is in {written.unit!r}" + ("" if unit.name else ", and the metric has no unit")
        raise mismatch(shown, unit, reason)
    return Value(written.number)


def _currency(written: Written, unit: Unit, shown: str) -> str:
    """The currency of an amount: what it says, or the metric's own."""
    if written.sign in SHARED_SIGNS:
        meant = sign_meanings(written.sign)
        if unit.currency in meant:
            return str(unit.currency)
        if written.currency is None:
            ways = " or ".join(f"{code} {grouped(written.number or Decimal(0))}" for code in meant[:2])
            raise mismatch(shown, unit, f"{written.sign} stands for several currencies: write {ways}")
    found = written.currency or unit.currency
    if found is None:
        raise mismatch(shown, unit, "it names no currency")
    return found


def _named(written: Written) -> str:
    match written.kind:
        case UnitKind.PERCENT:
            return "a percentage"
        case UnitKind.CURRENCY:
            return f"an amount of money ({written.currency or written.sign})"
        case UnitKind.YES_NO:
            return "yes or no"
        case _:
            return f"a number of {written.unit}" if written.unit else "a number"
