"""Alerts and their rules in words: what was found, how a rule counts, shares with their intervals."""

from __future__ import annotations

from typing import Any

from kg.domain import Alert
from kg.domain.alarms import AlarmRule, RuleKind
from pipelines.messages import Messages

from .action_effect import figure

SHARES = ("threshold", "recovered", "least_gap", "from_gain")
"""Fields of a deviation rule that are shares, told in percent."""


def percent(value: float, language: str = "en", places: int = 0) -> str:
    """A share in percent, as the language writes it."""
    text = f"{100 * value:.{places}f}"
    if places:
        text = text.rstrip("0").rstrip(".")
    return f"{text}%" if language == "zh" else f"{text} %"


def found_words(alert: Alert, t: Messages) -> str:
    """What was found, in a few words."""
    details = alert.details
    values = {
        "observed": "" if alert.observed is None else figure(alert.observed),
        "expected": "" if alert.expected is None else figure(alert.expected),
    }
    if "late" in details:
        return t("alerts.found.stalled_milestone", late=details["late"])
    if "days" in details:
        key = "never_measured" if details.get("never") else "missed_measurement"
        return t(f"alerts.found.{key}", days=details["days"])
    if alert.deviation is not None and alert.deviation > 0 and alert.expected is not None:
        return t("alerts.found.deviation", deviation=f"{100 * alert.deviation:.0f}", **values)
    return t("alerts.found.anomaly", measure=figure(float(details.get("measure", 0.0))))


def formula_words(rule: AlarmRule, language: str) -> str:
    """How a rule counts, with its own figures filled in."""
    values: dict[str, Any] = {"smoothing": f"{rule.smoothing:g}", "reference": rule.reference}
    for name in SHARES:
        value = rule.closes_below if name == "recovered" else getattr(rule, name)
        shared = rule.kind is RuleKind.DEVIATION
        values[name] = percent(value, language, 1) if shared else f"{value:g}"
    return rule.formula(language).format_map(_Left(values))


def measure_text(rule: AlarmRule, value: float | None = None, language: str = "en") -> str:
    """A rule's threshold, or another value of its measure, as people read it."""
    shown = rule.threshold if value is None else value
    return percent(shown, language, 1) if rule.kind is RuleKind.DEVIATION else figure(shown)


def share_text(share: Any, t: Messages) -> str:
    """A proportion with its 95 % interval."""
    if share.value is None:
        return t("alerts.back_test.nothing")
    bounds = {name: percent(getattr(share, name), t.language, 1) for name in ("low", "high")}
    counts = t("alerts.back_test.share", hits=share.hits, of=share.of)
    gap = "" if t.language == "zh" else " "
    left, right = ("（", "）") if t.language == "zh" else (" (", ")")
    interval = t("alerts.back_test.interval", **bounds)
    return f"{percent(share.value, t.language, 1)}{left}{counts}{'，' if not gap else ', '}{interval}{right}"


class _Left(dict[str, Any]):
    """A rule's words may hold braces of their own."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
