"""The daily look of the alarms over 3,000 outcomes with 27,000 values, against only reading them.

Half of the outcomes are over and are what back-tests look at; one in fifty of the running ones is off
course and raises an alert with remedies, a back-test and a message. The baseline reads the same
projects, outcomes and values as records and does nothing with them. Pairs alternate; the gate is
the median ratio.

    python -m bench.alert_scan [--outcomes 3000] [--pairs 5]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kg.domain import Measurement, Outcome, Person, Project, Record
from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from kg.operations.action_reading import WHOLE
from kg.store.protocol import GraphStore
from kg.store.records import list_records, put_records, records_about
from pipelines.outcomes.alarm_rules import AlarmRuleBook

from .report import finish

LIMIT = 3.0
PROJECTS, OWNERS, LENGTH = 200, 20, 400


def portfolio(count: int, today: date) -> list[Record]:
    """Projects, their owners, and outcomes with a value a month."""
    found: list[Record] = [
        Person(id=f"person:o{n}", name=f"o{n}", display_name=f"O{n}", scopes=["*"]) for n in range(OWNERS)
    ]
    found += [Project(id=f"p{n}", name=f"Project {n}", sector=f"s{n % 10}") for n in range(PROJECTS)]
    for number in range(count):
        over = number % 2
        start = today - timedelta(days=700 if over else 200)
        key, project = f"o{number}", f"p{number % PROJECTS}"
        found.append(
            Outcome(
                id=key, project=project, title=f"Outcome {number}", baseline=0, target=100, start=start,
                due=start + timedelta(days=LENGTH), outcome_type=f"t{number % 20}", owner=f"o{number % OWNERS}",
            )
        )  # fmt: skip
        for month in range(1, 13 if over else 7):
            short = number % 50 == 0 if not over else number % 7 == 0 and 3 < month < 6
            factor = 0.75 if short and (over or month == 6) else 1 + 0.03 * ((number * month) % 5 - 2)
            day = start + timedelta(days=33 * month)
            value = 100 * 33 * month / LENGTH * factor
            found.append(Measurement(id=f"{key}:{month}", subject=key, project=project, date=day, value=value))
    return found


def read_only(store: GraphStore) -> None:
    """What a look has to read, and no more."""
    list_records(store, Project, WHOLE)
    outcomes = list_records(store, Outcome, WHOLE)
    records_about(store, Measurement, [outcome.id for outcome in outcomes])


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def main() -> None:
    """Measure, print one line of JSON; exit code 1 when the gate does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outcomes", type=int, default=3_000)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder, open_graph(Path(folder) / "home", create=True) as opened:
        records = portfolio(asked.outcomes, now.date())
        with opened.store.transaction() as tx:
            put_records(tx, records, at=now, by="bench")
        graph = KnowledgeGraph(opened.store, services={"alarm_rules": AlarmRuleBook()})
        raised = len(graph.due_alerts().opened)
        pairs = [
            (seconds(lambda: read_only(opened.store)), seconds(graph.due_alerts)) for _ in range(asked.pairs)
        ]  # fmt: skip
    bare, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(ours / bare for bare, ours in pairs)
    figures = {"bare_s": round(bare, 3), "look_s": round(ours, 3), "records": len(records), "raised": raised}
    finish(
        "alert_scan", ok=ratio <= LIMIT, limit=f"<= {LIMIT:g}x reading the same records", figures=figures, ratio=ratio
    )


if __name__ == "__main__":
    main()
