"""Suggested groups as anybody at a board asks for them."""

from __future__ import annotations

import pytest

from kg.domain import Role
from kg.errors import InvalidRequest
from kg.graph import KnowledgeGraph
from kg.search import SearchIndex
from tests.conftest import NOON, visitor
from tests.kg.search.conftest import ToyEncoder

SAID = {
    "a": "The tls certificate ran out", "b": "证书过期了", "c": "The disk was full", "d": "磁盘满了",
    "e": "No budget left", "f": "Nice weather", "g": "Lunch was late", "h": "The lift is broken",
}  # fmt: skip
NOTES = [{"id": key, "text": text} for key, text in SAID.items()]


@pytest.fixture
def guest(graph):
    index = SearchIndex(graph.store, {"toy": ToyEncoder()})
    made = KnowledgeGraph(graph.store, clock=lambda: NOON, services={"search": index})
    return made.as_visitor(visitor("guest-1", role=Role.GUEST))


def test_a_guest_sees_notes_of_both_languages_put_together(guest):
    found = guest.suggest_note_groups(notes=NOTES)
    together = [set(suggestion.notes) for suggestion in found.suggestions]
    assert all(any(set(pair) <= group for group in together) for pair in ("ab", "cd"))
    assert found.read and all(0 < suggestion.strength <= 1 for suggestion in found.suggestions)


def test_nothing_is_kept_of_what_was_asked(guest):
    revision = guest.store.revision()
    guest.suggest_note_groups(notes=NOTES)
    assert guest.store.revision() == revision


def test_without_a_model_nothing_is_made_up(graph):
    alone = KnowledgeGraph(graph.store, clock=lambda: NOON, services={"search": SearchIndex(graph.store, {})})
    found = alone.suggest_note_groups(notes=NOTES)
    assert (found.suggestions, found.read) == ([], False)


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ([NOTES[0], NOTES[0]], "twice"),
        ([{"id": "a", "text": "x" * 2001}], "2000"),
        ([{"id": f"n{place}", "text": "x"} for place in range(501)], "500"),
        ([{"id": "<script>", "text": "x"}], "id"),
    ],
)
def test_too_much_or_twice_is_refused(guest, notes, said):
    with pytest.raises(InvalidRequest, match=said):
        guest.suggest_note_groups(notes=notes)


def test_an_empty_wall_has_nothing_to_suggest(guest):
    assert guest.suggest_note_groups(notes=[]).suggestions == []
