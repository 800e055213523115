"""What readers hand on: one row of a source, and where it stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Row:
    """One row of a table or one object of a JSON file.

    Attributes:
        number: Which row it is, the first being 1.
        line: The line of the file it begins on; 0 where the format has no lines.
        values: Cells by column.
        problem: Why the row cannot be used (such as too many cells), or None.
    """

    number: int
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None

    def where(self, file: str) -> str:
        """The place for a message: `ratings.csv row 12 (line 13)`."""
        return f"{file} row {self.number}" + (f" (line {self.line})" if self.line else "")


class RowSource(Protocol):
    """A file of rows that can be read more than once."""

    path: Path
    columns: list[str]

    def rows(self) -> Iterator[Row]:
        """All rows, from the beginning.

        Raises:
            SourceUnreadable: The file is broken; names the line.
        """
        ...
