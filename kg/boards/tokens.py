"""Blind tokens of an anonymous board: one a person, and no trace of which.

Tokens are made many at a time. Their digests are kept, all at once and sorted; the tokens
themselves live in this process and in the browsers they were given to. Of a person is kept
only *that* they hold one. So a cleared browser gets no second token, what is kept joins
nobody to what they wrote, and a process that starts again knows a token when it sees it.
"""

from __future__ import annotations

import hashlib
import secrets

from ..domain.board.items import Seat, TokensItem
from ..domain.board.state import BoardState

BATCH = 64
TOKENS = "tokens"


class Tokens:
    """The tokens of one board that this process knows."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._free: list[str] = []

    def known(self, state: BoardState, seat: Seat, offered: str | None) -> str | None:
        """The token that this seat goes by: the one it was given, or one that its browser kept."""
        if seat.id in self._given:
            return self._given[seat.id]
        if offered and seat.holds_token and digest(offered) in _digests(state):
            self._given[seat.id] = offered
            return offered
        return None

    def short(self) -> bool:
        """True when more have to be made before one can be given."""
        return not self._free

    def made(self, state: BoardState) -> TokensItem:
        """Many more: what is to be kept of them."""
        self._free = [secrets.token_urlsafe(24) for _ in range(BATCH)]
        return TokensItem(id=TOKENS, digests=sorted({*_digests(state), *map(digest, self._free)}))

    def forget_unkept(self) -> None:
        """The ones just made were not kept: they are worth nothing."""
        self._free = []

    def give(self, seat: Seat) -> str:
        """One that nobody has, for this seat."""
        token = self._free.pop(secrets.randbelow(len(self._free)))
        self._given[seat.id] = token
        return token

    def take_back(self, seat: Seat) -> None:
        """That it was given could not be kept: the next time it is given anew."""
        token = self._given.pop(seat.id, None)
        if token is not None:
            self._free.append(token)


def digest(token: str) -> str:
    """What is kept of a token, and what its items belong to."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def _digests(state: BoardState) -> set[str]:
    found = state.items.get(TOKENS)
    return set(found.digests) if isinstance(found, TokensItem) else set()
