"""The formats and question sets of an installation: the packaged ones and its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from kg.domain.formats import Format, QuestionSet
from kg.errors import NotFound, nearest

from ..errors import FormatError
from ..resources import TEMPLATES
from .data_file import Place, holds_questions, mistake, read_data_file

log = logging.getLogger(__name__)

FORMATS, QUESTIONS = "retrospectives", "health"
ORDER = (
    "start_stop_continue", "four_ls", "mad_sad_glad", "sailboat", "kpt", "timeline", "after_action_review",
    "five_whys", "outcome_review", "project_close",
)  # fmt: skip
"""How the packaged formats are listed: for every week first, for an occasion last."""

M = TypeVar("M", bound=BaseModel)
Stamp = tuple[int, int]


class _Folder(Generic[M]):
    """Data files of one kind; each is read again when it changes."""

    def __init__(self, model: type[M], kind: str, roots: list[Path]) -> None:
        self._model, self._kind, self._roots = model, kind, roots
        self._kept: dict[Path, tuple[Stamp, M | FormatError, dict[Place, int]]] = {}

    def paths(self) -> dict[str, Path]:
        """The file of each key; the installation's own stand for the packaged ones."""
        found: dict[str, Path] = {}
        for root in self._roots:
            for path in sorted([*root.glob("*.yml"), *root.glob("*.yaml")]) if root.is_dir() else []:
                if not path.name.startswith("."):
                    found[path.stem] = path
        return found

    def path(self, key: str) -> Path:
        known = self.paths()
        if key not in known:
            raise NotFound.among(self._kind, key, known)
        return known[key]

    def read(self, path: Path) -> tuple[M, dict[Place, int]]:
        """What a file says.

        Raises:
            FormatError: It is wrong.
        """
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = (0, 0)
        kept = self._kept.get(path)
        if kept is None or kept[0] != stamp:
            try:
                value, lines = read_data_file(self._model, path)
                kept = (stamp, value, lines)
            except FormatError as error:
                log.warning("%s", error.message)
                kept = (stamp, error, {})
            self._kept[path] = kept
        if isinstance(kept[1], FormatError):
            raise FormatError(kept[1].message, **kept[1].fields)
        return kept[1], kept[2]


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

        self._formats = _Folder(Format, "format", roots(FORMATS))
        self._questions = _Folder(QuestionSet, "question set", roots(QUESTIONS))

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
