"""What the moves of a board do, and when they are refused.

The rules know nothing of stores, connections or clocks: what they need is given to them.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from ...errors import InvalidRequest, NotYourRole, StillWaiting, TextChanged, TokenElsewhere, TooLong
from . import deciding, steering, writing
from .items import AnyItem, SeatRole
from .moves import MOVES, OF_FACILITATORS, AnyMove, Move, SetReady
from .state import Actor, BoardState, Change


class Merge(Protocol):
    """Joins what two people made of the same words."""

    def __call__(self, item: AnyItem, text: str, base: int, new: str) -> str:
        """The words that keep what both changed.

        Raises:
            TextChanged: The words that `base` stood for are not known any more.
        """
        ...


def refuse_merge(item: AnyItem, text: str, base: int, new: str) -> str:
    """Never merges: words that changed meanwhile are told to both.

    Raises:
        TextChanged: Always, unless nothing changed.
    """
    if item.rev == base or text == new:
        return new
    raise TextChanged("Somebody else changed these words meanwhile.", theirs=text, mine=new, rev=item.rev)


@dataclass
class Means:
    """What the rules are given.

    Attributes:
        now: The instant of the move.
        merge: Joins concurrent changes of words.
        fresh_key: Makes a key that nobody can guess.
        shuffle: Puts a list into an order that tells nothing.
    """

    now: datetime
    merge: Merge = refuse_merge
    fresh_key: Callable[[], str] = lambda: secrets.token_hex(8)
    shuffle: Callable[[list[Any]], None] = field(default=random.SystemRandom().shuffle)


def parse_move(values: Any) -> AnyMove:
    """A checked move.

    Raises:
        InvalidRequest: It is none, or a value of it cannot be used; names the field.
    """
    try:
        return MOVES.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "string_too_long":
            longest = first["ctx"]["max_length"]
            field_name = str(first["loc"][-1])
            raise TooLong(
                f"{field_name}: at most {longest} characters fit; shorten it.", field=field_name, longest=longest
            ) from error
        place = ".".join(str(part) for part in first["loc"][1:]) or "move"
        raise InvalidRequest(f"{place}: {first['msg']}.", field=place, reason=first["msg"]) from error


def apply(state: BoardState, actor: Actor, move: Move, means: Means) -> Change:
    """What a move changes.

    Raises:
        MoveRefused: The rules do not allow it now.
        Forbidden: This actor may not do it.
        NotFound: What it is about is gone.
        InvalidRequest: A value of it fits nothing on this board.
    """
    _require_let_in(actor)
    if isinstance(move, OF_FACILITATORS):
        if not actor.leads:
            raise NotYourRole("Only a facilitator does this.", role=actor.seat.role.value)
        return steering.apply(state, actor, move, means)
    if isinstance(move, SetReady):
        seat = actor.seat.model_copy(update={"ready": move.ready})
        return Change() if move.ready == actor.seat.ready else Change(put=[seat])
    voter = require_active(actor)
    if isinstance(move, writing.MOVES):
        return writing.apply(state, actor, voter, move, means)
    return deciding.apply(state, actor, voter, move, means)


def require_active(actor: Actor) -> str:
    """The voter of who takes part.

    Raises:
        StillWaiting: They are not let in.
        NotYourRole: They observe.
        TokenElsewhere: Their browser keeps no token of this anonymous board.
    """
    _require_let_in(actor)
    if actor.seat.role is SeatRole.OBSERVER:
        raise NotYourRole("Observers watch; ask a facilitator for another role.", role=actor.seat.role.value)
    if actor.voter is None:
        raise TokenElsewhere("Your token of this anonymous retrospective is in another browser.")
    return actor.voter


def _require_let_in(actor: Actor) -> None:
    if actor.seat.waiting:
        raise StillWaiting("A facilitator has to let you in first.")
