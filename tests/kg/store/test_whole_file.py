"""A file appears whole or not at all, and an earlier one stays until then."""

from __future__ import annotations

import errno

import pytest

from kg.errors import StoreFull
from kg.store.whole_file import whole_file


def test_a_full_disk_leaves_the_earlier_file_and_nothing_else(tmp_path):
    path = tmp_path / "graph.jsonl"
    with whole_file(path) as aside:
        aside.write_text("first")
    with pytest.raises(StoreFull, match="nothing was written"), whole_file(path) as aside:
        aside.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(ZeroDivisionError), whole_file(path) as aside:
        aside.write_text("half")
        raise ZeroDivisionError
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("graph.jsonl", "first")]
