"""The alarm rules of an installation: the packaged ones and its own."""

from __future__ import annotations

import logging
from pathlib import Path

from kg.domain.alarms import AlarmRule, AlarmRules
from kg.errors import NotFound

from ..errors import FormatError
from ..resources import TEMPLATES
from ..retrospectives.data_file import read_data_file

log = logging.getLogger(__name__)

FILE = "alarms.yaml"
Stamp = tuple[int, int]


class AlarmRuleBook:
    """Alarm rules by key, as data files say; each file is read again when it changes.

    `<home>/templates/alarms.yaml` adds to the packaged rules, or stands for those with the same key.
    A file that is wrong is left out and named by `problems`.

    Args:
        home: The installation; None for the packaged ones alone.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._own = home / "templates" / FILE if home else None
        self._kept: dict[Path, tuple[Stamp, list[AlarmRule] | FormatError]] = {}

    def all(self) -> list[AlarmRule]:
        """Every rule that is sound, in the order of the files."""
        found: dict[str, AlarmRule] = {}
        for path in self._paths():
            try:
                found |= {rule.key: rule for rule in self.read(path)}
            except FormatError as error:
                log.warning("%s", error.message)
        return list(found.values())

    def get(self, key: str) -> AlarmRule:
        """A rule.

        Raises:
            NotFound: There is none; names the nearest.
        """
        known = {rule.key: rule for rule in self.all()}
        if key not in known:
            raise NotFound.among("rule", key, known)
        return known[key]

    def problems(self) -> list[FormatError]:
        """What is wrong with a file that is left out."""
        found = []
        for path in self._paths():
            try:
                self.read(path)
            except FormatError as error:
                found.append(error)
        return found

    def read(self, path: Path) -> list[AlarmRule]:
        """The rules of a file.

        Raises:
            FormatError: It is wrong; names file, line and field.
        """
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = (0, 0)
        kept = self._kept.get(path)
        if kept is None or kept[0] != stamp:
            try:
                kept = (stamp, read_data_file(AlarmRules, path)[0].rules)
            except FormatError as error:
                kept = (stamp, error)
            self._kept[path] = kept
        if isinstance(kept[1], FormatError):
            raise FormatError(kept[1].message, **kept[1].fields)
        return kept[1]

    def _paths(self) -> list[Path]:
        return [TEMPLATES / FILE, *([self._own] if self._own and self._own.exists() else [])]
