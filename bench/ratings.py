"""World Bank ratings as past outcomes, read with the columns that the packaged mapping names."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kg.recommend.precedents import Plan, Precedent
from pipelines.sources.mapping_file import load_mapping

FILE = Path("worldbank_ieg_ratings") / "ratings.csv"
DRAWS = 2000


def ratings_file() -> Path | None:
    """The file that `$RETROBOOK_DATA` holds, or None after saying on stderr what is left out."""
    root = os.environ.get("RETROBOOK_DATA")
    file = Path(root or "") / FILE
    if root and file.is_file():
        return file
    print(f"LEFT OUT: RETROBOOK_DATA names no folder with {FILE}.", file=sys.stderr)
    return None


def read_ratings(file: Path) -> list[Precedent]:
    """Judged projects with the last verdict on each, and only what was known when they were approved."""
    mapping = load_mapping("worldbank_ratings", None)
    columns: Any = mapping.records["project"].fields["attributes"].columns
    attained = mapping.maps["ieg_attained"]
    missing = {*mapping.missing, ""}
    latest: dict[str, tuple[int, dict[str, str]]] = {}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        for row in csv.DictReader(opened):
            if row["Outcome"] not in attained:
                continue
            year = int(row["Evaluation FY"]) if row["Evaluation FY"].isdecimal() else 0
            if row["Project ID"] not in latest or latest[row["Project ID"]][0] <= year:
                latest[row["Project ID"]] = year, row
    found = []
    for key, (year, row) in latest.items():
        facts = {name: row[column] for name, column in columns.items() if row[column] not in missing}
        if row["Global Practice"] not in missing:
            facts["sector"] = row["Global Practice"]
        began = date(int(row["Approval FY"]) - 1, 7, 1) if row["Approval FY"].isdecimal() else None
        decided = date(year, 6, 30) if year else None
        plan = Plan(row["Project Name"], facts, began)
        found.append(
            Precedent(key, key, row["Project Name"], key, "", "objective", plan, attained[row["Outcome"]], decided)
        )
    return found


def margin(one: Any, other: Any) -> tuple[float, float]:
    """The 95 % bootstrap interval of a paired difference of means."""
    difference = np.asarray(one, dtype=float) - np.asarray(other, dtype=float)
    draws = np.random.default_rng(0).integers(0, len(difference), (DRAWS, len(difference)))
    low, high = np.percentile(difference[draws].mean(axis=1), [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)


def folds(size: int, count: int = 5, seed: int = 0) -> list[tuple[Any, Any]]:
    """Random parts: what is learnt from and what is asked about."""
    order = np.random.default_rng(seed).permutation(size)
    parts = np.array_split(order, count)
    return [(np.concatenate([p for m, p in enumerate(parts) if m != n]), parts[n]) for n in range(count)]


def chosen(items: Sequence[Any], places: Any) -> list[Any]:
    """The items at some places."""
    return [items[place] for place in places]
