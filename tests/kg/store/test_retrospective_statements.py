"""What the list of retrospectives reads says the same on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

from kg.domain import ActionItem
from kg.queries import statement
from kg.schema import Label
from kg.store.protocol import GraphStore
from kg.store.records import put_records, retire_records

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_actions_of_retrospectives_are_counted_without_retired_ones(store: GraphStore) -> None:
    assert store.read(statement("retrospective_list.actions"), ids=["r1"]) == []
    made = [("a", "r1"), ("b", "r1"), ("c", "r1"), ("d", "r2"), ("e", None)]
    records = [ActionItem.parse({"id": key, "project": "p", "title": key, "retrospective": held}) for key, held in made]
    with store.transaction() as tx:
        put_records(tx, records, at=AT)
    with store.transaction() as tx:
        retire_records(tx, Label.ACTION_ITEM, ["c"], at=AT)
    rows = store.read(statement("retrospective_list.actions"), ids=["r1", "r2", "r3"])
    assert {row["id"]: row["actions"] for row in rows} == {"r1": 2, "r2": 1}
