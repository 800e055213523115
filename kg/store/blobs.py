"""Files by their content: what goes in under a digest comes out the same, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from ..errors import (
    BlobChanged,
    EmptyFile,
    FileTooLarge,
    InvalidRequest,
    NotFound,
    StoreFull,
    StoreUnavailable,
)

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_INCOMING, _ASIDE = ".incoming-", ".removing-"
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
            EmptyFile: It is empty.
            FileTooLarge: It is larger than the limit.
            StoreFull: There is no room left; nothing is kept.
        """
        incoming = self.receive()
        try:
            while chunk := stream.read(_CHUNK):
                incoming.write(chunk)
            return incoming.keep()
        except OSError as error:
            raise _for_os_error(error, self.root) from error
        finally:
            incoming.drop()

    def receive(self) -> Incoming:
        """A file that comes in portions; it is there once `keep` was called.

        Raises:
            StoreFull: There is no room left.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.root, prefix=_INCOMING)
        except OSError as error:
            raise _for_os_error(error, self.root) from error
        return Incoming(self, os.fdopen(handle, "wb"), Path(name))

    def ends(self, sha256: str, length: int) -> tuple[bytes, bytes]:
        """The first and the last bytes of a file.

        Raises:
            NotFound: No such file.
        """
        try:
            with self._path(sha256).open("rb") as file:
                head = file.read(length)
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - length))
                return head, file.read(length)
        except FileNotFoundError:
            raise NotFound(f"There is no file {sha256[:12]}….", kind="file", name=sha256) from None
        except OSError as error:
            raise _for_os_error(error, self.root) from error

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

    def renew(self, sha256: str) -> None:
        """Count a file as just uploaded, so that nothing takes it for left over while it becomes evidence.

        Raises:
            NotFound: No such file.
        """
        try:
            os.utime(self._path(sha256))
        except FileNotFoundError:
            raise NotFound(f"There is no file {sha256[:12]}….", kind="file", name=sha256) from None
        except OSError as error:
            raise _for_os_error(error, self.root) from error

    def uploaded_before(self, moment: datetime) -> list[Blob]:
        """Files whose last upload is older than a moment, by digest."""
        found = []
        for sha256 in self:
            with contextlib.suppress(FileNotFoundError):
                known = self._path(sha256).stat()
                if known.st_mtime < moment.timestamp():
                    found.append(Blob(sha256, known.st_size))
        return found

    def remove_unwanted(
        self, files: Iterable[Blob], before: datetime, wanted: Callable[[list[str]], set[str]]
    ) -> list[Blob]:
        """Erase files that nobody wants; those that went.

        Each is first moved aside, where nobody can renew it any more, and only then looked at for the
        last time: one uploaded again or renewed meanwhile, or wanted by now, is put back. What a run
        that was cut short left aside is put back, too.

        Args:
            files: Files that nobody seemed to want.
            before: When the last upload of each must have been.
            wanted: The digests among some that are wanted after all.
        """
        for left in self.root.glob(f"{_ASIDE}*"):
            self._put_back(left)
        aside = {}
        for blob in files:
            place = self.root / f"{_ASIDE}{blob.sha256}"
            with contextlib.suppress(FileNotFoundError):
                self._path(blob.sha256).rename(place)
                aside[blob] = place
        kept = wanted([blob.sha256 for blob in aside]) if aside else set()
        removed = []
        for blob, place in aside.items():
            with contextlib.suppress(FileNotFoundError):
                if blob.sha256 in kept or place.stat().st_mtime >= before.timestamp():
                    self._put_back(place)
                else:
                    place.unlink()
                    removed.append(blob)
        return removed

    def drop_incoming(self, before: datetime) -> int:
        """Erase what uploads that broke off long ago left behind; how many."""
        count = 0
        for left in self.root.glob(f"{_INCOMING}*"):
            with contextlib.suppress(FileNotFoundError):
                if left.stat().st_mtime < before.timestamp():
                    left.unlink()
                    count += 1
        return count

    def _put_back(self, aside: Path) -> None:
        with contextlib.suppress(FileNotFoundError):  # another process has done so
            os.utime(aside)  # it may take the place of one that was uploaded again meanwhile
            aside.replace(self._path(aside.name.removeprefix(_ASIDE)))

    def _path(self, sha256: str) -> Path:
        if not isinstance(sha256, str) or not _DIGEST.fullmatch(sha256):
            raise InvalidRequest("A kept file is named by 64 hexadecimal digits.", sha256=str(sha256)[:80])
        return self.root / sha256[:2] / sha256


class Incoming:
    """A file on its way in: written aside, forced to disk, then moved into place whole."""

    def __init__(self, store: BlobStore, file: BinaryIO, aside: Path) -> None:
        self._store, self._file, self._aside = store, file, aside
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, portion: bytes) -> None:
        """Take a portion.

        Raises:
            FileTooLarge: With it the file is larger than the limit.
            StoreFull: There is no room left.
        """
        limit = self._store.limit
        self.size += len(portion)
        if self.size > limit:
            raise too_large(limit)
        self._digest.update(portion)
        try:
            self._file.write(portion)
        except OSError as error:
            raise _for_os_error(error, self._aside) from error

    def keep(self) -> Blob:
        """Keep what came.

        Raises:
            EmptyFile: Nothing came.
            StoreFull: There is no room left; nothing is kept.
        """
        if self.size == 0:
            raise EmptyFile("The file is empty: it has 0 bytes. Choose the file again.", size=0)
        sha256 = self._digest.hexdigest()
        place = self._store.root / sha256[:2] / sha256
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            place.parent.mkdir(mode=0o700, exist_ok=True)
            self._aside.replace(place)
            _sync_folder(place.parent)
        except OSError as error:
            raise _for_os_error(error, self._store.root) from error
        return Blob(sha256, self.size)

    def drop(self) -> None:
        """Forget what came and was not kept."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._aside.unlink()


def too_large(limit: int) -> FileTooLarge:
    """The error for a file of more than `limit` bytes."""
    shown = f"{limit // (1 << 20)} MiB" if limit >= 1 << 20 else f"{limit} bytes"
    return FileTooLarge(
        f"The file is larger than {shown}. Compress it, or keep the part that shows the outcome.", limit=limit
    )


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
