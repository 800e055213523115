"""Uploads that never became evidence go after some days; what any evidence refers to, or did, stays. Real files."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.domain import Evidence
from kg.errors import Forbidden, NotFound
from kg.store.blobs import BlobStore
from kg.store.records import get_record, put_records

from .outcome_factory import OUTCOME, PNG, Reviews

OTHER = b"a,b\n1,2\n"


@pytest.fixture
def reviews(units, tmp_path) -> Reviews:
    found = Reviews(units, tmp_path)
    found.now = datetime.now(UTC)  # files carry the time of the machine
    return found


def place(blobs: BlobStore, sha256: str) -> Path:
    return blobs.root / sha256[:2] / sha256


def aged(reviews: Reviews, sha256: str, days: float = 8) -> str:
    """As if the file had been uploaded so many days ago."""
    moment = (reviews.now - timedelta(days=days)).timestamp()
    os.utime(place(reviews.blobs, sha256), (moment, moment))
    return sha256


def cleaned(reviews: Reviews, days: int = 7) -> set[str]:
    return {file.sha256 for file in reviews.graph.clean_uploads(days=days).files}


def test_an_old_upload_that_never_became_evidence_goes_and_a_young_one_waits(reviews):
    old, young = aged(reviews, reviews.upload()), aged(reviews, reviews.upload(OTHER), days=6)
    listed = reviews.graph.unused_uploads()
    assert ([file.sha256 for file in listed.files], listed.bytes) == ([old], len(PNG)) and old in reviews.blobs
    assert cleaned(reviews) == {old}
    assert old not in reviews.blobs and young in reviews.blobs
    assert cleaned(reviews) == set() and cleaned(reviews, days=5) == {young}
    assert "1 unused uploads removed" in max(reviews.audit(), key=lambda entry: entry.number).subject


def test_uploading_again_renews_its_age(reviews):
    old = aged(reviews, reviews.upload())
    reviews.upload()
    assert cleaned(reviews) == set() and old in reviews.blobs


def test_a_file_of_evidence_stays_in_use_taken_away_or_as_it_was_before_a_change(reviews, store):
    reviews.attach(filename="used.png")
    reviews.attach(content=OTHER, filename="away.csv")
    reviews.attach(content=b"x,y\n3,4\n", filename="changed.csv")
    held = {v.evidence.filename: v.evidence for v in reviews.graph.list_evidence(outcome=OUTCOME).evidence}
    used, away, changed = held["used.png"], held["away.csv"], held["changed.csv"]
    reviews.of("ann").remove_evidence(id=away.id)
    with store.transaction() as tx:
        piece = get_record(tx, Evidence, changed.id)
        put_records(tx, [piece.model_copy(update={"sha256": "f" * 64})], at=reviews.now, by="test")
    never = reviews.upload(b"never\n")
    for sha256 in (used.sha256, away.sha256, changed.sha256, never):
        aged(reviews, sha256, days=400)
    assert cleaned(reviews) == {never}
    assert all(piece.sha256 in reviews.blobs for piece in (used, away, changed))


def test_a_file_that_becomes_evidence_between_listing_and_removing_stays(reviews):
    old, other = aged(reviews, reviews.upload()), aged(reviews, reviews.upload(OTHER))
    before = reviews.now - timedelta(days=7)
    listed = reviews.blobs.uploaded_before(before)
    assert {blob.sha256 for blob in listed} == {old, other}
    reviews.of("ann").add_evidence(outcome=OUTCOME, sha256=old, filename="chart.png")  # renews it
    gone = reviews.blobs.remove_unwanted(listed, before, lambda digests: set())  # who asked the graph before
    assert [blob.sha256 for blob in gone] == [other]
    assert reviews.of("pia").check_evidence().failed == []


def test_a_file_that_evidence_wants_when_it_is_moved_aside_is_put_back(reviews):
    old = aged(reviews, reviews.upload())
    before = reviews.now - timedelta(days=7)
    assert reviews.blobs.remove_unwanted(reviews.blobs.uploaded_before(before), before, set) == []
    assert reviews.blobs.verify(old).size == len(PNG) and not list(reviews.blobs.root.glob(".*"))


def test_evidence_added_while_its_file_is_moved_aside_is_refused_and_an_upload_then_is_kept(reviews):
    old = aged(reviews, reviews.upload())
    before = reviews.now - timedelta(days=7)
    seen = []

    def meanwhile(digests: list[str]) -> set[str]:
        with pytest.raises(NotFound):
            reviews.of("ann").add_evidence(outcome=OUTCOME, sha256=old, filename="chart.png")
        seen.append(reviews.attach().evidence[0].live)
        return set()

    reviews.blobs.remove_unwanted(reviews.blobs.uploaded_before(before), before, meanwhile)
    assert seen == [True] and reviews.of("pia").check_evidence().failed == []


def test_what_a_broken_off_run_or_upload_left_is_put_back_or_removed(reviews):
    old = aged(reviews, reviews.upload())
    place(reviews.blobs, old).rename(reviews.blobs.root / f".removing-{old}")
    incoming = reviews.blobs.root / ".incoming-abc"
    incoming.write_bytes(b"half")
    os.utime(incoming, (0, 0))
    assert cleaned(reviews) == set()
    assert old in reviews.blobs and not incoming.exists()
    assert cleaned(reviews) == set(), "put back it has its days again"


def test_only_administrators_remove_uploads(reviews):
    with pytest.raises(Forbidden):
        reviews.of("lea").clean_uploads()
