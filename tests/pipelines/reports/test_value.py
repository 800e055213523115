"""The value section: figures, forecast, evidence and what is missing, in both languages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from kg.domain import Evidence, EvidenceKind, EvidenceStatus, Measurement, Outcome, Project
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore
from kg.store.records import put_records
from pipelines.reports import value
from pipelines.reports.wording import Wording
from tests.conftest import NOON

P, TODAY = "project:p", NOON.date()
DAY = TODAY - timedelta(days=500)


@pytest.fixture
def graph(tmp_path):
    store = EmbeddedStore(tmp_path / "graph.kgl")
    store.ensure_schema()
    outcome = Outcome(id="outcome:x", project=P, title="Hours saved", baseline=0, target=100, due=TODAY)
    records = [
        Project(id=P, name="Payroll", currency="EUR", start=DAY, end=TODAY + timedelta(days=60)),
        outcome,
        *(
            Measurement(id=f"m{n}", subject=outcome.id, date=DAY + timedelta(days=40 * n), value=9 * n + n % 2)
            for n in range(6)
        ),
        Evidence(
            id="evidence:1", subject=outcome.id, project=P, kind=EvidenceKind.DOCUMENT, title="Signed <timesheet>",
            sha256="a" * 64, captured_at=NOON, status=EvidenceStatus.CHANGED,
        ),
    ]  # fmt: skip
    with store.transaction() as tx:
        put_records(tx, records, at=NOON, by="test")
    yield KnowledgeGraph(store, clock=lambda: NOON)
    store.close()


def fill(graph):
    for expected in (True, False):
        for n in range(5):
            day = DAY + timedelta(days=90 * n)
            graph.add_cost(subject=P, date=day, amount=Decimal(200), currency="EUR", expected=expected)
            graph.add_benefit(
                subject="outcome:x", date=day + timedelta(days=30), amount=Decimal(300 - 60 * (not expected)),
                currency="EUR", expected=expected,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["a return of 20%", "Net present value (by days)", "Internal rate of return", "At completion"]),
        ("zh", ["投资回报率 20%", "净现值（按日）", "内部收益率", "完成时预测"]),
    ],
)
def test_the_section_tells_return_forecast_and_figures(graph, language, words):
    fill(graph)
    say = Wording.of(language)
    found = graph.project_value(project=P)
    html = value.value(found, say).html
    for word in words:
        assert word in html
    assert "[value." not in html
    figure = value.course(found, say)
    assert len(figure.spec["data"]) == 4
    assert {line["line"]["dash"] for line in figure.spec["data"]} == {"dash", "solid"}
    assert "EUR 1,500" in figure.alt and len(figure.rows) == len(found.course)
    assert value.heading(say).says["section"] == "value"


def test_without_money_it_says_so_and_draws_nothing(graph):
    say = Wording.of("en")
    found = graph.project_value(project=P)
    html = value.value(found, say).html
    assert "nothing can be said about return" in html and "No costs or benefits are on record." in html
    assert value.course(found, say) is None


def test_evidence_shows_what_its_last_check_found(graph):
    html = value.evidence(graph.project_evidence(project=P), Wording.of("en")).html
    assert "Signed &lt;timesheet&gt;" in html and "Changed since" in html and "Not accepted yet" in html
    assert "aaaaaaaaaaaa" in html
