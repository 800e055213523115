"""A real Neo4j for the tests, without Docker.

`NEO4J_URI` (with `NEO4J_USER` and `NEO4J_PASSWORD`) names a server that is already there; its database is emptied by
the tests. Otherwise Maven resolves Neo4j Community once (tests/neo4j/pom.xml) and each test session starts it on a free
port, with authentication on, a random password and a data folder of its own. `RETROBOOK_REQUIRE_NEO4J=1` turns absence
into a failure; without it the tests that need a server are skipped and the closing summary says so.

By hand, for a bench or a look around:

    python -m tests.neo4j_server [--port 7687]
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import neo4j
import pytest

PROJECT = Path(__file__).parent / "neo4j"
TARGET = PROJECT / "target"
START_TIMEOUT = 300.0  # a busy machine has taken a minute
HOW_TO_RUN = (
    "install Java 17 or 21 and Maven (the server is then resolved and started by the tests), "
    "or set NEO4J_URI, NEO4J_USER and NEO4J_PASSWORD to a server whose data may be deleted"
)
NOT_RUN = "Neo4j not available"
# Neo4j reaches into these packages of the JDK; without java.nio the vector index is never populated.
OPENED = ("java.nio", "java.io", "java.lang", "java.util.concurrent", "sun.nio.ch")


class Neo4jUnavailable(RuntimeError):
    """No server could be reached, built or started; the message says why."""


@dataclass(frozen=True)
class Neo4jServer:
    """Where a running server is and how to sign in."""

    uri: str
    user: str
    password: str = field(repr=False)
    version: str
    edition: str
    started_here: bool

    @property
    def title(self) -> str:
        """The words of the closing line, such as `Neo4j 5.26.31 community (started by the tests)`."""
        origin = "started by the tests" if self.started_here else f"given by NEO4J_URI: {self.uri}"
        return f"Neo4j {self.version} {self.edition} ({origin})"


@contextlib.contextmanager
def running_server(port: int = 0) -> Iterator[Neo4jServer]:
    """The server named by `NEO4J_URI`, else one of our own that stops and is wiped at the end.

    Raises:
        Neo4jUnavailable: neither could be had.
    """
    if uri := os.environ.get("NEO4J_URI"):
        yield _described(uri, os.environ.get("NEO4J_USER", "neo4j"), os.environ.get("NEO4J_PASSWORD", ""), False)
        return
    classpath = build()
    home = Path(tempfile.mkdtemp(prefix="retrobook-neo4j-"))
    password = secrets.token_hex(16)
    try:
        with _java(classpath, home, port, password) as bound:
            yield _described(f"bolt://127.0.0.1:{bound}", "neo4j", password, True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def build() -> str:
    """Resolve and compile the server unless that is done already; returns its class path."""
    sources = [PROJECT / "pom.xml", *sorted((PROJECT / "src").rglob("*.java"))]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    stamp = TARGET / "built.sha256"
    TARGET.mkdir(exist_ok=True)
    with (TARGET / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test sessions may start together
        if not (stamp.exists() and stamp.read_text() == wanted):
            shutil.rmtree(TARGET / "lib", ignore_errors=True)  # jars of another version must not stay beside the new
            _maven("compile", "dependency:copy-dependencies")
            stamp.write_text(wanted)
    return f"{TARGET / 'classes'}{os.pathsep}{TARGET / 'lib' / '*'}"


def _maven(*goals: str) -> None:
    if shutil.which("mvn") is None:
        raise Neo4jUnavailable("the command mvn (Maven) was not found")
    done = subprocess.run(
        ["mvn", "-q", "-B", *goals], cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Neo4jUnavailable(f"Maven could not build {PROJECT / 'pom.xml'}:\n{_tail(done.stdout + done.stderr)}")


@contextlib.contextmanager
def _java(classpath: str, home: Path, port: int, password: str) -> Iterator[int]:
    java = shutil.which("java")
    if java is None:
        raise Neo4jUnavailable("the command java was not found (17 or 21 is needed)")
    log = home / "console.log"
    flags = [
        "-Xms256m",
        "-Xmx2g",
        "-XX:+UseParallelGC",
        *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED),
    ]
    command = [java, *flags, "-cp", classpath, "retrobook.TestServer", str(home), str(port)]
    with log.open("w") as console:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=console, stderr=console, text=True)
    assert process.stdin is not None
    try:
        with contextlib.suppress(BrokenPipeError):  # a server that died at once is reported with its log below
            process.stdin.write(f"{password}\n")
            process.stdin.flush()
        yield _wait_until_ready(process, log)
    finally:
        process.kill()  # nothing of its data is kept, and an orderly stop takes seconds
        process.wait()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> int:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        output = log.read_text()
        for line in output.splitlines():
            if line.startswith("READY "):
                return int(line.removeprefix("READY "))
        if process.poll() is not None:
            raise Neo4jUnavailable(f"the server stopped with exit code {process.returncode}:\n{_tail(output)}")
        time.sleep(0.1)
    raise Neo4jUnavailable(f"the server was not ready after {START_TIMEOUT:.0f} s:\n{_tail(log.read_text())}")


def _described(uri: str, user: str, password: str, started_here: bool) -> Neo4jServer:
    try:
        with (
            neo4j.GraphDatabase.driver(uri, auth=(user, password), connection_timeout=10) as driver,
            driver.session() as session,
        ):
            record = session.run("CALL dbms.components() YIELD versions, edition RETURN versions[0], edition").single(
                True
            )
            nodes = session.run("MATCH (n) RETURN count(n) AS nodes").single(True)["nodes"]
    except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as e:
        raise Neo4jUnavailable(f"{uri} did not answer user {user}: {type(e).__name__}") from e
    if nodes:
        raise Neo4jUnavailable(
            f"{uri} holds {nodes} nodes, which the tests would delete; if they may go, "
            "run MATCH (n) DETACH DELETE n there first, else name another server"
        )
    version, edition = record.values()
    return Neo4jServer(uri, user, password, version, edition, started_here)


def empty(server: Neo4jServer) -> None:
    """Delete every node, relationship and vector index; constraints and other indexes stay, being slow to make."""
    with (
        neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver,
        driver.session() as session,
    ):
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
        for name in session.run("SHOW VECTOR INDEXES YIELD name").value():
            session.run(f"DROP INDEX {name}").consume()


def _tail(text: str, lines: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])


# --- pytest -----------------------------------------------------------------------------------------------------------

_used: Neo4jServer | None = None
_absent: str | None = None


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Neo4jServer]:
    """A running Neo4j with an empty database; whoever writes into it calls `empty` afterwards."""
    global _used, _absent
    with contextlib.ExitStack() as stack:
        try:
            _used = stack.enter_context(running_server())
        except Neo4jUnavailable as e:
            _absent = str(e)
        if _used is None:
            if os.environ.get("RETROBOOK_REQUIRE_NEO4J") == "1":
                pytest.fail(f"{NOT_RUN}, and RETROBOOK_REQUIRE_NEO4J=1 requires it: {_absent}", pytrace=False)
            pytest.skip(f"{NOT_RUN}: {_absent}")
        yield _used
        if not _used.started_here:
            empty(_used)


def write_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Closing lines: which Neo4j was used, or loudly what was not run for want of one. For pytest_terminal_summary."""
    if _used is not None:
        terminalreporter.write_line(f"Contract suite against a live server: {_used.title}", green=True)
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NOT_RUN in str(report.longrepr)]
    if not skipped:
        return
    terminalreporter.section("NOT RUN: tests against a live Neo4j", sep="!", red=True, bold=True)
    terminalreporter.write_line(f"{len(skipped)} tests were not run: {_absent}", red=True)
    for nodeid in sorted({report.nodeid.split("::")[0] for report in skipped}):
        terminalreporter.write_line(f"  in {nodeid}")
    terminalreporter.write_line(f"To run them: {HOW_TO_RUN}.", red=True)


def main() -> None:
    """Run a server until Ctrl-C and print how to reach it."""
    parser = argparse.ArgumentParser(description="A throw-away Neo4j Community; its data is deleted when it stops.")
    parser.add_argument("--port", type=int, default=0, help="Bolt port on 127.0.0.1 (default: a free one)")
    with running_server(parser.parse_args().port) as server:
        print(f"# {server.title}; Ctrl-C stops it and deletes its data", flush=True)
        for name in ("uri", "user", "password"):
            print(f"export NEO4J_{name.upper()}={getattr(server, name)}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
