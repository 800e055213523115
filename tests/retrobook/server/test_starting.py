from __future__ import annotations

import json
import signal
import socket
import stat

import httpx
import pytest

from tests.retrobook.server.conftest import RunningServer, eventually


def test_one_address_is_printed_and_opens(installation: RunningServer):
    installation.start()
    with httpx.Client(follow_redirects=True) as browser:
        answer = browser.get(installation.opening_url)
        assert answer.status_code == 200
        assert "token" not in str(answer.url)


def test_the_runtime_file_is_the_owners_alone_and_goes_at_the_end(installation: RunningServer):
    path = installation.home / "runtime.json"
    installation.start()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = json.loads(path.read_text())
    assert set(said) == {"pid", "url", "token", "started_at"}
    assert installation.process is not None
    assert said["pid"] == installation.process.pid
    assert installation.stop(signal.SIGINT) == 0
    assert not path.exists()


def test_a_stale_runtime_file_is_passed_over(installation: RunningServer):
    installation.start()
    installation.kill()
    assert (installation.home / "runtime.json").exists()
    installation.start()
    with installation.graph() as graph:
        assert graph.list_projects().total == 2


def test_a_taken_port_is_named_with_what_to_do(installation: RunningServer):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = installation.launch("--port", str(port))
        said, complaint = process.communicate(timeout=60)
    assert process.returncode != 0
    assert not said
    assert str(port) in complaint
    assert "--port" in complaint
    assert "Traceback" not in complaint


def test_a_second_server_is_told_where_the_first_is(installation: RunningServer):
    installation.start()
    process = installation.launch("--port", "0")
    _, complaint = process.communicate(timeout=60)
    assert process.returncode != 0
    assert installation.url in complaint
    assert "Traceback" not in complaint


def test_a_missing_installation_is_said(tmp_path):
    empty = RunningServer(tmp_path / "nothing")
    empty.home.mkdir()
    process = empty.launch("--port", "0")
    _, complaint = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "retrobook init" in complaint


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_kernel_outlives_its_server(installation: RunningServer, number: int):
    from tests.retrobook.server.notebooks import LOOK_AROUND, app

    app(installation.home, "look_around", LOOK_AROUND)
    installation.start()
    with installation.owner() as browser:
        assert browser.get("/apps/look_around").status_code == 200
    kernels = installation.kernels()
    assert kernels
    installation.stop(number)
    assert eventually(lambda: not any(_runs(pid) for pid in kernels))


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
