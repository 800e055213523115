"""Health over time: what is shown, what stays hidden, and what changed since the last time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kg.domain import Project, Retrospective, Role
from kg.domain.retrospectives import Answers, RetrospectiveState
from kg.errors import InvalidRequest, NotFound
from kg.graph import KnowledgeGraph
from kg.operations.health_history import shown_mean
from kg.store.protocol import GraphStore
from pipelines.retrospectives import Formats
from tests.conftest import NOON, visitor

from .conftest import put


def held(key: str, day: str, **more: Any) -> Retrospective:
    values = {"id": f"retrospective:{key}", "project": "project:a", "unit": "A", "title": f"Sprint {key}"}
    return Retrospective(**(values | {"held_on": date.fromisoformat(day), "health_set": "team_health"} | more))


def asked(**values: list[int]) -> list[Answers]:
    return [Answers.of(key, given, f"{key} in English", f"{key}的中文") for key, given in values.items()]


@pytest.fixture
def graph(store: GraphStore) -> KnowledgeGraph:
    put(
        store,
        Project(id="project:a", name="Alpha", unit="A"),
        Project(id="project:b", name="Beta", unit="B"),
        held("1", "2026-01-05", team="Blue", health=asked(speed=[2] * 6, fun=[3] * 5), mood=Answers.of("mood", [4] * 5)),
        held("2", "2026-02-02", team="Blue", health=asked(speed=[3] * 6, fun=[5] * 4), closing=Answers.of("roti", [4] * 5)),
        held("3", "2026-02-09", team="Red", health=asked(speed=[5] * 7)),
        held("4", "2026-03-01", team="Blue", health=asked(speed=[4] * 5, fun=[4] * 5), mood=Answers.of("mood", [3] * 9)),
        held("5", "2026-03-08", team="Blue", health=asked(speed=[1] * 5), state=RetrospectiveState.OPEN),
        held("6", "2026-03-01", team="Blue", health_set="project_health", health=asked(scope=[2] * 5), project="project:b", unit="B"),
    )  # fmt: skip
    return KnowledgeGraph(store, clock=lambda: NOON, services={"formats": Formats()})


def test_each_retrospective_has_its_means_and_the_change_since_the_previous_one_of_the_team(graph) -> None:
    found = graph.health_history(project="project:a")
    speed = {each.title: each.health["speed"] for each in found.rounds}
    assert [each.title for each in found.rounds] == ["Sprint 1", "Sprint 2", "Sprint 3", "Sprint 4"]
    assert [(speed[f"Sprint {n}"].mean, speed[f"Sprint {n}"].change) for n in (1, 2, 3, 4)] == [
        (2, None), (3, 1), (5, None), (4, 1),
    ]  # fmt: skip
    assert found.rounds[3].mood.change == -1 and found.rounds[1].mood is None
    assert found.rounds[1].closing.mean == 4


def test_answers_of_fewer_than_five_people_stay_hidden_and_no_change_leaks_them(graph) -> None:
    found = graph.health_history(team="Blue", project="project:a")
    assert "fun" not in found.rounds[1].health and found.rounds[1].hidden == ["fun"]
    assert found.rounds[2].health["fun"].change == 1  # since the last one that is shown: 3 to 4
    assert all(level.count >= 5 for each in found.rounds for level in each.health.values())


def test_a_mean_that_a_store_holds_of_too_few_is_not_told_either() -> None:
    slipped = Answers.model_construct(question="fun", count=4, mean=2.0, counts=[0, 4, 0, 0, 0])
    assert shown_mean(slipped) is None
    assert shown_mean(Answers.of("fun", [2] * 5)) == 2


def test_an_open_retrospective_is_not_part_of_the_history(graph) -> None:
    assert "Sprint 5" not in {each.title for each in graph.health_history(team="Blue").rounds}


def test_questions_come_in_the_order_of_their_set_and_in_both_languages(graph) -> None:
    found = graph.health_history(project="project:a")
    assert [each.key for each in found.questions] == ["speed", "fun"]
    assert (found.questions[0].en, found.questions[0].zh) == ("speed in English", "speed的中文")


def test_each_question_set_has_a_history_of_its_own(graph) -> None:
    found = graph.health_history(team="Blue", question_set="project_health")
    assert set(found.question_sets) == {"team_health", "project_health"}
    assert [each.key for each in found.questions] == ["scope"]
    assert [each.title for each in found.rounds if each.health] == ["Sprint 6"]
    with pytest.raises(NotFound, match="Did you mean 'team_health'"):
        graph.health_history(team="Blue", question_set="team_healt")


def test_only_what_the_visitor_may_see_counts(graph) -> None:
    member = graph.as_visitor(visitor("m", "unit:B"))
    assert [each.title for each in member.health_history(team="Blue").rounds] == ["Sprint 6"]
    for wanted in ({"project": "project:a"}, {"team": "Red"}):
        with pytest.raises(NotFound):
            member.health_history(**wanted)
    assert [(s.kind, s.name, s.rounds) for s in member.list_health_subjects().subjects] == [
        ("team", "Blue", 1), ("project", "Beta", 1),
    ]  # fmt: skip
    assert graph.as_visitor(visitor("g", "unit:A", role=Role.MEMBER)).list_health_subjects().subjects[0].name == "Blue"


def test_somebody_must_be_named(graph) -> None:
    with pytest.raises(InvalidRequest, match="name a project or a team"):
        graph.health_history()
