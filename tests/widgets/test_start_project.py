"""The widget *Start a project* over a graph that answers what it is given."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kg.domain import Outcome, Project
from kg.errors import InvalidRequest
from kg.operations.adopting import Adopted, AdoptedOutcome
from kg.operations.plan_choices import PlanChoices
from kg.operations.projects import ProjectList
from kg.operations.recommendation_views import NearPoint, Recommendations, TypeRecommendation
from tests.widgets.test_kernel_is_thin import HEAVY
from widgets.components.start_project import StartProject, adoption
from widgets.rendering.planning import PlanView, parse_plan

ATTACK = "<img src=x onerror=alert(1)>"
KIND = TypeRecommendation(
    outcome_type="kind:a", name_en=ATTACK, name_zh="甲", fit=0.8, probability=0.7, low=0.5, high=0.85, n=40, weight=3,
    base_rate=0.6, enough=True,
)  # fmt: skip
NEAR = [
    NearPoint(
        project=f"p:{n}", name=ATTACK, outcome_type="kind:a", attained=n % 2 == 0, verdict=ATTACK, began=None,
        similarity=n / 40, weight=0.1,
    )
    for n in range(20)
]  # fmt: skip


class Answers:
    """A graph with one answer to each question."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.adopted: list[dict] = []

    def plan_choices(self):
        return PlanChoices(attributes=[], units=["Ops"], any_unit=False, precedents=1, judged=1)

    def list_projects(self, **values):
        return ProjectList(projects=[], total=0, sectors={}, units={})

    def recommend_outcomes(self, **values):
        return Recommendations(types=[KIND], near=NEAR, precedents_known=20, as_of=date(2026, 1, 1))

    def adopt_outcomes(self, **values):
        self.adopted.append(values)
        if self.error:
            raise self.error
        outcome = Outcome(id="o", project="p", title=ATTACK)
        project = Project(id="p:new", name=ATTACK)
        return Adopted(
            project=project,
            created=True,
            outcomes=[AdoptedOutcome(outcome=outcome, missing={"S": ["statement"]}, precedents=[])],
        )


def test_its_kernel_imports_nothing_heavy():
    asked = "import sys, json, kg; from widgets.apps import start_project; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert {name.partition(".")[0] for name in json.loads(done.stdout)} & HEAVY == set()


def test_an_address_is_a_plan_and_back():
    query = parse_plan("?text=Rural+water&sector=Water&country=India&budget=1,000,000&project=&_xsrf=1&lang=zh")
    assert query.request() == {
        "text": "Rural water", "sector": "Water", "attributes": {"country": "India"}, "budget": 1_000_000.0,
        "limit": 6, "precedents": 6,
    }  # fmt: skip
    assert parse_plan(query.link()) == query
    assert not parse_plan("?lang=zh&currency=USD").asked and parse_plan("?budget=nan").facts().get("budget") is None


def test_whatever_precedents_are_called_is_shown_as_text():
    html = StartProject(Answers()).panel("?text=x&country=" + ATTACK)
    assert "<img" not in html and "&lt;img" in html and html.count('class="dot') == 20


def test_points_lie_in_the_band_of_their_verdict_and_keep_their_place():
    found = Answers().recommend_outcomes()
    view = PlanView(parse_plan("?text=x"), None, found)
    middle = view.frame["middle"]
    assert all((dot.y < middle) == dot.point.attained for dot in view.dots())
    assert all(view.frame["left"] <= dot.x <= view.frame["right"] for dot in view.dots())
    assert view.dots() == PlanView(parse_plan("?text=x"), None, found).dots()


def test_what_was_ticked_is_adopted_once_asked_for():
    graph = Answers()
    app = StartProject(graph, language="zh")
    app.wanted = {
        "number": 3, "key": "k", "query": "?text=Plan&years=2&budget=5&currency=USD&country=A", "types": ["kind:a"],
        "new_project": {"name": "N", "start": "2026-01-01", "unit": "", "end": ""},
    }  # fmt: skip
    (asked,) = graph.adopted
    assert asked["types"] == [{"outcome_type": "kind:a"}] and asked["key"] == "k" and asked["language"] == "zh"
    made = asked["new_project"]
    assert (made["end"], made["budget"], made["attributes"]) == ("2028-01-01", 5.0, {"country": "A"})
    assert app.adopted["number"] == 3 and app.adopted["worked"]
    assert "<img" not in app.adopted["html"] and 'href="/projects/p:new"' in app.adopted["html"]


@pytest.mark.parametrize("wanted", [{}, {"types": "x", "new_project": {"start": "soon"}, "query": "?years=1e99"}])
def test_nonsense_from_a_browser_is_answered_in_words(wanted):
    app = StartProject(Answers(InvalidRequest("Give it a name.")))
    worked, html = app.drafts(wanted)
    assert not worked and "Give it a name." in html


def test_a_project_that_exists_is_named_and_no_new_one():
    values = adoption({"project": "p:1", "types": ["a"], "query": "?text=x&as_of=2020-01-01"}, "en")
    assert values["project"] == "p:1" and "new_project" not in values and values["as_of"] == "2020-01-01"
