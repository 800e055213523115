"""The server is killed in the middle of writes, again and again: what it acknowledged is there."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.retrobook.server.conftest import RunningServer, two_projects

KILLS = 20
LANES = 2
WRITERS = 4


def test_no_acknowledged_write_is_lost_when_the_server_is_killed(tmp_path: Path):
    with ThreadPoolExecutor(LANES) as lanes:
        written = list(lanes.map(lambda lane: _kill_again_and_again(tmp_path / f"lane{lane}" / "home"), range(LANES)))
    assert sum(written) > KILLS * WRITERS


def _kill_again_and_again(home: Path) -> int:
    server = RunningServer(home)
    server.fill(two_projects)
    acknowledged: dict[str, str] = {}
    for round_ in range(KILLS // LANES):
        server.start()
        _check(server, acknowledged)
        stop = threading.Event()
        with ThreadPoolExecutor(WRITERS) as writers:
            found = [writers.submit(_write, server, f"{round_}-{n}", stop) for n in range(WRITERS)]
            time.sleep(0.3 + 0.05 * round_)
            server.kill()
            stop.set()
            for answer in found:
                acknowledged |= answer.result()
    server.start()
    _check(server, acknowledged)
    assert server.stop() == 0
    return len(acknowledged)


def _write(server: RunningServer, name: str, stop: threading.Event) -> dict[str, str]:
    """Draft lessons with keys until the server is gone; ids that it acknowledged, by key."""
    acknowledged: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=10, trust_env=False) as client:
        while not stop.is_set():
            key = f"{name}-{len(acknowledged)}"
            values = {"project": "project:test:bridge", "lesson": f"Lesson {key}.", "key": key}
            try:
                answer = client.post("/api/operations/draft_lesson", json=values)
            except httpx.HTTPError:
                break
            assert answer.status_code == 200, answer.text
            acknowledged[key] = answer.json()["lesson"]["id"]
    return acknowledged


def _check(server: RunningServer, acknowledged: dict[str, str]) -> None:
    with server.graph() as graph:
        kept = {row["id"]: row for row in graph.list_records_of(label="Lesson", limit=100_000).records}
        for key, lesson in acknowledged.items():
            assert kept[lesson]["lesson"] == f"Lesson {key}."
        chain = (server.home / "server-name").read_text()
        trail = graph.list_audit(server=chain, limit=10_000)
        assert trail.broken_at == 0
        drafts = {entry.subject for entry in trail.entries if entry.operation == "draft_lesson" and entry.subject}
        assert drafts == {lesson for lesson in kept if not lesson.startswith("lesson:test:")}
        repeated = next(iter(acknowledged), None)
        if repeated is not None:
            again = graph.draft_lesson(project="project:test:bridge", lesson=f"Lesson {repeated}.", key=repeated)
            assert again.lesson.id == acknowledged[repeated]
