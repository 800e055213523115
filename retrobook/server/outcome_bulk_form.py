"""The form that changes several outcomes at once: what was ticked and typed, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.errors import InvalidRequest

if TYPE_CHECKING:
    from .lesson_acts import ActingPage

FIELDS = ("owner", "due", "horizon", "weight", "relevance", "add_tags", "remove_tags")
TAGS = ("add_tags", "remove_tags")


@dataclass
class BulkForm:
    """The form as the page shows it.

    Attributes:
        picked: Ids that are ticked.
        typed: What stands in its fields.
        new_round: Whether accepted outcomes may start a new round of reviews.
        refused: Outcomes that were not changed: their titles (or nothing) with the reason.
        problem: Why it could not be done at all.
        undoing: The edit whose undo was refused; None when an edit was.
        edit: The edit that was just made and can be taken back.
        changed: How many outcomes it changed.
        word: What was done: `changed`, `undone` or `same`.
        everything: Whether all rows are ticked.
    """

    picked: frozenset[str] = frozenset()
    typed: dict[str, str] = field(default_factory=dict)
    new_round: bool = False
    refused: list[tuple[str | None, str]] = field(default_factory=list)
    problem: str | None = None
    undoing: str | None = None
    edit: str | None = None
    changed: int = 0
    word: str = ""
    everything: bool = False

    @classmethod
    def of(cls, page: ActingPage) -> BulkForm:
        """The form as an address asks for it: after an edit, or with all rows ticked."""
        word = page.get_query_argument("bulk", "")
        edit = page.get_query_argument("edit", "")[:100]
        count = edit.rpartition("|")[2]
        counted = re.fullmatch(r"\d{1,3}", count) is not None
        return cls(
            word=word if word == "same" or (word in ("changed", "undone") and counted) else "",
            edit=edit if word == "changed" and counted else None,
            changed=int(count) if counted else 0,
            everything=page.get_query_argument("tick", "") == "all",
        )

    @classmethod
    def sent(cls, page: ActingPage) -> BulkForm:
        """The form as it was sent."""
        return cls(
            picked=frozenset(revisions(page)),
            typed={name: page.text(name) or "" for name in FIELDS},
            new_round=page.text("new_round") is not None,
        )

    def values(self) -> dict[str, Any]:
        """What the edit gives the ticked outcomes.

        Raises:
            InvalidRequest: The weight is no number.
        """
        given: dict[str, Any] = {name: text for name, text in self.typed.items() if text and name not in TAGS}
        given |= {name: re.split(r"\s*[,，、;；]\s*", self.typed[name]) for name in TAGS if self.typed[name]}
        if "weight" in given:
            try:
                given["weight"] = float(given["weight"])
            except ValueError:
                raise InvalidRequest(
                    f"weight: {given['weight']!r} is no number.", field="weight", why="not_a_number"
                ) from None
        return given


def revisions(page: ActingPage) -> dict[str, int]:
    """The ticked outcomes with the revision of each that was shown.

    Raises:
        InvalidRequest: A box that is none of ours.
    """
    found = {}
    for box in page.get_body_arguments("pick"):
        revision, _, key = box.partition(":")
        if not re.fullmatch(r"\d{1,9}", revision) or not key:
            raise InvalidRequest("pick: give the revision and the id of each outcome.", field="pick")
        found[key] = int(revision)
    return found
