"""Reading CSV files as they come: encodings, delimiters, quoted line breaks, ragged rows."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..errors import SourceUnreadable
from .encoding import detect_encoding
from .rows import Row

DELIMITERS = ",;\t|"
CELL_LIMIT = 16 << 20
_SAMPLE = 64 << 10

csv.field_size_limit(CELL_LIMIT)  # the module's own limit of 128 KiB is too small for long texts


class CsvTable:
    """A CSV file with a header row.

    Args:
        path: The file.
        encoding: Its encoding; found out when not given.
        delimiter: What parts its cells; found out when not given.

    Raises:
        SourceUnreadable: No header, a column twice, or not text; names the line.
    """

    def __init__(self, path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> None:
        self.path = path
        self.encoding = detect_encoding(path, encoding)
        self.delimiter = delimiter or self._sniff()
        header = next((cells for _, cells in self._records() if any(cell.strip() for cell in cells)), None)
        if header is None:
            raise SourceUnreadable(f"{path} is empty: a table needs a header row with column names.", file=str(path))
        self.columns = self._check_header(header)

    def rows(self) -> Iterator[Row]:
        """All rows after the header; blank lines are passed over, ragged rows say so."""
        width = len(self.columns)
        number = 0
        header_seen = False
        for line, cells in self._records():
            if not any(cell.strip() for cell in cells):
                continue
            if not header_seen:
                header_seen = True
                continue
            number += 1
            extra = [cell for cell in cells[width:] if cell.strip()]
            problem = None
            if len(cells) < width or extra:
                problem = f"the row has {len(cells)} cells, the header has {width}"
            values = dict(zip(self.columns, cells, strict=False))
            if extra:
                values |= {f"cell {width + i}": cell for i, cell in enumerate(cells[width:], start=1)}
            yield Row(number, line, values, problem)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                reader = csv.reader(file, delimiter=self.delimiter, strict=True)
                line = 1
                while True:
                    try:
                        cells = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        raise self._broken(line, error) from error
                    yield line, cells
                    line = reader.line_num + 1
        except (OSError, UnicodeError) as error:
            raise SourceUnreadable(f"{self.path} cannot be read: {error}.", file=str(self.path)) from error

    def _broken(self, line: int, error: csv.Error) -> SourceUnreadable:
        text = str(error)
        if "unexpected end" in text:
            reason = "a quote that opens here is never closed"
        elif "expected after" in text:
            reason = 'a quoted cell goes on after its closing quote (a quote inside a cell is written "")'
        else:
            reason = text
        return SourceUnreadable(f"{self.path} line {line}: {reason}.", file=str(self.path), line=line, reason=reason)

    def _sniff(self) -> str:
        with self.path.open(encoding=self.encoding, newline="") as file:
            sample = file.read(_SAMPLE)
        best, best_score = ",", (0.0, 0)
        for delimiter in DELIMITERS:
            widths: list[int] = []
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            with contextlib.suppress(csv.Error):
                widths.extend(len(cells) for _, cells in zip(range(50), reader, strict=False) if cells)
            if not widths or widths[0] < 2:
                continue
            agreeing = sum(width == widths[0] for width in widths) / len(widths)
            if (agreeing, widths[0]) > best_score:
                best, best_score = delimiter, (agreeing, widths[0])
        return best

    def _check_header(self, cells: list[str]) -> list[str]:
        names = [" ".join(cell.split()) for cell in cells]
        while names and not names[-1]:
            names.pop()
        names = [name or f"column {position}" for position, name in enumerate(names, start=1)]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            places = ", ".join(str(i) for i, name in enumerate(names, start=1) if name == twice[0])
            raise SourceUnreadable(
                f"{self.path}: the header names the column {twice[0]!r} more than once (columns {places}). "
                "Give each column a name of its own.",
                file=str(self.path),
                column=twice[0],
            )
        return names
