"""What somebody who watches a board says to it, answered."""

from __future__ import annotations

import json
import logging
from typing import Any

from ..domain.board.rules import parse_move
from ..errors import InvalidRequest, KgError
from ..policy import Visitor
from .room import Room
from .watching import Watcher, message

log = logging.getLogger(__name__)

LONGEST = 256 * 2**10
"""Characters that one message may have."""


def answer(room: Room, visitor: Visitor, watcher: Watcher, text: str | bytes) -> str | None:
    """What a message brings: a move is kept or refused, the board is shown again.

    Args:
        room: The board.
        visitor: Who says it, as the server knows them.
        watcher: Their open page.
        text: `{"type": "move", "id": ..., "move": {...}}` or `{"type": "sync"}`.

    Returns:
        The message to send back to them alone, if any.
    """
    key: Any = None
    try:
        said = parse_message(text)
        key = said.get("id")
        if said["type"] == "sync":
            room.show_again(watcher)
            return None
        if said["type"] == "ping":
            return message("pong")
        if said["type"] != "move":
            raise InvalidRequest("A board takes moves, and requests to be shown again.", field="type")
        kept = room.play(visitor, parse_move(said.get("move")), watcher.token)
        return message("done", id=key, **kept)
    except KgError as error:
        return message("refused", id=key, error=error.as_dict())
    except Exception:
        log.exception("a move failed")
        broken = KgError("The move failed for a reason that is not yours; the server's log has it.")
        return message("refused", id=key, error=broken.as_dict())


def parse_message(text: str | bytes) -> dict[str, Any]:
    """A message as a mapping with a type.

    Raises:
        InvalidRequest: It is something else, or too long.
    """
    if len(text) > LONGEST:
        raise InvalidRequest(f"A message has {LONGEST} characters at most.", field="message")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The message is not JSON.", field="message") from error
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise InvalidRequest("The message is no object with a type.", field="type")
    key = said.get("id")
    if key is not None and not (isinstance(key, str) and len(key) <= 80):
        raise InvalidRequest("The message's id is no short text.", field="id")
    return said
