"""The formula of project health from `templates/health_formula.yaml`, read again when the file changes."""

from __future__ import annotations

from pathlib import Path

from kg.domain.health import HealthFormula

from .resources import template_path
from .retrospectives.data_file import read_data_file


class HealthFormulaFile:
    """The installation's formula; calling it gives what the file says now.

    Args:
        home: The installation, whose own file wins.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._kept: tuple[Path, int, HealthFormula] | None = None

    def __call__(self) -> HealthFormula:
        """The formula.

        Raises:
            FormatError: The file is wrong; names line and field.
        """
        path = template_path("health_formula.yaml", self._home)
        stamp = path.stat().st_mtime_ns
        if self._kept is None or self._kept[:2] != (path, stamp):
            formula, _ = read_data_file(HealthFormula, path)
            self._kept = (path, stamp, formula)
        return self._kept[2]
