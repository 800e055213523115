"""Loading 100,000 replicated records through the product's own write path, against a bare UNWIND loader.

Both begin with plain values and leave the same nodes in an empty store with the same uniqueness
constraints. The bare loader hands ready rows to the engine, 5,000 a statement and transaction. The
product checks each record, looks up what is known, hashes, stamps and numbers the change, 20,000
records a transaction. Pairs alternate, so that a busy machine slows both; the gate is the median
ratio of the pairs. Neo4j is the server named by NEO4J_URI, else one started for this.

    python -m bench.load_records [--records 100000] [--pairs 3] [--engine embedded|neo4j]
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kglite
import neo4j

from kg.domain import Lesson
from kg.schema import Label, constraint_name
from kg.store.embedded import EmbeddedStore
from kg.store.neo4j import Neo4jStore
from kg.store.protocol import GraphStore
from kg.store.records import put_records
from tests.neo4j_server import Neo4jServer, empty, running_server

LIMIT = 2.0
BATCH = 5_000
TRANSACTION = 20_000
AT = datetime(2026, 3, 1, tzinfo=UTC)
UNWIND = "UNWIND $rows AS row MERGE (n:Lesson {id: row.id}) SET n = row"
CONSTRAINT = f"CREATE CONSTRAINT {constraint_name(Label.LESSON)} IF NOT EXISTS FOR (n:Lesson) REQUIRE n.id IS UNIQUE"

Values = list[dict[str, Any]]
Measured = Callable[[], float]


def replicated(count: int) -> Values:
    """Lessons like those of the sample, each a little different."""
    text = "A certificate expired at night; its renewal had failed for weeks and no alert said so. "
    return [
        {
            "id": f"lesson:bench:{number}",
            "title": f"Lesson {number}",
            "driving_event": f"Incident {number}. {text}",
            "lesson": f"{text}{text}",
            "recommendation": f"Watch renewals, variant {number % 97}.",
            "project": f"project:bench:{number % 300}",
            "unit": f"Unit/{number % 20}",
            "topics": ["certificates", f"topic {number % 50}"],
            "language": "en",
            "state": "published",
        }
        for number in range(count)
    ]


def product_seconds(store: GraphStore, values: Values) -> float:
    """Check and put, in transactions that an engine of modest memory can hold."""
    began = time.perf_counter()
    for start in range(0, len(values), TRANSACTION):
        records = [Lesson.parse(item) for item in values[start : start + TRANSACTION]]
        with store.transaction() as tx:
            put_records(tx, records, at=AT, by="bench")
    return time.perf_counter() - began


def bare_seconds(write: Callable[[Values], object], rows: Values) -> float:
    """Ready rows to the engine."""
    began = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        write(rows[start : start + BATCH])
    return time.perf_counter() - began


@contextmanager
def embedded(values: Values, rows: Values) -> Iterator[tuple[Measured, Measured, str]]:
    def product() -> float:
        with tempfile.TemporaryDirectory() as folder:
            store = EmbeddedStore(Path(folder) / "graph.kgl")
            store.ensure_schema()
            seconds = product_seconds(store, values)
            store.close()
        return seconds

    def bare() -> float:
        with tempfile.TemporaryDirectory() as folder:
            session = kglite.open_session(f"{folder}/graph.kgl", durable="full")
            session.execute(CONSTRAINT)
            seconds = bare_seconds(lambda page: session.execute(UNWIND, params={"rows": page}), rows)
            session.close()
        return seconds

    yield product, bare, f"kglite {kglite.__version__}"


@contextmanager
def on_neo4j(values: Values, rows: Values) -> Iterator[tuple[Measured, Measured, str]]:
    with running_server() as server:

        def product() -> float:
            empty(server)
            with Neo4jStore(server.uri, user=server.user, password=server.password) as store:
                store.ensure_schema()
                return product_seconds(store, values)

        def bare() -> float:
            empty(server)
            return _bare_on(server, rows)

        with Neo4jStore(server.uri, user=server.user, password=server.password) as store:
            store.ensure_schema()
        yield product, bare, server.title
        empty(server)


def _bare_on(server: Neo4jServer, rows: Values) -> float:
    auth = (server.user, server.password)
    with neo4j.GraphDatabase.driver(server.uri, auth=auth) as driver, driver.session() as session:
        return bare_seconds(
            lambda page: session.execute_write(lambda tx: tx.run(UNWIND, rows=page).consume()),
            rows,
        )


ENGINES = {"embedded": embedded, "neo4j": on_neo4j}


def measure(engine: str, count: int, pairs: int) -> bool:
    """Print one result line; whether the gate holds."""
    values = replicated(count)
    rows = [Lesson.parse(item).to_properties() for item in values]
    products, bares = [], []
    with ENGINES[engine](values, rows) as (product, bare, title):
        for number in range(pairs + 1):
            runs = [(product, products), (bare, bares)]
            for run, kept in runs if number % 2 else reversed(runs):
                gc.collect()
                seconds = run()
                if number:  # the first pair warms up
                    kept.append(seconds)
    ratio = statistics.median(p / b for p, b in zip(products, bares, strict=True))
    ok = ratio <= LIMIT
    figures = {
        "engine": title,
        "records": count,
        "product_seconds": [round(s, 2) for s in products],
        "bare_seconds": [round(s, 2) for s in bares],
        "product_records_per_second": round(count / statistics.median(products)),
    }
    limit = f"<= {LIMIT:g}x a bare UNWIND loader"
    result = {"bench": f"load_records_{engine}", "ratio": round(ratio, 3), "limit": limit, "ok": ok, "figures": figures}
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return ok


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    asked = parser.parse_args()
    held = [measure(engine, asked.records, asked.pairs) for engine in asked.engine or ENGINES]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
