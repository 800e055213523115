"""What stands beside an outcome is hidden with it: nobody learns of it by another way."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from kg.domain import Alert, BenefitEntry, Evidence, Measurement, Milestone, OutboxMessage, Review
from kg.errors import InvalidRequest, NotFound
from kg.store.records import get_record, records_about
from pipelines.outcomes.alarm_rules import AlarmRuleBook
from tests.conftest import NOON

from .conftest import WATER, put
from .outcome_factory import OUTCOME, PNG, Reviews

TODAY = NOON.date()
KINDS = (Measurement, Evidence, Review, Alert, BenefitEntry)


@pytest.fixture
def reviews(units, tmp_path) -> Reviews:
    made = Reviews(units, tmp_path)
    made.graph.services["alarm_rules"] = AlarmRuleBook(tmp_path / "rules")
    return made


@pytest.fixture
def full(reviews) -> Reviews:
    """An outcome far behind, with values, a file, a review, an alert with its message, and money; lea knows of it."""
    course = {"start": TODAY - timedelta(days=200), "due": TODAY + timedelta(days=200), "baseline": 0, "target": 100}
    put(reviews.store, Reviews.outcome(direction="increase", **course))
    for days in (40, 20, 0):
        reviews.of("ann").add_measurement(subject=OUTCOME, date=TODAY - timedelta(days=days), value=5)
    reviews.graph.scan_alerts()
    reviews.of("bob").add_benefit(subject=OUTCOME, date=TODAY, amount=Decimal(5), currency="EUR")
    reviews.submit()
    reviews.score("mia")
    reviews.of("ann").withdraw_outcome(id=OUTCOME)
    return reviews


def hide(reviews: Reviews, hidden: bool = True) -> None:
    reviews.now += timedelta(hours=1)
    reviews.of("lea").change_outcome(id=OUTCOME, confidential=hidden, title="A takeover" if hidden else "Told now")


def flags(reviews: Reviews) -> dict[str, set[bool]]:
    return {
        kind.__name__: {one.confidential for one in records_about(reviews.store, kind, [OUTCOME])} for kind in KINDS
    }


def test_what_is_about_an_outcome_is_hidden_and_shown_with_it_and_keeps_who_recorded_it(full):
    def who() -> list[tuple[str, str | None, object]]:
        found = [one for kind in KINDS for one in records_about(full.store, kind, [OUTCOME])]
        return [(one.id, one.recorded_by, one.recorded_at) for one in found]

    before = who()
    assert flags(full) == {kind.__name__: {False} for kind in KINDS}
    hide(full)
    assert flags(full) == {kind.__name__: {True} for kind in KINDS}
    hide(full, False)
    assert flags(full) == {kind.__name__: {False} for kind in KINDS}
    assert who() == before


def test_what_was_made_while_it_was_hidden_is_shown_with_it_and_what_was_hidden_by_itself_is_not(full):
    put(full.store, Measurement(id="m:own", subject=OUTCOME, project=WATER, unit="A/Water", date=TODAY, value=7,
                                confidential=True))  # fmt: skip
    hide(full)
    full.now += timedelta(hours=1)
    put(full.store, Measurement(id="m:import", subject=OUTCOME, project=WATER, unit="A/Water", date=TODAY, value=8,
                                confidential=True, source_system="crm", external_id="8"), at=full.now)  # fmt: skip
    kept = full.of("lea").add_measurement(subject=OUTCOME, value=9).kept.measurement
    assert kept.confidential
    hide(full, False)
    held = {m.id: m.confidential for m in records_about(full.store, Measurement, [OUTCOME])}
    assert (held[kept.id], held["m:own"], held["m:import"]) == (False, True, True)


def test_a_member_learns_nothing_more_of_a_hidden_outcome(full):
    bob, other = full.of("bob"), "outcome:other"
    put(full.store, Reviews.outcome(other, title="Another", owner="bob"))
    (piece,) = bob.list_evidence(outcome=OUTCOME).evidence
    (alert,) = bob.list_alerts().alerts
    (entry,) = bob.list_money(subject=OUTCOME).entries
    hide(full)
    full.attach("bob", outcome=other)
    (same,) = bob.list_evidence(outcome=other).evidence
    assert same.also_supports == []
    assert bob.list_alerts().alerts == [] and bob.list_money(subject=WATER).entries == []
    for call in (
        lambda: bob.get_evidence(id=piece.evidence.id),
        lambda: bob.get_alert(id=alert.alert.id),
        lambda: bob.correct_money(id=entry.id, amount=Decimal(0)),
        lambda: bob.check_evidence(outcome=OUTCOME),
    ):
        with pytest.raises(NotFound):
            call()
    assert full.of("lea").get_alert(id=alert.alert.id).outcome.title == "A takeover"


def test_flags_that_were_left_behind_show_nothing_either(full):
    """An outcome that an import of old hid alone: readers look at the outcome itself."""
    bob, other = full.of("bob"), "outcome:other"
    put(full.store, Reviews.outcome(other, title="Another", owner="bob"))
    (alert,), (piece,) = bob.list_alerts().alerts, bob.list_evidence(outcome=OUTCOME).evidence
    held = full.graph.get_outcome(id=OUTCOME).outcome
    put(full.store, held.model_copy(update={"confidential": True, "title": "A takeover"}))
    assert flags(full)["Alert"] == {False}
    full.attach("bob", outcome=other)
    assert bob.list_evidence(outcome=other).evidence[0].also_supports == []
    for call in (
        lambda: bob.get_alert(id=alert.alert.id),
        lambda: bob.get_evidence(id=piece.evidence.id),
        lambda: bob.get_record_by_id(label="Evidence", id=piece.evidence.id),
    ):
        with pytest.raises(NotFound):
            call()
    assert bob.list_alerts().alerts == []
    assert OUTCOME not in {r["subject"] for r in bob.list_records_of(label="Measurement").records}
    full.blobs.remove(piece.evidence.sha256)
    checked = full.of("pia").check_evidence()
    assert "A takeover" not in str(checked.model_dump()) and OUTCOME not in str(checked.model_dump())
    full.now += timedelta(days=30)
    handed = full.graph.scan_alerts().escalated
    assert [(a.confidential, a.escalated_to) for a in handed] == [(True, "lea")]  # mia, the manager, may not see it


def test_a_message_that_waits_for_somebody_who_may_not_see_the_outcome_any_more_is_dropped(full):
    def waiting() -> list[OutboxMessage]:
        return [row.message for row in full.graph.list_outbox(state="waiting").messages]

    assert "ann" in {message.to for message in waiting()}
    hide(full)
    assert "ann" not in {message.to for message in waiting()}
    assert all(message.confidential for message in waiting())


def test_money_of_a_hidden_outcome_is_hidden(full):
    hide(full)
    (made,) = full.of("lea").add_benefit(subject=OUTCOME, date=TODAY, amount=Decimal(9), currency="EUR").entries
    assert get_record(full.store, BenefitEntry, made.id).confidential
    assert full.of("bob").project_value(project=WATER).actual is None


def test_hidden_values_of_an_open_outcome_are_in_no_reading_of_who_may_not_see_them(reviews):
    put(reviews.store, Measurement(id="m:1", subject=OUTCOME, project=WATER, unit="A/Water", date=date(2026, 2, 1),
                                   value=30, confidential=True))  # fmt: skip
    goal = reviews.graph.define_objective(title="Goal", period="2026").objective.id
    reviews.graph.align_outcome(outcome=OUTCOME, target=goal)
    for name, seen in (("bob", False), ("lea", True)):
        graph = reviews.of(name)
        assert (graph.objective_view(id=goal).rollup.parts[0].reading is not None) is seen
        assert (graph.forecast_outcome(outcome=OUTCOME).forecast is not None) is seen
        for ahead in (graph.forecast_project(project=WATER), graph.project_value(project=WATER).forecast):
            assert any(one.forecast for one in ahead.outcomes if one.outcome == OUTCOME) is seen
        facts = next(o for o in graph.project_facts(project=WATER).outcomes if o.outcome.id == OUTCOME)
        assert bool(facts.measurements) is seen


def test_hidden_files_of_an_open_outcome_are_told_to_nobody_but_count(reviews):
    reviews.attach("ann")
    reviews.attach("mia", content=PNG + b"2", title="A secret")
    first, second = records_about(reviews.store, Evidence, [OUTCOME])
    piece = next(one for one in (first, second) if one.title == "A secret")
    put(reviews.store, piece.model_copy(update={"confidential": True}))
    reviews.submit()
    for name, seen in (("bob", 1), ("max", 1), ("lea", 2)):
        graph = reviews.of(name)
        assert len(graph.list_evidence(outcome=OUTCOME).evidence) == seen
        assert len(graph.outcome_review(id=OUTCOME).evidence) == seen
        assert len(graph.project_evidence(project=WATER).evidence) == seen
    assert reviews.of("mia").outcome_review(id=OUTCOME).my_review is None  # what she added is her own work still
    reviews.blobs.remove(piece.sha256)
    found = reviews.of("ann").check_evidence(outcome=OUTCOME)
    assert (found.checked, found.failed) == (1, [])
    assert [failed.title for failed in reviews.graph.check_evidence(outcome=OUTCOME).failed] == ["A secret"]
    assert "A secret" not in str(reviews.of("ann").my_inbox().model_dump())
    told = [row.message for row in reviews.graph.list_outbox().messages if "A secret" in str(row.message.values)]
    assert {message.to for message in told} == {"lea"}


def test_a_release_is_no_milestone_that_the_visitor_may_not_see(reviews):
    put(reviews.store, Milestone(id="ms:1", project=WATER, unit="A/Water", title="A takeover", confidential=True,
                                 due=date(2026, 2, 1)))  # fmt: skip
    with pytest.raises(InvalidRequest) as error:
        reviews.of("bob").attribution_test(outcome=OUTCOME, release="ms:1")
    assert "takeover" not in str(error.value)
    assert reviews.of("lea").attribution_test(outcome=OUTCOME, release="ms:1").milestone == "A takeover"


def test_an_import_that_hides_an_outcome_hides_what_is_about_it(full):
    values = full.graph.get_outcome(id=OUTCOME).outcome.model_dump(mode="json", exclude={"revision"})
    full.now += timedelta(hours=1)
    full.graph.put_records_batch(records=[{"label": "Outcome", "values": values | {"confidential": True}}])
    assert flags(full) == {kind.__name__: {True} for kind in KINDS}
