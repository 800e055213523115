"""A message of the outbox in its reader's language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from kg.domain import OutboxMessage

from ..messages import Messages
from ..reports.wording import Wording

DATES = frozenset({"due", "day"})
"""Values of a message that are days, kept as ISO text."""

_SIGNS = re.compile(r"[`*]")
"""Markdown's signs, which a title may hold and a letter does not need."""


@dataclass(frozen=True)
class Letter:
    """What a channel delivers: a line that stands alone, and the whole text."""

    subject: str
    text: str


def letter(message: OutboxMessage, language: str, *, site: str | None = None, home: Path | None = None) -> Letter:
    """A message as words.

    Args:
        message: As the outbox keeps it.
        language: The reader's language.
        site: The address under which browsers reach the product; without it no link is given.
        home: An installation whose own words win.
    """
    t = Messages(language, home)
    day = Wording(t).day
    values = {
        name: day(text) if name in DATES and text else _SIGNS.sub("", text) for name, text in message.values.items()
    }
    values["project"] = values.get("project") or t("reminders.no_project")
    if message.kind.startswith("alert_"):
        return _of_alert(message, values, t, site)
    if message.kind.startswith(("outcome_", "evidence_")):
        return _of_outcome(message, values, t, site)
    text = t(f"reminders.{message.kind}.body", **values)
    if site and message.kind.startswith("action_"):
        link = f"{site.rstrip('/')}/actions/{quote(message.subject, safe=':')}"
        text = f"{text}\n\n{t('reminders.open_it', link=link)}"
    return Letter(t(f"reminders.{message.kind}.subject", **values), text)


def _of_alert(message: OutboxMessage, values: dict[str, str], t: Messages, site: str | None) -> Letter:
    """An alert: what was found, what helped others, and where to read on."""
    words = f"alerts.letters.{message.kind}"
    values |= {"rule": values.get(f"rule_{t.language}", ""), "owner": values.get("owner") or t("alerts.letters.nobody")}
    ended = values.get("ended") in ("gone", "project_over")
    what = values["ended"] if ended else {"stalled_milestone": "milestone"}.get(values["what"], values["what"])
    parts = [t(f"{words}.{what}", **values)]
    if message.kind != "alert_recovered" and what in ("deviation", "anomaly"):
        told = [number for number in range(1, 4) if f"remedy_{number}" in values]
        lines = [
            t(
                "alerts.letters.remedy",
                number=n, text=values[f"remedy_{n}"], project=values[f"precedent_{n}"] or t("reminders.no_project"),
            )
            for n in told
        ]  # fmt: skip
        parts.append("\n".join([t("alerts.letters.remedies"), *lines]) if lines else t("alerts.letters.no_remedies"))
    if values.get("tested_stated"):
        parts.append(_tested(values, t))
    if site:
        link = f"{site.rstrip('/')}/alerts/{quote(message.subject, safe=':')}"
        parts.append(t("reminders.open_it", link=link))
    return Letter(t(f"{words}.{'subject_ended' if ended else 'subject'}", **values), "\n\n".join(parts))


def _tested(values: dict[str, str], t: Messages) -> str:
    """How good the rule was on past outcomes, so that its reader knows what the alert is worth."""
    lines = [t("alerts.letters.tested.title")]
    if int(values["tested_missed"]):
        lines.append(t("alerts.letters.tested.caught", **values))
    if int(values["tested_alarmed"]):
        lines.append(t("alerts.letters.tested.right", **values))
    if values["tested_lead"]:
        lines.append(t("alerts.letters.tested.lead", **values))
    if len(lines) == 1:
        lines.append(t("alerts.letters.tested.no_cases"))
    return "\n".join([*lines, t("alerts.letters.tested.chance", **values)])


def _of_outcome(message: OutboxMessage, values: dict[str, str], t: Messages, site: str | None) -> Letter:
    """An outcome on its way: whose turn it is, what became of it, which evidence fails; never a score."""
    words = f"outcome_review.letters.{message.kind}"
    values["owner"] = values.get("owner") or t("outcome_review.letters.nobody")
    if "review" in values:
        values["review"] = t(f"outcome_review.roles.{values['review']}")
    if "status" in values:
        finding = f"outcome_review.finding.{values['finding']}"
        values["finding"] = t(finding if finding in t else f"outcome_review.letters.found.{values['status']}")
    parts = [t(f"{words}.body", **values)]
    if site:
        link = f"{site.rstrip('/')}/outcomes/{quote(message.subject, safe=':')}"
        parts.append(t("reminders.open_it", link=link))
    return Letter(t(f"{words}.subject", **values), "\n\n".join(parts))
