"""`retrobook retro`: opening, listing, going to and closing retrospectives from a terminal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kg.domain import Project
from kg.graph import KnowledgeGraph
from kg.store.records import put_records
from retrobook.assembly import installed_store
from retrobook.cli.main import main
from retrobook.settings import Settings
from tests.conftest import NOON
from tests.retrobook.server.conftest import RunningServer


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    store = installed_store(Settings(home=folder), create=True)
    with KnowledgeGraph(store), store.transaction() as tx:
        put_records(tx, [Project(id="project:b", name="Bridge", external_id="B1")], at=NOON, by="test")
    (folder / "settings.toml").write_text("encoders = []\n")
    return folder


def run(home, *words):
    return CliRunner().invoke(main, ["retro", *words, "--home", str(home)])


def opened(home, *words):
    done = run(home, "new", "--project", "B1", "--format", "kpt", *words)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()[0]


def test_a_retrospective_is_opened_listed_and_closed_without_a_server(home):
    key = opened(
        home, "--title", "Spring", "--anonymous", "--no-guests", "--team", "East", "--votes", "4", "--per-topic", "2",
        "--period-start", "2026-01-01", "--period-end", "2026-02-01",
    )  # fmt: skip
    listed = json.loads(run(home, "list", "--open", "--json").stdout)["retrospectives"][0]
    assert (listed["id"], listed["title"], listed["team"], listed["period_end"]) == (
        key,
        "Spring",
        "East",
        "2026-02-01",
    )
    assert listed["anonymity"] and listed["board"]["votes"] == 4 and not listed["board"]["guests"]
    short = key.rsplit(":", 1)[-1]
    assert short in run(home, "list", "--project", "B1").stdout
    done = run(home, "close", short)
    assert done.exit_code == 0 and done.stdout.strip() == key and "Closed: Spring. 0 notes" in done.stderr
    assert json.loads(run(home, "list", "--open", "--json").stdout)["total"] == 0
    again = run(home, "close", key)
    assert again.exit_code == 2 and "over" in again.stderr


def test_without_a_server_it_says_how_to_start_one(home):
    done = run(home, "new", "--project", "B1", "--format", "kpt")
    key = done.stdout.strip()
    assert "retrobook serve" in done.stderr and f"retro open {key}" in done.stderr
    there = run(home, "open", key)
    assert there.exit_code == 1 and "retrobook serve" in there.stderr and there.stdout == ""
    assert json.loads(run(home, "open", key, "--json").stdout)["address"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "--project", "B2", "--format", "kpt"), "no project 'B2'"),
        (("new", "--project", "B1", "--format", "kpd"), "Did you mean 'kpt'"),
        (("new", "--project", "B1", "--format", "kpt", "--period-start", "2026-02-02", "--period-end", "2026-02-01"),
         "not after its start"),
        (("new", "--project", "B1", "--format", "kpt", "--votes", "90"), "--votes"),
        (("new", "--format", "kpt"), "--project"),
        (("open", "nowhere"), "no retrospective 'nowhere'"),
        (("close", "nowhere"), "no retrospective 'nowhere'"),
        (("list", "--project", "B2"), "no project 'B2'"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(home, words, said):
    done = run(home, *words)
    assert done.exit_code == 2 and said in done.output


def test_an_id_that_is_not_there_names_the_nearest(home):
    key = opened(home)
    assert f"Did you mean '{key}'?" in run(home, "open", key[:-1] + "z").stderr


def test_with_a_server_it_prints_addresses_that_lead_there(home):
    server = RunningServer(home).start()
    try:
        made = json.loads(run(home, "new", "--project", "B1", "--format", "kpt", "--json").stdout)
        assert made["join"] == f"{server.url}join/{made['join_code']}"
        key = made["retrospective"]["id"]
        with server.client() as stranger:
            assert stranger.get(made["join"]).status_code == 200
        board = run(home, "open", key, "--no-browser").stdout.strip()
        assert board.startswith(f"{server.url}apps/retro_board?retrospective=") and server.token not in board
        assert run(home, "close", key).exit_code == 0
        page = run(home, "open", key, "--no-browser")
        assert page.stdout.strip() == f"{server.url}retrospectives/{key}" and "closed" in page.stderr
        with server.owner() as browser:
            assert browser.get(page.stdout.strip()).status_code == 200
    finally:
        server.stop()


def test_help_loads_no_model(home):
    code = (
        "import sys; from click.testing import CliRunner; from retrobook.cli.main import main;"
        "assert CliRunner().invoke(main, ['retro', '--help']).exit_code == 0;"
        "sys.exit(int(any(name in sys.modules for name in ('torch', 'sklearn', 'pandas'))))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
