"""The board's script and its words fit together, and no data of the board becomes markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.domain.board.items import SeatRole
from kg.domain.formats import PhaseKind
from kg.domain.retrospectives import ActionStatus
from pipelines.messages import Messages
from widgets.components.retro_board import RetroBoard

ROOT = Path(__file__).parents[2]
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


def test_no_class_of_the_board_is_one_of_the_pages():
    """The board stands in a page of ours: a class of both would take the page's look."""
    names = re.compile(r"\.(rb-[a-z-]+)")
    static = ROOT / "templates" / "pages" / "static"
    pages = {
        name
        for sheet in static.glob("*.css")
        if sheet.name != "board_shell.css"
        for name in names.findall(sheet.read_text())
    }
    board = set(names.findall((ROOT / "widgets" / "components" / "retro_board.css").read_text()))
    assert board & pages <= {"rb-board"}, sorted(board & pages)
