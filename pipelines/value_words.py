"""What a project's money came to, in words: rows and sentences that reports, pages and commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from kg.domain.forecast import Forecast, ForecastState
from kg.domain.returns import InternalRate, Payback, PaybackState, RateState, Returns
from kg.domain.unit_names import unit_word
from kg.operations.project_value import ProjectValue

from .messages import Messages

Day = Callable[[date], str]


def amount(value: Decimal | float | None, currency: str | None, t: Messages) -> str:
    """An amount as people read it: `EUR 1,200`, `EUR 12.50`."""
    if value is None:
        return t("value.unknown")
    exact = Decimal(str(value))
    whole = abs(exact) >= 1000 or exact == exact.to_integral_value()
    text = f"{exact:,.0f}" if whole else f"{exact:,.2f}"
    return f"{currency or ''} {'−' if exact < 0 else ''}{text.removeprefix('-')}".strip()


def percent(value: Decimal | float | None, t: Messages, places: int = 1) -> str:
    """A share as per cent."""
    if value is None:
        return t("value.unknown")
    text = f"{100 * float(value):,.{places}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%".replace("-", "−")


def verdict(found: ProjectValue, t: Messages) -> str:
    """One sentence: what it brought so far for what it cost."""
    real, plan = found.actual, found.expected
    if real is not None and (real.costs or real.benefits):
        key = "only_costs" if not real.benefits else "only_benefits" if not real.costs else "gained"
        if key == "gained" and real.net < 0:
            key = "spent"
        said = {"roi": percent(real.roi, t)}
    elif plan is not None:
        key, said, real = "only_expected", {}, plan
    else:
        return t("value.no_money")
    costs, benefits = (amount(value, found.currency, t) for value in (real.costs, real.benefits))
    return t(f"value.verdict.{key}", costs=costs, benefits=benefits, **said)


def rows_of(found: ProjectValue, t: Messages, day: Day) -> list[dict[str, str]]:
    """Figure by figure: expected in all, expected by now, actual so far."""
    sides = {"expected": found.expected, "to_date": found.expected_to_date, "actual": found.actual}

    def row(key: str, of: Callable[[Returns], str]) -> dict[str, str]:
        shown = {name: t("value.unknown") if side is None else of(side) for name, side in sides.items()}
        return {"key": key, "label": t(f"value.rows.{key}"), **shown}

    def money(value: Decimal) -> str:
        return amount(value, found.currency, t)

    return [
        row("costs", lambda r: money(r.costs)),
        row("benefits", lambda r: money(r.benefits)),
        row("net", lambda r: money(r.net)),
        row("roi", lambda r: percent(r.roi, t)),
        row("npv", lambda r: money(r.npv)),
        row("npv_yearly", lambda r: money(r.npv_yearly)),
        row("bcr", lambda r: t("value.unknown") if r.benefit_cost_ratio is None else f"{r.benefit_cost_ratio:.2f}"),
        row("payback", lambda r: _payback(r.payback, t, day)),
        row("discounted_payback", lambda r: _payback(r.discounted_payback, t, day)),
        row("irr", lambda r: _internal(r.internal_rate, t)),
    ]


def effect_rows(before: ProjectValue, after: ProjectValue, side: str, t: Messages, day: Day) -> list[dict[str, str]]:
    """Return, present value and payback of one side (`expected`, `actual`) before and after a change."""
    was = {row["key"]: row[side] for row in rows_of(before, t, day)}
    return [
        {"label": row["label"], "before": was[row["key"]], "after": row[side]}
        for row in rows_of(after, t, day)
        if row["key"] in ("roi", "npv", "payback")
    ]


def subject_rows(found: ProjectValue, t: Messages) -> list[tuple[str, ...]]:
    """What each outcome, and the project itself, cost and brought."""
    return [
        (
            row.title,
            *(amount(getattr(row, name), found.currency, t)
              for name in ("expected_cost", "actual_cost", "expected_benefit", "actual_benefit")),
        )
        for row in found.subjects
    ]  # fmt: skip


def forecast_rows(found: ProjectValue, t: Messages) -> list[dict[str, str]]:
    """What costs, benefits and outcomes are expected to come to, with intervals."""
    ahead = found.forecast
    if ahead is None:
        return []
    rows = []
    for key, sum_ahead in (("costs", ahead.cost), ("benefits", ahead.benefit)):
        if sum_ahead is not None:
            expected = amount(sum_ahead.expected, found.currency, t) if sum_ahead.expected else ""
            own = _forecast(sum_ahead.forecast, t, lambda value: amount(value, found.currency, t))
            rows.append({"what": t(f"value.forecast.{key}"), **own, "target": expected, "chance": ""})
    for outcome in ahead.outcomes:
        if outcome.forecast is not None:
            unit = f" {unit_word(outcome.unit_of_measure, t.language)}".rstrip()
            own = _forecast(outcome.forecast, t, lambda value, unit=unit: f"{value:,.4g}{unit}")
            target = "" if outcome.target is None else f"{outcome.target:,.4g}{unit}"
            chance = "" if outcome.chance is None else percent(outcome.chance, t, 0)
            rows.append({"what": outcome.title, **own, "target": target, "chance": chance})
    return rows


def missing_sentences(found: ProjectValue, t: Messages) -> list[str]:
    """What is not known, a sentence each."""
    return [t(f"value.missing.{missing.code}", detail=missing.detail or "") for missing in found.missing]


def rates_sentence(found: ProjectValue, t: Messages) -> str:
    """The exchange rates that were used; empty when none were."""
    said = [f"{rate.base} 1 = {rate.quote} {rate.rate.normalize():f} ({rate.date})" for rate in found.rates]
    return t("value.rates", rates="; ".join(said)) if said else ""


def _payback(found: Payback, t: Messages, day: Day) -> str:
    if found.state is PaybackState.REACHED and found.on is not None:
        return t("value.payback.reached", day=day(found.on), years=f"{found.years:.1f}")
    return t(f"value.payback.{found.state.value}")


def _internal(found: InternalRate, t: Messages) -> str:
    if found.state is RateState.FOUND:
        return percent(found.rate, t)
    return t(f"value.irr.{found.state.value}", rates=", ".join(percent(rate, t) for rate in found.rates))


def _forecast(found: Forecast, t: Messages, show: Callable[[Any], str]) -> dict[str, str]:
    now = "" if found.last is None else show(found.last)
    if found.state is ForecastState.FORECAST:
        return {"now": now, "at": show(found.value), "interval": f"{show(found.low)} – {show(found.high)}"}
    at = "" if found.value is None else show(found.value)
    return {"now": now, "at": at, "interval": t(f"value.forecast.{found.state.value}")}
