"""What a project's page shows of its money."""

from __future__ import annotations

from datetime import date
from typing import Any

from kg.operations.project_value import ProjectValue
from pipelines.messages import Messages
from pipelines.value_words import (
    forecast_rows,
    missing_sentences,
    percent,
    rates_sentence,
    rows_of,
    subject_rows,
    verdict,
)
from widgets.rendering.text import civil


def value_parts(found: ProjectValue, t: Messages) -> dict[str, Any]:
    """The values of `parts/project_value.html`; a project without any money shows nothing of it."""

    def day(when: date) -> str:
        return civil(when, t.language)

    if not found.entries:
        return {"worth": None}
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
            "forecasts": forecast_rows(found, t), "missing": missing_sentences(found, t),
            "rates": rates_sentence(found, t),
            "forecast_lead": t("value.forecast.lead", day=day(ahead.at), level=percent(0.9, t, 0))
            if ahead is not None and ahead.at is not None
            else "",
        }
    }  # fmt: skip
