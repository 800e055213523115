"""The board's script and its words fit together, and no data of the board becomes markup."""

from __future__ import annotations

import re

import pytest

from kg.domain.board.items import SeatRole
from kg.domain.formats import PhaseKind
from kg.domain.retrospectives import ActionStatus
from pipelines.messages import Messages
from widgets.components.retro_board import RetroBoard

SCRIPT = str(RetroBoard._esm)
FAMILIES = {
    "phases": [kind.value for kind in PhaseKind],
    "hints": [kind.value for kind in PhaseKind],
    "roles": [role.value for role in SeatRole],
    "status": [status.value for status in ActionStatus],
    "mood": ["1", "2", "3", "4", "5"],
    "roti": ["1", "2", "3", "4", "5"],
    "link": ["lost", "gone", "open_hint", "sending_hint", "starting_hint", "lost_hint", "gone_hint"],
    "discuss": ["saving", "saved", "kept"],
    "actions": ["increase", "decrease"],
    "close": ["notes", "topics", "discussed", "actions", "lessons"],
    "lessons": [
        *("driving_event", "lesson", "recommendation", "conditions", "success", "failure"),
        *("driving_event_help", "lesson_help", "recommendation_help", "conditions_help"),
    ],
}
"""Words whose key is put together as the board runs."""


def used() -> set[str]:
    plain = set(re.findall(r'\bt\(\s*"([^"`$]+)"', SCRIPT))
    chosen = {
        key
        for inner in re.findall(r"\bt\(([^()]*\?[^()]*)\)", SCRIPT)
        for key in re.findall(r'[?:]\s*"([\w.]+)"', inner)
    }
    listed = set(re.findall(r'"((?:anonymous|clash|over)\.\w+)"', SCRIPT))
    return plain | listed | {f"{name}.{key}" for name, keys in FAMILIES.items() for key in keys} | chosen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_the_board_shows_is_in_the_catalogue(language):
    words = Messages(language).section("board")
    known = set(words) | {key.removesuffix(".one").removesuffix(".other") for key in words}
    unknown = {key for key in used() if key not in known and ("." in key or key.islower())}
    assert unknown == set()


def test_no_word_in_the_catalogue_is_without_use():
    stems = {key.removesuffix(".one").removesuffix(".other") for key in Messages("en").section("board")}
    assert {key for key in stems if key not in used() and f'"{key}"' not in SCRIPT} == set()


def test_data_reaches_the_page_as_text_only():
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(", SCRIPT
    )
