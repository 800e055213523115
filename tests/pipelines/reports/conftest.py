from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.domain import Lesson
from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from kg.operations.lessons import LessonHit, LessonHits
from kg.policy import ScopeFilter
from pipelines.runs import run_report
from retrobook.server.private import host
from tests.pipelines import retrospective_factory

INCIDENT = {
    "id": "retrospective:a:1", "project": "project:a", "held_on": "2018-01-18",
    "title": "2018-01-18, certificate ran out",
    "summary": "A certificate ran out. <iframe src='https://example.org/x'></iframe> See https://example.org/283.",
    "notes": [
        {"key": "1", "column": "went_well", "text": "We found it in **ten** minutes"},
        {"key": "2", "column": "went_wrong", "text": "Nobody read the mail <img src=https://example.org/i.png>"},
        {"key": "3", "column": "got_lucky", "text": "It was a quiet Sunday"},
    ],
    "timeline": [{"when": "11:00", "text": "Mail arrives"}], "source_system": "mybinder",
}  # fmt: skip
RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("Project", {"id": "project:a", "name": "A service <b>", "unit": "Jupyter/a", "source_system": "mybinder"}),
    ("Retrospective", INCIDENT),
    ("Retrospective", {**INCIDENT, "id": "retrospective:a:2", "title": "Out of memory", "held_on": "2019-05-01"}),
    ("ActionItem", {"id": "action:1", "project": "project:a", "title": "Share the mailbox", "opened_on": "2018-01-18",
                    "retrospective": "retrospective:a:1"}),
    ("ActionItem", {"id": "action:2", "project": "project:a", "title": "Alert on memory", "opened_on": "2019-05-01"}),
    ("ActionItem", {"id": "action:3", "project": "project:a", "title": "Buy cake", "opened_on": "2019-05-01",
                    "status": "effective"}),
    ("Lesson", {"id": "lesson:1", "project": "project:a", "lesson": "Mail to one person is mail to nobody.",
                "learnt_on": "2018-01-18", "state": "published"}),
    ("Project", {"id": "project:empty", "name": "Nothing yet"}),
    ("Project", {"id": "project:m", "name": "Faster permits", "start": "2025-01-01", "end": "2026-12-31"}),
    ("Outcome", {"id": "outcome:m:1", "project": "project:m", "title": "Days to a permit", "direction": "decrease",
                 "baseline": 42, "target": 14, "unit_of_measure": "days"}),
    ("Outcome", {"id": "outcome:m:2", "project": "project:m", "title": "Fewer complaints", "baseline": 9, "target": 1}),
    ("Measurement", {"id": "m:1", "project": "project:m", "subject": "outcome:m:1", "date": "2025-06-30", "value": 28}),
    ("Measurement", {"id": "m:2", "project": "project:m", "subject": "outcome:m:1", "date": "2026-06-30", "value": 21}),
    ("Milestone", {"id": "ms:1", "project": "project:m", "title": "Pilot", "due": "2025-06-01",
                   "reached": "2025-07-01"}),
]  # fmt: skip
VALUES = ("Unsatisfactory", "Moderately Satisfactory", "Moderately Satisfactory", "Satisfactory")


def rated(number: int, value: str) -> list[tuple[str, dict[str, Any]]]:
    project, unit = f"project:worldbank:P{number}", "World Bank/Energy"
    rating = {
        "id": f"assessment:{number}", "project": project, "unit": unit, "subject": f"outcome:{number}", "value": value,
        "scheme": "ieg_six_point", "score": 4, "attained": value != "Unsatisfactory", "assessor": "IEG",
        "details": {"evaluation type": "ICRR"}, "source_system": "worldbank",
    }  # fmt: skip
    return [
        ("Project", {"id": project, "name": f"Energy {number}", "unit": unit, "sector": "Energy",
                     "external_id": f"P{number}",
                     "source_system": "worldbank", "status": "closed"}),
        ("Outcome", {"id": f"outcome:{number}", "project": project, "unit": unit, "title": "Objective",
                     "origin": "imported"}),
        ("Assessment", rating),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports") / "home"


class Neighbours:
    """A search that finds the same two lessons for every other."""

    def similar(self, lesson: Lesson, scope: ScopeFilter, limit: int) -> LessonHits:
        hits = [
            LessonHit(id="lesson:1", title="One of its own", project="project:a", score=1, parts=[]),
            LessonHit(id="x", title="Check the dates of certificates", project="project:z", project_name="Zeta",
                      score=0.5, parts=[]),
        ]  # fmt: skip
        return LessonHits(hits=hits, total=2)


@pytest.fixture(scope="session")
def graph(home: Path) -> Iterator[KnowledgeGraph]:
    ratings = [record for number, value in enumerate(VALUES) for record in rated(number, value)]
    with open_graph(home, create=True) as opened:
        opened.put_records_batch(records=[{"label": label, "values": v} for label, v in RECORDS + ratings])
        opened.services["search"] = Neighbours()
        yield opened


Page = Callable[..., str]


@pytest.fixture(scope="session")
def page(graph: KnowledgeGraph, home: Path) -> Page:
    """The page of the project retrospective, run once for each set of parameters."""

    def page(project: str, language: str = "en", **values: str) -> str:
        with host(graph) as (url, handle):
            made = run_report(
                graph, home, "project_retrospective", {"project": project, "language": language, **values},
                url=url, handle=handle, visitor_scope=graph.visitor.scope(),
            )  # fmt: skip
        return (home / str(made.page)).read_text(encoding="utf-8")

    return page


@pytest.fixture(scope="session")
def looked_back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """A graph of one project with a named, an anonymous, a very small and an open retrospective."""
    with open_graph(tmp_path_factory.mktemp("retro") / "home", create=True) as opened:
        opened.put_records_batch(
            records=[{"label": label, "values": v} for label, v in retrospective_factory.records()]
        )
        yield opened


@pytest.fixture(scope="session")
def retro_page(looked_back: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of a retrospective's report, run once for each set of parameters."""
    home = tmp_path_factory.mktemp("retro-pages")

    def page(retrospective: str, language: str = "en") -> str:
        with host(looked_back) as (url, handle):
            made = run_report(
                looked_back, home, "retrospective", {"retrospective": retrospective, "language": language},
                url=url, handle=handle, visitor_scope=looked_back.visitor.scope(),
            )  # fmt: skip
        return (home / str(made.page)).read_text(encoding="utf-8")

    return page
