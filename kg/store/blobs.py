"""Files by their content: what goes in under a digest comes out the same, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import BlobChanged, InvalidRequest, NotFound, StoreFull, StoreUnavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
DEFAULT_LIMIT = 200 << 20


@dataclass(frozen=True)
class Blob:
    """A kept file."""

    sha256: str
    size: int


class BlobStore:
    """Files under `<root>/<first two digits>/<sha256>`, readable by the owner only.

    Args:
        root: The folder; made when first written to.
        limit: The largest size of one file in bytes.
    """

    def __init__(self, root: Path, *, limit: int = DEFAULT_LIMIT) -> None:
        self.root = Path(root)
        self.limit = limit

    def put(self, stream: BinaryIO) -> Blob:
        """Keep a stream's content: written aside, forced to disk, then moved into place whole.

        Raises:
            InvalidRequest: It is empty, or larger than the limit.
            StoreFull: There is no room left; nothing is kept.
        """
        digest = hashlib.sha256()
        size = 0
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.root, prefix=".incoming-")
            aside = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    while chunk := stream.read(_CHUNK):
                        size += len(chunk)
                        if size > self.limit:
                            raise InvalidRequest(
                                f"The file is larger than {self.limit // (1 << 20)} MiB.", limit=self.limit
                            )
                        digest.update(chunk)
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                if size == 0:
                    raise InvalidRequest("The file is empty.", size=0)
                sha256 = digest.hexdigest()
                place = self._path(sha256)
                place.parent.mkdir(mode=0o700, exist_ok=True)
                aside.replace(place)
                _sync_folder(place.parent)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    aside.unlink()
        except OSError as error:
            raise _for_os_error(error, self.root) from error
        return Blob(sha256, size)

    def put_file(self, path: Path) -> Blob:
        """Keep a file's content; the file itself stays where it is."""
        if not os.access(path, os.R_OK) or not Path(path).is_file():
            raise InvalidRequest(f"{path} is no file that can be read.", path=str(path))
        with Path(path).open("rb") as stream:
            return self.put(stream)

    @contextlib.contextmanager
    def open(self, sha256: str) -> Iterator[BinaryIO]:
        """The content, checked against its digest before the first byte is handed out.

        Raises:
            NotFound: No such file.
            BlobChanged: What is there is not what was kept.
        """
        self.verify(sha256)
        with self._path(sha256).open("rb") as file:
            yield file

    def verify(self, sha256: str) -> Blob:
        """Read the file through and compare.

        Raises:
            NotFound: No such file.
            BlobChanged: Its content is not what was kept.
        """
        path = self._path(sha256)
        digest = hashlib.sha256()
        size = 0
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
        except FileNotFoundError:
            raise NotFound(f"There is no file {sha256[:12]}….", sha256=sha256) from None
        except OSError as error:
            raise _for_os_error(error, path) from error
        if digest.hexdigest() != sha256:
            raise BlobChanged(
                f"The file {sha256[:12]}… has been changed since it was kept. Restore it from a backup.", sha256=sha256
            )
        return Blob(sha256, size)

    def __contains__(self, sha256: object) -> bool:
        return isinstance(sha256, str) and bool(_DIGEST.fullmatch(sha256)) and self._path(sha256).is_file()

    def __iter__(self) -> Iterator[str]:
        for path in sorted(self.root.glob("??/*")):
            if _DIGEST.fullmatch(path.name) and path.parent.name == path.name[:2]:
                yield path.name

    def remove(self, sha256: str) -> bool:
        """Erase a file; whether it was there."""
        try:
            self._path(sha256).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _for_os_error(error, self.root) from error
        return True

    def _path(self, sha256: str) -> Path:
        if not isinstance(sha256, str) or not _DIGEST.fullmatch(sha256):
            raise InvalidRequest("A kept file is named by 64 hexadecimal digits.", sha256=str(sha256)[:80])
        return self.root / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _for_os_error(error: OSError, path: Path) -> StoreFull | StoreUnavailable:
    if error.errno == 28:
        return StoreFull("There is no room left to keep the file. Free some space and try again.", path=str(path))
    return StoreUnavailable(f"{path} cannot be used: {error.strerror or error}.", path=str(path))
