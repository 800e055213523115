"""The rules of reviews of an installation: its own `templates/reviews.yaml`, or the packaged one."""

from __future__ import annotations

import logging
from pathlib import Path

from kg.domain.review_rules import ReviewRules

from ..errors import FormatError
from ..resources import TEMPLATES
from ..retrospectives.data_file import read_data_file

log = logging.getLogger(__name__)

FILE = "reviews.yaml"
Stamp = tuple[int, int]


class ReviewRulesFile:
    """The rules in force; an edited file counts at once.

    Args:
        home: The installation; its own file stands for the packaged one.
    """

    def __init__(self, home: Path) -> None:
        self._own = home / "templates" / FILE
        self._kept: tuple[Path, Stamp, ReviewRules] | None = None

    @property
    def path(self) -> Path:
        """The file whose rules are in force."""
        return self._own if self._own.is_file() else TEMPLATES / FILE

    def rules(self) -> ReviewRules:
        """The rules in force.

        Reviews by rules that nobody meant would be worse than none: while an installation's own file
        is wrong, nothing is reviewed.

        Raises:
            FormatError: The file is wrong; names line and field.
        """
        path = self.path
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = (0, 0)
        if self._kept is None or self._kept[:2] != (path, stamp):
            self._kept = (path, stamp, self.check(path))
        return self._kept[2]

    @staticmethod
    def check(path: Path) -> ReviewRules:
        """What a file of rules says.

        Raises:
            FormatError: It is wrong; names line and field.
        """
        try:
            return read_data_file(ReviewRules, path)[0]
        except FormatError as error:
            log.warning("%s", error.message)
            raise
