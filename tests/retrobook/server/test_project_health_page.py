"""A project's health on its page: the figure with its formula, in both languages, and the page without it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from kg.domain import Measurement, Milestone, Outcome, Project
from kg.store.records import put_records
from tests.conftest import NOON

from .conftest import RunningServer

TODAY = datetime.now(UTC).date()
START, DUE = TODAY - timedelta(days=100), TODAY + timedelta(days=100)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = RunningServer(tmp_path_factory.mktemp("health") / "home")
    promised = {"project": "project:a", "unit": "Works", "start": START, "due": DUE, "baseline": 0, "target": 100}
    secret = promised | {"id": "outcome:x", "title": "Secret aim", "confidential": True, "state": "accepted"}
    records = [
        Project(id="project:a", name="Alpha", unit="Works"),
        Project(id="project:b", name="Bare", unit="Works"),
        Outcome.parse(promised | {"id": "outcome:s", "title": "<b>Saved</b>", "unit_kind": "percent", "weight": 2}),
        Outcome.parse(secret),
        Measurement(id="m:1", project="project:a", unit="Works", subject="outcome:s", date=TODAY, value=25),
        Milestone(id="ms:1", project="project:a", unit="Works", title="Go", due=START, reached=START),
    ]

    def fill(graph):
        with graph.store.transaction() as tx:
            put_records(tx, records, at=NOON, by="test")

    made.fill(fill)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def member(server):
    with server.sign_in("mona", server.add_person("mona", ["unit:Works"])) as browser:
        yield browser


def test_the_figure_stands_with_its_formula_and_every_outcome(member):
    text = member.get("/projects/project:a?lang=en").text
    assert "Health = (2 × process 100 + 3 × outcomes 50) ÷ 5 = 70" in text
    assert "1 fell due: 0 not reached, 0 reached late." in text
    assert "&lt;b&gt;Saved&lt;/b&gt;" in text and "<b>Saved" not in text
    assert "Secret aim" not in text


def test_the_page_says_it_in_chinese(member):
    text = member.get("/projects/project:a?lang=zh").text
    assert "健康度 = (2 × 过程 100 + 3 × 成果 50) ÷ 5 = 70" in text and "落后于预期" in text
    assert not re.search(r"\[measuring", text)


def test_a_project_of_which_nothing_is_known_shows_no_health(member):
    assert "health-card" not in member.get("/projects/project:b?lang=en").text


def test_a_formula_with_a_mistake_leaves_the_page_whole(server, member):
    own = server.home / "templates" / "health_formula.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text("process: {weight: lots}\n", encoding="utf-8")
    try:
        page = member.get("/projects/project:a?lang=en")
        assert page.status_code == 200 and "Alpha" in page.text and "health-card" not in page.text
    finally:
        own.unlink()
    assert "health-card" in member.get("/projects/project:a?lang=en").text
