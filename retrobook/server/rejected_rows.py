"""Rows of a table that are left out: why, in the visitor's language, and as a table to be mended."""

from __future__ import annotations

import csv
import io
from typing import Any

from kg.errors import KgError, by_code
from pipelines.messages import Messages
from pipelines.sources.measurement_sheet import BadRow, Sheet
from pipelines.spreadsheets import guarded


def rejected_table(sheet: Sheet, bad: list[BadRow], t: Messages) -> bytes:
    """The rows that are left out as a table that a spreadsheet opens and runs nothing of."""
    own = [t(f"value_import.rejected.{name}") for name in ("row", "line", "field", "reason")]
    headings = [name for name in sheet.headings if name not in own]
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow([guarded(cell) for cell in (*headings, *own)])
    for one in bad:
        cells = sheet.cells.get(one.row, {})
        said = [str(cells.get(name, "")) for name in headings]
        told = (str(one.row), str(one.line), field_words(one, t), reason_words(one, t))
        table.writerow([guarded(cell) for cell in (*said, *told)])
    return text.getvalue().encode("utf-8-sig")


def field_words(bad: BadRow, t: Messages) -> str:
    """What people call the field that is wrong."""
    key = f"value_import.fields.{bad.field}"
    return t(key) if key in t else bad.field


def reason_words(bad: BadRow, t: Messages) -> str:
    """Why a row is left out and what to do, in the visitor's language."""
    key = f"value_import.why.{bad.fields.get('why', '')}"
    if key in t:
        return t(key, **plain(bad.fields))
    if bad.code == "not_found":
        near = bad.fields.get("nearest")
        return t(f"value_import.why.{'nearly' if near else 'unknown'}", name=bad.fields.get("name", ""), nearest=near)
    kind = by_code().get(bad.code, KgError)
    return t.error(kind(bad.reason, **bad.fields))


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Values that words can be filled with."""
    return {name: "" if value is None else value for name, value in fields.items()}
