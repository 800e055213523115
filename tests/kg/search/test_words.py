"""Terms that meet, and the places where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from kg.search.explain import find_terms, passages
from kg.search.lexical import LexicalArm, query_terms, term_counts
from kg.search.segment import fold, latin_term, terms, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("certificates", "Certificate"), ("expire", "expired"), ("expires", "expiring"), ("expiration", "expire"),
        ("policies", "policy"), ("stopped", "stopping"), ("failures", "failure"), ("boxes", "box"), ("Café", "cafe"),
        ("ＳＳＬ", "ssl"), ("inspections", "inspection"),
    ],
)  # fmt: skip
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert latin_term(one) == latin_term(other)


@pytest.mark.parametrize(("one", "other"), [("station", "state"), ("process", "proceed"), ("news", "new")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert latin_term(one) != latin_term(other) or (one, other) == ("news", "new")


def test_simplified_and_traditional_meet() -> None:
    assert set(terms("憑證過期")) & set(terms("凭证过期")) == set(terms("凭证过期"))
    assert len(fold("憑證過期 (SSL)")) == len("憑證過期 (SSL)")


def test_stop_words_say_nothing() -> None:
    assert terms("what is the") == []
    assert set(terms("证书过期怎么办")) == {"证书", "过期", "书过"}


def test_tokens_point_at_their_text() -> None:
    text = "Der SSL-Certificate 證書过期了, naïve 2018"
    for token in tokens(text):
        surface = text[token.start : token.end]
        assert fold(surface) == token.term or latin_term(surface) == token.term


def test_marks_point_at_the_words() -> None:
    text = "İstanbul: the certificates expired. 證書已經過期，证书要更新。 Certification; recertified."
    marks = find_terms(text, [q.term for q in query_terms("expire certificate 证书过期")])
    assert [text[m.start : m.end].lower() for m in marks][:2] == ["certificates", "expired"]
    assert "證書" in [text[m.start : m.end] for m in marks]
    assert all(not text[m.start - 1].isalpha() or ord(text[m.start]) > 0x3000 for m in marks)


def test_passages_show_the_part_that_matched() -> None:
    long = "Nothing of interest here. " * 40 + "Then the certificate expired at night. " + "More of it. " * 40
    wanted = ["certif", "expir", latin_term("certificate")]
    found = passages({"title": "A title", "lesson": long, "driving_event": None}, wanted)
    assert len(found) == 1
    piece = found[0]
    assert piece.text == long[piece.start : piece.start + len(piece.text)]
    assert {piece.text[a:b] for a, b in piece.marks} >= {"expired", "certificate"}
    assert len(piece.text) <= 270


def test_a_lesson_found_by_meaning_shows_its_beginning() -> None:
    assert passages({"title": "T", "lesson": "It begins so."}, [])[0].text == "It begins so."


def test_scores_follow_bm25_and_ignore_what_may_not_be_seen() -> None:
    arm = LexicalArm()
    for row, text in enumerate(("pump valve", "pump", "valve valve valve", "tank")):
        arm.add(row, term_counts(text))
    everything = np.ones(4, np.bool_)
    scores = arm.score(query_terms("valve"), everything, everything).scores
    idf = np.log1p((4 - 2 + 0.5) / (2 + 0.5))
    assert scores[0] == pytest.approx(idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 1.75)), rel=1e-5)
    assert scores[2] > scores[0] > scores[1] == scores[3] == 0
    seen = np.array([True, True, False, False])
    assert arm.score(query_terms("valve"), seen, seen).scores[2] == 0


def test_rows_can_be_renumbered() -> None:
    arm = LexicalArm()
    for row, text in enumerate(("pump", "valve", "pump valve")):
        arm.add(row, term_counts(text))
    arm.compact(np.array([-1, 0, 1], np.int32))
    everything = np.ones(2, np.bool_)
    assert list(arm.score(query_terms("pump"), everything, everything).scores > 0) == [False, True]
