"""A real server in a process of its own: started, stopped and killed by tests."""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from kg.client import RemoteGraph
from kg.domain import Lesson, Project
from kg.graph import KnowledgeGraph
from kg.store.records import put_records
from retrobook.assembly import own_graph
from retrobook.server.passwords import hash_password
from retrobook.settings import Settings

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0


class Browser(httpx.Client):
    """A signed-in client that keeps cookies and sends the XSRF token with forms, as a page does."""

    def __enter__(self) -> Browser:
        return self

    def submit(self, path: str, **fields: str) -> httpx.Response:
        """Submit a form of one of our pages."""
        return self.post(path, data={"_xsrf": self.xsrf, **fields}, headers={"Origin": str(self.base_url).rstrip("/")})

    def call(self, operation: str, **values: Any) -> httpx.Response:
        """Call an operation as a script of our page does."""
        origin = str(self.base_url).rstrip("/")
        return self.post(f"/api/operations/{operation}", json=values, headers={"Origin": origin})

    @property
    def xsrf(self) -> str:
        return str(self.cookies.get("_xsrf", ""))

    def cookie_header(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies.jar)


class RunningServer:
    """A server of an installation: `url` (with a slash at the end), `token`, `home`.

    Args:
        home: The installation's folder; its store is made when there is none.
        **variables: Further variables of the server's process (`RETROBOOK_KERNEL_LIMIT="2"`).
            No kernel waits for visitors unless they say so.
    """

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.variables = {"RETROBOOK_SPARE_KERNELS": "0", **variables}
        self.url = self.token = self.opening_url = ""
        self.process: subprocess.Popen[str] | None = None

    def fill(self, fill: Callable[[KnowledgeGraph], None]) -> None:
        """Put records into the store while no server owns it."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "settings.toml").write_text("encoders = []\n")  # a test of the server loads no model
        with own_graph(Settings(home=self.home, encoders=[]), create=True) as graph:
            fill(graph)

    def start(self, *arguments: str) -> RunningServer:
        """Start it on a free port, and wait until it says where it is."""
        self.fill(lambda graph: None) if not (self.home / "graph.kgl").exists() else None
        self.process = self.launch("--port", "0", *arguments)
        self.opening_url = read_line(self.process)
        if not self.opening_url:
            raise AssertionError(f"the server did not start: {self.process.communicate(timeout=5)}")
        said = json.loads((self.home / "runtime.json").read_text(encoding="utf-8"))
        self.url, self.token = said["url"], said["token"]
        return self

    def launch(self, *arguments: str) -> subprocess.Popen[str]:
        """Run `retrobook serve` and give back the process."""
        return subprocess.Popen(
            [sys.executable, "-m", "retrobook", "serve", "--home", str(self.home), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.home, env=environment(**self.variables),
        )  # fmt: skip

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it as a person would; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        _, complaint = self.process.communicate(timeout=60)
        code = self.process.returncode
        self.process = None
        assert number == signal.SIGKILL or code == 0, complaint
        return code

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)

    def client(self, **values: Any) -> Browser:
        """A browser that is not signed in."""
        return Browser(base_url=self.url, timeout=PATIENCE, trust_env=False, **values)

    def owner(self) -> Browser:
        """A browser that opened the address that `serve` printed."""
        browser = self.client(follow_redirects=True)
        assert browser.get(self.opening_url).status_code == 200
        browser.get("/login")
        return browser

    def sign_in(self, name: str, password: str) -> Browser:
        """A browser in which somebody signed in."""
        browser = self.client(follow_redirects=True)
        browser.get("/login")
        answer = browser.submit("/login", name=name, password=password)
        assert answer.status_code != 401, answer.text
        assert answer.url.path != "/login", answer.text
        return browser

    def graph(self) -> RemoteGraph:
        """The operations, called with the loopback token."""
        return RemoteGraph(self.url, self.token)

    def add_person(
        self, name: str, scopes: list[str] | None = None, roles: list[str] | None = None, **values: Any
    ) -> str:
        """Add somebody who may sign in; the password."""
        password = secrets.token_urlsafe(9)
        with self.graph() as graph:
            graph.add_person(
                name=name,
                scopes=scopes or [],
                roles=roles or ["member"],
                password_hash=hash_password(password),
                **values,
            )
        return password

    def kernels(self) -> list[int]:
        """Process ids of the server's kernels."""
        assert self.process is not None
        return children(self.process.pid)


def environment(**variables: str) -> dict[str, str]:
    """Variables of a server under test: nothing of the person who runs the tests but the path."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **variables}


def read_line(process: subprocess.Popen[str], patience: float = PATIENCE) -> str:
    """A line of a process's output, or nothing when it says none in time."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], patience)
    return process.stdout.readline().strip() if ready else ""


def children(pid: int) -> list[int]:
    """Kernels started by a process that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            kernel = b"ipykernel_launcher" in (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z" and kernel:
            found.append(int(path.parent.name))
    return found


def eventually(true: Callable[[], Any], patience: float = 20.0) -> bool:
    """Wait until something holds; False when it never does."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return bool(true())


def look(html: str) -> dict[str, Any]:
    """What the notebook `look_around` printed into its page."""
    from html import unescape

    found = re.search(r"LOOK(.*)AROUND", unescape(html), re.DOTALL)
    assert found, html[-2000:]
    said: dict[str, Any] = json.loads(found[1])
    return said


def kernel_of(html: str) -> str:
    """The id of the kernel behind an app's page."""
    found = re.search(r'"kernelId": "([0-9a-f-]{36})"', html)
    assert found, html[-2000:]
    return found[1]


def two_projects(graph: KnowledgeGraph) -> None:
    """A bridge in one unit, a tunnel in another, and a lesson of each."""
    records: list[Any] = []
    for key in ("bridge", "tunnel"):
        unit = f"Works/{key}"
        project = f"project:test:{key}"
        records.append(
            Project.parse({"id": project, "name": f"The {key}", "unit": unit, "project": project, "external_id": key})
        )
        records.append(
            Lesson.parse(
                {
                    "id": f"lesson:test:{key}", "title": f"Ask about the {key}", "lesson": f"Dig before the {key}.",
                    "project": project, "unit": unit, "learnt_on": date(2025, 5, 5),
                }
            )
        )  # fmt: skip
    with graph.store.transaction() as tx:
        put_records(tx, records, at=datetime(2026, 1, 1, tzinfo=UTC), by="test")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A running server with two projects, shared by the tests of a module; add people with unlike names."""
    found = RunningServer(tmp_path_factory.mktemp("installation") / "home")
    found.fill(two_projects)
    found.start()
    yield found
    if found.process is not None:
        found.stop()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[RunningServer]:
    """An installation of a test's own that is not being served yet."""
    found = RunningServer(tmp_path / "home")
    found.fill(two_projects)
    yield found
    if found.process is not None:
        found.kill()
