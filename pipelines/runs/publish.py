"""Putting a finished run in its place: whole, or not at all.

reports/<run id>/              a report and its page
reports/failed/<run id>/       what there was of a failed run
reports/.incoming/<run id>/    where a run is written until it ends
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import PublishFailed

INCOMING, FAILED = ".incoming", "failed"
NOTEBOOK, PAGE = "report.ipynb", "index.html"
ABANDONED_AFTER = 24 * 3600
"""Seconds after which a folder in `.incoming` belongs to no living run."""


@contextmanager
def incoming(reports: Path, run_id: str) -> Iterator[Path]:
    """A folder to write a run into; what is left of it at the end is removed.

    Raises:
        PublishFailed: It cannot be made.
    """
    folder = reports / INCOMING / run_id
    with told_where(folder):
        _sweep(reports / INCOMING)
        folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, reports: Path, run_id: str, *, failed: bool = False) -> Path:
    """Move a finished folder into place, its files safely on disk first.

    Raises:
        PublishFailed: No room, no right, or the place is taken; nothing is left half-written.
    """
    target = (reports / FAILED if failed else reports) / run_id
    with told_where(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise FileExistsError(errno.EEXIST, "exists already", str(target))
        for path in folder.iterdir():
            _sync(path)
        _sync(folder)
        folder.rename(target)
        _sync(target.parent)
    return target


@contextmanager
def told_where(place: Path) -> Iterator[None]:
    """Turn an error of the file system into one that says which place, and what to do.

    Raises:
        PublishFailed: In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise PublishFailed(
                f"There is no room left to write {place}. Free some space and run again; earlier reports stand.",
                path=str(place),
                reason="full",
            ) from error
        raise PublishFailed(
            f"{place} cannot be written: {error.strerror or error}. Earlier reports are untouched.",
            path=str(place),
            reason=error.strerror,
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a file of a run that is not yet published.

    Raises:
        PublishFailed: It cannot be written.
    """
    with told_where(path):
        path.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what runs of a killed process left behind."""
    if not folder.is_dir():
        return
    for left in folder.iterdir():
        if time.time() - left.stat().st_mtime > ABANDONED_AFTER:
            shutil.rmtree(left, ignore_errors=True)
