"""The taxonomy of outcomes that an installation starts with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kg.domain import OutcomeType, derive_id
from kg.schema import Label

from ..resources import template_path

FILE = "outcome_types.yaml"


def outcome_types(home: Path | None = None) -> list[OutcomeType]:
    """The kinds of outcome in `templates/outcome_types.yaml`.

    Raises:
        InvalidRecord: One breaks a rule; names it.
    """
    path = template_path(FILE, home)
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        OutcomeType.parse({**entry, "id": derive_id("outcome_type", str(entry.get("key")))}, where=f"{path.name} {n}")
        for n, entry in enumerate(entries, start=1)
    ]


def ensure_outcome_types(graph: Any, home: Path | None = None) -> int:
    """Add the kinds of outcome that are missing; how many. Those that are there stay as people made them."""
    known = {record["id"] for record in graph.list_records_of(label=Label.OUTCOME_TYPE.value, limit=100_000).records}
    new = [kind for kind in outcome_types(home) if kind.id not in known]
    if not new:
        return 0
    counts = graph.put_records_batch(
        records=[
            {"label": Label.OUTCOME_TYPE.value, "values": kind.model_dump(mode="json", exclude_unset=True)}
            for kind in new
        ],
        keep_unnamed=True,
    )
    return int(counts.created)
