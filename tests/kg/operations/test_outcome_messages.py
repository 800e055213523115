"""Messages about outcomes on their way, on each engine: to whose turn it is, and to owners; each once, never a score."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kg.domain import OutboxMessage
from kg.errors import KgError
from kg.operations.outcome_messages import KINDS
from pipelines.notify.letters import letter

from .conftest import put
from .outcome_factory import OUTCOME, PNG, Reviews


@pytest.fixture
def reviews(units, tmp_path) -> Reviews:
    return Reviews(units, tmp_path)


def outbox(reviews: Reviews, state: str | None = "waiting") -> list[tuple[str, str]]:
    """Whom messages go to, and their kinds."""
    return sorted((row.message.to, row.message.kind) for row in reviews.graph.list_outbox(state=state).messages)


def test_whose_turn_it_is_gets_one_message_at_every_step_and_a_turn_that_passed_is_dropped(reviews):
    reviews.submit()
    assert outbox(reviews) == [("mia", "outcome_to_review")]
    reviews.score("mia", impact=5)
    assert outbox(reviews) == [("pia", "outcome_to_review"), ("pol", "outcome_to_review")]
    reviews.score("pia", impact=2)  # 3 apart
    asked = outbox(reviews)
    assert asked and {kind for _, kind in asked} == {"outcome_third"}
    assert not {"ann", "mia", "pia"} & {to for to, _ in asked}, "who had a hand in it, or has reviewed it, is not asked"
    reviews.score(asked[0][0])
    assert outbox(reviews) == [("ann", "outcome_accepted")]


def test_an_owner_is_told_of_a_return_and_whose_turn_it_is_of_the_next_round(reviews):
    reviews.submit()
    read = reviews.of("mia").outcome_review(id=OUTCOME).outcome.revision
    reviews.of("mia").return_outcome(id=OUTCOME, revision=read, reason="The score is 5 of 5, but say how.")
    (row,) = reviews.of("ann").list_outbox(state="waiting").messages
    assert row.message.kind == "outcome_returned"
    for language in ("en", "zh"):
        assert "5 of 5" not in letter(row.message, language).text, "what a reviewer wrote stands with the outcome"
    reviews.of("ann").submit_outcome(id=OUTCOME)
    assert outbox(reviews) == [("mia", "outcome_to_review")]
    assert outbox(reviews, "dropped") == [("ann", "outcome_returned"), ("mia", "outcome_to_review")]
    reviews.of("ann").withdraw_outcome(id=OUTCOME)
    assert outbox(reviews) == []


def test_nobody_is_told_of_an_outcome_they_may_not_see_or_of_their_own_step(reviews, store):
    put(store, reviews.person("pia", scopes=["unit:B"]), reviews.person("pol", disabled=True))
    reviews.submit()
    reviews.score("mia")
    assert outbox(reviews) == [("lea", "outcome_to_review")], "whoever ranks above stands in"


def test_no_message_holds_a_score(reviews):
    reviews.submit()
    reviews.score("mia", impact=5, difficulty=4)
    reviews.score("pia", impact=1)
    reviews.score("pol", impact=2)
    for row in reviews.graph.list_outbox().messages:
        told = set(row.message.values)
        assert told <= {"title", "project", "owner", "review"}, row.message.values
        assert not any(digit in "".join(row.message.values.values()) for digit in "12345")


def test_failed_evidence_is_told_once_and_again_only_when_it_fails_anew(reviews):
    reviews.attach()
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    path = reviews.blobs.root / view.evidence.sha256[:2] / view.evidence.sha256
    path.write_bytes(PNG + b"!")
    assert reviews.of("pia").check_evidence().messages == 1
    (row,) = reviews.of("ann").list_outbox(state="waiting").messages
    said = letter(row.message, "en", site="https://r.example.org")
    assert said.subject == "Evidence fails: Fewer complaints"
    assert "“The chart”" in said.text and "The file is not the one that was added." in said.text
    assert "https://r.example.org/outcomes/outcome:complaints" in said.text
    assert "“The chart”" in letter(row.message, "zh").text and "文件与提交时的不一致" in letter(row.message, "zh").text
    for _ in range(3):  # each day it is stamped again
        reviews.now += timedelta(days=2)
        assert reviews.of("pia").check_evidence().messages == 0
    reviews.graph.mark_delivered(id=row.message.id, channel="mail")
    path.write_bytes(PNG)
    assert reviews.of("pia").check_evidence().messages == 0
    reviews.blobs.remove(view.evidence.sha256)
    assert reviews.of("pia").check_evidence().messages == 1, "it fails anew"
    assert reviews.of("pia").check_evidence().messages == 0
    assert outbox(reviews, None) == [("ann", "evidence_failed")] * 2
    path.write_bytes(PNG)
    reviews.of("pia").check_evidence()
    assert outbox(reviews) == [], "what is well again before it was delivered is not told"


def test_evidence_that_expires_soon_and_that_expired_is_told_each_once(reviews):
    reviews.attach(expires_on=(reviews.now + timedelta(days=40)).date())
    assert reviews.of("pia").check_evidence().messages == 0
    reviews.now += timedelta(days=12)
    assert reviews.of("pia").check_evidence().messages == 1
    (row,) = reviews.graph.list_outbox().messages
    assert (row.message.kind, row.message.due_on) == ("evidence_expiring", (reviews.now + timedelta(days=28)).date())
    reviews.now += timedelta(days=1)
    assert reviews.of("pia").check_evidence().messages == 0
    reviews.now += timedelta(days=28)
    assert reviews.of("pia").check_evidence().messages == 1
    assert outbox(reviews) == [("ann", "evidence_failed")]


@pytest.mark.parametrize(("ann", "told"), [({"scopes": ["unit:B"]}, "mia"), ({"disabled": True}, "lea")])
def test_where_the_owner_cannot_be_told_of_failing_evidence_the_next_above_is(reviews, store, ann, told):
    reviews.attach()
    put(store, reviews.person("ann", **ann))
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    reviews.blobs.remove(view.evidence.sha256)
    assert reviews.of("pia").check_evidence().messages == 1
    assert outbox(reviews) == [(told, "evidence_failed")]


def test_a_turn_is_dropped_while_an_outcome_is_in_question_and_comes_back(reviews):
    reviews.submit()
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    reviews.blobs.remove(view.evidence.sha256)
    reviews.of("pia").check_evidence()
    assert outbox(reviews) == [("ann", "evidence_failed")]
    reviews.upload()
    reviews.of("pia").check_evidence()
    assert outbox(reviews) == [("mia", "outcome_to_review")]


def test_a_new_manager_is_told_of_what_waits_and_the_old_one_no_more(reviews):
    reviews.submit()
    reviews.graph.set_manager(person="ann", manager="max")
    assert outbox(reviews) == [("max", "outcome_to_review")]
    reviews.graph.set_manager(person="bob", manager="mia")
    assert outbox(reviews) == [("max", "outcome_to_review")], "nobody else's turn changed"


def test_with_wrong_rules_evidence_is_looked_at_and_told_all_the_same(reviews, tmp_path):
    reviews.submit()
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "reviews.yaml").write_text("steps: [", encoding="utf-8")
    with pytest.raises(KgError):
        reviews.graph.review_rules()
    reviews.blobs.remove(view.evidence.sha256)
    assert reviews.of("pia").check_evidence().messages == 1
    assert outbox(reviews) == [("ann", "evidence_failed"), ("mia", "outcome_to_review")]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_has_words_in_both_languages(kind, language):
    values = {"title": "Calls", "project": "Water", "owner": "", "review": "pmo", "evidence": "Chart"}
    values |= {"day": "2026-04-01", "status": "missing", "finding": "link_not_reached"}
    found = letter(OutboxMessage(id="m", to="ann", kind=kind, subject="outcome:a", values=values), language)
    assert "Calls" in found.subject and "Water" in found.text and "[" not in found.subject + found.text
