"""Folders of data files: the packaged ones and an installation's own."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from kg.errors import NotFound

from ..errors import FormatError
from .data_file import Place, read_data_file

log = logging.getLogger(__name__)

M = TypeVar("M", bound=BaseModel)
Stamp = tuple[int, int]


class DataFolder(Generic[M]):
    """Data files of one kind; each is read again when it changes.

    Args:
        model: What a file must be.
        kind: What errors call it.
        roots: Folders to look in; a file of a later one stands for those of the same name before it.
    """

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
        """The file of a key.

        Raises:
            NotFound: There is none; names the nearest.
        """
        known = self.paths()
        if key not in known:
            raise NotFound.among(self._kind, key, known)
        return known[key]

    def read(self, path: Path) -> tuple[M, dict[Place, int]]:
        """What a file says, with the line of each of its parts.

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
