"""The formats and question sets of an installation: the packaged ones and its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from kg.domain.formats import Format, QuestionSet
from kg.errors import NotFound, nearest

from ..errors import FormatError
from ..resources import TEMPLATES
from .data_file import holds_questions, mistake
from .data_folder import DataFolder

FORMATS, QUESTIONS = "retrospectives", "health"
ORDER = (
    "start_stop_continue", "four_ls", "mad_sad_glad", "sailboat", "kpt", "timeline", "after_action_review",
    "five_whys", "outcome_review", "project_close",
)  # fmt: skip
"""How the packaged formats are listed: for every week first, for an occasion last."""

M = TypeVar("M", bound=BaseModel)


class Formats:
    """Formats and question sets by key.

    Files in `<home>/templates/retrospectives` and `<home>/templates/health` add to the packaged
    ones, or stand for those of the same name. Thread-safe enough: a race only reads twice.

    Args:
        home: The installation; None for the packaged ones alone.
    """

    def __init__(self, home: Path | None = None) -> None:
        def roots(folder: str) -> list[Path]:
            return [TEMPLATES / folder] + ([home / "templates" / folder] if home else [])

        self._formats = DataFolder(Format, "format", roots(FORMATS))
        self._questions = DataFolder(QuestionSet, "question set", roots(QUESTIONS))

    def all(self) -> list[Format]:
        """Every format that is sound, the packaged ones first; broken ones are left out (see `problems`)."""
        keys = sorted(self._formats.paths(), key=lambda key: (ORDER.index(key) if key in ORDER else len(ORDER), key))
        return _sound(keys, self.get)

    def get(self, key: str) -> Format:
        """A format.

        Raises:
            NotFound: There is none; names the nearest.
            FormatError: Its file is wrong; names line and field.
        """
        return self._checked(self._formats.path(key))

    def question_sets(self) -> list[QuestionSet]:
        """Every question set that is sound; broken ones are left out (see `problems`)."""
        return _sound(sorted(self._questions.paths()), self.questions)

    def questions(self, key: str) -> QuestionSet:
        """A question set.

        Raises:
            NotFound: There is none; names the nearest.
            FormatError: Its file is wrong; names line and field.
        """
        return self._questions.read(self._questions.path(key))[0]

    def problems(self) -> list[FormatError]:
        """What is wrong with files that are left out."""
        found = []
        checks: list[tuple[list[Path], Callable[[Path], object]]] = [
            ([*self._formats.paths().values()], self._checked),
            ([*self._questions.paths().values()], self._questions.read),
        ]
        for paths, check in checks:
            for path in paths:
                try:
                    check(path)
                except FormatError as error:
                    found.append(error)
        return found

    def check(self, path: Path) -> Format | QuestionSet:
        """What a file says: a format, or a question set where it has `questions`.

        Raises:
            FormatError: It is wrong; names line and field.
        """
        if path.parent.name == QUESTIONS or holds_questions(path):
            return self._questions.read(path)[0]
        return self._checked(path)

    def _checked(self, path: Path) -> Format:
        found, lines = self._formats.read(path)
        if found.health is not None and found.health not in (known := self._questions.paths()):
            near = nearest(found.health, known)
            reason = f"there is no question set {found.health!r}" + ("" if near else f". Known are {', '.join(known)}")
            raise mistake(path, lines.get(("health",), 1), "health", reason, near)
        return found


def _sound(keys: list[str], get: Callable[[str], M]) -> list[M]:
    found = []
    for key in keys:
        try:
            found.append(get(key))
        except (FormatError, NotFound):  # wrong, or gone in this moment
            continue
    return found
