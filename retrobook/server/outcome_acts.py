"""What people do to an outcome from its page: a form each, which works without JavaScript too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from kg.domain.review_rules import AXES
from kg.errors import InvalidRequest, KgError, NotFound

from .outcome_pages import OutcomePage
from .outcome_series import correction
from .revisions import revision_read

CHOSEN = frozenset({"KPI", "milestone", "work item"})
"""What a person writes the name of: when there is no such thing they are told on the page."""


class ActOnOutcome(OutcomePage):
    """`POST /outcomes/<id>/<act>`: one thing done to an outcome as its visitor."""

    async def get(self, key: str, act: str = "") -> None:
        """The page itself: an act is no place to come back to."""
        self.redirect(f"/outcomes/{quote(unquote(key), safe=':')}")

    async def post(self, key: str, act: str) -> None:
        """Do it and show the outcome; what is refused keeps what was typed, with the reason beside it."""
        key = unquote(key)
        acts: dict[str, Callable[[], tuple[str, dict[str, Any], str]]] = {
            "measure": lambda: ("add_measurement", self._measured(key), "measured"),
            "evidence": lambda: ("add_evidence", self._evidence(key), "evidence_added"),
            "remove-evidence": lambda: (
                "remove_evidence", {"id": self.text("evidence") or ""} | self._revision(), "evidence_removed",
            ),
            "submit": lambda: ("submit_outcome", {"id": key} | self._revision(), "submitted"),
            "withdraw": lambda: ("withdraw_outcome", {"id": key} | self._revision(), "withdrawn"),
            "reopen": lambda: ("reopen_outcome", {"id": key} | self._revision(), "reopened"),
            "review": lambda: self._review(key),
            "link": lambda: ("link_outcome", self._linked(key), "linked"),
            "unlink": lambda: ("unlink_outcome", self._linked(key), "unlinked"),
            "correct": lambda: self._corrected(),
            "undo": lambda: ("undo_outcome_change", {"id": key} | self._revision(), "undone"),
            "retire": lambda: (
                "retire_outcome", {"id": key, "reason": self.text("reason") or ""} | self._revision(), "retired",
            ),
        }  # fmt: skip
        if act not in acts:
            raise NotFound.among("page", act, acts)
        try:
            if act == "correct":
                await self._require_measured(key)
            operation, values, word = acts[act]()
            await self.ask(operation, **values)
        except KgError as error:
            missing = isinstance(error, NotFound) and error.fields.get("kind") not in CHOSEN
            if missing or error.status >= 500 or self._asked_by_script():
                raise
            await self.outcome(key, act, error)
            return
        gone = act == "retire"
        self.done("/outcomes" if gone else f"/outcomes/{quote(key, safe=':')}", word)

    def _measured(self, key: str) -> dict[str, Any]:
        value = self.text("value")
        if value is None:
            raise InvalidRequest("value: say what was measured.", field="value", why="missing")
        return {"subject": key, "value": value} | self.given("date", "source", "note")

    def _evidence(self, key: str) -> dict[str, Any]:
        given = self.given("link", "sha256", "filename", "title", "kind", "expires_on")
        if "link" not in given and "sha256" not in given:
            raise InvalidRequest("link: give a link, or choose a file.", field="link", why="file_or_link")
        if "link" in given:
            given.pop("kind", None)
        return {"outcome": key} | given | self._revision()

    def _linked(self, key: str) -> dict[str, Any]:
        chosen = self.text("target")
        if chosen is None:
            raise InvalidRequest("target: choose or write what the outcome hangs on.", field="target", why="no_target")
        return {"id": key, "kind": self.text("kind") or "", "targets": [chosen]} | self._revision()

    async def _require_measured(self, key: str) -> None:
        """Let a correction pass only from the page of the outcome that was measured."""
        measurement = self.text("measurement") or ""
        found = await self.ask("list_measurements", subject=key)
        if all(view.measurement.id != measurement for view in found.measurements):
            raise NotFound.among("measurement", measurement, [])

    def _corrected(self) -> tuple[str, dict[str, Any], str]:
        values = correction(self.text)
        return "correct_measurement", values, "value_withdrawn" if "withdraw" in values else "corrected"

    def _review(self, key: str) -> tuple[str, dict[str, Any], str]:
        decision = self.text("decision") or ""
        scores = {axis: int(score) for axis in AXES if (score := self.text(f"score_{axis}") or "").isdecimal()}
        values = {"id": key, "decision": decision, "scores": scores} | self.given("reason") | self._revision()
        return "review_outcome", values, "returned" if decision == "returned" else "approved"

    def _revision(self) -> dict[str, int]:
        return revision_read(self.text("revision"))


ROUTES = [(r"/outcomes/([^/]+)/(?!edit$)([a-z-]+)", ActOnOutcome)]
