"""What lessons amount to, and what applying it brought."""

from __future__ import annotations

from datetime import date

import pytest

from kg.domain import Assessment, Outcome, Project, Relationship
from kg.errors import Forbidden, NotFound, OwnWork, WrongState
from kg.recommend.effects import jeffreys, practice_effects
from kg.schema import Label, Rel
from kg.store.records import put_relationships
from tests.conftest import NOON
from tests.kg.operations.lifecycle.conftest import person

SOIL = "lesson:soil"


def distil(portfolio, name: str = "fay", **values) -> str:
    said = {"lessons": [SOIL], "statement": "Sample the soil anew before design."} | values
    return portfolio.as_(name).distil_practice(**said).practice.id


def more_projects(portfolio, number: int) -> list[str]:
    made = [Project.parse({"id": f"project:{n}", "name": f"Project {n}", "unit": "Works"}) for n in range(number)]
    portfolio.put(*made)
    return [project.id for project in made]


def test_the_effect_of_a_practice_comes_from_its_applications(portfolio):
    key = distil(portfolio)
    for number, project in enumerate(more_projects(portfolio, 5)):
        result = "better" if number else "worse"
        portfolio.as_("ben").apply_practice(id=key, project=project, result=result)
    shown = portfolio.as_("ada").get_practice(id=key).practice
    assert (shown.n, shown.better, shown.same, shown.worse, shown.enough) == (5, 4, 0, 1, True)
    assert shown.share == pytest.approx(4.5 / 6)
    assert (shown.low, shown.high) == (pytest.approx(0.437, abs=0.001), pytest.approx(0.964, abs=0.001))
    assert portfolio.edges(Rel.APPLIED)[0] == ("project:0", key, "worse")
    assert portfolio.edges(Rel.DISTILLED_FROM) == [(key, SOIL, None)]
    assert [p.id for p in portfolio.as_("ada").lesson_standing(id=SOIL).practices] == [key]


def test_the_interval_is_the_published_one():
    # Brown, Cai and DasGupta (2001), 95 %: n = 10, x = 3 gives [.093, .606]
    low, high = jeffreys(3, 10, 0.95)
    assert (round(low, 3), round(high, 3)) == (0.093, 0.606)
    assert jeffreys(0, 5)[0] == 0.0 and jeffreys(5, 5)[1] == 1.0


def test_a_project_counts_once_with_its_latest_known_result(local_portfolio):
    key = distil(local_portfolio)
    ben = local_portfolio.as_("ben")
    for day, result in (("2026-01-01", "better"), ("2026-02-01", "worse"), ("2026-03-01", "unknown")):
        ben.apply_practice(id=key, project="B1", result=result, happened_on=day)
    shown = ben.get_practice(id=key).practice
    assert (shown.n, shown.worse, shown.projects, shown.enough) == (1, 1, ["project:bridge"], False)
    event = next(e for e in ben.get_practice(id=key).events if e.result == "worse")
    with pytest.raises(OwnWork):
        local_portfolio.as_("ada").take_back_application(id=key, event=event.id)
    assert ben.take_back_application(id=key, event=event.id).practice.better == 1


def test_applications_in_hidden_projects_change_nothing_that_others_see(portfolio):
    key = distil(portfolio)
    before = portfolio.as_("ben").get_practice(id=key)
    portfolio.as_("top").apply_practice(id=key, project="project:far", result="worse", note="secret")
    assert portfolio.as_("ben").get_practice(id=key) == before
    assert portfolio.as_("top").get_practice(id=key).practice.worse == 1
    with pytest.raises(NotFound):
        portfolio.as_("ben").list_practices(project="project:far")


def test_a_practice_is_seen_through_one_of_its_lessons_and_names_no_other(local_portfolio):
    hidden = local_portfolio.lesson("far", project="far", lesson="x", title="Secret title")
    key = distil(local_portfolio, "top", lessons=[hidden, SOIL])
    shown = local_portfolio.as_("ben").get_practice(id=key)
    assert [link.id for link in shown.lessons] == [SOIL] and shown.practice.lessons == [SOIL]
    alone = distil(local_portfolio, "top", lessons=[hidden], statement="Far away, do otherwise.")
    with pytest.raises(NotFound):
        local_portfolio.as_("ben").get_practice(id=alone)
    assert [p.id for p in local_portfolio.as_("ben").list_practices().practices] == [key]
    assert [p.id for p in local_portfolio.as_("far").list_practices().practices] == sorted([key, alone])


def test_a_practice_rests_on_an_accepted_lesson_and_is_made_once(local_portfolio):
    with pytest.raises(WrongState, match="distil"):
        distil(local_portfolio, lessons=[local_portfolio.draft()])
    with pytest.raises(Forbidden):
        distil(local_portfolio, "ben")
    assert distil(local_portfolio) == distil(local_portfolio, statement="Sample the soil  ANEW before design.")
    assert local_portfolio.as_("ben").list_practices(text="soil anew").total == 1
    assert local_portfolio.as_("ben").list_practices(text="bricks").total == 0


def test_only_what_was_known_by_a_day_enters_the_effect_of_that_day(local_portfolio):
    key = distil(local_portfolio)
    local_portfolio.as_("ben").apply_practice(id=key, project="B1", result="better")
    store, scope = local_portfolio.store, person("ben").scope()
    assert [effect.n for effect in practice_effects(store, scope, date(2026, 3, 2))] == [1]
    assert practice_effects(store, scope, date(2026, 3, 1)) == []


def test_outcomes_of_projects_that_applied_it_stand_beside_the_others(local_portfolio):
    key = distil(local_portfolio)
    projects = more_projects(local_portfolio, 4)
    for number, project in enumerate(projects):
        outcome = Outcome.parse({"id": f"outcome:{number}", "project": project, "title": "T", "unit": "Works"})
        verdict = Assessment.parse(
            {"id": f"assessment:{number}", "subject": outcome.id, "scheme": "s", "value": "v", "attained": number < 3,
             "date": date(2026, 2, 1), "project": project}
        )  # fmt: skip
        local_portfolio.put(outcome, verdict)
        edges = [
            Relationship(type=Rel.HAS_OUTCOME, start_label=Label.PROJECT, start=project, end_label=Label.OUTCOME, end=outcome.id),
            Relationship(type=Rel.ASSESSES, start_label=Label.ASSESSMENT, start=verdict.id, end_label=Label.OUTCOME, end=outcome.id),
        ]  # fmt: skip
        with local_portfolio.store.transaction() as tx:
            put_relationships(tx, edges, at=NOON)
    for project in projects[:2]:
        local_portfolio.as_("ben").apply_practice(id=key, project=project, happened_on="2026-01-01")
    seen = local_portfolio.as_("ben").get_practice(id=key).attainment
    assert (seen.attained, seen.outcomes, seen.others_attained, seen.others_outcomes) == (2, 2, 1, 2)
