"""An outcome under way, the people around it, and what their process offers, for tests of reviews."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kg.domain import Outcome, Person, Role
from kg.graph import KnowledgeGraph
from kg.operations.people import person_id
from kg.policy import Visitor
from kg.store.blobs import BlobStore
from pipelines.outcomes.link_capture import Captured
from pipelines.outcomes.review_rules import ReviewRulesFile

from .conftest import WATER, put

OUTCOME = "outcome:complaints"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
EVEN = {"impact": 3, "difficulty": 3, "innovation": 3}
PEOPLE = {
    "ann": Role.MEMBER, "bob": Role.MEMBER, "mia": Role.MANAGER, "max": Role.MANAGER, "pia": Role.PMO,
    "pol": Role.PMO, "lea": Role.LEAD,
}  # fmt: skip


class Links:
    """The web as a dictionary: what stands at each address, or the error it answers with."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}

    def capture(self, url: str) -> Captured:
        found = self.pages[url]
        if isinstance(found, Exception):
            raise found
        return Captured(url, found * 64, 10, "text/html")


class Reviews:
    """A graph with an outcome of ann's, who reports to mia."""

    def __init__(self, graph: KnowledgeGraph, folder: Path) -> None:
        self.now: datetime = graph.now()
        self.blobs = BlobStore(folder / "blobs", limit=1 << 16)
        self.links = Links()
        services = {"blobs": self.blobs, "links": self.links, "review_rules": ReviewRulesFile(folder)}
        self.graph = KnowledgeGraph(graph.store, clock=lambda: self.now, services=services)
        put(graph.store, *[self.person(name) for name in PEOPLE], self.outcome())
        self.graph.set_manager(person="ann", manager="mia")
        self.store = graph.store

    @staticmethod
    def person(name: str, **values: Any) -> Person:
        scopes = values.pop("scopes", ["unit:A"])
        return Person(
            id=person_id(name), name=name, display_name=name.title(), roles=[PEOPLE[name]], scopes=scopes, **values
        )

    @staticmethod
    def outcome(key: str = OUTCOME, **values: Any) -> Outcome:
        said: dict[str, Any] = {
            "title": "Fewer complaints", "statement": "Complaints about leaks fall by half.", "metric": "complaints",
            "unit_of_measure": "a week", "direction": "decrease", "baseline": 40.0, "target": 20.0,
            "relevance": "People drink it.", "achievability": "Two crews are hired.", "due": date(2026, 12, 31),
            "owner": "ann",
        }  # fmt: skip
        return Outcome.parse({"id": key, "project": WATER, "unit": "A/Water", **said, **values})

    def of(self, name: str, **values: Any) -> KnowledgeGraph:
        """The graph as one of the people asks it."""
        return self.graph.as_visitor(Visitor.of(self.person(name), **values))

    def upload(self, content: bytes = PNG) -> str:
        return self.blobs.put(io.BytesIO(content)).sha256

    def attach(self, by: str = "ann", outcome: str = OUTCOME, content: bytes = PNG, **values: Any) -> Any:
        """Upload a file and add it."""
        said = {"filename": "chart.png", "title": "The chart", **values}
        return self.of(by).add_evidence(outcome=outcome, sha256=self.upload(content), **said)

    def submit(self, by: str = "ann", outcome: str = OUTCOME) -> Any:
        """Add evidence, if there is none, and submit."""
        if not self.graph.list_evidence(outcome=outcome).evidence:
            self.attach(by, outcome)
        return self.of(by).submit_outcome(id=outcome)

    def score(self, by: str, outcome: str = OUTCOME, **scores: int) -> Any:
        """Approve as somebody who has just read it."""
        read = self.of(by).outcome_review(id=outcome).outcome.revision
        return self.of(by).review_outcome(id=outcome, revision=read, decision="approved", scores=EVEN | scores)

    def accept(self, outcome: str = OUTCOME) -> Any:
        self.submit(outcome=outcome)
        self.score("mia", outcome)
        return self.score("pia", outcome)

    def audit(self) -> list[Any]:
        return self.graph.list_audit().entries
