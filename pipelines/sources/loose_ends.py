"""What an import names that is not in the graph: records of other imports, types of outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from kg.domain import OutcomeType, Relationship
from kg.errors import nearest
from kg.schema import Label

from .mapping import End, Mapping


class LooseEnds:
    """Relationships to records of other imports: those whose other end does not exist are left out and told."""

    def __init__(self, graph: Any, mapping: Mapping, seen: Iterable[str]) -> None:
        ends = [end for edge in mapping.relationships for end in (edge.start, edge.end) if isinstance(end, End)]
        self._outside = {end.label for end in ends if end.column}
        self._known = set(seen) if self._outside else set()
        for label in self._outside:
            found = graph.list_records_of(label=label.value, limit=100_000)
            self._known |= {record["id"] for record in found.records}
        self._lost: Counter[str] = Counter()

    def tied(self, edges: list[Relationship]) -> list[Relationship]:
        """Those whose ends exist; the others are counted."""
        if not self._outside:
            return edges
        kept = []
        for edge in edges:
            ends = ((edge.start_label, edge.start), (edge.end_label, edge.end))
            lost = next((key for label, key in ends if label in self._outside and key not in self._known), None)
            if lost:
                self._lost[lost] += 1
            else:
                kept.append(edge)
        return kept

    def notices(self) -> list[str]:
        """What was left out, in words."""
        if not self._lost:
            return []
        first = ", ".join(list(self._lost)[:3])
        return [
            f"{sum(self._lost.values())} relationships were left out: their other record is not in the graph "
            f"({first} ...). "
            "Import it, then import this file again."
        ]


class UnknownTypes:
    """Types of outcome that benchmarks name and the graph does not hold: such a figure is shown nowhere."""

    def __init__(self, graph: Any, kind: str) -> None:
        self._names: dict[str, str] = {}
        if kind == "benchmarks":
            for record in graph.list_records_of(label=OutcomeType.label.value, limit=100_000).records:
                for name in (record.get("key"), record.get("name_en"), record.get("name_zh"), record["id"]):
                    if name:
                        self._names[name.casefold()] = name
        self._unknown: Counter[str] = Counter()

    def look_at(self, records: Iterable[tuple[Label, dict[str, Any]]]) -> None:
        """Note the types that are not known."""
        for label, values in records:
            name = str(values.get("outcome_type"))
            if label is Label.BENCHMARK and name.casefold() not in self._names:
                self._unknown[name] += 1

    def notices(self) -> list[str]:
        """What is not known, in words."""
        told = []
        for name, count in self._unknown.items():
            near = nearest(name.casefold(), self._names)
            hint = f" Did you mean {self._names[near]!r}?" if near else ""
            told.append(
                f"{count} figures are for the outcome type {name!r}, which is not in the graph: "
                f"they are shown once it is.{hint}"
            )
        return told
