"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreFull


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside `path` to write into; on a clean exit it is on disk and takes its place.

    Args:
        path: Where the file shall appear; an earlier one stays until then.

    Raises:
        StoreFull: The disk is full; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"There is no room left for {path}; nothing was written.", path=str(path)) from error
        raise
    finally:
        aside.unlink(missing_ok=True)
