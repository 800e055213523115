"""`/retrospectives/<id>`: one that is open, or what came out of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlencode

from kg.domain import Retrospective, RetrospectiveState, Role
from kg.errors import NotFound
from kg.operations.retrospectives import BoardSummary
from pipelines.runs import notebook_file
from widgets.rendering.retrospective import RetrospectiveView

from .retrospectives import NOTEBOOK, RetrospectivePage

DONE = {"created": "created", "closed": "closed_now"}
"""What a page may say was just done; the words are `retrospectives.one.<word>`."""


class OneRetrospective(RetrospectivePage):
    """`/retrospectives/<id>`: the way in while it is open, what came out of it when it is over."""

    async def get(self, key: str) -> None:
        """The retrospective; a guest has only its board."""
        assert self.visitor is not None
        found = await self.ask("get_retrospective", id=unquote(key))
        record: Retrospective = found.retrospective
        is_open = record.state is RetrospectiveState.OPEN
        if not self.visitor.has(Role.MEMBER):
            self.redirect(board_address(record.id))
            return
        project = {"id": record.project, "name": found.project_name} if found.project_name else None
        came = {} if is_open else await self._what_came_out(record)
        done = DONE.get(self.get_query_argument("done", ""))
        self.show(
            "retrospective.html",
            record=record,
            project=project,
            open=is_open,
            board=found.board,
            join_link=self._join_link(found.board),
            format_name=self.name_of_format(record.format, await self.format_names()),
            previous=await self._previous(record.previous),
            said=self.t(f"retrospectives.one.{done}") if done else None,
            **({"view": None, "figures": [], "report": None, "can_report": False} | came),
        )

    async def _what_came_out(self, record: Retrospective) -> dict[str, Any]:
        """Actions, lessons and report of one that is over."""
        facts, reports = await asyncio.gather(
            self.ask("project_facts", project=record.project), self.reports(record.project)
        )
        actions = [action for action in facts.actions if action.retrospective == record.id]
        lessons = [lesson for lesson in facts.lessons if lesson.retrospective == record.id]
        changes = await self._changes(record)
        mentioned = {key for topic in record.topics for key in (*topic.recurrences, *topic.lessons)}
        others = await asyncio.gather(*(self._title(key) for key in sorted(mentioned - {x.id for x in lessons})))
        counts = (
            ("notes", len(record.notes)),
            ("topics", len(record.topics)),
            ("actions", len(actions)),
            ("lessons", len(lessons)),
        )
        return {
            "view": RetrospectiveView(
                record, actions, lessons, others=dict(pair for pair in others if pair), changes=changes,
                language=self.language, today=datetime.now(UTC).date(),
            ),
            "figures": [(kind, count) for kind, count in counts if count],
            "report": reports.get(record.id),
            "can_report": await self.server.pools.ask(_is_registered, self.server.settings.home),
        }  # fmt: skip

    async def _changes(self, record: Retrospective) -> dict[str, float]:
        """By how much each mean changed since the same team was asked before, by question."""
        if not (record.health or record.mood or record.closing):
            return {}
        history = await self.ask(
            "health_history",
            project=record.project,
            question_set=record.health_set if record.health else None,
            limit=200,
        )
        here = next((round_ for round_ in history.rounds if round_.retrospective == record.id), None)
        if here is None:
            return {}
        levels = {**here.health, "mood": here.mood, "roti": here.closing}
        return {key: level.change for key, level in levels.items() if level and level.change is not None}

    async def _title(self, key: str) -> tuple[str, str] | None:
        """A lesson's title; None for one that the visitor may not see."""
        try:
            return key, (await self.ask("get_lesson", id=key)).lesson.title
        except NotFound:
            return None

    async def _previous(self, key: str | None) -> SimpleNamespace | None:
        if key is None:
            return None
        try:
            record = (await self.ask("get_retrospective", id=key)).retrospective
        except NotFound:
            return None
        return SimpleNamespace(id=record.id, title=record.title)

    def _join_link(self, board: BoardSummary | None) -> str | None:
        """The link to send, for those who facilitate."""
        if board is None or board.join_code is None:
            return None
        public = self.server.settings.public_url
        here = public.rstrip("/") if public else f"{self.request.protocol}://{self.request.host}"
        return f"{here}/join/{board.join_code}"


def board_address(retrospective: str) -> str:
    """Where the board of a retrospective is."""
    return f"/apps/retro_board?{urlencode({'retrospective': retrospective})}"


def _is_registered(home: Path) -> bool:
    try:
        notebook_file(NOTEBOOK, home)
    except NotFound:
        return False
    return True


ROUTES = [(r"/retrospectives/([^/]*(?::|%3A|%3a)[^/]*)", OneRetrospective)]
