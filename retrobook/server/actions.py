"""Pages of actions: whose they are, how each fares, and what is done with one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

from kg.domain import ActionStatus
from kg.errors import KgError, NotFound
from widgets.rendering.action_effect import effect_figure, effect_words

from .lesson_acts import ActingPage, project_key
from .project_picker import project_choices
from .revisions import revision_read

PER_PAGE = 40
SAID = frozenset({"started", "changed", "closed", "measured", "cancelled", "reopened"})
"""What a page may say was done; the words are `actions.said.<word>`."""


class ActionPages(ActingPage):
    """Base of these pages."""

    done_words = "actions.said"
    may_say = SAID


class Actions(ActionPages):
    """`/actions`: one's own, or all of a project, an owner or a status."""

    async def get(self) -> None:
        """The list, the most pressing first."""
        asked = self._asked()
        page = self.page_number()
        found, choices = await asyncio.gather(
            self.ask(
                "list_actions",
                project=project_key(asked.project),
                owner=asked.owner or None,
                mine=asked.who == "mine",
                overdue=asked.overdue,
                open_only=asked.status == "open",
                statuses=[] if asked.status in ("open", "all") else [asked.status],
                limit=PER_PAGE,
                offset=(page - 1) * PER_PAGE,
            ),
            project_choices(self),
        )
        given = vars(asked) | {"overdue": "1" if asked.overdue else ""}
        self.show(
            "actions.html",
            found=found,
            asked=asked,
            **self.paged("/actions", given, found.total, PER_PAGE),
            choices=choices,
            statuses=["open", *(s.value for s in ActionStatus if s is not ActionStatus.OPEN), "all"],
        )

    def _asked(self) -> SimpleNamespace:
        project = self.get_query_argument("project", "").strip()
        owner = self.get_query_argument("owner", "").strip()[:300]
        who = self.get_query_argument("who", "all" if project or owner else "mine")
        status = self.get_query_argument("status", "open")
        return SimpleNamespace(
            who=who if who in ("mine", "all") else "mine",
            project=project,
            owner=owner,
            status=status if status in {*ActionStatus, "all"} else "open",
            overdue=bool(self.get_query_argument("overdue", "")),
        )


class ActionPage(ActionPages):
    """`/actions/<id>`: an action, whether it helped, what can be done with it, and its history."""

    async def get(self, key: str) -> None:
        """The action."""
        found = await self.ask("get_action", id=unquote(key))
        action, t = found.action, self.t
        name = found.series.name if found.series else action.success_metric or action.metric or ""
        figure = None
        if found.series is not None:
            today = datetime.now(UTC).date()
            figure = effect_figure(action, found.series, found.points, found.effect, today, t)
        self.show(
            "action.html",
            found=found,
            action=action,
            said=self.said(),
            words=effect_words(found.effect, action, name, t) if found.effect else [],
            figure=figure,
            series=await self._series(action.project) if found.permitted else [],
            today=datetime.now(UTC).date(),
        )

    async def _series(self, project: str) -> list[Any]:
        """What an action can be measured by; a project that is gone has nothing."""
        try:
            found = await self.ask("action_metrics", project=project)
        except KgError:
            return []
        return list(found.series)


class ActOnAction(ActionPages):
    """`POST /actions/<id>/<act>`: one thing done to an action as its visitor."""

    async def post(self, key: str, act: str) -> None:
        """Do it, then show the action."""
        measured_by = ("metric", "direction")
        acts: dict[str, Callable[[], tuple[str, dict[str, Any], str]]] = {
            "start": lambda: ("update_action", {"status": "in_progress"}, "started"),
            "pause": lambda: ("update_action", {"status": "open"}, "changed"),
            "edit": lambda: ("update_action", self._sent("owner", "due", "success_metric", *measured_by), "changed"),
            "close": lambda: ("close_action", self.given("done_on", "reason") | self._sent(*measured_by), "closed"),
            "measure": lambda: ("measure_action", self._sent(*measured_by), "measured"),
            "cancel": lambda: ("cancel_action", {"reason": self.text("reason") or ""}, "cancelled"),
            "reopen": lambda: ("reopen_action", {}, "reopened"),
        }
        if act not in acts:
            raise NotFound.among("page", act, acts)
        operation, values, word = acts[act]()
        key = unquote(key)
        await self.ask(operation, id=key, **values | revision_read(self.text("revision")))
        self.done(f"/actions/{quote(key, safe=':')}", word)

    def _sent(self, *names: str) -> dict[str, str]:
        """Fields that the form has, emptied ones too: an emptied field takes the old value away."""
        return {name: self.text(name) or "" for name in names if name in self.request.body_arguments}


ROUTES = [
    (r"/actions", Actions),
    (r"/actions/([^/]+)", ActionPage),
    (r"/actions/([^/]+)/([a-z-]+)", ActOnAction),
]
