"""Questions about an earlier day: what was recorded and valid then, and nobody sees more than today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kg.errors import InvalidRequest
from kg.graph import KnowledgeGraph
from kg.policy import ScopeFilter
from kg.search import SearchIndex
from kg.store.records import put_records, retire_records
from tests.conftest import NOON
from tests.kg.search.conftest import EVERYTHING, ToyEncoder, ask, ids, lesson


def write(graph: KnowledgeGraph, day: int, *records: Any) -> None:
    with graph.store.transaction() as tx:
        put_records(tx, records, at=datetime(2020, 1, day, 12, tzinfo=UTC), by="test")


@pytest.fixture
def past(graph: KnowledgeGraph) -> SearchIndex:
    write(graph, 1, lesson("tls", "Renew certificates by hand.", state="draft"))
    write(graph, 3, lesson("tls", "Renew certificates by a machine.", state="published"))
    write(graph, 5, lesson("new", "Certificates need an owner."))
    with graph.store.transaction() as tx:
        retire_records(tx, lesson("x", "x").label, ["lesson:new"], at=datetime(2020, 1, 7, tzinfo=UTC), by="test")
    return SearchIndex(graph.store, {"toy": ToyEncoder()}, None)


@pytest.mark.parametrize(
    ("day", "found", "text"),
    [
        ("2019-12-31", [], None),
        ("2020-01-01", ["tls"], "by hand"),
        ("2020-01-02", ["tls"], "by hand"),
        ("2020-01-03", ["tls"], "by a machine"),
        ("2020-01-05", ["new", "tls"], "by a machine"),
        ("2020-01-07", ["tls"], "by a machine"),
        (None, ["tls"], "by a machine"),
    ],
)
def test_as_of_answers_with_what_was_recorded_and_in_use_that_day(
    past: SearchIndex, day: str | None, found: list[str], text: str | None
) -> None:
    answer = ask(past, "certificates", as_of=day)
    assert sorted(ids(answer)) == found
    assert answer.total == len(found)
    if text:
        hit = next(hit for hit in answer.hits if hit.id == "lesson:tls")
        assert any(text in passage.text for passage in hit.passages)
        assert hit.state == ("draft" if text == "by hand" else "published")


def test_words_of_an_older_version_find_it_on_its_day_only(past: SearchIndex) -> None:
    assert "hand" in ask(past, "hand", as_of="2020-01-01").hits[0].matched_terms
    assert all("hand" not in hit.matched_terms for hit in ask(past, "hand").hits)


def test_following_the_change_log_and_building_anew_give_the_same_history(graph: KnowledgeGraph) -> None:
    follower = SearchIndex(graph.store, {"toy": ToyEncoder()}, None)
    for day in range(1, 6):
        write(graph, day, lesson("a", f"certificate {day}"), lesson(f"b{day}", f"storage {day}"))
        if day != 3:
            follower.refresh()
    fresh = SearchIndex(graph.store, {"toy": ToyEncoder()}, None)
    for day in range(1, 6):
        one, other = (ask(index, "certificate storage", as_of=f"2020-01-0{day}") for index in (follower, fresh))
        assert [(h.id, h.parts[0]) for h in one.hits] == [(h.id, h.parts[0]) for h in other.hits]
        assert len(one.hits) == day + 1


def test_what_became_confidential_is_not_shown_as_it_was(graph: KnowledgeGraph) -> None:
    write(graph, 1, lesson("tls", "Renew certificates."))
    write(graph, 3, lesson("tls", "Renew certificates.", confidential=True))
    index = SearchIndex(graph.store, {}, None)
    units = ScopeFilter(units=frozenset({"A"}))
    assert ids(ask(index, "certificates", EVERYTHING, as_of="2020-01-02")) == ["tls"]
    assert ids(ask(index, "certificates", units, as_of="2020-01-02")) == []


def test_a_day_to_come_is_refused(graph: KnowledgeGraph) -> None:
    with pytest.raises(InvalidRequest, match="future"):
        graph.search_lessons(text="certificates", as_of="2999-01-01")


def test_today_is_answered_as_now(graph: KnowledgeGraph) -> None:
    with graph.store.transaction() as tx:
        put_records(tx, [lesson("tls", "Renew certificates.")], at=NOON, by="test")
    index = SearchIndex(graph.store, {}, None)
    assert ids(ask(index, "certificates", as_of=NOON.date())) == ["tls"]
