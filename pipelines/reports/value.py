"""What a project's money came to, and the evidence its outcomes rest on: a section of its report."""

from __future__ import annotations

from typing import Any

from kg.operations.project_evidence import ProjectEvidence
from kg.operations.project_value import ProjectValue

from ..value_words import (
    amount,
    forecast_rows,
    missing_sentences,
    percent,
    rates_sentence,
    rows_of,
    subject_rows,
    verdict,
)
from .blocks import Block, Figure, section
from .figures import CLAY, TEAL, _layout
from .wording import Wording

KEYS = ("expected_cost", "expected_benefit", "actual_cost", "actual_benefit")


def heading(say: Wording) -> Block:
    """The heading of the section, which is also its place in the table of contents."""
    title = say.messages("value.title")
    block = section("_value_heading.html.j2", say, title=title)
    return Block(block.html, {"section": "value", "heading": title})


def value(found: ProjectValue, say: Wording) -> Block:
    """Expected against actual, by outcome, at completion, and what is missing."""
    t = say.messages
    lead = ""
    if found.base is not None:
        lead = t(
            "value.lead", currency=found.currency, base=say.day(found.base), rate=percent(found.discount_rate, t),
            source=t(f"value.rate_from.{found.rate_from}"),
        )  # fmt: skip
    ahead = found.forecast
    forecast_lead = roi = ""
    if ahead is not None and ahead.at is not None:
        level = next((o.forecast.level for o in ahead.outcomes if o.forecast), 0.9)
        forecast_lead = t("value.forecast.lead", day=say.day(ahead.at), level=percent(level, t, 0))
        roi = t("value.forecast.roi", roi=percent(ahead.roi, t)) if ahead.roi is not None else ""
    return section(
        "_value.html.j2", say, t=t, verdict=verdict(found, t), lead=lead,
        rows=rows_of(found, t, say.day) if found.base is not None else [],
        subjects=subject_rows(found, t) if len(found.subjects) > 1 else [], forecasts=forecast_rows(found, t),
        forecast_lead=forecast_lead, forecast_roi=roi, rates=rates_sentence(found, t),
        missing=missing_sentences(found, t),
    )  # fmt: skip


def course(found: ProjectValue, say: Wording) -> Figure | None:
    """Costs and benefits as they add up, expected and actual."""
    t = say.messages
    if len(found.course) < 2:
        return None
    data = []
    for key in KEYS:
        shown = [(str(p.date), float(v)) for p in found.course if (v := getattr(p, key)) is not None]
        if not any(value for _, value in shown):
            continue
        expected, cost = key.startswith("expected"), key.endswith("cost")
        data.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": t(f"value.figure.{key}"),
                "x": [day for day, _ in shown], "y": [value for _, value in shown],
                "line": {"color": CLAY if cost else TEAL, "width": 2 if expected else 3, "shape": "hv",
                         "dash": "dash" if expected else "solid"},
                "marker": {"size": 6, "symbol": "square" if cost else "circle"},
                "hovertemplate": "%{x}: %{y:,.0f}<extra>%{fullData.name}</extra>",
            }
        )  # fmt: skip
    layout = _layout(360, legend=True)
    layout["xaxis"] |= {"type": "date"}
    layout["yaxis"] |= {"rangemode": "tozero", "tickformat": ",.0f", "title": {"text": found.currency}}
    last = found.course[-1]
    real = next((p for p in reversed(found.course) if p.actual_cost is not None), None)
    alt = t(
        "value.figure.alt", first=say.day(found.course[0].date), last=say.day(last.date),
        expected_cost=amount(last.expected_cost, found.currency, t),
        expected_benefit=amount(last.expected_benefit, found.currency, t),
        actual_cost=amount(real.actual_cost if real else None, found.currency, t),
        actual_benefit=amount(real.actual_benefit if real else None, found.currency, t),
    )  # fmt: skip
    headings = [t("value.figure.date"), *(t(f"value.figure.{key}") for key in KEYS)]
    rows = [
        (say.day(p.date), *(("" if (v := getattr(p, key)) is None else amount(v, found.currency, t)) for key in KEYS))
        for p in found.course
    ]
    return Figure(
        {"data": data, "layout": layout}, t("value.figure.title"), t("value.figure.note"), alt, headings, rows, 360
    )


def evidence(found: ProjectEvidence, say: Wording) -> Block:
    """The evidence of outcomes, what its last check found, and how far their acceptance is."""
    t = say.messages
    standing = {outcome.outcome: outcome for outcome in found.outcomes}
    rows: list[dict[str, Any]] = [
        {
            "outcome": standing[item.subject].title, "title": item.title, "state": item.status.value,
            "link": item.link if item.link and item.link.startswith(("http://", "https://")) else None,
            "digest": item.sha256[:12] if item.sha256 else "",
            "captured": say.day(item.captured_at.date()) if item.captured_at else "",
            "accepted": standing[item.subject].state.value == "accepted", "reviews": standing[item.subject].reviews,
        }
        for item in found.evidence
        if item.subject in standing
    ]  # fmt: skip
    return section("_value_evidence.html.j2", say, t=t, rows=rows)
