"""The sample portfolio: real public records, loaded by the same import that people use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from ..resources import template_path
from .importer import ImportReport, import_file
from .mapping_file import load_mapping
from .outcome_types import ensure_outcome_types
from .translations import load_translations

FOLDER = "sample"

Progress = Callable[[str, int, int], None]
"""Called with the file, rows done and rows in all."""


class SampleFile(BaseModel):
    """A file of the sample and the mapping it is read with."""

    kind: str
    file: str
    mapping: str
    title: str


class SampleTranslations(BaseModel):
    """A file of lessons of the sample in another language."""

    file: str
    language: str
    title: str


class SamplePerson(BaseModel):
    """Somebody to look through the eyes of; has no password, so cannot sign in."""

    name: str
    display_name: str
    roles: list[str]
    scopes: list[str]
    language: str
    manager: str | None = None


class Sample(BaseModel):
    """What `templates/sample/sample.yaml` says."""

    files: list[SampleFile]
    translations: list[SampleTranslations] = []
    people: list[SamplePerson]


class SampleReport(BaseModel):
    """What came of loading the sample."""

    imports: list[ImportReport]
    people_added: int = 0

    @property
    def created(self) -> int:
        """Records that were new."""
        return sum(report.created for report in self.imports)

    @property
    def changed(self) -> int:
        """Records that were new or said something else before."""
        return sum(report.created + report.updated for report in self.imports)

    @property
    def rejected(self) -> int:
        """Rows that could not be imported."""
        return sum(report.rejected for report in self.imports)


def read_sample(home: Path | None = None) -> Sample:
    """The list of the sample's files and people."""
    text = template_path(f"{FOLDER}/sample.yaml", home).read_text(encoding="utf-8")
    return Sample.model_validate(yaml.safe_load(text))


def load_sample(graph: Any, home: Path, on_progress: Progress | None = None) -> SampleReport:
    """Load the sample portfolio; loading it again changes nothing.

    Args:
        graph: Where to write: a local graph or a server's.
        home: The installation's folder.
        on_progress: Called as rows are done.

    Raises:
        SourceError: A file of the sample is missing or broken.
    """
    sample = read_sample(home)
    tell = on_progress or (lambda file, done, total: None)
    ensure_outcome_types(graph, home)
    report = SampleReport(imports=[])
    for entry in sample.files:

        def progress(done: int, total: int, title: str = entry.title) -> None:
            tell(title, done, total)

        path = template_path(f"{FOLDER}/{entry.file}", home)
        mapping = load_mapping(entry.mapping, home)
        report.imports.append(import_file(graph, home, entry.kind, path, mapping, on_progress=progress))
    for text in sample.translations:

        def translated(done: int, total: int, title: str = text.title) -> None:
            tell(title, done, total)

        path = template_path(f"{FOLDER}/{text.file}", home)
        report.imports.append(load_translations(graph, path, text.language, translated))
    known = {person.name for person in graph.list_people().people}
    for person in sample.people:
        if person.name not in known:
            graph.add_person(**person.model_dump(exclude={"manager"}), sample=True)
            report.people_added += 1
    lines = [
        {"person": person.name, "manager": person.manager}
        for person in sample.people
        if person.manager and person.name not in known
    ]
    if lines:
        graph.set_managers(lines=lines)
    return report
