"""Series of measurements in a CSV file: a row a value, headings in English or Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kg.errors import nearest

from ..errors import MissingColumn, SourceUnreadable
from ..resources import template_path
from . import plain_yaml
from .board_words import plain
from .importer import GraphOperations
from .rejections import Rejection, keep, new_import_id
from .rows import Row
from .tables import CsvTable
from .values import BadValue, as_date, as_text

BATCH = 2_000
SHOWN_REJECTIONS = 20
LONGEST = {"value": 100, "unit": 100, "currency": 20, "source": 500, "subject": 1_000, "note": 10_000}
FIELDS = ("subject", "date", "value", "unit", "currency", "source", "note")


class MeasurementReport(BaseModel):
    """What came of an import of measurements; `columns` are those that were read, by field."""

    import_id: str
    file: str
    rows: int = 0
    created: int = 0
    corrected: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejected_file: str | None = None
    rejections: list[str] = []
    remarks: list[dict[str, Any]] = []
    columns: dict[str, str] = {}
    passed_over: list[str] = []
    checked_only: bool = False


def import_measurements(
    graph: GraphOperations,
    home: Path,
    path: Path,
    *,
    subject: str | None = None,
    project: str | None = None,
    source: str | None = None,
    dates: list[str] | None = None,
    encoding: str | None = None,
    check: bool = False,
) -> MeasurementReport:
    """Import a table of measurements; importing it again keeps nothing twice.

    A value that changed since the last import becomes a correction. Rows that cannot be used
    are kept under the home's `rejected` folder with the reason.

    Args:
        graph: Where they are kept.
        home: The installation's folder; its own `measurement_words.yaml` wins.
        path: The file.
        subject: The outcome, KPI or key result of rows that name none.
        project: Only outcomes of this project, to tell titles apart.
        source: The source of rows that name none.
        dates: Other forms of dates (`%m/%d/%Y`).
        encoding: The file's encoding; found out when not given.
        check: Read and check everything, keep nothing.

    Raises:
        SourceUnreadable: It is no table.
        MissingColumn: It lacks dates, values or what they are of.
    """
    table = CsvTable(path, encoding=encoding)
    columns = columns_of(table.columns, path, home, subject)
    report = MeasurementReport(import_id=new_import_id(), file=str(path), columns=columns, checked_only=check)
    report.passed_over = [name for name in table.columns if name not in columns.values()]
    rejections: list[Rejection] = []
    waiting: dict[int, Row] = {}
    rows: list[dict[str, Any]] = []

    def hand_over() -> None:
        done = graph.import_measurements(rows=rows, project=project, check=check)
        report.created += done.created
        report.corrected += done.corrected
        report.unchanged += done.unchanged
        report.remarks += [remark.model_dump() for remark in done.remarks]
        for bad in done.rejected:
            row = waiting[bad.row]
            rejections.append(
                Rejection(path.name, row.number, row.line, bad.field, bad.reason, row.values, columns.get(bad.field))
            )
        rows.clear()
        waiting.clear()

    for row in list(table.rows()):  # read through first: a broken file keeps nothing
        report.rows += 1
        try:
            rows.append(_read(row, columns, subject, source, dates))
        except BadValue as bad:
            where, reason = bad.args
            rejections.append(
                Rejection(path.name, row.number, row.line, where, reason, row.values, columns.get(where))
            )  # fmt: skip
            continue
        waiting[row.number] = row
        if len(rows) >= BATCH:
            hand_over()
    if rows:
        hand_over()
    rejections.sort(key=lambda rejection: rejection.row)
    report.rejected = len(rejections)
    report.rejections = [rejection.message() for rejection in rejections[:SHOWN_REJECTIONS]]
    if rejections and not check:
        report.rejected_file = str(keep(home, report.import_id, rejections))
    return report


def columns_of(headings: list[str], path: Path, home: Path | None = None, subject: str | None = None) -> dict[str, str]:
    """The heading of each field that a table has.

    Raises:
        MissingColumn: Dates, values or (when no subject is given) what they are of are missing.
        SourceUnreadable: Two headings mean the same.
    """
    words = _words(home)
    found: dict[str, str] = {}
    for heading in headings:
        means = words.get(plain(heading))
        if means in found:
            raise SourceUnreadable(
                f"{path}: the columns {found[means]!r} and {heading!r} both mean the {means}. Rename one of them.",
                file=str(path), column=heading,
            )  # fmt: skip
        if means:
            found[means] = heading
    for wanted in ("date", "value") if subject else ("subject", "date", "value"):
        if wanted not in found:
            known = [name for name, means in words.items() if means == wanted]
            near = next((h for h in headings if nearest(plain(h), known)), None)
            hint = f" Is it {near!r}?" if near else ""
            extra = " (or name the outcome: --outcome ID)" if wanted == "subject" else ""
            raise MissingColumn(
                f"{path} has no column for the {'outcome' if wanted == 'subject' else wanted}{extra}: its header is "
                f"{', '.join(headings)}.{hint} Call it {known[0]!r}, or add its name to measurement_words.yaml.",
                file=str(path), column=wanted, nearest=near,
            )  # fmt: skip
    return found


def _read(
    row: Row, columns: Mapping[str, str], subject: str | None, source: str | None, dates: list[str] | None
) -> dict[str, Any]:
    """A row as the graph takes it.

    Raises:
        BadValue: Names the field and the reason.
    """
    if row.problem:
        raise BadValue("row", row.problem)
    said = {field: as_text(row.values.get(columns.get(field, ""))) for field in FIELDS}
    said["subject"] = said["subject"] or subject or ""
    said["source"] = said["source"] or source or ""
    for field in ("subject", "date", "value"):
        if not said[field]:
            raise BadValue(field, "is empty")
    try:
        day = as_date(said["date"], dates)
    except BadValue as error:
        reason = str(error).replace("name other forms in the mapping (dates: ['%m/%d/%Y'])", "or give --dates %m/%d/%Y")
        raise BadValue("date", reason) from error
    for field, most in (
        ("value", 100),
        ("unit", 100),
        ("currency", 20),
        ("source", 500),
        ("subject", 1000),
        ("note", 10_000),
    ):
        if len(said[field]) > most:
            raise BadValue(field, f"has {len(said[field])} letters; at most {most} are read")
    filled = {name: value for name, value in said.items() if value}
    return filled | {"date": day.isoformat(), "row": row.number, "line": row.line}


def _words(home: Path | None) -> dict[str, str]:
    said: Any = plain_yaml.load(template_path("measurement_words.yaml", home).read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for field, words in said["headings"].items():
        for word in words:
            found.setdefault(plain(str(word)), field)
    return found
