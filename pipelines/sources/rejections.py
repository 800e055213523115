"""Rows that could not be imported: kept whole, with the reason, to be mended and tried again."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = "rejected"


@dataclass(frozen=True)
class Rejection:
    """A row that was not imported."""

    file: str
    row: int
    line: int
    field: str
    reason: str
    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    column: str | None = None

    def message(self) -> str:
        """One line for a person."""
        place = f"{self.file} row {self.row}" + (f" (line {self.line})" if self.line else "")
        column = f", column {self.column!r}" if self.column else ""
        return f"{place}: {self.field}{column}: {self.reason}"


def new_import_id(now: datetime | None = None) -> str:
    """A name for one import: when it ran, and something of its own."""
    moment = now or datetime.now(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def keep(home: Path, import_id: str, rejections: list[Rejection]) -> Path:
    """Write rejections to `<home>/rejected/<import id>.jsonl`, readable by the owner only."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{import_id}.jsonl"
    aside = place.with_suffix(".part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        for rejection in rejections:
            file.write(json.dumps(asdict(rejection), ensure_ascii=False, default=str) + "\n")
    aside.replace(place)
    return place
