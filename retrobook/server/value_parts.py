"""What a project's page shows of its money: what it came to, every entry, and what a new one changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from kg.operations.money_views import MoneyList, MoneyRow
from kg.operations.project_value import ProjectValue
from pipelines.messages import Messages
from pipelines.value_words import (
    amount,
    effect_rows,
    forecast_rows,
    missing_sentences,
    percent,
    rates_sentence,
    rows_of,
    subject_rows,
    verdict,
)
from widgets.rendering.text import civil

SHOWN = 8
"""Entries that stand on the page before the fold."""


def value_parts(found: ProjectValue, t: Messages) -> dict[str, Any]:
    """The values of `parts/project_value.html`; of a project without money only that there is none."""

    def day(when: date) -> str:
        return civil(when, t.language)

    lead = ""
    if found.base is not None:
        lead = t(
            "value.lead", currency=found.currency, base=day(found.base), rate=percent(found.discount_rate, t),
            source=t(f"value.rate_from.{found.rate_from}"),
        )  # fmt: skip
    ahead = found.forecast
    return {
        "worth": {
            "verdict": verdict(found, t), "lead": lead, "rows": rows_of(found, t, day),
            "subjects": subject_rows(found, t) if len(found.subjects) > 1 else [],
            "forecasts": forecast_rows(found, t) if found.entries else [],
            "missing": missing_sentences(found, t) if found.entries else [],
            "rates": rates_sentence(found, t),
            "forecast_lead": t("value.forecast.lead", day=day(ahead.at), level=percent(0.9, t, 0))
            if ahead is not None and ahead.at is not None
            else "",
        }
    }  # fmt: skip


def ledger_parts(found: MoneyList, t: Messages) -> dict[str, Any]:
    """The entries of a project for its page, the newest first; what only takes another one back has no row."""
    rows = [_line(row, found.project, t) for row in _with_corrected(found.entries) if row.amount]
    return {"ledger": rows[:SHOWN], "older": rows[SHOWN:], "unlisted": max(0, found.total - len(found.entries))}


def effect_parts(
    before: ProjectValue, after: ProjectValue, entered: Sequence[MoneyRow], t: Messages
) -> list[dict[str, str]]:
    """What new entries changed: return, present value and payback, before and after."""
    side = "expected" if all(row.expected for row in entered) else "actual"
    return effect_rows(before, after, side, t, lambda when: civil(when, t.language))


def _with_corrected(entries: Sequence[MoneyRow]) -> list[MoneyRow]:
    """Entries in their order, each followed by what it stands for."""
    shown = {row.id for row in entries if row.amount}
    before = {row.replaced.id: row for row in entries if row.replaced is not None}
    found: list[MoneyRow] = []
    for row in entries:
        if row.replaced is not None and row.replaced.id in shown:
            continue
        current: MoneyRow | None = row
        while current is not None:
            found.append(current)
            current = before.get(current.id) if current.amount else None
    return found


def _line(row: MoneyRow, project: str, t: Messages) -> dict[str, Any]:
    part = ""
    if row.share != 1:
        part = t("value.money.part", share=percent(row.share, t), whole=amount(row.amount, row.currency, t))
    gone = row.replaced
    said = ""
    if gone is not None:
        key = "taken_back" if gone.taken_back else "corrected"
        when = civil(gone.at.date(), t.language) if gone.at else ""
        said = t(f"value.money.{key}", who=gone.by or t("actions.history.somebody"), day=when)
    return {
        "id": row.id, "kind": row.kind, "expected": row.expected, "amount": amount(row.claimed, row.currency, t),
        "day": civil(row.date, t.language), "note": row.note or "", "part": part, "gone": said,
        "why": (gone.reason if gone else None) or "",
        "subject": row.subject_title if row.subject != project else "", "subject_id": row.subject,
        "by": t("value.money.entered", who=row.recorded_by, day=civil(row.recorded_at.date(), t.language))
        if row.recorded_by and row.recorded_at
        else "",
        "corrects": row.corrects is not None, "may_correct": row.may_correct,
    }  # fmt: skip
