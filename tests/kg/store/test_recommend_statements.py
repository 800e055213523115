"""What recommendations read says the same on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kg.domain import Assessment, Benchmark, Measurement, Outcome, Project, Relationship
from kg.policy import ScopeFilter
from kg.recommend.precedents import read_precedents
from kg.schema import Label, Rel
from kg.store.protocol import GraphStore
from kg.store.records import list_records, put_records, put_relationships

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_precedents_with_ratings_measurements_and_drafts(store: GraphStore) -> None:
    project = {"start": "2010-01-01", "end": "2014-01-01", "unit": "A", "budget": "5000000", "currency": "USD"}
    records = [
        Project.parse({"id": "p", "name": "P", "attributes": {"country": "X"}, **project}),
        Project.parse({"id": "q", "name": "Q", "unit": "B", "confidential": True}),
        Outcome.parse({"id": "rated", "project": "p", "title": "r", "state": "accepted"}),
        Outcome.parse({"id": "measured", "project": "p", "title": "m", "state": "accepted", "metric": "hours", "target": 5}),
        Outcome.parse({"id": "draft", "project": "p", "title": "d"}),
        Outcome.parse({"id": "hidden", "project": "q", "title": "h", "state": "accepted"}),
        Assessment.parse({"id": "a", "subject": "rated", "scheme": "s", "value": "bad", "attained": False, "date": "2015-01-01"}),
        Assessment.parse({"id": "b", "subject": "rated", "scheme": "s", "value": "good", "attained": True, "date": "2017-01-01"}),
        Measurement.parse({"id": "m", "subject": "measured", "date": "2013-01-01", "value": 7}),
        Benchmark.parse({"id": "k", "outcome_type": "t", "measure": "attainment", "value": 0.5, "source": "s", "date": "2020-01-01"}),
    ]  # fmt: skip
    ends = [(Rel.HAS_OUTCOME, Label.PROJECT, "p", Label.OUTCOME, key) for key in ("rated", "measured", "draft")]
    ends.append((Rel.HAS_OUTCOME, Label.PROJECT, "q", Label.OUTCOME, "hidden"))
    ends += [(Rel.ASSESSES, Label.ASSESSMENT, key, Label.OUTCOME, "rated") for key in ("a", "b")]
    edges = [
        Relationship(type=kind, start_label=start_label, start=start, end_label=end_label, end=end)
        for kind, start_label, start, end_label, end in ends
    ]
    with store.transaction() as tx:
        put_records(tx, records, at=AT)
        put_relationships(tx, edges, at=AT)
    everyone = ScopeFilter(everything=True, confidential=True)
    now = {p.outcome: p for p in read_precedents(store, everyone, today=date(2026, 1, 1))}
    assert set(now) == {"rated", "measured", "hidden"}
    assert (now["rated"].attained, now["rated"].value) == (True, "good")
    assert (now["measured"].attained, now["measured"].reached, now["measured"].decided) == (True, 7.0, date(2014, 1, 1))
    assert now["rated"].plan.attributes["budget"] == "USD 3e6 to 1e7"
    then = {p.outcome: p for p in read_precedents(store, ScopeFilter(units=frozenset({"A"})), as_of=date(2015, 6, 1))}
    assert set(then) == {"rated", "measured"} and then["rated"].value == "bad"
    assert list_records(store, Benchmark, everyone)[0].value == 0.5


def test_a_hidden_value_of_an_open_outcome_is_no_verdict_for_who_may_not_see_it(store: GraphStore) -> None:
    place = {"project": "p", "unit": "A"}
    records = [
        Project.parse({"id": "p", "name": "P", "unit": "A", "start": "2010-01-01", "end": "2014-01-01"}),
        Outcome.parse({"id": "o", "title": "m", "state": "accepted", "metric": "hours", "target": 5, **place}),
        Measurement.parse({"id": "m", "subject": "o", "date": "2013-01-01", "value": 7, "confidential": True, **place}),
    ]
    edge = Relationship(type=Rel.HAS_OUTCOME, start_label=Label.PROJECT, start="p", end_label=Label.OUTCOME, end="o")
    with store.transaction() as tx:
        put_records(tx, records, at=AT)
        put_relationships(tx, [edge], at=AT)
    units = frozenset({"A"})
    seen = [
        read_precedents(store, ScopeFilter(units=units, confidential=confidential), today=date(2026, 1, 1))[0].reached
        for confidential in (False, True)
    ]
    assert seen == [None, 7.0]
