"""Choose the World Bank rows of the sample portfolio (templates/sample/worldbank.csv).

    RETROBOOK_DATA=<folder> python bench/sample/select_sample.py

The choice is made by rule, so that anyone with the source file gets the same rows:

1. Rows with a Global Practice and a closing year are grouped by Global Practice and region;
   each group is cut by outcome. Within a cell rows are ordered by the SHA-256 of their
   Project ID: a fixed order that has nothing to do with what the rows say.
2. Cells are visited in turn, one row each, until TARGET rows are taken. So every practice,
   region and outcome is there, and rare ones are not drowned by common ones: shares of
   outcomes in the sample are NOT those of the World Bank's portfolio.
3. OLD rows of the years before Global Practices existed are added, and NOT_RATED rows whose
   outcome was not rated.
4. Projects with two evaluations in the source are added with all their rows, up to TWICE
   (the release of 2026-01-15 has none: it keeps the latest evaluation only).

Rows are written as they stand in the source, in its order.
"""

from __future__ import annotations

import csv
import hashlib
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

TARGET, OLD, NOT_RATED, TWICE = 360, 24, 16, 10
SOURCE = Path("worldbank_ieg_ratings/ratings.csv")
PLACE = Path(__file__).parents[2] / "templates/sample/worldbank.csv"

Row = dict[str, str]


def in_fixed_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: hashlib.sha256(row["Project ID"].encode()).hexdigest())


def select(rows: list[Row]) -> set[str]:
    chosen: set[str] = set()
    rated = [row for row in rows if row["Outcome"] != "Not Rated"]
    cells: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rated:
        if row["Global Practice"] and row["Final Closing FY"]:
            cells[row["Global Practice"], row["WB Region"], row["Outcome"]].append(row)
    queues = [in_fixed_order(cells[key]) for key in sorted(cells)]
    depth = 0
    while len(chosen) < TARGET and any(len(queue) > depth for queue in queues):
        layer = in_fixed_order([queue[depth] for queue in queues if len(queue) > depth])
        for row in layer[: TARGET - len(chosen)]:
            chosen.add(row["Project ID"])
        depth += 1
    old = [row for row in rated if not row["Global Practice"]]
    chosen |= {row["Project ID"] for row in in_fixed_order(old)[:OLD]}
    unrated = [row for row in rows if row["Outcome"] == "Not Rated"]
    chosen |= {row["Project ID"] for row in in_fixed_order(unrated)[:NOT_RATED]}
    counts = Counter(row["Project ID"] for row in rows)
    twice = [row for row in rows if counts[row["Project ID"]] > 1]
    return chosen | set(list(dict.fromkeys(row["Project ID"] for row in in_fixed_order(twice)))[:TWICE])


def main() -> int:
    data = os.environ.get("RETROBOOK_DATA")
    if not data:
        print("Set RETROBOOK_DATA to the folder that holds", SOURCE, file=sys.stderr)
        return 2
    with (Path(data) / SOURCE).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        columns = list(reader.fieldnames or [])
    chosen = select(rows)
    kept = [row for row in rows if row["Project ID"] in chosen]
    with PLACE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    print(f"{len(kept)} rows of {len(rows)}:", dict(Counter(row["Outcome"] for row in kept)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
