"""Lessons in another language beside their originals: same project, same standing, linked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from kg.schema import Label, Rel

from ..errors import SourceUnreadable
from .importer import ImportReport
from .rejections import new_import_id

SOURCE = "retrobook"
"""Translations are ours, whatever the source of the original."""

KEPT = (
    "project", "unit", "confidential", "sector", "phase", "polarity", "topics", "state", "learnt_on", "review_by",
    "impact", "retrospective",
)  # fmt: skip
"""What a translation has from its original."""


class Translation(BaseModel):
    """A line of the file: which lesson, and its texts in the other language."""

    model_config = ConfigDict(extra="forbid")

    translation_of: str
    title: str
    driving_event: str | None = None
    lesson: str | None = None
    recommendation: str | None = None


def read_translations(path: Path) -> list[Translation]:
    """The translations of a JSON Lines file.

    Raises:
        SourceUnreadable: A line is no translation; names it.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(Translation.model_validate_json(line))
        except ValidationError as error:
            raise SourceUnreadable(
                f"{path} line {number}: {error.errors(include_url=False)[0]['msg']}.", file=str(path), line=number
            ) from error
    return found


def load_translations(
    graph: Any, path: Path, language: str, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> ImportReport:
    """Write translations beside the lessons that are there; the same again changes nothing.

    Args:
        graph: Where to write: a local graph or a server's.
        path: The file.
        language: What it is written in.
        on_progress: Called with lines done and lines in all.

    Raises:
        SourceUnreadable: The file is broken; nothing was written.
    """
    lines = read_translations(path)
    originals = {record["id"]: record for record in graph.list_records_of(label=Label.LESSON, limit=100_000).records}
    known = [line for line in lines if line.translation_of in originals]
    records, edges = [], []
    for line in known:
        original = originals[line.translation_of]
        values = _values(line, original, language)
        records.append({"label": Label.LESSON, "values": values})
        edges.append(_edge(values["id"], Rel.TRANSLATES, Label.LESSON, line.translation_of))
        if original["project"]:
            edges.append(_edge(values["id"], Rel.LEARNED_IN, Label.PROJECT, original["project"]))
    counts = graph.put_records_batch(records=records, relationships=edges, keep_unnamed=True)
    on_progress(len(lines), len(lines))
    return ImportReport(
        import_id=new_import_id(), file=str(path), mapping="translations", kind="lessons", rows=len(lines),
        created=counts.created, updated=counts.updated, unchanged=counts.unchanged,
        relationships=counts.relationships, records={Label.LESSON.value: len(records)},
        notices=[f"There is no lesson {line.translation_of!r} to translate." for line in lines if line not in known],
    )  # fmt: skip


def _values(line: Translation, original: dict[str, Any], language: str) -> dict[str, Any]:
    key = f"{original['source_system']}:{original['external_id']}:{language}"
    shared = {name: original[name] for name in KEPT if original.get(name) is not None}
    return {
        **shared,
        **line.model_dump(exclude_none=True),
        "id": f"lesson:{SOURCE}:{key}",
        "source_system": SOURCE,
        "external_id": key,
        "language": language,
    }


def _edge(start: str, kind: Rel, label: Label, end: str) -> dict[str, Any]:
    return {"type": kind, "start_label": Label.LESSON, "start": start, "end_label": label, "end": end}
