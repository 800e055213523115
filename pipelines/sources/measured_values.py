"""Measurements among what an import makes: each value is checked by the graph before anything of its row is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from kg.domain import Relationship
from kg.schema import Label, Rel

from .batches import merged
from .making import BadRow, Made, RowMaker
from .mapping import Mapping
from .rows import Row

AT_ONCE = 1_000
"""Rows whose values are checked with one question."""

MEASURED = frozenset({Label.OUTCOME, Label.KPI, Label.KEY_RESULT})
_STATED = ("unit", "currency", "source")
T = TypeVar("T")


class MeasuredValues:
    """Checks the values of measurements that rows make, and completes them with what they are of.

    Args:
        graph: Where what is measured is found.
        mapping: The mapping by which rows are made.
    """

    def __init__(self, graph: Any, mapping: Mapping) -> None:
        self._graph = graph
        rules = mapping.records.values()
        fixed = {record.label for record in mapping.fixed}
        self.any = Label.MEASUREMENT in fixed or any(rule.label is Label.MEASUREMENT for rule in rules)
        self._columns = {
            name: source.column
            for rule in rules
            if rule.label is Label.MEASUREMENT
            for name, source in rule.fields.items()
        }
        makes = self.any and any(rule.label in MEASURED for rule in rules)
        self._beside: dict[str, tuple[Label, dict[str, Any]]] | None = {} if makes else None
        self._kept: set[str] = set()
        self._needs: dict[int, set[str]] = {}
        self._remarks: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def learn(self, maker: RowMaker, row: Row) -> None:
        """Remember what a row makes that can be measured, wherever in the file it stands."""
        if self._beside is None:
            return
        try:
            made = maker.make(row)
        except BadRow:
            return
        for label, values in made.records:
            if label in MEASURED:
                earlier = self._beside.get(values["id"])
                self._beside[values["id"]] = (label, merged(earlier[1], values) if earlier else values)

    def check(self, rows: Iterable[tuple[int, Made]]) -> dict[int, BadRow]:
        """Complete the measurements of rows; why rows cannot be kept, by their number."""
        asked: list[dict[str, Any]] = []
        of: list[tuple[int, Made, dict[str, Any]]] = []
        for number, made in rows if self.any else ():
            for label, values in made.records:
                if label is Label.MEASUREMENT and all(values.get(name) is not None for name in _NEEDED):
                    of.append((number, made, values))
                    asked.append(_asked(len(asked), values))
        bad: dict[int, BadRow] = {}
        if not asked:
            return bad
        found = self._graph.check_measurement_values(rows=asked, beside=self._named_by(asked)).values
        for (number, made, values), said in zip(of, found, strict=True):
            if said.reason is not None:
                bad.setdefault(number, self._bad(said.field, said.reason))
                continue
            _complete(made, values, said)
            if said.new:
                self._needs.setdefault(number, set()).add(said.subject)
            for remark in said.remarks:
                self._remarks[remark.key] += 1
                self._first.setdefault(remark.key, number)
        return bad

    def require(self, number: int, made: Made) -> None:
        """Let a row pass whose measurements are of something that is there.

        Raises:
            BadRow: The row that makes it comes later, or was rejected.
        """
        own = {values["id"] for label, values in made.records if label in MEASURED}
        if missing := sorted(self._needs.pop(number, set()) - self._kept - own):
            raise self._bad(
                "subject", f"{missing[0]} is made by a later row, or by one that was rejected: import again"
            )

    def kept(self, made: Made) -> None:
        """Remember that what a row makes was taken in."""
        if self._beside is not None:
            self._kept |= {values["id"] for label, values in made.records if label in MEASURED}

    def notices(self) -> list[str]:
        """What of kept values a person may want to look at again."""
        return [_TOLD[key].format(count=count, row=self._first[key]) for key, count in sorted(self._remarks.items())]

    def _named_by(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Records of this import that some values may be of, by id, source's id or title."""
        if not self._beside:
            return []
        wanted = {str(row["subject"]).strip().lower() for row in asked}
        return [
            {"label": label.value, "values": values}
            for label, values in self._beside.values()
            if wanted & {str(values.get(name, "")).strip().lower() for name in ("id", "external_id", "title", "name")}
        ]

    def _bad(self, field: str, reason: str) -> BadRow:
        name = "unit_of_measure" if field == "unit" else field
        return BadRow(f"{Label.MEASUREMENT.value}.{name}", reason.rstrip("."), self._columns.get(name))


_NEEDED = ("subject", "date", "value")
_TOLD = {
    "share_as_percent": "{count} percentages are below 1, the first in row {row}: 0.4 was kept as 0.4 %.",
    "before_start": "{count} values are from before their outcome starts, the first in row {row}.",
    "converted": "{count} values are in another currency than their outcome, the first in row {row}: each is converted "
    "by the rate of its day.",
}


def portions(items: Iterable[T]) -> Iterator[list[T]]:
    """Items in portions that are checked at once."""
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _asked(number: int, values: dict[str, Any]) -> dict[str, Any]:
    stated = {"unit": values.get("unit_of_measure"), "currency": values.get("currency"), "source": values.get("source")}
    return {
        "row": number, "subject": str(values["subject"]), "date": values["date"], "value": values["value"],
        **{name: stated[name] for name in _STATED if stated[name] is not None},
    }  # fmt: skip


def _complete(made: Made, values: dict[str, Any], said: Any) -> None:
    """A measurement as `add_measurement` would keep it: of whom, in which unit, hidden with what it is of."""
    for name in ("subject", "value", "currency", "unit_of_measure", "project", "unit"):
        value = getattr(said, name)
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    if said.confidential:
        values["confidential"] = True
    made.edges.append(
        Relationship(
            type=Rel.MEASURED_BY, start_label=Label(said.label), start=said.subject, end_label=Label.MEASUREMENT,
            end=values["id"], source_system=values.get("source_system"),
        )
    )  # fmt: skip
