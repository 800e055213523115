"""The one way in for records of other systems: read, map, check, write in batches.

A file is read through once before anything is written, so a broken file or a missing
column leaves the graph as it was. Then each batch is written all or none. Rows that
break a rule are kept aside with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from kg.errors import InvalidRecord, nearest
from kg.schema import Label

from ..errors import MappingError, SourceUnreadable
from .batches import Batch
from .incident import make_report
from .loose_ends import LooseEnds, UnknownTypes
from .making import BadRow, Made, RowMaker
from .mapping import ALSO_CALLED, ID_PREFIX, KINDS, End, Mapping
from .measured_values import MeasuredValues, portions
from .notes import note_files, read_report
from .opening import check_columns, open_source
from .outcome_types import ensure_outcome_types
from .rejections import Rejection, keep, new_import_id
from .rows import Row, RowSource

BATCH = 2_000
"""Records of one write."""

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""


class GraphOperations(Protocol):
    """What an import asks of a graph, in this process or at a server."""

    def __getattr__(self, name: str) -> Callable[..., Any]: ...


class ImportReport(BaseModel):
    """What came of an import.

    `created`, `updated` and `unchanged` count records; `rows` and `rejected` count rows
    (or reports). `notices` are things a person may want to check.
    """

    import_id: str
    file: str
    mapping: str
    kind: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    relationships: int = 0
    rejected: int = 0
    rejected_file: str | None = None
    rejections: list[str] = []
    records: dict[str, int] = {}
    kept_columns: list[str] = []
    notices: list[str] = []
    checked_only: bool = False


SHOWN_REJECTIONS = 20


class Importer:
    """Imports files into a graph.

    Args:
        graph: Where records are written.
        home: The installation's folder, for rejected rows and its own mappings.
        on_progress: Called as rows are done.
        check: Read, map and check, but write nothing.
    """

    def __init__(
        self, graph: GraphOperations, home: Path, *, on_progress: Progress | None = None, check: bool = False
    ) -> None:
        self.graph, self.home, self.check = graph, home, check
        self._progress = on_progress or (lambda done, total: None)

    def run(self, kind: str, path: Path, mapping: Mapping) -> ImportReport:
        """Import a file (or for notes, a folder).

        Raises:
            SourceError: The file or the mapping cannot be used; nothing was written.
            StoreError: The graph could not be written; what batches wrote before stays.
        """
        kind = ALSO_CALLED.get(kind, kind)
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            hint = f" Did you mean {near!r}?" if near else ""
            raise MappingError(f"There is no kind {kind!r} ({', '.join(KINDS)}).{hint}", kind=kind, nearest=near)
        if kind != mapping.kind:
            raise MappingError(
                f"The mapping {mapping.name!r} makes {mapping.kind}, not {kind}: "
                f"`retrobook import {mapping.kind} ...`.",
                kind=kind, mapping=mapping.name,
            )  # fmt: skip
        report = ImportReport(
            import_id=new_import_id(), file=str(path), mapping=mapping.name, kind=kind, checked_only=self.check
        )
        rejections: list[Rejection] = []
        if mapping.format == "notes":
            self._notes(path, mapping, report, rejections)
        else:
            self._rows(open_source(path, mapping), mapping, report, rejections)
        report.rejected = len(rejections)
        report.rejections = [rejection.message() for rejection in rejections[:SHOWN_REJECTIONS]]
        if rejections and not self.check:
            report.rejected_file = str(keep(self.home, report.import_id, rejections))
        return report

    def _rows(self, source: RowSource, mapping: Mapping, report: ImportReport, rejections: list[Rejection]) -> None:
        check_columns(source, mapping)
        maker, values = RowMaker(mapping, source.columns), MeasuredValues(self.graph, mapping)
        report.kept_columns = [name for name in source.columns if name not in mapping.columns_known()]
        total, seen = self._read_through(source, maker, mapping, report, values)
        batch = Batch(Counter({key: count for key, count in seen.items() if count > 1}))
        loose = LooseEnds(self.graph, mapping, seen)
        types = UnknownTypes(self.graph, mapping.kind)
        self._start(mapping, batch, report)
        name = source.path.name
        for some in portions(source.rows()):
            for row, found in _made(some, maker, values):
                report.rows += 1
                ids = maker.ids(row)
                try:
                    if isinstance(found, BadRow):
                        batch.pass_over(ids)
                        raise found
                    found.edges = loose.tied(found.edges)
                    types.look_at(found.records)
                    batch.add(found, ids, row.where(name))
                    values.kept(found)
                except BadRow as bad:
                    rejections.append(
                        Rejection(name, row.number, row.line, bad.field, bad.reason, row.values, bad.column)
                    )
                if len(batch) >= BATCH:
                    self._write(batch, report)
                    self._progress(report.rows, total)
        self._write(batch, report)
        self._progress(report.rows, total)
        report.notices += [*loose.notices(), *types.notices(), *values.notices()]

    def _read_through(
        self, source: RowSource, maker: RowMaker, mapping: Mapping, report: ImportReport, values: MeasuredValues
    ) -> tuple[int, Counter[str]]:
        """Meet every broken line before the first write, and learn which records rows speak of."""
        total = 0
        seen: Counter[str] = Counter()
        for row in source.rows():
            total += 1
            seen.update(maker.ids(row))
            values.learn(maker, row)
        main = KINDS[mapping.kind]
        prefix = f"{ID_PREFIX[main]}:"
        again = sum(count - 1 for key, count in seen.items() if key.startswith(prefix) and "#rest" not in key)
        if again:
            report.notices.append(
                f"{again} rows speak of a record that an earlier row made ({main.value}): they were put together."
            )
        return total, seen

    def _notes(self, path: Path, mapping: Mapping, report: ImportReport, rejections: list[Rejection]) -> None:
        assert mapping.notes is not None
        files = note_files(path)
        read = []
        for number, file in enumerate(files, start=1):
            try:
                read.append((number, file, read_report(file, mapping.notes, mapping.encoding)))
            except SourceUnreadable as error:
                if len(files) == 1:
                    raise
                rejections.append(Rejection(file.name, number, 0, "report", error.message))
        batch = Batch()
        self._start(mapping, batch, report)
        report.rows = len(files)
        held = self._held_actions(mapping)
        for number, file, said in read:
            earlier = held.get(file.name, {})
            made = make_report(said, file.name, mapping, earlier)
            report.notices += [f"{file.name}: {remark}" for remark in said.remarks]
            report.notices += [
                f"{file.name}: no longer has the action item {title!r}; it was kept" for title in earlier.values()
            ]
            try:
                batch.add(made, [], file.name)
            except BadRow as bad:
                rejections.append(Rejection(file.name, number, 0, bad.field, bad.reason))
            if len(batch) >= BATCH:
                self._write(batch, report)
            self._progress(number, len(files))
        self._write(batch, report)

    def _held_actions(self, mapping: Mapping) -> dict[str, dict[str, str]]:
        """Action items of earlier imports: titles by external id, by file."""
        assert mapping.notes is not None
        label = Label.ACTION_ITEM.value
        found = self.graph.list_records_of(label=label, project=mapping.notes.project, limit=100_000).records
        held: dict[str, dict[str, str]] = {}
        for record in found:
            if record["source_system"] == mapping.source and record["external_id"]:
                held.setdefault(record["external_id"].split("#")[0], {})[record["external_id"]] = record["title"]
        return held

    def _start(self, mapping: Mapping, batch: Batch, report: ImportReport) -> None:
        """What the mapping itself states: fixed records, and the outcome types it refers to."""
        if needs_outcome_types(mapping) and not self.check:
            ensure_outcome_types(self.graph, self.home)
        for fixed in mapping.fixed:
            try:
                made = Made([(fixed.label, dict(fixed.values))])
                if wrong := MeasuredValues(self.graph, mapping).check([(0, made)]):
                    raise wrong[0]
                batch.add(made, [], f"mapping {mapping.name}")
            except BadRow as bad:
                raise MappingError(
                    f"The mapping {mapping.name!r} states a {fixed.label.value} that breaks a rule: "
                    f"{bad.field}: {bad.reason}.", mapping=mapping.name, field=bad.field,
                ) from bad  # fmt: skip
            except (KeyError, InvalidRecord) as error:
                raise MappingError(f"The mapping {mapping.name!r}: a fixed record needs its id.") from error

    def _write(self, batch: Batch, report: ImportReport) -> None:
        records, edges = batch.take()
        for item in records:
            report.records[item["label"]] = report.records.get(item["label"], 0) + 1
        if self.check or not (records or edges):
            report.relationships += len(edges)
            return
        counts = self.graph.put_records_batch(records=records, relationships=edges, keep_unnamed=True)
        report.created += counts.created
        report.updated += counts.updated
        report.unchanged += counts.unchanged
        report.relationships += counts.relationships


def _made(some: list[Row], maker: RowMaker, values: MeasuredValues) -> Iterator[tuple[Row, Made | BadRow]]:
    """What rows make, or why they make nothing, in their order; measurements among it are checked together."""
    found: list[tuple[Row, Made | BadRow]] = []
    for row in some:
        try:
            found.append((row, maker.make(row)))
        except BadRow as bad:
            found.append((row, bad))
    wrong = values.check([(row.number, made) for row, made in found if isinstance(made, Made)])
    for row, made in found:
        try:
            if isinstance(made, Made) and row.number not in wrong:
                values.require(row.number, made)
            yield row, wrong.get(row.number, made)
        except BadRow as bad:
            yield row, bad


def import_file(
    graph: GraphOperations,
    home: Path,
    kind: str,
    path: Path,
    mapping: Mapping,
    *,
    on_progress: Progress | None = None,
    check: bool = False,
) -> ImportReport:
    """Import a file: see `Importer.run`."""
    return Importer(graph, home, on_progress=on_progress, check=check).run(kind, path, mapping)


def needs_outcome_types(mapping: Mapping) -> bool:
    """True when records of the mapping refer to the taxonomy of outcomes."""
    ends = [end for edge in mapping.relationships for end in (edge.start, edge.end) if isinstance(end, End)]
    return any(end.label is Label.OUTCOME_TYPE for end in ends) or any(
        "outcome_type" in rule.fields for rule in mapping.records.values()
    )
