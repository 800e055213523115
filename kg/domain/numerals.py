"""Numbers as people write them: `1,200.50`, `1.200,50`, `1 200`, `1.2万`, `2.5 million`, `(300)`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

SCALES = {
    "千": 3, "万": 4, "萬": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "億": 8, "十亿": 9, "百亿": 10, "千亿": 11,
    "万亿": 12, "k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "millions": 6, "bn": 9, "billion": 9,
    "billions": 9, "tn": 12, "trillion": 12,
}  # fmt: skip
"""Words that multiply a number, with their power of ten."""

_SPACES = re.compile(r"[\s'’_\u00a0\u202f\u2009]+")
_DIGITS = re.compile(r"\d[\d.,'’_\s\u00a0\u202f\u2009]*|[.,]\d+")


class NotANumber(ValueError):
    """What was written cannot be read as a number; says why."""


def plain_text(text: str) -> str:
    """A text with full-width forms made ordinary, a true minus made a hyphen, and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("–", "-").split())


def split_number(text: str) -> tuple[str, Decimal | None, str]:
    """What stands before a number, the number, and what stands after it; no number gives None.

    A word that multiplies (`万`, `million`) belongs to the number, as do its sign and brackets.

    Raises:
        NotANumber: There are two numbers, or its separators make no sense.
    """
    bare = plain_text(text)
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1].strip() if negative else bare
    found = list(_DIGITS.finditer(bare))
    if not found:
        return bare, None, ""
    if len(found) > 1:
        raise NotANumber("there is more than one number in it")
    digits = found[0].group().rstrip(" ")
    before, after = bare[: found[0].start()].strip(), bare[found[0].end() :].strip()
    if digits.endswith((".", ",")):
        raise NotANumber(f"{digits!r} ends with a separator")
    sign, before = _sign(before, negative)
    power, after = _scale(after)
    return before, sign * _number(digits).scaleb(power), after


def _sign(before: str, negative: bool) -> tuple[int, str]:
    signs = before.count("-")
    if signs > 1 or (signs and (negative or not (before.startswith("-") or before.endswith("-")))):
        raise NotANumber("its sign cannot be read")
    return (-1 if signs or negative else 1), before.strip("-").removeprefix("+").removesuffix("+").strip()


def _scale(after: str) -> tuple[int, str]:
    word = re.match(r"[a-z]+|[千万萬十百亿億]+", after, re.IGNORECASE)
    if word is None or word.group().casefold() not in SCALES:
        return 0, after
    return SCALES[word.group().casefold()], after[word.end() :].strip()


def _number(digits: str) -> Decimal:
    """Digits with separators; a single comma before three digits groups them, else it is the decimal sign."""
    if _SPACES.search(digits):
        if not re.fullmatch(r"\d{1,3}(?:[\s'’_\u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?", digits):
            raise NotANumber(f"the digits of {digits!r} are not in groups of three")
        digits = _SPACES.sub("", digits)
        return Decimal(digits.replace(",", "."))
    commas, dots = digits.count(","), digits.count(".")
    if commas and dots:
        decimal, grouping = (",", ".") if digits.rindex(",") > digits.rindex(".") else (".", ",")
        whole, _, rest = digits.partition(decimal)
        if decimal in rest or grouping in rest:
            raise NotANumber(f"the separators of {digits!r} contradict each other")
        return Decimal(f"{_ungrouped(whole, grouping)}.{rest}")
    if commas == 1 and not re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        return Decimal(digits.replace(",", "."))
    if commas or dots > 1:
        return Decimal(_ungrouped(digits, "," if commas else "."))
    return Decimal(digits)


def _ungrouped(digits: str, separator: str) -> str:
    sep = re.escape(separator)
    if not re.fullmatch(rf"\d{{1,3}}(?:{sep}\d{{3}})+|\d{{1,2}}(?:{sep}\d{{2}})+{sep}\d{{3}}", digits):
        raise NotANumber(f"the digits of {digits!r} are not in groups of three")
    return digits.replace(separator, "")
