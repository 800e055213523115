"""Real runs through papermill: what is published, what is kept apart, what is recorded."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kg.domain import RunStatus
from kg.errors import NotFound
from kg.policy import ScopeFilter
from pipelines.errors import BadParameter, KernelDied, PublishFailed, RunFailed, RunTimedOut
from pipelines.runs import publish

ROOT = Path(__file__).parents[3]


def kernels_of_this_process() -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
                if int(parent) == os.getpid() and b"ipykernel" in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def published(home: Path) -> list[str]:
    folder = home / "reports"
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("run-")) if folder.exists() else []


def test_a_good_run_is_published_whole_and_recorded(run: Any, graph: Any, home: Path) -> None:
    steps: list[Any] = []
    made = run("succeeds", {"number": "42"}, on_progress=steps.append)
    assert made.status is RunStatus.SUCCEEDED
    assert made.parameters == {"number": 42, "language": "en"}
    assert made.title == "A small report"
    assert made.rights == ["*", "confidential"]
    assert made.versions["papermill"]
    assert "the number is 42" in (home / made.page).read_text()
    assert nbformat.read(home / made.output, as_version=4).cells
    assert graph.get_run(id=made.id).run.fingerprint == made.fingerprint
    assert [s.step for s in steps][-1] == "page"
    assert not list((home / "reports" / publish.INCOMING).iterdir())
    assert kernels_of_this_process() == []


def test_a_failed_run_keeps_its_partial_notebook_and_never_replaces_the_good_report(
    run: Any, graph: Any, home: Path
) -> None:
    good = run("succeeds")
    before = (home / good.page).read_bytes()
    with pytest.raises(RunFailed, match="the third cell is broken") as caught:
        run("raises_in_cell_3")
    fields = caught.value.fields
    assert (fields["ename"], fields["cell"]) == ("ValueError", 4)  # the injected parameters are a cell too
    assert "raise ValueError" in fields["source"]
    record = graph.get_run(id=fields["run"]).run
    assert (record.status, record.failed_cell) == (RunStatus.FAILED, 4)
    assert record.page.startswith("reports/failed/")
    kept = nbformat.read(home / record.output, as_version=4)
    assert "failed" in kept.cells[4].metadata["tags"]
    assert kept.cells[4].metadata["papermill"]["status"] == "failed"
    page = (home / record.page).read_text()
    assert "raise ValueError" in page and "before" in page and 'print("after")' not in page
    assert published(home) == [good.id]
    assert (home / good.page).read_bytes() == before
    assert [r.run.id for r in graph.list_runs().runs] == [good.id]


def test_a_killed_kernel_is_a_failure_with_its_cell(run: Any, graph: Any, home: Path) -> None:
    with pytest.raises(KernelDied, match="in the middle of cell 3") as caught:
        run("kills_its_kernel")
    record = graph.get_run(id=caught.value.fields["run"]).run
    cell = nbformat.read(home / record.output, as_version=4).cells[3]
    assert cell.metadata["papermill"]["status"] == "failed"
    assert cell.outputs[-1].ename == "KernelDied"
    assert published(home) == []


def test_a_cell_that_never_ends_is_stopped(run: Any, home: Path) -> None:
    with pytest.raises(RunTimedOut, match="within 1 seconds"):
        run("runs_forever", timeout=1)
    assert published(home) == []
    assert kernels_of_this_process() == []


def test_the_handle_is_taken_out_of_what_a_notebook_prints(run: Any, home: Path, endpoint: tuple[str, str]) -> None:
    made = run("prints_its_handle")
    for path in (home / made.page, home / made.output):
        assert endpoint[1] not in path.read_text()
        assert "[removed]" in path.read_text()


def test_the_handle_is_taken_out_of_what_a_failed_run_keeps(
    run: Any, graph: Any, home: Path, endpoint: tuple[str, str]
) -> None:
    with pytest.raises(RunFailed) as caught:
        run("raises_its_handle")
    handle = endpoint[1]
    assert handle not in json.dumps([caught.value.message, str(caught.value), caught.value.fields])
    record = graph.get_run(id=caught.value.fields["run"]).run
    assert handle not in record.model_dump_json()
    assert handle not in (home / record.output).read_text() + (home / record.page).read_text()


def test_a_secret_given_by_reference_reaches_the_kernel_and_no_output(
    run: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETROBOOK_SECRET_T", "hush-hush-hush")
    made = run("wants_a_secret", {"api_token": "env:RETROBOOK_SECRET_T"})
    page = (home / made.page).read_text()
    assert "hush-hush-hush" not in page and "[removed]" in page


def test_a_kernel_gets_a_short_environment(run: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETROBOOK_NEO4J_PASSWORD", "hush")
    monkeypatch.setenv("SOMETHING_ELSE", "x")
    made = run("shows_its_environment")
    executed = nbformat.read(home / made.output, as_version=4)
    said = json.loads("".join(o.text for c in executed.cells for o in c.get("outputs", [])))
    assert not {"RETROBOOK_NEO4J_PASSWORD", "SOMETHING_ELSE"} & set(said["names"])
    assert {"RETROBOOK_URL", "RETROBOOK_HANDLE", "PATH"} <= set(said["names"])
    assert not Path(said["cwd"]).exists()


def test_dates_reach_the_notebook_as_iso_text(run: Any, home: Path) -> None:
    made = run("says_its_dates", {"start": "2018-01-31"})
    assert "from 2018-01-31 to 2018-12-31" in (home / made.page).read_text()


def test_unchanged_inputs_are_not_run_again(run: Any, graph: Any) -> None:
    first = run("succeeds", {"number": 5})
    assert run("succeeds", {"number": "5"}).id == first.id
    assert run("succeeds", {"number": 6}).id != first.id
    assert run("succeeds", {"number": 5}, visitor_scope=ScopeFilter(units=frozenset({"A"}))).id != first.id
    assert run("succeeds", {"number": 5}, force=True).id != first.id
    newest = run("succeeds", {"number": 5}).id
    graph.put_records_batch(records=[{"label": "Project", "values": {"id": "project:two", "name": "Another"}}])
    assert run("succeeds", {"number": 5}).id != newest


def test_an_unknown_project_is_refused_before_anything_starts(run: Any, graph: Any, home: Path) -> None:
    with pytest.raises(NotFound, match="Did you mean 'project:one'"):
        run("calls_the_graph", {"project": "project:on"})
    assert graph.list_runs(status=None).total == 0
    assert not (home / "reports").exists()


def test_a_hidden_project_is_neither_run_nor_named(run: Any) -> None:
    narrow = ScopeFilter(units=frozenset({"A"}))
    for key in ("project:secret", "project:secre"):
        with pytest.raises(NotFound) as caught:
            run("calls_the_graph", {"project": key}, visitor_scope=narrow)
        assert caught.value.fields["nearest"] != "project:secret"


def test_an_external_id_names_the_project_and_gives_the_same_run(run: Any, home: Path) -> None:
    made = run("calls_the_graph", {"project": "P1"})
    assert made.parameters["project"] == made.project == "project:one"
    assert "this is The first project" in (home / made.page).read_text()
    assert run("calls_the_graph", {"project": "project:one"}).id == made.id


def test_a_period_that_runs_backwards_is_refused(graph: Any) -> None:
    from pipelines.runs.record import visible_project

    values = {"project": "project:one", "period_start": "2020-01-01", "period_end": "2019-01-01"}
    with pytest.raises(BadParameter, match="not after its start"):
        visible_project(graph, graph.visitor.scope(), values)


def test_a_full_disk_leaves_nothing_half_written(run: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = run("succeeds")

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(publish, "_sync", full)
    with pytest.raises(PublishFailed, match="no room left"):
        run("succeeds", force=True)
    monkeypatch.undo()
    assert published(home) == [good.id]
    assert (home / good.page).is_file()
    assert not list((home / "reports" / publish.INCOMING).iterdir())


def test_what_a_notebook_prints_is_text_in_the_page(run: Any, home: Path) -> None:
    page = (home / run("injects_markup").page).read_text()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.runs import publish
seen = publish._sync
def kill(path):
    seen(path)
    if path.suffix == ".html":
        os.kill(os.getpid(), signal.SIGKILL)
publish._sync = kill
from kg.opening import open_graph
from pipelines.runs import run_report
from retrobook.server.private import host
home = Path(sys.argv[1])
with open_graph(home) as graph, host(graph) as (url, handle):
    scope = graph.visitor.scope()
    run_report(graph, home, Path(sys.argv[2]), {}, url=url, handle=handle, visitor_scope=scope, force=True)
"""


def test_a_process_killed_while_publishing_leaves_no_half_report(run: Any, graph: Any, home: Path) -> None:
    good = run("succeeds")
    graph.close()
    notebook = Path(__file__).parents[2] / "notebooks" / "succeeds.ipynb"
    ended = subprocess.run( 
        [sys.executable, "-c", KILLED, str(home), str(notebook)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL
    assert published(home) == [good.id]
    left = home / "reports" / publish.INCOMING
    assert len(list(left.iterdir())) == 1
    old = time.time() - publish.ABANDONED_AFTER - 10
    for folder in left.iterdir():
        os.utime(folder, (old, old))
    with publish.incoming(home / "reports", "run-next"):
        assert [p.name for p in left.iterdir()] == ["run-next"]
