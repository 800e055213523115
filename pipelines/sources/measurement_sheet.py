"""A table of values that somebody hands over in a browser: read whole, every row that cannot be used with its reason.

Nothing is kept here and nothing names a folder: the reasons are for whoever sent the file.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kg.errors import InvalidRequest

from ..errors import MissingColumn, SourceUnreadable
from ..spreadsheets import unguarded
from .measurements import FIELDS, LONGEST, columns_of
from .rows import Row
from .tables import CsvTable
from .values import BadValue, as_date, as_text

MOST_BYTES = 2 << 20
MOST_ROWS = 5_000
ORDERS = {"day": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"), "month": ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y")}
"""Ways to write a date with the year last, by what stands first."""
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2\d{4}")


class UnusableTable(InvalidRequest):
    """A file that is no table of values; `field` and `why` say what to put beside which field."""

    code = "unusable_table"
    status = 422


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used: where it stood, which field, why, and its cells."""

    row: int
    line: int
    field: str
    reason: str
    code: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sheet:
    """A table of values: its rows as the graph takes them, and those that cannot be used.

    Attributes:
        columns: The heading of each field.
        passed_over: Headings that mean nothing here.
        order: What stands first where dates have the year last; None where none does.
        cells: The cells of every row by its number.
    """

    headings: list[str]
    columns: dict[str, str]
    passed_over: list[str]
    encoding: str
    order: str | None
    rows: list[dict[str, Any]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    cells: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many rows the table has."""
        return len(self.cells)


def read_sheet(content: bytes, home: Path | None = None, order: str | None = None) -> Sheet:
    """A file's rows.

    Args:
        content: Its bytes.
        home: The installation's folder; its own `measurement_words.yaml` wins.
        order: `day` or `month`: what stands first in dates with the year last; found out when not given.

    Raises:
        UnusableTable: It is empty, too large, no text, has no heading of its own, lacks a column, or has dates of
            which nobody can tell the day from the month.
    """
    if len(content) > MOST_BYTES:
        raise _unusable("too_large", megabytes=MOST_BYTES >> 20)
    if not content.strip():
        raise _unusable("empty")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        try:
            table = CsvTable(path)
            columns = columns_of(table.columns, path, home)
            rows = _rows(table)
        except MissingColumn as error:
            headings = ", ".join(table.columns)[:300]
            wanted, near = error.fields["column"], error.fields.get("nearest")
            raise _unusable("no_column", column=wanted, headings=headings, nearest=near or "") from error
        except SourceUnreadable as error:
            raise _of(error) from error
    if not rows:
        raise _unusable("no_rows")
    texts = [as_text(row.values.get(columns["date"], "")) for row in rows]
    found = order or order_of(texts)
    sheet = Sheet(
        table.columns, columns, [name for name in table.columns if name not in columns.values()], table.encoding, found
    )
    for row in rows:
        sheet.cells[row.number] = row.values
        try:
            sheet.rows.append(_read(row, columns, list(ORDERS.get(found or "", ()))))
        except InvalidRequest as error:
            told = error.fields
            sheet.bad.append(BadRow(row.number, row.line, told["field"], error.message, error.code, told))
    return sheet


def order_of(texts: list[str]) -> str | None:
    """What stands first in the dates that have the year last: `day` or `month`; None where no date is written so.

    A date with dots is taken as day first, as those who write dots do.

    Raises:
        UnusableTable: Nobody can tell, or the dates contradict each other; shows one.
    """
    found = [(match, text) for text in texts if (match := _YEAR_LAST.fullmatch(text.strip()))]
    if not found:
        return None
    day = next((text for m, text in found if int(m[1]) > 12), None)
    month = next((text for m, text in found if int(m[3]) > 12), None)
    if day and month:
        raise _unusable("order_mixed", "order", first=day, second=month)
    if month:
        return "month"
    if day or all(m[2] == "." for m, _ in found):
        return "day"
    raise _unusable("order_unknown", "order", first=found[0][1])


def _rows(table: CsvTable) -> list[Row]:
    rows: list[Row] = []
    for row in table.rows():
        if len(rows) >= MOST_ROWS:
            raise _unusable("too_many", most=MOST_ROWS)
        rows.append(row)
    return rows


def _read(row: Row, columns: dict[str, str], forms: list[str]) -> dict[str, Any]:
    """A row as the graph takes it.

    Raises:
        InvalidRequest: It cannot be used; names the field, and with `why` the reason.
    """
    if row.problem:
        raise InvalidRequest(row.problem, field="row", why="ragged")
    said = {name: unguarded(as_text(row.values.get(columns.get(name, "")))).strip() for name in FIELDS}
    for name in ("subject", "date", "value"):
        if not said[name]:
            raise InvalidRequest("it is empty", field=name, why="empty_cell")
    for name, most in LONGEST.items():
        if len(said[name]) > most:
            raise InvalidRequest(f"it is longer than {most} letters", field=name, why="too_long", most=most)
    return {name: value for name, value in said.items() if value} | {
        "date": _day(said["date"], forms).isoformat(), "row": row.number, "line": row.line,
    }  # fmt: skip


def _day(text: str, forms: list[str]) -> date:
    try:
        return as_date(text, forms)
    except BadValue as error:
        raise InvalidRequest(str(error), field="date", value=text[:60], why="not_a_date") from error


def _of(error: SourceUnreadable) -> UnusableTable:
    """What is wrong with a file, without where it lay."""
    told = error.fields
    if "reason" in told:
        return _unusable("quotes", line=told["line"])
    if "column" in told:
        return _unusable("column_twice", column=str(told["column"])[:100])
    if "line" in told:
        return _unusable("encoding", line=told["line"])
    if "is empty" in error.message:
        return _unusable("empty")
    return _unusable("no_text")


def _unusable(why: str, field: str = "file", **values: Any) -> UnusableTable:
    return UnusableTable(f"The table cannot be used: {why}.", field=field, why=why, **values)
