"""Backups hold everything, and restoring gives the same graph."""

from __future__ import annotations

import pytest

from kg.errors import Conflict, ExchangeError
from retrobook.assembly import installed_store
from retrobook.backups import create_backup, restore_backup
from retrobook.settings import read_settings


def made(tmp_path):
    settings = read_settings({"home": tmp_path / "home"}, {})
    store = installed_store(settings, create=True)
    store.write("MERGE (p:Project {id: 'p'}) SET p.name = '项目', p.confidential = false")
    (settings.reports_dir / "run1").mkdir(parents=True)
    (settings.reports_dir / "run1" / "index.html").write_text("<p>report</p>")
    create_backup(store, settings, tmp_path / "b.tar.gz")
    store.export(tmp_path / "before.jsonl")
    store.close()
    return settings


def test_a_restored_backup_is_the_same_graph_with_its_reports(tmp_path):
    made(tmp_path)
    other = read_settings({"home": tmp_path / "other"}, {})
    restore_backup(tmp_path / "b.tar.gz", other)
    store = installed_store(other)
    store.export(tmp_path / "after.jsonl")
    store.close()
    assert (tmp_path / "before.jsonl").read_bytes() == (tmp_path / "after.jsonl").read_bytes()
    assert (other.reports_dir / "run1" / "index.html").read_text() == "<p>report</p>"


def test_restoring_never_touches_an_installation_and_a_damaged_archive_is_refused(tmp_path):
    settings = made(tmp_path)
    with pytest.raises(Conflict, match="holds an installation already"):
        restore_backup(tmp_path / "b.tar.gz", settings)
    whole = (tmp_path / "b.tar.gz").read_bytes()
    (tmp_path / "torn.tar.gz").write_bytes(whole[: len(whole) // 2])
    other = read_settings({"home": tmp_path / "other"}, {})
    with pytest.raises(ExchangeError, match="not a whole backup"):
        restore_backup(tmp_path / "torn.tar.gz", other)
    assert not other.graph_file.exists()
