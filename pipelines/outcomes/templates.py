"""The outcome templates of an installation, and the metric dictionary it starts with."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import yaml

from kg.domain import Metric, derive_id
from kg.domain.metric_names import named
from kg.domain.outcome_templates import OutcomeTemplate
from kg.errors import InvalidRecord, NotFound, nearest

from ..errors import FormatError
from ..resources import TEMPLATES, template_path
from ..retrospectives.data_file import mistake
from ..retrospectives.data_folder import DataFolder
from ..sources.outcome_types import outcome_types

log = logging.getLogger(__name__)

FOLDER, DICTIONARY = "outcomes", "metrics.yaml"
ORDER = (
    "revenue", "cost_saving", "hours_saved", "retention", "satisfaction", "adoption", "quality", "time_to_market",
    "compliance", "risk_reduction", "safety", "learning",
)  # fmt: skip
"""How the packaged templates are listed: money and time first, then people, then care."""


class OutcomeTemplates:
    """Templates of outcomes by key, and the metrics that the dictionary starts with.

    Files in `<home>/templates/outcomes` add to the packaged ones, or stand for those of the same
    name; `<home>/templates/metrics.yaml` stands for the packaged dictionary. Thread-safe enough: a
    race only reads twice.

    Args:
        home: The installation; None for the packaged ones alone.
    """

    def __init__(self, home: Path | None = None) -> None:
        roots = [TEMPLATES / FOLDER] + ([home / "templates" / FOLDER] if home else [])
        self._home = home
        self._folder = DataFolder(OutcomeTemplate, "outcome template", roots)
        self._metrics: tuple[tuple[Path, int, int], list[Metric], FormatError | None] | None = None

    def all(self) -> list[OutcomeTemplate]:
        """Every template that is sound, the packaged ones first; broken ones are left out (see `problems`)."""
        keys = sorted(
            self._folder.paths(), key=lambda key: (ORDER.index(key) if key in ORDER else len(ORDER), key)
        )  # fmt: skip
        found = []
        for key in keys:
            try:
                found.append(self.get(key))
            except (FormatError, NotFound):  # wrong, or gone in this moment
                continue
        return found

    def get(self, key: str) -> OutcomeTemplate:
        """A template.

        Raises:
            NotFound: There is none; names the nearest.
            FormatError: Its file is wrong; names line and field.
        """
        return self._folder.read(self._folder.path(key))[0]

    def metrics(self) -> list[Metric]:
        """The metrics that the dictionary starts with; the packaged ones where the own file is wrong."""
        return [metric.model_copy(deep=True) for metric in self._read_dictionary()[0]]

    def problems(self, types: Iterable[str] | None = None, metrics: Iterable[str] | None = None) -> list[FormatError]:
        """What is wrong with files that are left out, or that name what is not known here.

        Args:
            types: Keys of the taxonomy; those an installation starts with when not given.
            metrics: Keys of the dictionary; those an installation starts with when not given.
        """
        known_types = list(types) if types is not None else [kind.key for kind in outcome_types(self._home)]
        known_metrics = list(metrics) if metrics is not None else [metric.key for metric in self.metrics()]
        wrong = self._read_dictionary()[1]
        found = [wrong] if wrong else []
        for path in self._folder.paths().values():
            try:
                self.check(path, known_types, known_metrics)
            except FormatError as error:
                found.append(error)
        return found

    def check(self, path: Path, types: Iterable[str], metrics: Iterable[str]) -> OutcomeTemplate:
        """What a file says.

        Raises:
            FormatError: It is wrong, or names a type or metric that is not known; names line and field.
        """
        template, lines = self._folder.read(path)
        named: list[tuple[tuple[str | int, ...], str, str, list[str]]] = [
            (("outcome_type",), "type", template.outcome_type, list(types)),
            (("metric",), "metric", template.metric, list(metrics)),
            *(
                (("process_metrics", n, "metric"), "metric", hint.metric, list(metrics))
                for n, hint in enumerate(template.process_metrics)
            ),
        ]
        for place, what, name, known in named:
            if name not in known:
                near = nearest(name, known)
                hint = "" if near else f". Known are {', '.join(sorted(known))}"
                field = " ".join(str(part + 1) if isinstance(part, int) else part for part in place)
                raise mistake(path, lines.get(place, 1), field, f"there is no {what} {name!r}{hint}", near)
        return template

    def _read_dictionary(self) -> tuple[list[Metric], FormatError | None]:
        """The metrics, and what is wrong with the installation's own file of them; read again when it changes."""
        path = template_path(DICTIONARY, self._home)
        status = path.stat()
        stamp = (path, status.st_mtime_ns, status.st_size)
        if self._metrics is None or self._metrics[0] != stamp:
            try:
                self._metrics = (stamp, _dictionary(path), None)
            except FormatError as error:
                log.warning("%s", error.message)
                self._metrics = (stamp, _dictionary(TEMPLATES / DICTIONARY), error)
        return self._metrics[1], self._metrics[2]


def _dictionary(path: Path) -> list[Metric]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        entries = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise mistake(path, mark.line + 1 if mark else 1, "", "not YAML in UTF-8") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise mistake(path, 1, "", "the file should be a list of metrics, each with `- key: ...`")
    lines = [node.start_mark.line + 1 for node in yaml.compose(text).value]
    found: dict[str, Metric] = {}
    for line, entry in zip(lines, entries, strict=True):
        try:
            metric = Metric.parse({**entry, "id": derive_id("metric", str(entry.get("key")))})
        except InvalidRecord as error:
            said = error.fields
            raise mistake(path, line, said["field"], f"{said['reason']} (found {said['value']})") from error
        twin = named(found.values(), metric.key) or next(
            (
                twin
                for name in (metric.name_en, metric.name_zh, *metric.aliases)
                if (twin := named(found.values(), name))
            ),
            None,
        )
        if twin is not None:
            raise mistake(path, line, "key", f"{metric.key} shares a name with {twin.key}. A name leads to one metric")
        found[metric.id] = metric
    return list(found.values())
