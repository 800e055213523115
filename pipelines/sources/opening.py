"""Opening a source as its mapping says it is written, and comparing columns."""

from __future__ import annotations

from pathlib import Path

from kg.errors import nearest

from ..errors import MissingColumn, SourceUnreadable
from .jsonlines import JsonLines
from .mapping import Mapping
from .rows import RowSource
from .tables import CsvTable


def open_source(path: Path, mapping: Mapping) -> RowSource:
    """The rows of a file, as its mapping says it is written.

    Raises:
        SourceUnreadable: It is not such a file.
    """
    if path.is_dir():
        raise SourceUnreadable(f"{path} is a folder; a {mapping.format} mapping reads one file.", file=str(path))
    if mapping.format == "jsonlines":
        return JsonLines(path, encoding=mapping.encoding)
    return CsvTable(path, encoding=mapping.encoding, delimiter=mapping.delimiter)


def check_columns(source: RowSource, mapping: Mapping) -> None:
    """Compare the columns a mapping needs with those a file has.

    Raises:
        MissingColumn: Names file, column and the nearest one there is.
    """
    missing = [column for column in mapping.columns_read() if column not in source.columns]
    if not missing:
        return
    near = nearest(missing[0], source.columns)
    hint = f"The nearest is {near!r}. " if near else ""
    others = f" (and {len(missing) - 1} more: {', '.join(missing[1:6])})" if len(missing) > 1 else ""
    raise MissingColumn(
        f"{source.path} has no column {missing[0]!r}{others}, which the mapping {mapping.name!r} reads. {hint}"
        f"Its columns are: {', '.join(source.columns[:40])}. Change the mapping, or mark the field `optional: true`.",
        file=str(source.path),
        column=missing[0],
        missing=missing,
        nearest=near,
    )
