"""A kernel's channel as an attacker would use it: crafted messages, in either protocol."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

T = TypeVar("T")
V1 = "v1.kernel.websocket.jupyter.org"


def message(kind: str, content: dict[str, Any], channel: str = "shell") -> dict[str, Any]:
    header = {
        "msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "x", "session": "s", "version": "5.3",
        "date": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    return {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": channel,
        "buffers": [],
    }


async def connect(
    url: str, kernel_id: str, cookies: str = "", protocol: str | None = None, **headers: str
) -> WebSocketClientConnection:
    address = url.replace("http", "ws", 1) + f"api/kernels/{kernel_id}/channels?session_id={uuid.uuid4().hex}"
    request = HTTPRequest(address, headers={"Cookie": cookies, **headers})
    return await websocket_connect(request, subprotocols=[protocol] if protocol else None)


def refusal(url: str, kernel_id: str, cookies: str = "", **headers: str) -> int:
    """The status with which the socket is refused; 101 when it opens."""

    async def attempt() -> int:
        try:
            connection = await connect(url, kernel_id, cookies, **headers)
        except HTTPClientError as error:
            return int(error.code)
        connection.close()
        return 101

    return in_a_loop_of_its_own(attempt())


def talk(
    url: str, kernel_id: str, cookies: str, sent: list[Any], *, seconds: float = 3.0, v1: bool = False
) -> list[Any]:
    """Send messages (dicts, or raw text and bytes) and collect what comes back for a while."""

    async def conversation() -> list[Any]:
        connection = await connect(url, kernel_id, cookies, V1 if v1 else None)
        for item in sent:
            if isinstance(item, dict) and v1:
                raw = serialize_msg_to_ws_v1(item, item["channel"], lambda part: json.dumps(part).encode())
                await connection.write_message(raw, binary=True)
            elif isinstance(item, dict):
                await connection.write_message(json.dumps(item))
            else:
                await connection.write_message(item, binary=isinstance(item, bytes))
        heard: list[Any] = []
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            try:
                got = await asyncio.wait_for(connection.read_message(), left)
            except TimeoutError:
                break
            if got is None:
                heard.append(None)
                break
            heard.append(got)
        connection.close()
        return heard

    return in_a_loop_of_its_own(conversation())


def kinds(heard: list[Any]) -> set[str]:
    """The types of the messages heard."""
    found = set()
    for item in heard:
        if isinstance(item, str):
            found.add(json.loads(item)["header"]["msg_type"])
        elif isinstance(item, bytes):
            found |= {name for name in ("execute_reply", "execute_result", "stream", "error") if name.encode() in item}
    return found


def in_a_loop_of_its_own(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns; a thread of its own, since a browser driven earlier may hold this one's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
