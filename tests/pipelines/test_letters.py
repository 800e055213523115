"""Messages of the outbox as their readers get them."""

from __future__ import annotations

import pytest

from kg.domain import OutboxMessage
from kg.operations.reminder_occasions import KINDS
from pipelines.notify.letters import letter

VALUES = {
    "title": "Write `runbooks` for {all} **disks**", "project": "mybinder", "due": "2026-03-05", "times": "3",
    "metric": "Leaks",
}  # fmt: skip


def message(kind: str, **values: str) -> OutboxMessage:
    return OutboxMessage(id="m", to="mei", kind=kind, subject="action:a#b/c", values=VALUES | values)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_has_words_in_both_languages(kind, language):
    found = letter(message(kind), language)
    assert "Write runbooks for {all} disks" in found.subject and "mybinder" in found.text
    assert "[" not in found.subject + found.text  # a key without words shows itself in brackets


def test_days_and_link_are_those_of_the_reader():
    english = letter(message("action_due"), "en", site="https://retro.example.org/")
    assert english.subject.startswith("Due 5 Mar 2026:")
    assert "https://retro.example.org/actions/action:a%23b%2Fc" in english.text
    chinese = letter(message("action_due", project=""), "zh")
    assert chinese.subject.startswith("2026年3月5日到期：") and "http" not in chinese.text and "某项目" in chinese.text
