"""A portfolio with types, metrics, practices and verdicts, put together record by record."""

from __future__ import annotations

from typing import Any

import pytest

from kg.graph import KnowledgeGraph
from kg.recommend.recommender import Recommender


class Portfolio:
    """Records and edges for one write."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self.records: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []

    def add(self, label: str, **values: Any) -> None:
        self.records.append({"label": label, "values": values})

    def join(self, kind: str, start_label: str, start: str, end_label: str, end: str, **properties: Any) -> None:
        edge = {"type": kind, "start_label": start_label, "start": start, "end_label": end_label, "end": end}
        self.edges.append(edge | ({"properties": properties} if properties else {}))

    def project(self, key: str, name: str, year: int, **more: Any) -> None:
        self.add("Project", id=key, name=name, start=f"{year}-01-01", **more)

    def outcome(self, key: str, project: str, kind: str, **more: Any) -> None:
        self.add("Outcome", id=key, project=project, title=key, outcome_type=kind, state="accepted", **more)
        self.join("HAS_OUTCOME", "Project", project, "Outcome", key)

    def rated(self, outcome: str, project: str, attained: bool, year: int) -> None:
        key = f"rating:{outcome}:{year}"
        self.add("Assessment", id=key, subject=outcome, project=project, scheme="s",
                 value="good" if attained else "bad", attained=attained, date=f"{year}-06-30")  # fmt: skip
        self.join("ASSESSES", "Assessment", key, "Outcome", outcome)

    def write(self) -> KnowledgeGraph:
        self.graph.put_records_batch(records=self.records, relationships=self.edges)
        self.records, self.edges = [], []
        return self.graph


@pytest.fixture
def portfolio(graph: KnowledgeGraph) -> Portfolio:
    """Thirty support desks: half measured their hours, half were rated; two catalogue types."""
    made = Portfolio(graph)
    made.add("OutcomeType", id="outcome_type:hours", key="hours", name_en="Hours saved", name_zh="节省工时",
             description_en="Work that people no longer do.", description_zh="不再需要人工完成的工作。",
             default_metrics=["hours per week"])  # fmt: skip
    made.add("OutcomeType", id="outcome_type:revenue", key="revenue", name_en="Revenue", name_zh="收入增长",
             default_metrics=["revenue per quarter"])  # fmt: skip
    for n in range(30):
        instrument = "in-house" if n % 3 else "outsourced"
        made.project(f"p:{n}", f"Support desk automation {n}", 2010 + n % 8, unit="Ops", sector="Service",
                     attributes={"instrument": instrument})  # fmt: skip
        if n < 15:
            made.outcome(f"o:{n}", f"p:{n}", "outcome_type:hours", metric="hours per week", unit_of_measure="h",
                         baseline=0, target=10 + n, due=f"{2012 + n % 8}-01-01")  # fmt: skip
            reached = 10 + n if instrument == "in-house" else 2
            made.add("Measurement", id=f"m:{n}", subject=f"o:{n}", project=f"p:{n}",
                     date=f"{2011 + n % 8}-12-01", value=reached)  # fmt: skip
        else:
            made.outcome(f"o:{n}", f"p:{n}", "outcome_type:hours")
            made.rated(f"o:{n}", f"p:{n}", instrument == "in-house", 2013 + n % 8)
    made.write()
    graph.services["recommender"] = Recommender(graph.store)
    return made
