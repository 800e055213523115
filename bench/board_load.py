"""Thirty people on one board, each with a real kernel, against an idle board of two.

Scripted clients speak with their kernels over the channel that a page uses. A change is sent by
one of them, goes kernel, server, kernels, and is timed until it has arrived at every other. In
the end each client's picture of the board is compared with what was acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from bench.report import finish
from tests.retrobook.server.channel import connect, message
from tests.retrobook.server.conftest import Browser, RunningServer, two_projects

PEOPLE, OPERATIONS, RATE = 30, 5_000, 20.0
IDLE_OPERATIONS, IDLE_RATE = 60, 4.0
LIMIT = 1.0
PATIENCE = 60.0
KERNEL = re.compile(r'"kernelId": "([0-9a-f-]{36})"')
MODEL = re.compile(r'"model_id": "([0-9a-f]{32})"')


class Client:
    """One participant's page: what it sent, what it was told, and when."""

    def __init__(self, name: str, browser: Browser, kernel: str, model: str) -> None:
        self.name, self.browser, self.kernel, self.model = name, browser, kernel, model
        self.items: dict[str, Any] = {}
        self.counts: dict[str, Any] = {}
        self.you: dict[str, Any] = {}
        self.arrived: dict[int, float] = {}
        self.done: dict[str, asyncio.Future[int]] = {}
        self.refused: list[Any] = []
        self.gaps = 0
        self.rev = -1

    async def open(self, url: str) -> None:
        self.socket = await connect(url, self.kernel, self.browser.cookie_header())
        self.reader = asyncio.ensure_future(self._read())
        await self.say({"type": "token", "token": None})
        end = time.perf_counter() + PATIENCE
        while not self.you and time.perf_counter() < end:
            await asyncio.sleep(0.05)
        assert self.you, f"{self.name} never saw the board"

    async def say(self, content: dict[str, Any]) -> None:
        data = {"method": "custom", "content": content}
        await self.socket.write_message(json.dumps(message("comm_msg", {"comm_id": self.model, "data": data})))

    async def move(self, **move: Any) -> tuple[float, int]:
        """Make a move; when it was sent, and the revision it made."""
        key = uuid.uuid4().hex
        self.done[key] = asyncio.get_running_loop().create_future()
        sent = time.perf_counter()
        await self.say({"type": "move", "id": key, "move": move})
        try:
            return sent, await asyncio.wait_for(self.done[key], PATIENCE)
        finally:
            del self.done[key]

    async def _read(self) -> None:
        while (raw := await self.socket.read_message()) is not None:
            said = json.loads(raw)
            if said["header"]["msg_type"] == "comm_msg" and said["content"]["data"].get("method") == "custom":
                self._hear(said["content"]["data"]["content"], time.perf_counter())

    def _hear(self, said: dict[str, Any], now: float) -> None:
        match said["type"]:
            case "view":
                self.you, self.rev, self.counts = said["you"], said["rev"], said["counts"]
                self.items = {item["id"]: item for item in said["items"]}
                self.arrived.setdefault(said["rev"], now)
            case "patch":
                self.gaps += said["rev"] != self.rev + 1
                self.rev, self.counts = said["rev"], said["counts"]
                self.items |= {item["id"]: item for item in said["set"]}
                for key in said["drop"]:
                    self.items.pop(key, None)
                self.arrived[said["rev"]] = now
            case "done":
                if (waiting := self.done.get(said["id"])) and not waiting.done():
                    waiting.set_result(said["rev"])
            case "refused":
                self.refused.append(said["error"])
                if (waiting := self.done.get(said["id"])) and not waiting.done():
                    waiting.set_exception(AssertionError(str(said["error"])))


def main(people: int = PEOPLE, operations: int = OPERATIONS, rate: float = RATE) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = RunningServer(Path(folder) / "home", RETROBOOK_KERNEL_LIMIT=str(people + 10))
        server.fill(two_projects)
        server.start()
        try:
            idle = asyncio.run(board(server, 2, IDLE_OPERATIONS, IDLE_RATE))
            busy = asyncio.run(board(server, people, operations, rate))
        finally:
            server.stop()
    figures = {f"idle_{name}": value for name, value in idle.items()} | busy
    whole = busy["lost"] == busy["doubled"] == busy["refused"] == 0
    finish(
        "board_load",
        ok=busy["p95_s"] <= LIMIT and whole,
        limit="p95 to all others <= 1 s, nothing lost or doubled",
        figures={**figures, "people": people, "rate_per_s": rate},
        ratio=busy["p95_s"] / idle["p95_s"],
    )


async def board(server: RunningServer, people: int, operations: int, rate: float) -> dict[str, Any]:
    """Hold one board with so many people; how long changes took, and what got lost."""
    loop = asyncio.get_running_loop()
    with server.graph() as graph:
        opened = await loop.run_in_executor(None, lambda: graph.create_retrospective(
            project="project:test:bridge", format="start_stop_continue", title="Load", votes=20, per_topic=20,
            phases=[{"kind": kind} for kind in ("write", "group", "vote", "discuss", "close")],
        ))  # fmt: skip
        key, code = opened.retrospective.id, opened.join_code
        clients = []
        for number in range(people):
            client = await loop.run_in_executor(None, join, server, graph, key, code, f"Person {number}")
            await client.open(server.url)
            clients.append(client)
        columns = [column["key"] for column in clients[0].items["board"]["format"]["columns"]]
        chance = random.Random(7)
        times: list[float] = []
        notes: dict[str, str] = {}
        votes: dict[str, dict[str, int]] = {client.name: {} for client in clients}

        async def write(number: int) -> None:
            client = chance.choice(clients)
            own = [k for k, owner in writers.items() if owner is client]
            if number < operations * 0.36 or not own:
                made, text = f"n{number}", f"{client.name} noticed {number}"
                sent = await client.move(move="add_note", note=made, column=chance.choice(columns), text=text)
                writers[made] = client
            else:
                made, text = chance.choice(own), f"{client.name} says again {number}"
                if made in busy:
                    return
                busy.add(made)
                sent = await client.move(move="edit_note", note=made, text=text, base=client.items[made]["rev"])
                busy.discard(made)
            notes[made] = text
            sends.append((client, *sent))

        async def vote(number: int) -> None:
            client = chance.choice(clients)
            topic = chance.choice(sorted(notes)[:200])
            if client.name in busy:
                return
            busy.add(client.name)
            given = votes[client.name]
            dots = 0 if given.get(topic) or sum(given.values()) >= 20 else 1
            topic = topic if dots or given.get(topic) else next(iter(given))
            sent = await client.move(move="vote", topic=topic, dots=dots)
            given[topic] = dots
            busy.discard(client.name)
            sends.append((client, *sent))

        async def run(work: Any, first: int, count: int) -> None:
            begun, tasks = time.perf_counter(), []
            for number in range(count):
                await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
                tasks.append(asyncio.ensure_future(work(first + number)))
            await asyncio.gather(*tasks)
            await settle(clients)

        writers: dict[str, Client] = {}
        busy: set[str] = set()
        sends: list[tuple[Client, float, int]] = []
        began = time.perf_counter()
        written = int(operations * 0.7)
        await run(write, 0, written)
        await loop.run_in_executor(None, advance, graph, key, 1)
        await loop.run_in_executor(None, advance, graph, key, 2)
        await settle(clients)
        await run(vote, written, operations - written)
        took = time.perf_counter() - began
        for client, sent, rev in sends:
            others = [other.arrived[rev] for other in clients if other is not client and rev in other.arrived]
            if len(others) == people - 1:
                times.append(max(others) - sent)
        await loop.run_in_executor(None, advance, graph, key, 3)
        await settle(clients)
        lost, doubled = compare(clients, notes, votes)
        for client in clients:
            client.socket.close()
            client.browser.close()
    times.sort()
    return {
        "operations": len(sends),
        "p50_s": round(times[len(times) // 2], 4),
        "p95_s": round(times[int(len(times) * 0.95)], 4),
        "max_s": round(times[-1], 3),
        "timed": len(times),
        "lost": lost,
        "doubled": doubled,
        "refused": sum(len(client.refused) for client in clients),
        "gaps": sum(client.gaps for client in clients),
        "took_s": round(took),
    }


def join(server: RunningServer, graph: Any, key: str, code: str, name: str) -> Client:
    """Come in as a guest by the link, be let in, open the app's page."""
    browser = server.client(follow_redirects=False)
    browser.get(f"/join/{code}")
    answer = browser.submit(f"/join/{code}", name=name)
    assert answer.status_code == 303, answer.text
    view = graph.board_view(retrospective=key).view
    for item in view["items"]:
        if item["kind"] == "seat" and item["waiting"]:
            graph.play_move(retrospective=key, move={"move": "admit", "seat": item["id"]})
    page = browser.get(f"/apps/retro_board?retrospective={key}").text
    kernel, model = KERNEL.search(page), MODEL.search(page)
    assert kernel and model, page[-2000:]
    return Client(name, browser, kernel[1], model[1])


def advance(graph: Any, key: str, phase: int) -> None:
    """The facilitator moves everyone on."""
    graph.play_move(retrospective=key, move={"move": "go_to_phase", "phase": phase, "seen": phase - 1})


async def settle(clients: list[Client]) -> None:
    """Wait until everyone has seen the latest revision."""
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        await asyncio.sleep(0.3)
        if len({client.rev for client in clients}) == 1:
            return
    raise AssertionError(f"not everyone saw the same: {sorted(client.rev for client in clients)}")


def compare(clients: list[Client], notes: dict[str, str], votes: dict[str, dict[str, int]]) -> tuple[int, int]:
    """What each client misses of what was acknowledged, and what it has beyond it."""
    totals: dict[str, int] = {}
    for given in votes.values():
        for topic, dots in given.items():
            totals[topic] = totals.get(topic, 0) + dots
    lost = doubled = 0
    for client in clients:
        seen = {item["id"]: item["text"] for item in client.items.values() if item["kind"] == "note"}
        lost += sum(seen.get(key) != text for key, text in notes.items())
        doubled += len(set(seen) - set(notes))
        counted = client.counts["votes"]
        lost += sum(max(0, dots - counted.get(topic, 0)) for topic, dots in totals.items())
        doubled += sum(max(0, dots - totals.get(topic, 0)) for topic, dots in counted.items())
    return lost, doubled


if __name__ == "__main__":
    main()
