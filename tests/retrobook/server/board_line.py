"""A board's line as an attacker would use it: any message, any sign-in, any origin."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

from tests.retrobook.server.channel import in_a_loop_of_its_own

HELLO = {"type": "hello", "token": None}


def say(url: str, retrospective: str, headers: dict[str, str], *sent: Any, patience: float = 1.0) -> list[Any]:
    """Open a line, say these things (mappings, or raw text), and give back all that was heard.

    The first is the status with which the line was refused, when it was; the last is None when it was cut.
    """

    async def conversation() -> list[Any]:
        address = url.replace("http", "ws", 1) + f"api/boards/{quote(retrospective, safe='')}/live"
        try:
            socket = await websocket_connect(HTTPRequest(address, headers=headers))
        except HTTPClientError as error:
            return [error.code]
        heard: list[Any] = []
        for thing in sent:
            try:
                await socket.write_message(thing if isinstance(thing, str) else json.dumps(thing))
            except WebSocketClosedError:
                break
            waits_for = thing.get("id") if isinstance(thing, dict) else None
            while True:
                try:
                    got = await asyncio.wait_for(socket.read_message(), 20 if waits_for else patience)
                except TimeoutError:
                    break
                heard.append(None if got is None else json.loads(got))
                if got is None or (waits_for and heard[-1].get("id") == waits_for):
                    break
            if heard and heard[-1] is None:
                break
        socket.close()
        return heard

    return in_a_loop_of_its_own(conversation())


def answers(heard: list[Any]) -> dict[str | None, str]:
    """What each move was answered, by its id: `done`, or the code of its refusal."""
    return {
        told["id"]: "done" if told["type"] == "done" else told["error"]["code"]
        for told in heard
        if isinstance(told, dict) and told["type"] in ("done", "refused")
    }


def view(heard: list[Any]) -> dict[str, Any]:
    """The last whole board that was shown."""
    found: dict[str, Any] = [told for told in heard if isinstance(told, dict) and told["type"] == "view"][-1]
    return found


def move(key: str, kind: str, **values: Any) -> dict[str, Any]:
    return {"type": "move", "id": key, "move": {"move": kind, **values}}
