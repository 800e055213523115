"""Boards in a store: each item a node of its own, each move one transaction.

No revisions of items are kept and no move enters the change log: a board in use is nobody's
history yet, and in an anonymous retrospective what was taken back is gone. What a move leaves
behind is written when the retrospective closes.
"""

from __future__ import annotations

import re

from ..domain.board.items import ITEMS, AnyItem
from ..domain.board.state import BoardState
from ..queries import statement
from ..store.protocol import GraphStore, Transaction


class Overtaken(Exception):
    """Another server has changed the board since this one read it."""


def load_board(store: GraphStore | Transaction, retrospective: str) -> BoardState | None:
    """A board as it is kept, or None when there is none in use.

    The revision is read first: items can only be newer than it, and then the next move says so.
    """
    found = store.read(statement("boards.revision"), id=retrospective)
    if not found or found[0]["closed"]:
        return None
    rows = store.read(statement("boards.items"), id=retrospective)
    items = [ITEMS.validate_json(row["body"]) for row in rows]
    return BoardState(sorted(items, key=lambda item: (item.rev, item.id)), int(found[0]["rev"]))


def open_board(tx: Transaction, retrospective: str, code: str, project: str, items: list[AnyItem]) -> None:
    """Start to keep a board."""
    tx.write(statement("boards.open"), id=retrospective, rev=0, join_code=code, project=project)
    tx.write(statement("boards.put_items"), rows=[_row(retrospective, item) for item in items])


def keep_change(tx: Transaction, retrospective: str, seen: int, put: list[AnyItem], drop: list[str]) -> int:
    """Write what a move changes; the board's next revision.

    Raises:
        Overtaken: The board is not at the revision `seen` any more.
    """
    moved = tx.write(statement("boards.advance"), id=retrospective, rev=seen, next=seen + 1)
    if not moved:
        raise Overtaken(retrospective)
    if drop:
        tx.write(statement("boards.drop_items"), ids=[_node(retrospective, key) for key in drop])
    if put:
        tx.write(statement("boards.put_items"), rows=[_row(retrospective, item) for item in put])
    return seen + 1


def end_board(tx: Transaction, retrospective: str) -> None:
    """Stop to keep what is on a board: notes, tokens, ballots and answers are gone; that it was there stays."""
    tx.write(statement("boards.drop_all_items"), id=retrospective)
    tx.write(statement("boards.end_board"), id=retrospective)


def board_of_code(store: GraphStore, code: str) -> str | None:
    """The retrospective that a join code leads to, open or closed."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", code):
        return None
    rows = store.read(statement("boards.by_code"), code=code)
    return str(rows[0]["id"]) if rows else None


def _node(retrospective: str, key: str) -> str:
    return f"{retrospective}#{key}"


def _row(retrospective: str, item: AnyItem) -> dict[str, str]:
    return {"id": _node(retrospective, item.id), "board": retrospective, "body": item.model_dump_json()}
