"""Records keep their rules and survive the trip through flat properties."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain import RECORDS, Lesson, Outcome, OutcomeState, Project, Relationship, Retrospective, derive_id
from kg.domain.lessons import first_sentence
from kg.errors import InvalidRecord, NotFound
from kg.schema import STORE_LABELS, Label, Rel

texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), min_size=1, max_size=60
).filter(lambda text: text.strip())


def test_every_label_is_a_record_or_the_stores_own():
    assert set(RECORDS) | STORE_LABELS == set(Label)


@given(
    name=texts,
    tags=st.lists(texts.map(str.strip)),
    amount=st.decimals(0, 10**12, places=2),
    facts=st.dictionaries(texts, texts),
)
def test_a_project_survives_the_trip_through_properties(name, tags, amount, facts):
    project = Project.parse(
        {"id": "p", "name": name, "tags": tags, "budget": amount, "currency": "EUR", "attributes": facts}
    )
    flat = project.to_properties()
    assert all(isinstance(value, (str, int, float, bool, list)) for value in flat.values())
    assert Project.from_properties(flat) == project


def test_amounts_are_exact():
    project = Project.parse({"id": "p", "name": "n", "cost": "0.10", "currency": "EUR"})
    assert project.to_properties()["cost"] == "0.10"
    assert Project.from_properties(project.to_properties()).cost == Decimal("0.10")


def test_instants_are_kept_in_utc_and_need_an_offset():
    lesson = Lesson.parse({"id": "l", "lesson": "x", "recorded_at": "2026-03-01T10:00:00+02:00"})
    assert lesson.recorded_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert lesson.to_properties()["recorded_at"] == "2026-03-01T08:00:00Z"
    with pytest.raises(InvalidRecord, match="needs its offset"):
        Lesson.parse({"id": "l", "lesson": "x", "recorded_at": "2026-03-01T10:00:00"})


def test_a_broken_rule_names_place_field_and_value():
    with pytest.raises(InvalidRecord) as caught:
        Project.parse({"id": "p", "name": "n", "start": "2020-13-01"}, where="plan.csv row 7")
    assert caught.value.message.startswith("plan.csv row 7: Project.start:")
    assert "2020-13-01" in caught.value.message
    assert caught.value.fields["field"] == "start"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"start": "2020-02-01", "end": "2020-01-01"}, "ends 2020-01-01 before it starts"),
        ({"budget": 5}, "needs its currency"),
        ({"budget": -5, "currency": "EUR"}, "greater than or equal to 0"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_projects_refuse(values, said):
    with pytest.raises(InvalidRecord, match=said):
        Project.parse({"id": "p", "name": "n", **values})


def test_imported_outcomes_say_so_and_skip_the_gate():
    outcome = Outcome.parse({"id": "o", "project": "p", "title": "t", "origin": "imported"})
    assert outcome.state is OutcomeState.IMPORTED


def test_a_missing_lesson_title_is_derived_and_marked():
    lesson = Lesson.parse({"id": "l", "lesson": "证书会过期。请用共享邮箱。"})
    assert (lesson.title, lesson.title_derived, lesson.language) == ("证书会过期", True, "zh")
    with pytest.raises(InvalidRecord, match="needs a lesson"):
        Lesson.parse({"id": "l", "title": "only a title"})


@given(texts)
def test_first_sentences_stay_short(text):
    assert len(first_sentence(text)) <= 91


def test_half_open_periods_have_a_length():
    with pytest.raises(InvalidRecord, match="not after its start"):
        Retrospective.parse(
            {"id": "r", "project": "p", "title": "t", "period_start": "2020-01-01", "period_end": "2020-01-01"}
        )


def test_the_content_hash_tells_what_is_said_not_by_whom():
    one = Lesson.parse({"id": "l", "lesson": "x", "recorded_by": "a", "revision": 1})
    two = Lesson.parse({"id": "l", "lesson": "x", "recorded_by": "b", "revision": 4})
    other = Lesson.parse({"id": "l", "lesson": "y"})
    assert one.content_hash() == two.content_hash() != other.content_hash()


@given(st.lists(texts, min_size=1, max_size=3), st.lists(texts, min_size=1, max_size=3))
def test_derived_ids_are_stable_and_keep_keys_apart(one, two):
    assert derive_id("k", *one) == derive_id("k", *one)
    if ":".join(one) != ":".join(two):
        assert derive_id("k", *one) != derive_id("k", *two)


def test_relationships_join_only_what_they_may():
    with pytest.raises(ValueError, match="cannot join"):
        Relationship(type=Rel.HELD, start_label=Label.LESSON, start="a", end_label=Label.PROJECT, end="b")
    with pytest.raises(ValueError, match="to itself"):
        Relationship(type=Rel.LEADS_TO, start_label=Label.OUTCOME, start="a", end_label=Label.OUTCOME, end="a")


def test_an_unknown_kind_names_the_nearest():
    from kg.domain import record_class

    with pytest.raises(NotFound, match="Did you mean 'Lesson'"):
        record_class("Leson")


def test_dates_stay_civil():
    outcome = Outcome.parse({"id": "o", "project": "p", "title": "t", "due": "2026-12-31"})
    assert outcome.due == date(2026, 12, 31)
