"""Every rate at which dated amounts are worth nothing together: none is missed and none is made up.

With x = ln(1 + rate) the present value is a sum of a·exp(-x·t). It has at most as many zeros as its
amounts, in order of time, change their sign. Multiplied by exp(x·c), with c between two amounts of
unlike sign, and differentiated, it has one change less; the zeros of that are the only places
between which this one can turn. So the zeros are found from the simplest sum upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, expm1, log

LOWEST, HIGHEST = -0.999, 1000.0
"""Rates beyond these are not looked for: a loss of all but a thousandth a year, a gain of a thousandfold."""
_TINY = 1e-13
_HALVINGS = 200

Terms = list[tuple[float, float]]


def rates_of(terms: Sequence[tuple[float, float]]) -> list[float]:
    """Rates between `LOWEST` and `HIGHEST`, lowest first, of (years, amount) pairs."""
    summed: dict[float, float] = {}
    for years, amount in terms:
        summed[years] = summed.get(years, 0.0) + amount
    ordered = [(years, amount) for years, amount in sorted(summed.items()) if amount]
    found: list[float] = []
    for x in _zeros(ordered, log(1 + LOWEST), log(1 + HIGHEST)):
        if not found or x - found[-1] > 1e-9:
            found.append(x)
    return [expm1(x) for x in found]


def _zeros(terms: Terms, low: float, high: float) -> list[float]:
    change = next((i for i, (one, two) in enumerate(pairwise(terms)) if one[1] * two[1] < 0), None)
    if change is None:
        return []
    middle = (terms[change][0] + terms[change + 1][0]) / 2
    turns = _zeros([(t, a * (middle - t)) for t, a in terms], low, high)
    found = []
    for start, stop in pairwise([low, *turns, high]):
        at_start, at_stop = _value(terms, start), _value(terms, stop)
        if at_start * at_stop < 0:
            found.append(_between(terms, start, stop, at_start))
        elif at_stop == 0 and stop != high:
            found.append(stop)  # it only touches zero there
    return found


def _between(terms: Terms, start: float, stop: float, at_start: float) -> float:
    for _ in range(_HALVINGS):
        middle = (start + stop) / 2
        if middle in (start, stop):
            break
        if (_value(terms, middle, exact=True) > 0) == (at_start > 0):
            start = middle
        else:
            stop = middle
    return (start + stop) / 2


def _value(terms: Terms, x: float, *, exact: bool = False) -> float:
    """The sum but for a positive factor, so that nothing overflows; what is lost in rounding is zero."""
    most = max(-x * t for t, _ in terms)
    parts = [a * exp(-x * t - most) for t, a in terms]
    value = sum(parts)
    return 0.0 if not exact and abs(value) <= _TINY * sum(map(abs, parts)) else value
