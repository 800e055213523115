"""From draft to accepted, on each engine: by two people who did not see each other's scores, or by three."""

from __future__ import annotations

import json
from datetime import date

import pytest

from kg.audit import verify
from kg.domain import Review, Role
from kg.errors import (
    EvidenceNeeded,
    Forbidden,
    InvalidRequest,
    KgError,
    NotFound,
    NotSmart,
    NotYourReview,
    OwnWork,
    StaleReview,
    WrongOutcomeState,
)
from kg.operations import OPERATIONS
from kg.operations.outcome_reading import PROMISE
from kg.store.records import put_records, records_about
from pipelines.resources import TEMPLATES
from tests.conftest import visitor

from .conftest import WATER, put
from .outcome_factory import EVEN, OUTCOME, Reviews


@pytest.fixture
def reviews(units, tmp_path) -> Reviews:
    return Reviews(units, tmp_path)


def test_an_outcome_is_accepted_by_its_owners_manager_and_the_pmo(reviews):
    sent = reviews.submit()
    assert (sent.outcome.state, sent.awaits, sent.waits_for) == ("submitted", "manager", ["mia"])
    assert reviews.score("mia").outcome.state == "manager_approved"
    done = reviews.score("pia", impact=4)
    assert (done.outcome.state, done.awaits) == ("accepted", None)
    assert done.outcome.accepted_at == reviews.now
    assert done.scores == {"impact": 3.5, "difficulty": 3.0, "innovation": 3.0}
    assert [(r.role, r.reviewer, r.decision) for r in done.reviews] == [
        ("manager", "mia", "approved"), ("pmo", "pia", "approved")
    ]  # fmt: skip


def test_what_is_missing_for_submitting_is_named_letter_by_letter(reviews, store):
    put(store, reviews.outcome(achievability=None, due=None, metric=" "))
    with pytest.raises(
        NotSmart, match=r"M \(Measurable\): metric; A \(Achievable\): achievability; T .*: due"
    ) as error:
        reviews.submit()
    assert error.value.fields["gaps"] == {"M": ["metric"], "A": ["achievability"], "T": ["due"]}


def test_a_target_that_equals_the_baseline_is_refused(reviews, store):
    put(store, reviews.outcome(target=40.0))
    with pytest.raises(NotSmart, match="equals the baseline \\(40\\): it would promise no change"):
        reviews.submit()


def test_without_live_evidence_nothing_is_submitted(reviews):
    with pytest.raises(EvidenceNeeded, match="0 live piece"):
        reviews.of("ann").submit_outcome(id=OUTCOME)


def test_kinds_of_outcome_may_need_a_kind_of_evidence(reviews, store):
    put(store, reviews.outcome(outcome_type="outcome_type:compliance"))
    reviews.attach()
    with pytest.raises(EvidenceNeeded, match="certificate, document"):
        reviews.submit()
    reviews.attach(content=b"%PDF-1.7 audit", filename="audit.pdf")
    assert reviews.submit().outcome.state == "submitted"


@pytest.mark.parametrize("name", ["ann", "bob"])
def test_nobody_reviews_what_they_own_or_gave_evidence_to(reviews, store, name):
    put(store, *[reviews.person(each, scopes=["*"]) for each in ("ann", "bob")])
    reviews.graph.set_manager(person="ann", manager="bob")
    reviews.attach("ann")
    boss = reviews.graph.as_visitor(visitor("bob", "unit:A", role=Role.PMO))
    boss.add_evidence(outcome=OUTCOME, sha256=reviews.upload(b"a,b\n1,2\n"), filename="t.csv")
    reviews.submit()
    asked = reviews.graph.as_visitor(visitor(name, "unit:A", role=Role.ADMIN))
    with pytest.raises(OwnWork, match="somebody else must review it"):
        asked.review_outcome(
            id=OUTCOME, revision=asked.outcome_review(id=OUTCOME).outcome.revision, decision="approved", scores=EVEN
        )
    assert asked.outcome_review(id=OUTCOME).not_mine == "own_work"


def test_who_submits_or_owned_it_earlier_does_not_review_it(reviews):
    reviews.attach()
    reviews.of("mia").submit_outcome(id=OUTCOME)
    with pytest.raises(OwnWork):
        reviews.score("mia")
    reviews.of("ann").withdraw_outcome(id=OUTCOME)
    reviews.of("pol").bulk_edit_outcomes(ids=[OUTCOME], owner="pol")
    reviews.of("pol").bulk_edit_outcomes(ids=[OUTCOME], owner="ann")
    reviews.submit()
    reviews.score("max")  # mia submitted it once: a manager stands in
    with pytest.raises(OwnWork):
        reviews.score("pol")
    assert reviews.score("pia").outcome.state == "accepted"


def test_acting_as_somebody_else_makes_no_second_pair_of_eyes(reviews):
    reviews.submit()
    with pytest.raises(OwnWork):
        reviews.of("mia", acting_for="ann").review_outcome(
            id=OUTCOME, revision=reviews.graph.outcome_review(id=OUTCOME).outcome.revision, decision="approved",
            scores=EVEN,
        )  # fmt: skip
    mia = reviews.of("mia", acting_for="lea")
    mia.review_outcome(
        id=OUTCOME, revision=mia.outcome_review(id=OUTCOME).outcome.revision, decision="approved", scores=EVEN
    )
    with pytest.raises(NotYourReview, match="another person's"):
        reviews.score("lea")


def test_with_people_of_the_sample_one_may_play_all_parts_but_still_blind(reviews, store):
    put(store, reviews.person("ann", sample=True))
    reviews.attach()
    reviews.of("ann", acting_for="local").submit_outcome(id=OUTCOME)
    read = reviews.graph.outcome_review(id=OUTCOME).outcome.revision
    mia, pia = (reviews.of(name, acting_for="local") for name in ("mia", "pia"))
    mia.review_outcome(id=OUTCOME, revision=read, decision="approved", scores=EVEN)
    assert pia.outcome_review(id=OUTCOME).reviews[0].hidden
    with pytest.raises(NotYourReview):
        mia.review_outcome(id=OUTCOME, revision=read + 1, decision="approved", scores=EVEN)
    done = pia.review_outcome(id=OUTCOME, revision=read + 1, decision="approved", scores=EVEN)
    assert done.outcome.state == "accepted"


def test_only_the_direct_manager_reviews_first_and_no_one_twice(reviews):
    reviews.submit()
    for other in ("max", "pia", "lea"):
        with pytest.raises(NotYourReview, match="direct manager, mia"):
            reviews.score(other)
    reviews.score("mia")
    with pytest.raises(NotYourReview, match="reviewed this outcome in this round already"):
        reviews.score("mia")
    with pytest.raises(Forbidden, match="roles pmo"):
        reviews.score("max")


@pytest.mark.parametrize("why", ["none", "disabled", "blind"])
def test_somebody_stands_in_for_a_manager_who_is_not_there(reviews, store, why):
    if why == "none":
        reviews.graph.set_manager(person="ann", manager=None)
    else:
        put(store, reviews.person("mia", **({"disabled": True} if why == "disabled" else {"scopes": ["unit:B"]})))
    sent = reviews.submit()
    assert sent.waits_for == ["manager", "lead"] and not sent.waits_for_person
    assert reviews.score("max").outcome.state == "manager_approved"


def test_a_reviewer_sees_no_earlier_scores_until_their_own_are_in(reviews, store):
    reviews.submit()
    reviews.score("mia", impact=5, innovation=1)
    key = records_about(store, Review, [OUTCOME])[0].id
    for name in ("pia", "pol", "ann", "lea"):
        blind = reviews.of(name)
        (first,) = blind.outcome_review(id=OUTCOME).reviews
        assert (first.hidden, first.scores, first.reviewer) == (True, {}, "mia"), name
        record = blind.get_record_by_id(label="Review", id=key).record
        (listed,) = blind.list_records_of(label="Review").records
        for told in (record, listed):
            assert [told[axis] for axis in EVEN] == [None] * 3, name
    (own,) = reviews.of("mia").outcome_review(id=OUTCOME).reviews
    assert own.scores["impact"] == 5 and not own.hidden
    then = reviews.score("pia", impact=3)
    assert [r.scores["impact"] for r in then.reviews] == [5, 3] and then.gaps["impact"] == 2
    assert all(r.hidden for r in reviews.of("pol").outcome_review(id=OUTCOME).reviews), "the third is blind, too"
    assert all(r.hidden for r in reviews.of("ann").outcome_review(id=OUTCOME).reviews)
    assert "impact" not in str(reviews.of("pol").my_inbox().items)


def test_two_apart_asks_a_third_person_and_the_median_counts(reviews):
    reviews.submit()
    reviews.score("mia", impact=5)
    far = reviews.score("pia", impact=2)
    assert (far.outcome.state, far.awaits, far.third_asked) == ("manager_approved", "third", True)
    assert far.scores == {}
    for same in ("mia", "pia"):
        with pytest.raises(NotYourReview):
            reviews.score(same)
    assert [item.kind for item in reviews.of("pol").my_inbox().items] == ["third"]
    done = reviews.score("pol", impact=4)
    assert done.outcome.state == "accepted" and done.scores["impact"] == 4
    assert [r.hidden for r in reviews.of("ann").outcome_review(id=OUTCOME).reviews] == [False] * 3


def test_a_review_of_a_stale_revision_is_refused_and_says_what_to_do(reviews):
    reviews.submit()
    reviews.score("mia")
    read = reviews.of("pia").outcome_review(id=OUTCOME).outcome.revision
    reviews.of("pol").review_outcome(id=OUTCOME, revision=read, decision="approved", scores=EVEN | {"impact": 5})
    with pytest.raises(StaleReview, match="read it again") as error:
        reviews.of("pia").review_outcome(id=OUTCOME, revision=read, decision="approved", scores=EVEN)
    assert (error.value.fields["read"], error.value.fields["revision"]) == (read, read + 1)
    assert len(reviews.graph.outcome_review(id=OUTCOME).reviews) == 2


def test_a_returned_outcome_says_why_and_comes_back_in_a_new_round(reviews):
    reviews.submit()
    reviews.score("mia")
    pia = reviews.of("pia")
    read = pia.outcome_review(id=OUTCOME).outcome.revision
    with pytest.raises(InvalidRequest, match="with a reason"):
        pia.review_outcome(id=OUTCOME, revision=read, decision="returned")
    back = pia.return_outcome(id=OUTCOME, reason="Say how it was counted.", revision=read)
    assert (back.outcome.state, back.outcome.returned_reason) == ("returned", "Say how it was counted.")
    (item,) = [i for i in reviews.of("ann").my_inbox().items if i.kind == "returned"]
    assert item.reason == "Say how it was counted."
    again = reviews.submit()
    assert (again.outcome.round, again.awaits, again.outcome.returned_reason) == (2, "manager", None)
    reviews.score("mia")
    assert reviews.score("pia").outcome.state == "accepted"
    assert [r.round for r in reviews.graph.outcome_review(id=OUTCOME).reviews] == [1, 1, 2, 2]


def test_a_change_to_an_accepted_outcome_starts_a_new_round(reviews):
    reviews.accept()
    added = reviews.attach(content=b"a,b\n1,2\n", filename="more.csv")
    assert added.state == "draft"
    again = reviews.submit()
    assert (again.outcome.round, again.awaits, again.outcome.accepted_at) == (2, "manager", None)


def test_an_accepted_outcome_is_opened_for_changes_by_its_owner_alone_and_reviewed_again(reviews):
    reviews.accept()
    with pytest.raises(Forbidden):
        reviews.of("bob").reopen_outcome(id=OUTCOME)
    opened = reviews.of("ann").reopen_outcome(id=OUTCOME)
    assert (opened.outcome.state, opened.outcome.round, opened.scores) == ("draft", 2, {})
    assert "submit" in opened.permitted
    with pytest.raises(WrongOutcomeState):
        reviews.of("ann").reopen_outcome(id=OUTCOME)
    assert reviews.submit().awaits == "manager"


def test_while_it_is_reviewed_nothing_of_it_changes_until_it_is_withdrawn(reviews):
    reviews.submit()
    with pytest.raises(WrongOutcomeState, match="withdraw it first"):
        reviews.attach(content=b"a,b\n1,2\n", filename="more.csv")
    with pytest.raises(WrongOutcomeState, match="withdraw it first"):
        reviews.submit()
    assert reviews.of("ann").withdraw_outcome(id=OUTCOME).outcome.state == "draft"
    assert reviews.attach(content=b"a,b\n1,2\n", filename="more.csv").state == "draft"


def test_an_acceptance_is_taken_back_by_the_pmo_with_a_reason_but_not_by_others(reviews):
    reviews.accept()
    with pytest.raises(Forbidden, match="roles pmo"):
        reviews.of("mia").return_outcome(id=OUTCOME, reason="no")
    back = reviews.of("pol").return_outcome(id=OUTCOME, reason="The figures were of another town.")
    assert back.outcome.state == "returned" and back.outcome.accepted_at is None
    assert [r.reviewer for r in back.reviews] == ["mia", "pia", "pol"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scores": EVEN | {"impact": 6}}, "go from 1 to 5"),
        ({"scores": {"impact": 3}}, "difficulty, innovation has none"),
        ({"scores": EVEN | {"charm": 3}}, "no axis 'charm'"),
        ({"decision": "retired"}, "approved or returned"),
    ],
)
def test_bad_reviews_are_refused_with_what_to_do(reviews, values, message):
    reviews.submit()
    asked = {"id": OUTCOME, "revision": 1, "decision": "approved", "scores": EVEN} | values
    with pytest.raises(InvalidRequest, match=message):
        reviews.of("mia").review_outcome(**asked)


def test_an_outcome_elsewhere_is_as_if_it_were_not_there(reviews):
    reviews.submit()
    stranger = reviews.graph.as_visitor(visitor("sam", "unit:B", role=Role.LEAD))
    for call, values in (
        ("outcome_review", {}), ("submit_outcome", {}), ("return_outcome", {"reason": "x"}),
        ("review_outcome", {"revision": 1, "decision": "approved", "scores": EVEN}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            getattr(stranger, call)(id=OUTCOME, **values)
    assert stranger.my_inbox().total == 0
    assert stranger.list_records_of(label="Review").total == 0


def test_a_plain_member_submits_nobody_elses_outcome(reviews):
    reviews.attach()
    with pytest.raises(Forbidden, match="ann"):
        reviews.of("bob").submit_outcome(id=OUTCOME)


def test_reviews_are_written_by_reviewing_only(reviews):
    forged = {"id": "r", "subject": OUTCOME, "role": "pmo", "reviewer": "pia", "decision": "approved"}
    with pytest.raises(InvalidRequest, match="cannot be written in bulk"):
        reviews.graph.put_records_batch(records=[{"label": "Review", "values": forged}])


def test_every_step_is_in_the_audit_trail_with_what_was_before_and_after(reviews, store):
    reviews.accept()
    entries = {e.operation: e for e in reviews.audit()}
    for name in ("add_evidence", "submit_outcome", "review_outcome", "set_manager"):
        assert entries[name].after_hash, name
    assert entries["submit_outcome"].before_hash != entries["submit_outcome"].after_hash
    assert verify(store, "local") == 0
    writing = {
        "submit_outcome", "withdraw_outcome", "reopen_outcome", "review_outcome", "return_outcome", "add_evidence", "remove_evidence",
        "check_evidence", "bulk_edit_outcomes", "undo_bulk_edit", "set_manager", "set_managers",
    }  # fmt: skip
    assert all(OPERATIONS[name].audited for name in writing)


def test_a_wrong_file_of_rules_stops_reviews_and_names_the_line(reviews, tmp_path):
    reviews.submit()
    own = tmp_path / "templates" / "reviews.yaml"
    own.parent.mkdir()
    own.write_text("steps:\n  - review: manager\n    titel: x\n", encoding="utf-8")
    with pytest.raises(KgError, match=r"reviews.yaml line 3: steps 1, titel.*Did you mean 'title'"):
        reviews.score("mia")


def test_rules_that_change_while_an_outcome_waits_strand_nobody(reviews, tmp_path):
    reviews.submit()
    packaged = (TEMPLATES / "reviews.yaml").read_text("utf-8")
    start, end = packaged.index("  - review: manager"), packaged.index("  - review: pmo")
    third, evidence = packaged.index("third:"), packaged.index("evidence:")
    own = tmp_path / "templates" / "reviews.yaml"
    own.parent.mkdir()
    own.write_text(packaged[:start] + packaged[end:third] + packaged[evidence:], encoding="utf-8")
    assert reviews.of("pia").outcome_review(id=OUTCOME).waits_for == ["pmo"]
    assert reviews.score("pia").awaits == "pmo"
    assert reviews.score("pol").outcome.state == "accepted"


def test_an_import_is_nobodys_until_somebody_owns_it_and_a_written_one_is_its_writers(reviews, store):
    read = reviews.outcome("outcome:read", owner=None, origin="imported", state="imported")
    written = reviews.outcome("outcome:written", owner=None)
    with store.transaction() as tx:
        put_records(tx, [read, written], at=reviews.now, by="bob")
    bob = reviews.of("bob")
    assert [bob.get_outcome(id=key).mine for key in ("outcome:read", "outcome:written")] == [False, True]
    assert "edit" not in bob.outcome_review(id="outcome:read").permitted
    assert "edit" in bob.outcome_review(id="outcome:written").permitted
    with pytest.raises(Forbidden):
        reviews.attach("bob", "outcome:read")
    reviews.attach("bob", "outcome:written")
    put(store, read.model_copy(update={"owner": "bob"}))
    assert bob.get_outcome(id="outcome:read").mine and "edit" in bob.outcome_review(id="outcome:read").permitted
    with pytest.raises(NotFound, match="outcome:written"):  # all ways to an outcome name the nearest
        bob.outcome_review(id="outcome:writen")


SEALED = {"impact": 5, "difficulty": 4, "innovation": 1}


def shown_scores(graph, *, reviewer: str = "mia") -> list[object]:
    """Whatever each way that tells of reviews says of one reviewer's scores, and of the reason of the approval."""
    told: list[object] = [
        {**view.scores, "reason": view.reason}
        for view in graph.outcome_review(id=OUTCOME).reviews
        if view.reviewer == reviewer
    ]
    records = graph.list_records_of(label="Review").records
    records += [graph.get_record_by_id(label="Review", id=record["id"]).record for record in records]
    told += [{a: r[a] for a in (*SEALED, "reason")} for r in records if r["reviewer"] == reviewer]
    return [{name: value for name, value in one.items() if value is not None} for one in told]


def score_with_reason(reviews: Reviews) -> None:
    mia = reviews.of("mia")
    read = mia.outcome_review(id=OUTCOME).outcome.revision
    mia.review_outcome(id=OUTCOME, revision=read, decision="approved", scores=SEALED, reason="5 of 5 for impact")


def test_scores_of_an_open_round_are_shown_by_no_way_to_a_review(reviews):
    reviews.submit()
    score_with_reason(reviews)
    for name in ("ann", "pia", "lea"):
        assert shown_scores(reviews.of(name)) == [{}] * 3, name
    assert shown_scores(reviews.graph) == [{}] * 3, "administrators neither"


def test_no_operation_whatever_it_is_asked_of_an_outcome_tells_a_hidden_review(reviews):
    reviews.submit()
    score_with_reason(reviews)
    (review,) = reviews.graph.list_records_of(label="Review").records
    asked: list[dict[str, object]] = [{}, {"label": "Review"}, {"project": WATER}]
    asked += [{name: key} for name in ("id", "outcome", "subject", "key") for key in (OUTCOME, WATER, review["id"])]
    asked += [{"label": "Review", "id": review["id"]}, {"label": "Outcome", "id": OUTCOME}, {"ids": [OUTCOME]}]
    answered = set()
    for row in OPERATIONS:
        if row.audited and not row.reading:
            continue
        for graph in (reviews.of("pia"), reviews.of("ann"), reviews.graph):
            for values in asked:
                try:
                    told = graph.call(row, row.request.model_validate(values)).model_dump_json()
                except (KgError, ValueError):  # it asks for something else, or it is not theirs to ask
                    continue
                answered.add(row.name)
                assert "5 of 5" not in told and '"impact":5' not in told, (row.name, values)
    assert {
        "outcome_review",
        "get_record_by_id",
        "list_records_of",
        "get_outcome",
        "list_audit",
        "list_outbox",
    } <= answered


def test_an_export_from_before_scores_were_sealed_is_sealed_when_it_is_loaded(reviews, store, tmp_path):
    reviews.accept()
    (first, *_) = records_about(store, Review, [OUTCOME])
    store.export(tmp_path / "graph.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "graph.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line.get("label") == "Review":
            line["node"] |= json.loads(line["node"].pop("sealed_review"))
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    store.load(tmp_path / "old.jsonl")
    assert "impact" not in str(reviews.graph.query_graph(cypher="MATCH (n:Review) RETURN n AS x").rows)
    assert first in records_about(store, Review, [OUTCOME])


@pytest.mark.parametrize(
    "cypher",
    [
        "MATCH (n:Review) RETURN n AS x",
        "MATCH (n:Review) RETURN [n] AS x",
        "MATCH (n:Review) RETURN {a: n} AS x",
        "MATCH (n) WHERE n.reviewer = 'mia' RETURN n AS x, n.impact AS a, n.difficulty AS b, n.innovation AS c",
        "MATCH (n:Review) RETURN n.reason AS x",
        "MATCH (n:Review) RETURN toString(n) AS x",
        "MATCH (n:Review) WHERE n.impact > 3 OR n.difficulty > 3 OR n.reason CONTAINS '5' RETURN n.reviewer AS x",
        "MATCH (n:Revision) RETURN n.body AS x",
    ],
)
def test_questions_in_cypher_never_give_the_scores_of_an_outcome(reviews, cypher):
    reviews.submit()
    score_with_reason(reviews)
    try:
        rows = reviews.graph.query_graph(cypher=cypher).rows
    except InvalidRequest as error:  # an engine that makes no text of a node
        assert "5 of 5" not in error.message
        return
    assert "5 of 5" not in str(rows) and "sealed_review" not in str(rows)
    assert "WHERE n.impact" not in cypher or rows == []
    assert all(row.get(name) is None for row in rows for name in "abc")


@pytest.mark.parametrize(
    "cypher",
    [
        "MATCH (n:Review) RETURN n.sealed_review AS x",
        "MATCH (n:Review) WHERE n.`sealed_review` CONTAINS '5' RETURN n.id AS x",
        "MATCH (n:Review) RETURN n.content_hash AS x",
        "MATCH (n:Review) RETURN properties(n) AS x",
        "MATCH (n:Review) RETURN n['sealed' + '_review'] AS x",
    ],
)
def test_what_is_sealed_and_digests_from_which_it_could_be_guessed_cannot_be_asked_for(reviews, cypher):
    with pytest.raises(InvalidRequest, match="not run"):
        reviews.graph.query_graph(cypher=cypher)


def test_a_review_that_was_kept_before_scores_were_sealed_is_sealed_when_the_store_is_opened(reviews, store):
    from kg.store.migrations import seal_reviews

    reviews.accept()
    (first, *_) = records_about(store, Review, [OUTCOME])
    plain = {**first.model_dump(mode="json", exclude_none=True), "content_hash": first.content_hash()}
    store.write("MATCH (n:Review {id: $id}) SET n = $row", id=first.id, row=plain)
    with store.transaction() as tx:
        seal_reviews(tx)
    (row,) = store.read("MATCH (n:Review {id: $id}) RETURN n.impact AS impact, n.sealed_review AS kept", id=first.id)
    assert row["impact"] is None and '"impact": 3' in row["kept"]
    assert first in records_about(store, Review, [OUTCOME])


def test_a_review_of_an_open_round_cannot_be_retired_by_a_plain_write(reviews):
    reviews.submit()
    score_with_reason(reviews)
    (record,) = reviews.graph.list_records_of(label="Review").records
    with pytest.raises(InvalidRequest, match="stands"):
        reviews.graph.retire_record(label="Review", id=record["id"])


def test_withdrawing_shows_nobody_what_the_next_round_asks_again(reviews):
    reviews.submit()
    score_with_reason(reviews)
    reviews.of("ann").withdraw_outcome(id=OUTCOME)
    for name in ("ann", "pia"):
        assert shown_scores(reviews.of(name)) == [{}] * 3, name
    assert shown_scores(reviews.of("mia"))[0] == SEALED | {"reason": "5 of 5 for impact"}
    reviews.of("ann").submit_outcome(id=OUTCOME)
    reviews.score("mia")
    reviews.score("pia")
    assert shown_scores(reviews.of("ann"))[0] == SEALED | {"reason": "5 of 5 for impact"}, "accepted, all is open"


def test_scores_of_an_accepted_round_stay_open_when_the_outcome_is_changed(reviews):
    reviews.accept()
    reviews.of("ann").reopen_outcome(id=OUTCOME)
    assert shown_scores(reviews.of("ann"))[0] == EVEN
    reviews.submit()
    assert shown_scores(reviews.of("ann"))[0] == {}, "until the next round is over"


def test_agreement_says_nothing_of_an_outcome_whose_round_goes_on(reviews):
    reviews.accept()
    assert reviews.of("pia").review_agreement().pairs == 1
    reviews.of("ann").reopen_outcome(id=OUTCOME)
    reviews.submit()
    assert reviews.of("pia").review_agreement().pairs == 0


def test_agreement_leaves_a_round_out_that_was_broken_off_as_long_as_its_scores_are_hidden(reviews):
    reviews.submit()
    reviews.score("mia", impact=1)
    reviews.score("pia", impact=5)
    reviews.of("ann").withdraw_outcome(id=OUTCOME)
    assert [r.hidden for r in reviews.of("pol").outcome_review(id=OUTCOME).reviews] == [True, True]
    assert reviews.of("pol").review_agreement().pairs == 0
    reviews.accept()
    assert reviews.of("pol").review_agreement().pairs == 2, "accepted, all is open"


def test_agreement_gives_no_figures_of_fewer_than_five_rounds(reviews):
    for number in range(5):
        found = reviews.of("pol").review_agreement()
        assert (found.pairs, found.axes, found.fewest) == (number, [], 5)
        put(reviews.store, reviews.outcome(f"outcome:n{number}"))
        reviews.accept(f"outcome:n{number}")
    assert [axis.exact for axis in reviews.of("pol").review_agreement().axes] == [1, 1, 1]


@pytest.mark.parametrize("owner", ["", "ann"])
def test_who_wrote_an_outcome_does_not_review_it_whoever_hands_it_in(reviews, owner):
    said = reviews.outcome().model_dump(exclude_none=True, include=set(PROMISE) | {"project"})
    key = reviews.of("pia").define_outcome(**said, owner=owner).outcome.id
    reviews.of("mia").bulk_edit_outcomes(ids=[key], add_tags=["x"])
    reviews.submit("mia", key)
    reviews.score("max", key)
    found = reviews.of("pia").outcome_review(id=key)
    assert (found.awaits, found.my_review, found.not_mine) == ("pmo", None, "own_work")
    assert reviews.of("pol").outcome_review(id=key).my_review == "pmo"


def rewritten(reviews):
    reviews.of("pia").change_outcome(id=OUTCOME, statement="Complaints vanish.", target=1)


def put_off(reviews):
    reviews.of("pia").bulk_edit_outcomes(ids=[OUTCOME], due=date(2027, 1, 31))


def taken_back(reviews):
    reviews.of("ann").change_outcome(id=OUTCOME, target=1)
    revision = reviews.of("pia").get_outcome(id=OUTCOME).outcome.revision
    reviews.of("pia").undo_outcome_change(id=OUTCOME, revision=revision)


@pytest.mark.parametrize("change", [rewritten, put_off, taken_back])
def test_who_changed_what_is_promised_does_not_review_it_until_others_accepted_it(reviews, change):
    change(reviews)
    reviews.submit()
    reviews.of("ann").withdraw_outcome(id=OUTCOME)  # a new round does not make it somebody else's work
    reviews.submit()
    reviews.score("mia")
    found = reviews.of("pia").outcome_review(id=OUTCOME)
    assert (found.my_review, found.not_mine) == (None, "own_work") and "changed what it promises" in found.why_not
    with pytest.raises(OwnWork, match="changed what it promises"):
        reviews.score("pia")
    reviews.score("pol")
    reviews.of("ann").reopen_outcome(id=OUTCOME)
    reviews.submit()
    reviews.score("mia")
    assert reviews.of("pia").outcome_review(id=OUTCOME).my_review == "pmo"


def test_who_gave_an_outcome_tags_and_a_weight_may_review_it(reviews):
    reviews.of("pia").bulk_edit_outcomes(ids=[OUTCOME], add_tags=["q1"], weight=2)
    reviews.submit()
    reviews.score("mia")
    assert reviews.of("pia").outcome_review(id=OUTCOME).my_review == "pmo"
