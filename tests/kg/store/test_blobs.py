from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path

import pytest

from kg.errors import BlobChanged, InvalidRequest, NotFound, StoreFull
from kg.store.blobs import Blob, BlobStore


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs", limit=5 << 20)


def test_what_goes_in_comes_out(blobs: BlobStore) -> None:
    content = b"evidence" * 400_000
    kept = blobs.put(io.BytesIO(content))
    assert kept == Blob(hashlib.sha256(content).hexdigest(), len(content))
    with blobs.open(kept.sha256) as file:
        assert file.read() == content
    assert kept.sha256 in blobs
    assert list(blobs) == [kept.sha256]


def test_the_same_content_is_kept_once(blobs: BlobStore) -> None:
    assert blobs.put(io.BytesIO(b"x")) == blobs.put(io.BytesIO(b"x"))
    assert len(list(blobs.root.rglob("*/*"))) == 1


def test_only_the_owner_may_read(blobs: BlobStore) -> None:
    kept = blobs.put(io.BytesIO(b"x"))
    path = blobs.root / kept.sha256[:2] / kept.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(blobs.root.stat().st_mode) == 0o700


def test_too_large_and_empty_files_leave_nothing(blobs: BlobStore) -> None:
    with pytest.raises(InvalidRequest, match="larger than 5 MiB"):
        blobs.put(io.BytesIO(b"x" * ((5 << 20) + 1)))
    with pytest.raises(InvalidRequest, match="empty"):
        blobs.put(io.BytesIO(b""))
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []


def test_a_stream_that_breaks_leaves_nothing(blobs: BlobStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreFull):
        blobs.put(Broken())
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "", "A" * 64, "0" * 63, "0" * 64 + "/x", "0" * 64 + "\n"])
def test_only_digests_name_files(blobs: BlobStore, name: str) -> None:
    with pytest.raises(InvalidRequest, match="64 hexadecimal digits"), blobs.open(name):
        pass
    with pytest.raises(InvalidRequest):
        blobs.remove(name)
    assert name not in blobs


def test_a_changed_file_is_not_handed_out(blobs: BlobStore) -> None:
    kept = blobs.put(io.BytesIO(b"true"))
    (blobs.root / kept.sha256[:2] / kept.sha256).write_bytes(b"lies")
    with pytest.raises(BlobChanged, match="changed since it was kept"), blobs.open(kept.sha256):
        pass
    assert blobs.put(io.BytesIO(b"true")) == kept
    assert blobs.verify(kept.sha256) == kept


def test_a_missing_file_is_not_found(blobs: BlobStore) -> None:
    with pytest.raises(NotFound):
        blobs.verify("0" * 64)
    assert blobs.remove("0" * 64) is False


def test_files_can_be_kept_and_erased(blobs: BlobStore, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"png")
    kept = blobs.put_file(path)
    assert path.exists()
    assert blobs.remove(kept.sha256) is True
    assert kept.sha256 not in blobs
    with pytest.raises(InvalidRequest, match="no file that can be read"):
        blobs.put_file(tmp_path / "none.png")
