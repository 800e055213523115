"""A room: one board in use, shared by everyone who has it open."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from .. import audit
from ..domain.board.items import AnyItem, GroupItem, NoteItem, Seat, SeatRole, TopicItem
from ..domain.board.moves import OF_FACILITATORS, Move, Undo
from ..domain.board.rules import Means, apply, require_active
from ..domain.board.state import Actor, BoardState, Change
from ..domain.board.undoing import Made
from ..domain.board.view import whole
from ..errors import BoardClosed, Conflict, Forbidden, KgError, MoveRefused, NotYourRole, TokenElsewhere
from ..policy import Visitor
from ..queries import statement
from ..store.protocol import GraphStore, Transaction
from .keeping import Overtaken, end_board, keep_change, load_board
from .texts import SharedTexts
from .tokens import Tokens, digest
from .watching import Send, Watcher, message, patch_messages, view_message

log = logging.getLogger(__name__)

TRIES = 8
MOST_WAITING = 30
T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """A board as somebody sees it, with the token that is theirs."""

    view: dict[str, Any]
    token: str | None


class Room:
    """One board: its state, its watchers, and the one lock that all moves wait for.

    Args:
        store: Where the board is kept.
        retrospective: Id of its retrospective.
        state: As it was loaded.
        clock: Where the time comes from.
        server: Name of the audit chain of this process.
    """

    def __init__(
        self, store: GraphStore, retrospective: str, state: BoardState, clock: Callable[[], datetime], server: str
    ) -> None:
        self.retrospective = retrospective
        self.state = state
        self.closed = False
        self._store, self._clock, self._server = store, clock, server
        self._lock = threading.RLock()
        self._texts = SharedTexts()
        self._tokens = Tokens()
        self._made = Made()
        self._watchers: list[Watcher] = []

    @property
    def watched(self) -> bool:
        """True while somebody has it open."""
        return bool(self._watchers)

    @property
    def full(self) -> bool:
        """True when as many wait to be let in as a facilitator can tell apart."""
        return sum(seat.waiting for seat in self.state.of(Seat)) >= MOST_WAITING

    def sit(self, visitor: Visitor, name: str, *, guest: bool, waits: bool) -> Seat:
        """The visitor's seat; a new one when they have none."""
        with self._lock:
            self._require_open()

            def seat() -> Change:
                known = self.state.seat_of(visitor.name)
                if known is not None:
                    return Change(said={"seat": known})
                if waits and self.full:
                    raise MoveRefused("Too many wait to be let in already; ask the facilitator.", limit=MOST_WAITING)
                new = Seat(
                    id=secrets.token_hex(6), person=visitor.name, name=self._free_name(name), guest=guest, waiting=waits
                )
                return Change(put=[new], said={"seat": new})

            change = self._keep(seat)
            found = change.said["seat"]
            assert isinstance(found, Seat)
            return found

    def see(self, visitor: Visitor, offered: str | None = None) -> Seen:
        """The board as the visitor may see it.

        Raises:
            Forbidden: They have no seat.
        """
        with self._lock:
            actor, token = self._actor(visitor.name, offered)
            return Seen(whole(self.state, actor), token)

    def play(self, visitor: Visitor, move: Move, offered: str | None = None) -> dict[str, Any]:
        """Make a move: kept when this returns; the board's revision and what its maker is told.

        Raises:
            MoveRefused, Forbidden, NotFound, InvalidRequest: As the rules say; nothing has changed.
        """
        with self._lock:
            self._require_open()
            now = self._clock()

            def asked() -> Change:
                actor, _ = self._actor(visitor.name, offered)
                if isinstance(move, Undo):
                    require_active(actor)
                    return self._made.back(self.state, actor)
                return apply(self.state, actor, move, Means(now=now, merge=self._texts.merge))

            def note_down(tx: Transaction, put: list[AnyItem]) -> None:
                if not self.state.board.anonymous or isinstance(move, OF_FACILITATORS):
                    name = str(getattr(move, "move", ""))
                    self._note_down(tx, visitor, f"play_move {name}", put[0].id if put else None)

            seat = self.state.seat_of(visitor.name)
            change = self._keep(asked, note_down, maker=seat.id if seat else None)
            if isinstance(move, Undo) and seat is not None:
                self._made.taken_back(seat.id, self.state.rev)
            self._give_tokens()
            return {"rev": self.state.rev, "said": change.said}

    def watch(self, visitor: Visitor, offered: str | None, send: Send) -> Watcher:
        """Send the board now, and from now on whatever changes.

        Raises:
            Forbidden: They have no seat.
        """
        with self._lock:
            self._require_open()
            actor, token = self._actor(visitor.name, offered)
            watcher = Watcher(visitor.name, actor.seat.id, actor.voter, token, offered, send)
            self._watchers.append(watcher)
            send(view_message(self.state, watcher, self._online(), self._clock()))
            self._tell_presence()
            return watcher

    def show_again(self, watcher: Watcher) -> None:
        """Send the whole board once more: its page has missed something."""
        with self._lock:
            if self.closed:
                watcher.send(message("link", state="closed"))
            else:
                watcher.send(view_message(self.state, watcher, self._online(), self._clock()))

    def leave(self, watcher: Watcher) -> None:
        """Stop to tell somebody."""
        with self._lock:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
                self._tell_presence()

    def refresh(self, rev: int | None) -> None:
        """Take in what another server has written; `rev` is the revision it is kept at, None when it is gone."""
        with self._lock:
            if self.closed or rev == self.state.rev:
                return
            if rev is None:
                self._end()
                return
            self._reload()
            self._give_tokens()

    def finish(self, visitor: Visitor, write: Callable[[Transaction, BoardState], T]) -> T:
        """Close the board: `write` keeps what came out of it in the transaction that ends it.

        Raises:
            NotYourRole: Only a facilitator of this board closes it.
            BoardClosed: It is closed already.
        """
        with self._lock:
            self._require_open()
            for _ in range(TRIES):
                seat = self.state.seat_of(visitor.name)
                if seat is None or seat.role is not SeatRole.FACILITATOR:
                    role = seat.role.value if seat else None
                    raise NotYourRole("Only a facilitator of this board closes it.", role=role)
                try:
                    with self._store.transaction() as tx:
                        keep_change(tx, self.retrospective, self.state.rev, [], [])
                        result = write(tx, self.state)
                        end_board(tx, self.retrospective)
                        self._note_down(tx, visitor, "close_retrospective", None)
                except Overtaken:
                    self._reload()
                    continue
                self._end()
                self._write_off()
                return result
            raise Conflict("The board changes too fast to be closed; try again.", name=self.retrospective)

    def _write_off(self) -> None:
        """Who came when and which token wrote what, in which order, is in no journal any more."""
        try:
            self._store.settle()
        except KgError:
            log.warning(
                "the journal still holds the board that was closed; an orderly stop writes it off", exc_info=True
            )

    def _end(self) -> None:
        self.closed = True
        for watcher in self._watchers:
            watcher.send(message("link", state="closed"))
        self._watchers.clear()

    def _actor(self, person: str, offered: str | None) -> tuple[Actor, str | None]:
        seat = self.state.seat_of(person)
        if seat is None:
            raise Forbidden("You have no seat at this board. Open its link to join.", operation="board")
        if not self.state.board.anonymous:
            return Actor(seat, seat.id), None
        token = self._tokens.known(self.state, seat, offered)
        if token is None and not seat.holds_token and not seat.waiting:
            with suppress(TokenElsewhere):
                token = self._new_token(seat)
            found = self.state.items[seat.id]
            assert isinstance(found, Seat)
            seat = found
        return Actor(seat, digest(token) if token else None), token

    def _give_tokens(self) -> None:
        """Pages of those who were let in meanwhile take part from now on, without being opened anew."""
        if self.closed or not self.state.board.anonymous:
            return
        for watcher in list(self._watchers):
            actor = watcher.actor(self.state)
            if actor is None or actor.voter is not None or actor.seat.waiting:
                continue
            actor, token = self._actor(watcher.person, watcher.offered)
            if token is not None:
                watcher.seat, watcher.voter, watcher.token = actor.seat.id, actor.voter, token
                watcher.send(view_message(self.state, watcher, self._online(), self._clock()))

    def _new_token(self, seat: Seat) -> str:
        if self._tokens.short():
            try:
                self._keep(lambda: Change(put=[self._tokens.made(self.state)]))
            except BaseException:
                self._tokens.forget_unkept()
                raise
        token = self._tokens.give(seat)

        def hold() -> Change:
            now = self.state.find(Seat, seat.id)
            if now.holds_token:  # another server was faster: there is one token a person
                raise TokenElsewhere("Your token of this anonymous retrospective is in another browser.")
            return Change(put=[now.model_copy(update={"holds_token": True})])

        try:
            self._keep(hold)
        except BaseException:
            self._tokens.take_back(seat)
            raise
        return token

    def _keep(
        self,
        asked: Callable[[], Change],
        note_down: Callable[[Transaction, list[AnyItem]], None] | None = None,
        *,
        maker: str | None = None,
    ) -> Change:
        """Work a change out, keep it, tell it; again from the start when another server was faster."""
        for _ in range(TRIES):
            try:
                change = asked()
            except KgError:
                if not self._behind():
                    raise
                self._reload()  # refused for what another server has changed meanwhile
                continue
            if change.empty:
                return change
            rev = self.state.rev + 1
            put = [item.model_copy(update={"rev": rev}) for item in change.put]
            before = {key: self.state.items.get(key) for key in [*(item.id for item in put), *change.drop]}
            try:
                with self._store.transaction() as tx:
                    keep_change(tx, self.retrospective, self.state.rev, put, change.drop)
                    if note_down is not None:
                        note_down(tx, put)
            except Overtaken:
                self._reload()
                continue
            self._become(rev, put, change, before)
            if change.undoes and maker is not None:
                self._made.remember(maker, before, put, self.state.board.phase)
            return change
        raise Conflict("The board changes too fast; try again.", name=self.retrospective)

    def _become(self, rev: int, put: list[AnyItem], change: Change, before: dict[str, AnyItem | None]) -> None:
        phase = self.state.board.phase
        self.state.rev = rev
        dropped = [self.state.items.pop(key) for key in change.drop if key in self.state.items]
        for item in put:
            old = before.get(item.id)
            self.state.items[item.id] = item
            if (text := _text_of(item)) is not None:  # also when it only moved: people edit from what they see
                self._texts.kept(old or item, _text_of(old) or "", text, rev)
        if self.state.board.phase != phase:
            self._made.forget()
        told = patch_messages(self.state, self._watchers, put, dropped, self._clock(), self._online(), anew=change.anew)
        self._tell(told)

    def _reload(self) -> None:
        fresh = load_board(self._store, self.retrospective)
        if fresh is None:
            self._end()
            self._require_open()
        assert fresh is not None
        old, self.state = self.state, fresh
        put = [item for item in fresh.items.values() if item.rev > old.rev]
        dropped = [item for key, item in old.items.items() if key not in fresh.items]
        told = patch_messages(fresh, self._watchers, put, dropped, self._clock(), self._online(), anew=True)
        self._tell(told)

    def _tell(self, told: list[tuple[Watcher, str]]) -> None:
        for watcher, text in told:
            watcher.send(text)
        for watcher, _ in told:
            actor = watcher.actor(self.state)
            if actor is None:
                self._watchers.remove(watcher)  # their seat is gone, and they know
            else:
                watcher.seat, watcher.voter = actor.seat.id, actor.voter

    def _behind(self) -> bool:
        """True when another server has changed the board since it was read here."""
        rows = [] if self.closed else self._store.read(statement("boards.revision"), id=self.retrospective)
        return bool(rows) and int(rows[0]["rev"]) != self.state.rev

    def _require_open(self) -> None:
        if self.closed:
            raise BoardClosed("This retrospective is over.", retrospective=self.retrospective)

    def _note_down(self, tx: Transaction, visitor: Visitor, operation: str, item: str | None) -> None:
        subject = f"{self.retrospective}#{item}" if item else self.retrospective
        audit.append_entry(tx, self._server, visitor, operation, self._clock(), subject=subject)

    def _online(self) -> set[str]:
        return {watcher.seat for watcher in self._watchers}

    def _tell_presence(self) -> None:
        text = message("presence", online=sorted(self._online()))
        for watcher in self._watchers:
            watcher.send(text)

    def _free_name(self, name: str) -> str:
        taken = {seat.name for seat in self.state.of(Seat)}
        wanted, number = name, 2
        while wanted in taken:
            wanted, number = f"{name} ({number})", number + 1
        return wanted


def _text_of(item: AnyItem | None) -> str | None:
    match item:
        case NoteItem():
            return item.text
        case GroupItem():
            return item.title
        case TopicItem():
            return item.discussion
    return None
