"""The words and signs around a number: which kind of value they make it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from .numerals import SCALES, NotANumber, plain_text, split_number
from .outcomes import UnitKind
from .unit_names import unit_word

_CODES = """
AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK DZD EGP ETB EUR GBP GHS HKD HUF IDR ILS INR ISK JPY KES KRW KWD
KZT LKR MAD MMK MOP MXN MYR NGN NOK NPR NZD OMR PEN PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SEK SGD THB TND TRY TWD
TZS UAH UGX USD UYU VND XAF XOF ZAR ZMW
XDR AFN ALL AMD AZN BAM BIF BND BOB BTN BWP BYN CDF CRC CVE DJF DOP ERN FJD GEL GMD GNF GTQ HNL HTG IQD IRR JMD JOD
KGS KHR KMF LAK LBP LRD LYD MDL MGA MKD MNT MRU MUR MVR MWK MZN NAD NIO PGK SCR SDG SLE SOS SYP TJS TMT TTD UZS YER
"""
CODES = frozenset(_CODES.split())
"""Currency codes that are known without being told."""

_NAMES = {
    "USD": "us$ 美元 美金 dollar dollars", "CNY": "rmb 人民币 人民币元 元人民币 元 块 yuan", "EUR": "€ 欧元 euro euros",
    "GBP": "£ 英镑 pounds", "JPY": "日元 yen", "HKD": "hk$ 港元 港币", "TWD": "nt$ 新台币", "AUD": "a$", "CAD": "c$",
    "SGD": "s$", "INR": "₹ 卢比", "KRW": "₩ 韩元",
}  # fmt: skip
_SIGNS = {name: code for code, names in _NAMES.items() for name in names.split()}
SHARED_SIGNS: dict[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "HKD", "SGD", "NZD", "TWD", "MXN"),
    "¥": ("CNY", "JPY"),
}
"""Signs that several currencies use, the likeliest first; a dollar sign alone is taken as the first."""

_PERCENT = {"%", "percent", "per cent", "pct", "个百分点", "百分点", "percentage points", "pp", "％", "百分比"}
_YES = {"yes", "y", "true", "是", "有", "对", "达成", "已达成", "完成", "已完成", "通过", "done", "✓", "✔"}
_NO = {"no", "n", "false", "否", "无", "不", "没有", "未达成", "未完成", "未通过", "不是", "✗", "✘"}
_YES_NO = {"yes/no", "yes no", "是/否", "是否", "true/false", "y/n"}

_SAME = (
    {"hour", "hours", "h", "hr", "hrs", "小时", "个小时", "工时"}, {"day", "days", "d", "天", "日"},
    {"minute", "minutes", "min", "mins", "分钟"}, {"second", "seconds", "s", "sec", "secs", "秒"},
    {"week", "weeks", "周", "星期"}, {"month", "months", "月", "个月"}, {"year", "years", "年"},
    {"person", "persons", "people", "人", "名", "位"}, {"point", "points", "pt", "pts", "分"},
    {"time", "times", "次"}, {"piece", "pieces", "pcs", "item", "items", "件", "个", "项"},
    {"customer", "customers", "客户", "位客户"}, {"user", "users", "用户"}, {"household", "households", "户", "家庭"},
    {"tonne", "tonnes", "t", "吨"}, {"km", "kilometre", "kilometres", "kilometer", "kilometers", "公里", "千米"},
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What a text says of itself.

    Attributes:
        kind: The kind that its signs make it; None when nothing tells.
        number: Its number, if there is one.
        currency: A currency it names.
        sign: The sign it names it with.
        unit: Words that are none of these.
        power: The power of ten in a unit of money that stands without a number (`万元`: 4).
    """

    kind: UnitKind | None = None
    number: Decimal | None = None
    currency: str | None = None
    sign: str | None = None
    unit: str | None = None
    power: int = 0


def read_written(text: str, own: str | None = None) -> Written:
    """What a text says of itself, whatever it is for.

    Args:
        text: Such as `USD 1.2m`, `12 小时`, `是`, or the name of a unit alone.
        own: The name of the unit it should be in: words that are this are no multiplier (`3 m` of metres).

    Raises:
        NotANumber: Its digits cannot be read.
    """
    bare = plain_text(text)
    low = bare.casefold()
    if low in _YES_NO:
        return Written(kind=UnitKind.YES_NO)
    if low in _YES or low in _NO:
        return Written(kind=UnitKind.YES_NO, number=Decimal(int(low in _YES)))
    if low.startswith("百分之"):
        before, number, after = split_number(bare[3:])
        if number is not None and not before and not after:
            return Written(kind=UnitKind.PERCENT, number=number)
    own = plain_text(own) if own else None
    if own and len(own) < len(bare) and low.endswith(own.casefold()):
        before, number, after = split_number(bare[: -len(own)])
        if number is not None and not before and not after:
            return Written(number=number, unit=own)
    before, number, after = split_number(bare)
    if number is None and (scaled := _scaled_money(bare)) is not None:
        return scaled
    found = Written(number=number)
    for words in (before, after):
        if words:
            found = _joined(found, words)
    return found


def same_unit(one: str, other: str) -> bool:
    """True when two names mean one unit: `h`, `hours` and `小时`; also what pages call it in Chinese."""
    first, second = _bare(one), _bare(other)
    if unit_word(first, "zh") == unit_word(second, "zh"):
        return True
    return any(first in names and second in names for names in _SAME)


def sign_meanings(sign: str | None) -> tuple[str, ...]:
    """The currencies that a sign may stand for."""
    return SHARED_SIGNS.get(sign or "", ())


def _joined(found: Written, words: str) -> Written:
    if words.casefold().strip(" .") in _PERCENT:
        if found.kind is UnitKind.CURRENCY:
            raise NotANumber("it is both an amount of money and a percentage")
        return replace(found, kind=UnitKind.PERCENT)
    money = _money(words)
    if money is None:
        return replace(found, unit=f"{found.unit} {words}" if found.unit else words)
    if found.kind is UnitKind.PERCENT:
        raise NotANumber("it is both an amount of money and a percentage")
    named = [one for one in (found, money) if one.currency and one.sign is None]
    signs = [one.sign for one in (found, money) if one.sign]
    if len({one.currency for one in named}) > 1 or any(
        one.currency not in sign_meanings(sign) for one in named for sign in signs
    ):
        raise NotANumber("it names two currencies")
    best = named[0] if named else money
    return replace(found, kind=UnitKind.CURRENCY, currency=best.currency, sign=best.sign)


def _money(words: str) -> Written | None:
    bare = words.replace(" ", "")
    low = bare.casefold()
    if bare.upper() in CODES and len(bare) == 3:
        return Written(currency=bare.upper())
    if low in _SIGNS:
        return Written(currency=_SIGNS[low])
    if bare == "$":
        return Written(currency="USD", sign="$")
    if bare == "¥":
        return Written(sign="¥")
    if len(bare) == 4 and bare[-1] in SHARED_SIGNS and bare[:3].upper() in CODES:
        return Written(currency=bare[:3].upper())
    return None


def _scaled_money(words: str) -> Written | None:
    """A unit such as `万元` or `USD million`."""
    parts = re.fullmatch(r"([千万萬十百亿億]+)(.+)", words)
    pairs = [parts.groups()] if parts else [tuple(words.split()), tuple(reversed(words.split()))]
    for pair in pairs:
        if len(pair) == 2 and len(pair[0]) > ("a" <= pair[0][0].casefold() <= "z") and pair[0].casefold() in SCALES:
            money = _money(pair[1])
            if money is not None:
                return replace(money, kind=UnitKind.CURRENCY, power=SCALES[pair[0].casefold()])
    return None


def _bare(name: str) -> str:
    return re.sub(r"\s+", " ", plain_text(name).casefold()).strip(" .")
