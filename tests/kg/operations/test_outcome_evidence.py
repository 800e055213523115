"""Evidence on each engine: what is taken, what is refused, and what becomes of an outcome whose evidence fails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kg.domain import Evidence
from kg.errors import (
    Conflict,
    EmptyFile,
    EvidenceNeeded,
    FileTooLarge,
    Forbidden,
    InvalidRequest,
    LinkUnreachable,
    NotFound,
    UnsafeFile,
)
from kg.store.records import records_about
from tests.conftest import visitor

from .conftest import WATER, put
from .outcome_factory import OUTCOME, PNG, Reviews

PAGE = "https://status.example.org/complaints"


@pytest.fixture
def reviews(units, tmp_path) -> Reviews:
    return Reviews(units, tmp_path)


def states(reviews: Reviews) -> tuple[str, list[str]]:
    found = reviews.graph.outcome_review(id=OUTCOME)
    return found.outcome.state.value, sorted(e.evidence.status.value for e in found.evidence)


def test_a_file_is_kept_by_its_digest_with_its_kind_and_who_added_it(reviews):
    (view,) = reviews.attach(title=None, filename="图\u202e表.png").evidence
    piece = view.evidence
    assert (piece.filename, piece.title, piece.media_type, piece.kind) == (
        "图表.png",
        "图表.png",
        "image/png",
        "screenshot",
    )
    assert (piece.size, piece.added_by, view.live) == (len(PNG), "ann", True)
    assert reviews.blobs.verify(piece.sha256).size == len(PNG)


def test_files_of_no_bytes_or_too_many_are_not_kept(reviews):
    with pytest.raises(EmptyFile, match="0 bytes"):
        reviews.upload(b"")
    with pytest.raises(FileTooLarge, match="larger than 65536 bytes") as error:
        reviews.upload(b"x" * ((1 << 16) + 1))
    assert error.value.status == 413
    assert list(reviews.blobs) == []


def test_a_path_for_a_name_and_a_script_for_a_picture_are_refused(reviews):
    with pytest.raises(InvalidRequest, match=r"is a path, not the name of a file\. Call it 'chart.png'"):
        reviews.attach(filename="../../chart.png")
    with pytest.raises(UnsafeFile, match="web page or script"):
        reviews.attach(content=b"<script>alert(1)</script>", filename="chart.png")
    assert reviews.graph.list_evidence(outcome=OUTCOME).evidence == []


def test_a_digest_that_nobody_uploaded_is_no_evidence(reviews):
    with pytest.raises(NotFound):
        reviews.of("ann").add_evidence(outcome=OUTCOME, sha256="0" * 64, filename="a.png")
    with pytest.raises(InvalidRequest, match="either an uploaded file"):
        reviews.of("ann").add_evidence(outcome=OUTCOME)


def test_the_same_content_is_evidence_of_an_outcome_once(reviews):
    reviews.attach()
    with pytest.raises(Conflict, match="The chart"):
        reviews.attach(filename="again.png")


def test_one_file_that_supports_many_outcomes_is_flagged_on_each(reviews, store):
    put(store, reviews.outcome("outcome:other", title="Other"), reviews.outcome("outcome:b", unit="B", title="Hidden"))
    reviews.attach()
    assert reviews.graph.list_evidence(outcome=OUTCOME).evidence[0].also_supports == []
    reviews.attach(outcome="outcome:other")
    reviews.graph.add_evidence(outcome="outcome:b", sha256=reviews.upload(), filename="x.png")
    (view,) = reviews.of("pia").list_evidence(outcome=OUTCOME).evidence
    assert [(other.id, other.title) for other in view.also_supports] == [("outcome:other", "Other")]
    assert len(reviews.graph.list_evidence(outcome=OUTCOME).evidence[0].also_supports) == 2


def test_a_link_is_kept_with_the_day_and_digest_of_what_stood_there(reviews):
    reviews.links.pages[PAGE] = "a"
    (view,) = reviews.of("ann").add_evidence(outcome=OUTCOME, link=PAGE).evidence
    piece = view.evidence
    assert (piece.kind, piece.sha256, piece.captured_at, piece.link) == ("link", "a" * 64, reviews.now, PAGE)


def test_a_link_where_nothing_answers_is_not_taken(reviews):
    reviews.links.pages[PAGE] = LinkUnreachable("no", link=PAGE, gone=True)
    with pytest.raises(LinkUnreachable):
        reviews.of("ann").add_evidence(outcome=OUTCOME, link=PAGE)


def test_an_expired_certificate_is_not_taken_and_one_that_expires_counts_no_more(reviews):
    today = reviews.now.date()
    with pytest.raises(InvalidRequest, match="expired on"):
        reviews.attach(expires_on=today - timedelta(days=1))
    (view,) = reviews.attach(expires_on=today).evidence
    assert (view.evidence.kind, view.live, view.expires_in_days) == ("certificate", True, 0)
    reviews.now += timedelta(days=1)
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    assert (view.live, view.finding, view.evidence.status) == (False, "expired", "live")
    with pytest.raises(EvidenceNeeded, match="expired: The chart"):
        reviews.of("ann").submit_outcome(id=OUTCOME)


def test_a_changed_file_puts_an_accepted_outcome_in_question_and_its_restoring_settles_it(reviews):
    reviews.accept()
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    path = reviews.blobs.root / view.evidence.sha256[:2] / view.evidence.sha256
    path.write_bytes(PNG + b"!")
    found = reviews.of("pia").check_evidence()
    assert (found.checked, found.in_question) == (1, [OUTCOME])
    assert [(f.title, f.status, f.finding) for f in found.failed] == [("The chart", "changed", "file_changed")]
    assert states(reviews) == ("in_question", ["changed"])
    kinds = {item.kind: item for item in reviews.of("ann").my_inbox().items}
    assert set(kinds) == {"in_question", "evidence"} and kinds["evidence"].finding == "file_changed"
    last = max(reviews.audit(), key=lambda entry: entry.number)
    assert (last.operation, OUTCOME in last.subject, bool(last.after_hash)) == ("check_evidence", True, True)
    assert reviews.of("pia").check_evidence().in_question == [], "once is enough"
    path.write_bytes(PNG)
    assert reviews.of("pia").check_evidence().settled == [OUTCOME]
    assert states(reviews) == ("accepted", ["live"])


def test_a_vanished_file_an_expired_certificate_and_a_changed_link_put_it_in_question_too(reviews):
    reviews.links.pages[PAGE] = "a"
    reviews.of("ann").add_evidence(outcome=OUTCOME, link=PAGE)
    sent = reviews.attach(expires_on=reviews.now.date())
    reviews.accept()
    reviews.links.pages[PAGE] = "b"
    reviews.now += timedelta(days=1)
    reviews.of("pia").check_evidence()
    assert states(reviews) == ("in_question", ["changed", "expired"])
    reviews.blobs.remove(next(v.evidence.sha256 for v in sent.evidence if v.evidence.filename))
    reviews.links.pages[PAGE] = LinkUnreachable("no", gone=True)
    assert {f.finding for f in reviews.of("pia").check_evidence().failed} == {"link_gone", "expired"}


def test_a_vanished_file_is_found(reviews):
    (view,) = reviews.attach().evidence
    reviews.blobs.remove(view.evidence.sha256)
    assert [f.finding for f in reviews.of("ann").check_evidence(outcome=OUTCOME).failed] == ["file_missing"]
    assert states(reviews) == ("draft", ["missing"]), "a draft is in nobody's question yet"


def test_a_server_that_is_down_for_a_day_vanishes_nothing_but_for_a_week_it_does(reviews):
    reviews.links.pages[PAGE] = "a"
    reviews.of("ann").add_evidence(outcome=OUTCOME, link=PAGE)
    reviews.accept()
    reviews.links.pages[PAGE] = LinkUnreachable("no")
    reviews.now += timedelta(days=1)
    found = reviews.of("pia").check_evidence()
    assert len(found.unreachable) == 1 and states(reviews) == ("accepted", ["live"])
    reviews.now += timedelta(days=7)
    reviews.of("pia").check_evidence()
    assert states(reviews) == ("in_question", ["missing"])
    reviews.links.pages[PAGE] = "a"
    assert reviews.of("pia").check_evidence().settled == [OUTCOME]


def test_failing_under_review_it_goes_on_where_it_stood_when_all_is_well_again(reviews):
    reviews.submit()
    reviews.score("mia", impact=5)
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    reviews.blobs.remove(view.evidence.sha256)
    reviews.of("pia").check_evidence()
    assert all(r.hidden for r in reviews.of("pia").outcome_review(id=OUTCOME).reviews), "still blind"
    reviews.upload()
    reviews.of("pia").check_evidence()
    assert reviews.score("pia", impact=4).outcome.state == "accepted"


def test_replacing_what_failed_needs_new_reviews(reviews):
    reviews.accept()
    (view,) = reviews.graph.list_evidence(outcome=OUTCOME).evidence
    reviews.blobs.remove(view.evidence.sha256)
    reviews.of("pia").check_evidence()
    assert reviews.of("ann").remove_evidence(id=view.evidence.id).evidence == []
    reviews.attach(content=b"a,b\n1,2\n", filename="new.csv")
    again = reviews.submit()
    assert (again.outcome.state, again.outcome.round) == ("submitted", 2)


def test_a_check_that_finds_nothing_new_writes_nothing(reviews, store):
    reviews.attach()
    (before,) = records_about(store, Evidence, [OUTCOME])
    reviews.of("pia").check_evidence()
    (after,) = records_about(store, Evidence, [OUTCOME])
    assert after.revision == before.revision
    reviews.now += timedelta(days=2)
    reviews.of("pia").check_evidence()
    assert records_about(store, Evidence, [OUTCOME])[0].checked_at == reviews.now


def test_members_check_and_change_their_own_only(reviews):
    reviews.attach()
    with pytest.raises(Forbidden, match="pmo"):
        reviews.of("ann").check_evidence()
    (view,) = reviews.of("bob").list_evidence(outcome=OUTCOME).evidence
    with pytest.raises(Forbidden, match="ann"):
        reviews.of("bob").remove_evidence(id=view.evidence.id)
    with pytest.raises(NotFound):
        reviews.graph.as_visitor(visitor("sam", "unit:B")).get_evidence(id=view.evidence.id)


def test_nothing_is_looked_at_for_who_may_not_add_it(reviews):
    with pytest.raises(Forbidden):
        reviews.of("bob").add_evidence(outcome=OUTCOME, link="https://never.asked.example")


def test_what_expires_within_a_month_is_in_the_inbox_of_its_owner(reviews):
    reviews.attach(expires_on=reviews.now.date() + timedelta(days=30))
    (item,) = reviews.of("ann").my_inbox().items
    assert (item.kind, item.evidence_title, item.due) == (
        "expiring",
        "The chart",
        reviews.now.date() + timedelta(days=30),
    )
    assert reviews.of("pia").my_inbox().total == 0


def test_a_long_check_goes_on_where_it_ended(reviews):
    for number in range(5):
        reviews.attach(content=PNG + bytes([number]), filename=f"{number}.png")
    seen, after = 0, None
    while True:
        found = reviews.of("pia").check_evidence(limit=2, after=after)
        seen, after = seen + found.checked, found.next
        if after is None:
            break
    assert seen == 5


@pytest.mark.parametrize("wide", [False, True])
def test_a_link_that_came_without_a_digest_takes_that_of_the_first_look(reviews, wide):
    came = {"id": "evidence:in", "project": WATER, "unit": "A/Water", "subject": OUTCOME, "kind": "link", "title": "In"}
    put(reviews.store, Evidence.parse(came | {"link": PAGE}))
    reviews.links.pages[PAGE] = "a"
    reviews.accept()
    asker, what = (reviews.of("pia"), {}) if wide else (reviews.of("bob"), {"outcome": OUTCOME})
    found = asker.check_evidence(**what)
    assert (found.failed, found.in_question) == ([], [])
    assert reviews.graph.get_evidence(id="evidence:in").found.evidence.sha256 == "a" * 64
    reviews.links.pages[PAGE] = "b"
    found = asker.check_evidence(**what)
    assert ([f.finding for f in found.failed], found.in_question) == (["link_changed"], [OUTCOME])


def test_each_change_of_evidence_is_a_revision_of_its_outcome(reviews):
    read = [reviews.graph.get_outcome(id=OUTCOME).outcome.revision]
    first = reviews.attach().evidence[0].evidence.id
    read.append(reviews.graph.get_outcome(id=OUTCOME).outcome.revision)
    read.append(reviews.attach(content=PNG + b"2").revision)
    read.append(reviews.of("ann").remove_evidence(id=first).revision)
    assert read == [1, 2, 3, 4]
