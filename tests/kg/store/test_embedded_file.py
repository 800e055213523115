"""The embedded file: private, left alone when damaged, one owner."""

from __future__ import annotations

import stat

import pytest

from kg.errors import StoreCorrupt, StoreLocked
from kg.store.embedded import EmbeddedStore


def test_the_file_is_closed_to_others(tmp_path):
    store = EmbeddedStore(tmp_path / "graph.kgl")
    store.ensure_schema()
    store.close()
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path):
    path = tmp_path / "graph.kgl"
    path.write_bytes(b"not a graph" * 100)
    with pytest.raises(StoreCorrupt, match="is not a readable graph file"):
        EmbeddedStore(path)
    assert path.read_bytes() == b"not a graph" * 100


def test_a_second_owner_is_refused(tmp_path):
    store = EmbeddedStore(tmp_path / "graph.kgl")
    with pytest.raises(StoreLocked, match="in use by another process"):
        EmbeddedStore(tmp_path / "graph.kgl")
    store.close()
