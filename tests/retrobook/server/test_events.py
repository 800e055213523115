from __future__ import annotations

import asyncio
import json
import threading
from queue import Queue

import httpx

from kg.policy import local_owner
from retrobook.server.events import WAITING, Hub
from retrobook.server.identity import Known
from tests.retrobook.server.channel import in_a_loop_of_its_own
from tests.retrobook.server.conftest import Browser, RunningServer


def test_a_write_is_told_to_open_pages(server: RunningServer):
    password = server.add_person("listener", ["*"])
    with server.sign_in("listener", password) as browser, browser.stream("GET", "/api/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = _events(stream)
        kind, first = told.get(timeout=10)
        assert kind == "revision"
        with server.graph() as graph:
            graph.draft_lesson(project="project:test:bridge", lesson="Tell the others.")
        kind, second = told.get(timeout=10)
        assert kind == "revision"
        assert second["revision"] > first["revision"]


def test_strangers_hear_nothing(server: RunningServer):
    assert httpx.get(server.url + "api/events").status_code == 401


def test_a_stream_ends_with_its_sign_in(server: RunningServer, monkeypatch):
    with server.owner() as browser, browser.stream("GET", "/api/events") as stream:
        told = _events(stream)
        told.get(timeout=10)
        with Browser(base_url=server.url, cookies=browser.cookies) as other:
            other.submit("/logout")
        with server.graph() as graph:
            graph.draft_lesson(project="project:test:bridge", lesson="Nobody listens.")
        assert told.get(timeout=10) is None


def test_events_come_from_any_thread_and_reach_their_audience_alone():
    async def scene() -> tuple[list[str], list[str]]:
        hub = Hub(asyncio.get_running_loop())
        one, other = (hub.listen(Known(local_owner(name), name)) for name in ("one", "other"))
        assert one is not None
        assert other is not None
        threads = [
            threading.Thread(target=hub.publish, args=("run", {"n": n}, lambda known: known.holder == "one"))
            for n in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for n in range(WAITING + 50):
            hub.publish("flood", {"n": n}, lambda known: known.holder == "other")
        await asyncio.sleep(0.1)
        heard = [
            [listener.waiting.get_nowait() or "" for _ in range(listener.waiting.qsize())] for listener in (one, other)
        ]
        return heard[0], heard[1]

    one, other = in_a_loop_of_its_own(scene())
    assert len(one) == 5
    assert all(text.startswith("event: run\ndata: ") for text in one)
    assert len(other) == WAITING
    assert f'"n": {WAITING + 49}' in other[-1]


def _events(stream: httpx.Response) -> Queue:
    """Events as they come, in a queue; None when the stream ends."""
    queue: Queue = Queue()

    def read() -> None:
        kind = None
        try:
            for line in stream.iter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    queue.put((kind, json.loads(line.removeprefix("data: "))))
        except httpx.HTTPError:
            pass
        queue.put(None)

    threading.Thread(target=read, daemon=True).start()
    return queue
