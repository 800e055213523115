"""Reading JSON Lines, and a JSON file that is one list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import SourceUnreadable
from .encoding import detect_encoding
from .rows import Row


class JsonLines:
    """A file with one JSON object a line, or one JSON list of objects.

    Nested objects become columns with dotted names (`fields.summary`); a list of plain
    values stays a list, any other becomes JSON text.

    Raises:
        SourceUnreadable: Not text, or a line that is no JSON object; names the line.
    """

    def __init__(self, path: Path, *, encoding: str | None = None) -> None:
        self.path = path
        self.encoding = detect_encoding(path, encoding)
        columns: dict[str, None] = {}
        empty = True
        for row in self.rows():
            columns.update(dict.fromkeys(row.values))
            empty = False
        if empty:
            raise SourceUnreadable(f"{path} is empty: it holds no JSON object.", file=str(path))
        self.columns = list(columns)

    def rows(self) -> Iterator[Row]:
        """All objects; blank lines are passed over."""
        for number, (line, value) in enumerate(self._objects(), start=1):
            yield Row(number, line, flatten(value))

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        with self.path.open(encoding=self.encoding) as file:
            start = file.read(64 << 10).lstrip("\ufeff \t\r\n")
            file.seek(0)
            if start.startswith("["):
                yield from self._listed(file.read().lstrip("\ufeff"))
                return
            for line, text in enumerate(file, start=1):
                text = text.lstrip("\ufeff").strip()
                if text:
                    yield line, self._object(self._parse(text, line), line)

    def _listed(self, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
        for position, item in enumerate(self._parse(text, 1), start=1):
            if not isinstance(item, dict):
                raise SourceUnreadable(
                    f"{self.path}: item {position} of the list is not an object.", file=str(self.path), item=position
                )
            yield 0, item

    def _parse(self, text: str, line: int) -> Any:
        try:
            return json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            at = line + getattr(error, "lineno", 1) - 1
            reason = getattr(error, "msg", "nested too deeply")
            raise SourceUnreadable(
                f"{self.path} line {at}: not JSON ({reason}, at character {getattr(error, 'colno', 1)}).",
                file=str(self.path),
                line=at,
                reason=reason,
            ) from error

    def _object(self, value: Any, line: int) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise SourceUnreadable(
                f"{self.path} line {line}: expected a JSON object, found {type(value).__name__}.",
                file=str(self.path),
                line=line,
            )
        return value


def flatten(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested object as columns."""
    flat: dict[str, Any] = {}
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict):
            flat |= flatten(item, f"{name}.")
        elif isinstance(item, list) and not all(isinstance(part, str | int | float) for part in item):
            flat[name] = json.dumps(item, ensure_ascii=False, sort_keys=True)
        else:
            flat[name] = item
    return flat
