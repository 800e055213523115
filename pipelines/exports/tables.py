"""A retrospective as tables: one row a note, or one row an action; no spreadsheet runs a cell of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from kg.operations.retrospective_facts import RetrospectiveFacts

from ..reports.retrospective_sections import metric_of
from ..reports.retrospective_wording import RetrospectiveWording, columns_of, title_of, votes_of
from ..spreadsheets import guarded

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheet programs read Chinese as something else."""


def topic_titles(facts: RetrospectiveFacts) -> dict[str, str]:
    """Titles of topics by key, made different where two are the same."""
    found: dict[str, str] = {}
    for topic in facts.retrospective.topics:
        title, number = topic.title, 1
        while title in found.values():
            number += 1
            title = f"{topic.title} ({number})"
        found[topic.key] = title
    return found


def notes_table(facts: RetrospectiveFacts, say: RetrospectiveWording) -> bytes:
    """One row a note: column, text, votes, topic; the author only where names were used."""
    held = facts.retrospective
    columns, titles = columns_of(held), topic_titles(facts)
    by_key = {topic.key: topic for topic in held.topics}
    headings = ["column", "note", "votes", "topic", "topic_votes", "discussed", "fact"]
    if not held.anonymity:
        headings.append("author")
    rows = []
    for note in held.notes:
        topic = by_key.get(note.group or "")
        row = [
            title_of(note.column, columns, say), note.text, str(votes_of(note, held)),
            titles[topic.key] if topic else "", str(topic.votes) if topic else "",
            say("export.yes" if topic.discussed else "export.no") if topic else "", note.fact or "",
        ]  # fmt: skip
        rows.append(row if held.anonymity else [*row, note.author or ""])
    return _table([say(f"export.{name}") for name in headings], rows)


def actions_table(facts: RetrospectiveFacts, say: RetrospectiveWording) -> bytes:
    """One row an action: those made here, then those from before."""
    names = (
        "action", "owner", "due", "status", "metric", "before", "after", "effect_low", "effect_high", "opened", "done",
        "carried", "topic", "reason", "from",
    )  # fmt: skip
    titles = topic_titles(facts)
    rows = []
    for where, actions in (("here", facts.made), ("earlier", facts.earlier)):
        for action in actions:
            figures = (action.before, action.after, action.effect_low, action.effect_high)
            rows.append(
                [
                    action.title, action.owner or "", str(action.due or ""), say.status(action),
                    metric_of(action, facts), *("" if value is None else repr(value) for value in figures),
                    str(action.opened_on or ""), str(action.done_on or ""), str(action.carry_count),
                    titles.get(action.topic or "", ""), action.reason or "", say(f"export.{where}"),
                ]
            )  # fmt: skip
    return _table([say(f"export.{name}") for name in names], rows)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()
