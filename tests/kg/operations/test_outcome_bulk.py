"""Many outcomes at once, on each engine: all or none, why not, and back again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kg.domain import Evidence, Outcome
from kg.errors import InvalidRequest, NotFound, NothingToUndo
from kg.store.records import get_record

from .conftest import WATER, put
from .outcome_factory import OUTCOME, PNG, Reviews

KEYS = ["outcome:a", "outcome:b", "outcome:c"]


@pytest.fixture
def reviews(units, tmp_path) -> Reviews:
    found = Reviews(units, tmp_path)
    put(found.store, *[found.outcome(key, tags=["Water"]) for key in KEYS])
    return found


def of(reviews: Reviews, name: str) -> list:
    return [getattr(get_record(reviews.store, Outcome, key), name) for key in KEYS]


def test_a_bulk_edit_changes_all_and_undo_takes_it_back(reviews):
    pia = reviews.of("pia")
    done = pia.bulk_edit_outcomes(ids=KEYS, owner="bob", due=date(2027, 6, 30), add_tags=["water", "q1"])
    assert (done.written, done.changed) == (True, KEYS)
    assert of(reviews, "owner") == ["bob"] * 3 and of(reviews, "tags") == [["Water", "q1"]] * 3
    assert pia.undo_bulk_edit().changed == KEYS
    assert of(reviews, "owner") == ["ann"] * 3 and of(reviews, "due") == [date(2026, 12, 31)] * 3
    assert of(reviews, "tags") == [["Water"]] * 3
    with pytest.raises(NotFound, match="no bulk edit of yours"):
        pia.undo_bulk_edit()


def test_with_one_refusal_nothing_is_written_and_each_says_why(reviews):
    reviews.submit(outcome="outcome:b")
    reviews.accept(outcome="outcome:c")
    asked = {"ids": [*KEYS, "outcome:road", "outcome:none"], "due": date(2027, 1, 1)}
    found = reviews.of("pia").bulk_edit_outcomes(**asked)
    assert (found.written, found.changed) == (False, [])
    assert {r.id: r.code for r in found.refused} == {
        "outcome:b": "wrong_outcome_state", "outcome:c": "wrong_outcome_state", "outcome:road": "not_found",
        "outcome:none": "not_found",
    }  # fmt: skip
    assert {r.title for r in found.refused if r.code == "not_found"} == {None}, "nothing is told of what is hidden"
    assert of(reviews, "due") == [date(2026, 12, 31)] * 3
    some = reviews.of("pia").bulk_edit_outcomes(**asked, skip_refused=True)
    assert (some.written, some.changed) == (True, ["outcome:a"])
    new = reviews.of("pia").bulk_edit_outcomes(ids=["outcome:c"], due=date(2027, 1, 1), new_round=True)
    assert new.changed == ["outcome:c"] and of(reviews, "state")[2] == "draft" and of(reviews, "round")[2] == 2


def test_somebody_elses_and_stale_rows_are_refused(reviews):
    put(reviews.store, reviews.outcome("outcome:a", owner="bob"))
    found = reviews.of("bob").bulk_edit_outcomes(ids=KEYS[:2], weight=2, skip_refused=True)
    assert found.changed == ["outcome:a"] and [r.code for r in found.refused] == ["forbidden"]
    stale = reviews.of("pia").bulk_edit_outcomes(ids=KEYS[:1], weight=3, revisions={"outcome:a": 1})
    assert [r.code for r in stale.refused] == ["stale_review"]


def test_undo_leaves_what_somebody_changed_since(reviews):
    pia = reviews.of("pia")
    pia.bulk_edit_outcomes(ids=KEYS, weight=2)
    reviews.submit(outcome="outcome:b")
    stopped = pia.undo_bulk_edit()
    assert not stopped.written and [(r.id, r.code) for r in stopped.refused] == [("outcome:b", "stale_review")]
    assert pia.undo_bulk_edit(skip_refused=True).changed == ["outcome:a", "outcome:c"]
    assert of(reviews, "weight") == [1, 2, 1]


def test_undo_takes_back_ones_own_edit_not_another_persons(reviews):
    reviews.of("pia").bulk_edit_outcomes(ids=KEYS, weight=2)
    with pytest.raises(NotFound):
        reviews.of("pol").undo_bulk_edit()


def test_undoing_an_edit_of_an_accepted_outcome_gives_its_acceptance_back(reviews):
    reviews.accept()
    reviews.of("pol").bulk_edit_outcomes(ids=[OUTCOME], add_tags=["x"], new_round=True)
    reviews.of("pol").undo_bulk_edit()
    assert reviews.graph.outcome_review(id=OUTCOME).outcome.state == "accepted"


def test_an_edit_on_whose_outcome_the_evidence_was_exchanged_is_not_undone(reviews):
    reviews.accept()
    ann = reviews.of("ann")
    ann.bulk_edit_outcomes(ids=[OUTCOME], relevance="x", new_round=True)
    reviewed = ann.list_evidence(outcome=OUTCOME).evidence[0].evidence.id
    reviews.attach(content=PNG + b"2", title="Never reviewed")
    ann.remove_evidence(id=reviewed)
    stopped = ann.undo_bulk_edit()
    assert (stopped.written, [r.code for r in stopped.refused]) == (False, ["stale_review"])
    found = ann.outcome_review(id=OUTCOME).outcome
    assert (found.state, found.round) == ("draft", 2)


def test_evidence_that_fails_keeps_an_undone_edit_from_giving_the_acceptance_back(reviews):
    reviews.accept()
    ann = reviews.of("ann")
    ann.bulk_edit_outcomes(ids=[OUTCOME], relevance="x", new_round=True)
    reviews.blobs.remove(ann.list_evidence(outcome=OUTCOME).evidence[0].evidence.sha256)
    ann.check_evidence(outcome=OUTCOME)
    assert ann.undo_bulk_edit().changed == [OUTCOME]
    found = ann.outcome_review(id=OUTCOME).outcome
    assert (found.relevance, found.state, found.round, found.accepted_at) == ("People drink it.", "draft", 2, None)


def test_evidence_that_came_past_the_outcome_keeps_an_undone_edit_from_giving_the_acceptance_back(reviews):
    reviews.accept()
    ann = reviews.of("ann")
    ann.bulk_edit_outcomes(ids=[OUTCOME], relevance="x", new_round=True)
    came = {"id": "evidence:in", "project": WATER, "unit": "A/Water", "subject": OUTCOME, "kind": "link", "title": "In"}
    put(reviews.store, Evidence.parse(came | {"link": "https://x.test/a"}))
    assert ann.undo_bulk_edit().changed == [OUTCOME]
    found = ann.outcome_review(id=OUTCOME).outcome
    assert (found.relevance, found.state, found.round) == ("People drink it.", "draft", 2)


def test_an_undone_edit_puts_back_in_question_what_was_so(reviews):
    reviews.accept()
    ann = reviews.of("ann")
    reviews.blobs.remove(ann.list_evidence(outcome=OUTCOME).evidence[0].evidence.sha256)
    ann.check_evidence(outcome=OUTCOME)
    ann.bulk_edit_outcomes(ids=[OUTCOME], relevance="x", new_round=True)
    ann.undo_bulk_edit()
    found = ann.outcome_review(id=OUTCOME).outcome
    assert (found.state, found.questioned_from, found.round) == ("in_question", "accepted", 1)


def test_the_last_change_is_not_taken_back_once_evidence_was_changed_after_it(reviews):
    ann = reviews.of("ann")
    ann.change_outcome(id=OUTCOME, target=10)
    reviews.attach()
    revision = ann.get_outcome(id=OUTCOME).outcome.revision
    with pytest.raises(NothingToUndo):
        ann.undo_outcome_change(id=OUTCOME, revision=revision)


def test_nothing_to_change_and_what_is_so_already_are_said(reviews):
    with pytest.raises(InvalidRequest, match="nothing to change"):
        reviews.of("pia").bulk_edit_outcomes(ids=KEYS)
    with pytest.raises(InvalidRequest, match="weight"):
        reviews.of("pia").bulk_edit_outcomes(ids=KEYS, weight=-1)
    found = reviews.of("pia").bulk_edit_outcomes(ids=KEYS, owner="ann")
    assert (found.written, found.unchanged) == (False, KEYS)


def test_undo_takes_back_the_named_edit_and_leaves_a_later_one_and_where_it_is_drawn(reviews):
    pia = reviews.of("pia")
    first = pia.bulk_edit_outcomes(ids=KEYS[:2], weight=2)
    reviews.now += timedelta(minutes=1)
    later = pia.bulk_edit_outcomes(ids=KEYS[2:], weight=3)
    assert first.edit != later.edit
    pia.place_outcomes(project=WATER, places={"outcome:a": {"x": 40, "y": 50}})
    assert pia.undo_bulk_edit(edit=first.edit).changed == KEYS[:2]
    assert of(reviews, "weight") == [1, 1, 3]
    assert (of(reviews, "map_x")[0], of(reviews, "map_y")[0]) == (40, 50)
    with pytest.raises(NotFound, match="no bulk edit of yours"):
        pia.undo_bulk_edit(edit=first.edit)
    with pytest.raises(NotFound):
        reviews.of("pol").undo_bulk_edit(edit=later.edit)


def test_undo_of_an_edit_that_was_partly_edited_again_takes_nothing_back_unless_it_may(reviews):
    pia = reviews.of("pia")
    first = pia.bulk_edit_outcomes(ids=KEYS, weight=2).edit
    reviews.now += timedelta(minutes=1)
    pia.bulk_edit_outcomes(ids=KEYS[:1], weight=3)
    stopped = pia.undo_bulk_edit(edit=first)
    assert (stopped.written, [r.code for r in stopped.refused]) == (False, ["conflict"])
    assert of(reviews, "weight") == [3, 2, 2]
    assert pia.undo_bulk_edit(edit=first, skip_refused=True).changed == KEYS[1:]
    assert of(reviews, "weight") == [3, 1, 1]


@pytest.mark.parametrize(
    "bad", [{"weight": float("inf")}, {"weight": 2e6}, {"due": date(9999, 12, 31)}, {"due": date.min}]
)
def test_a_bulk_edit_takes_no_weight_or_day_beyond_all_bounds(reviews, bad):
    with pytest.raises(InvalidRequest, match=next(iter(bad))):
        reviews.of("ann").bulk_edit_outcomes(ids=KEYS, **bad)
    assert of(reviews, "revision") == [1, 1, 1]
