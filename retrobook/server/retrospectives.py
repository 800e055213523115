"""Pages of retrospectives: the list, a new one, and one that is open or over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote, urlencode

from kg.domain import Retrospective, RetrospectiveState, Role
from kg.domain.formats import Format
from kg.errors import InvalidRequest, KgError, NotFound
from kg.operations.retrospectives import BoardSummary, RetrospectiveSummary
from kg.policy import allow
from pipelines.runs import notebook_file
from widgets.rendering.retrospective import RetrospectiveView

from .lesson_acts import project_key
from .pages import Page
from .project_picker import project_choices
from .retrospective_form import RetrospectiveForm, Typed, as_json, minutes_of

PER_PAGE = 30
NOTEBOOK = "retrospective"
"""The report that is made of a retrospective when it closes."""
DONE = {"created": "created", "closed": "closed_now"}


@dataclass(frozen=True)
class Listed:
    """A retrospective in the list; `report` is the run of its newest report."""

    item: RetrospectiveSummary
    format_name: str
    report: str | None = None


class RetrospectivePage(Page):
    """Base of these pages."""

    @property
    def may_hold(self) -> bool:
        """True for who may open a retrospective."""
        return self.visitor is not None and self.visitor.has(Role.FACILITATOR)

    async def format_names(self) -> dict[str, str]:
        """Names of the formats there are, in the visitor's language, by key."""
        found = await self.ask("list_formats")
        return {format.key: format.name(self.language) for format in found.formats}

    def name_of_format(self, key: str, names: dict[str, str]) -> str:
        """What a format is called; its key where it is not there any more."""
        words = f"retrospectives.formats.{key}"
        return names.get(key) or (self.t(words) if words in self.t else key.replace("_", " "))

    async def reports(self, project: str | None = None) -> dict[str, str]:
        """The newest report of each retrospective, as far as the visitor may read it; their own language first."""
        listed = await self.ask("list_runs", notebook=NOTEBOOK, project=project, limit=1000)
        runs = sorted(listed.runs, key=lambda item: item.run.language != self.language)
        found: dict[str, str] = {}
        for item in runs:
            found.setdefault(str(item.run.parameters.get("retrospective")), item.run.id)
        return found


class Retrospectives(RetrospectivePage):
    """`/retrospectives`: open ones first, then what was held, latest first."""

    async def get(self) -> None:
        """The list, of all projects that the visitor may see or of one."""
        shown = " ".join(self.get_query_argument("project", "").split())[:300]
        page = self.page_number()
        opened, held, names, reports, choices = await asyncio.gather(
            self._list(shown, RetrospectiveState.OPEN, limit=100),
            self._list(shown, RetrospectiveState.CLOSED, limit=PER_PAGE, offset=(page - 1) * PER_PAGE),
            self.format_names(),
            self.reports(),
            project_choices(self),
        )

        def link(number: int) -> str:
            given = ({"project": shown} if shown else {}) | ({"page": str(number)} if number > 1 else {})
            return "/retrospectives" + (f"?{urlencode(given)}" if given else "")

        def listed(items: list[RetrospectiveSummary]) -> list[Listed]:
            return [Listed(item, self.name_of_format(item.format, names), reports.get(item.id)) for item in items]

        self.show(
            "retrospectives.html",
            may_hold=self.may_hold,
            anything=bool(shown or opened[0] or held[1]),
            project=shown,
            open=listed(opened[0]),
            held=listed(held[0]),
            total=held[1],
            page=page,
            pages=max(1, -(-held[1] // PER_PAGE)),
            link=link,
            choices=choices,
        )

    async def _list(
        self, shown: str, state: RetrospectiveState, **values: int
    ) -> tuple[list[RetrospectiveSummary], int]:
        """A page of them and how many there are; none of a project that the visitor does not see."""
        try:
            found = await self.ask("list_retrospectives", project=project_key(shown or None), state=state, **values)
        except NotFound:
            return [], 0
        return found.retrospectives, found.total


class NewRetrospective(RetrospectivePage):
    """`/retrospectives/new`: one form; without JavaScript its buttons do what the script does."""

    async def get(self) -> None:
        """The form, for a project when the address names one."""
        form = await self._form()
        shown = " ".join(self.get_query_argument("project", "").split())[:300]
        choices = await project_choices(self)
        key = project_key(shown or None)
        chosen = next((choice for choice in choices if project_key(choice) == key), shown)
        await self._draw(form, form.fresh(chosen, await self._looked_back(key)), choices)

    async def post(self) -> None:
        """Open it and go to its page; or the form again, with what was typed and what is wrong."""
        form = await self._form()
        typed = form.read(lambda name: self.get_body_argument(name, ""))
        if self.get_body_argument("refill", ""):
            await self._draw(form, form.refill(typed))
            return
        if form.check(typed):
            try:
                made = await self.ask("create_retrospective", **form.request(typed))
            except (InvalidRequest, NotFound) as error:
                self._say_where(typed, error)
            else:
                self.server.hub.nudge()
                self.redirect(f"/retrospectives/{quote(made.retrospective.id, safe=':')}?done=created", status=303)
                return
        await self._draw(form, typed, code=422)

    async def _form(self) -> RetrospectiveForm:
        """The form with the formats there are.

        Raises:
            Forbidden: The visitor opens none.
        """
        assert self.visitor is not None
        allow(self.visitor, "create_retrospective", Role.FACILITATOR)
        found = await self.ask("list_formats")
        return RetrospectiveForm(found.formats, self.t, datetime.now(UTC).date())

    async def _draw(
        self, form: RetrospectiveForm, typed: Typed, choices: list[str] | None = None, *, code: int = 200
    ) -> None:
        def titles(format: Format) -> list[str]:
            return [column.title(self.language) for column in format.columns]

        self.show(
            "retrospective_new.html",
            code,
            typed=typed,
            formats=list(form.formats.values()),
            fillings=as_json(form.formats),
            suggested=form.suggested_title(typed),
            minutes_of=minutes_of,
            titles=titles,
            choices=choices if choices is not None else await project_choices(self),
        )

    async def _looked_back(self, project: str | None) -> date | None:
        """The day up to which a project looked back last."""
        if project is None:
            return None
        try:
            found = await self.ask("list_retrospectives", project=project, state=RetrospectiveState.CLOSED, limit=1)
        except NotFound:
            return None
        last = found.retrospectives[0] if found.retrospectives else None
        return (last.period_end or last.held_on) if last else None

    def _say_where(self, typed: Typed, error: KgError) -> None:
        """Put an error of the operation beside its field."""
        section, field = "retrospectives.new.problems", str(error.fields.get("field", ""))
        if error.fields.get("kind") == "project":
            near = error.fields.get("nearest")
            words = f"{section}.nearest" if near else f"{section}.unknown_project"
            typed.problems["project"] = self.t(
                words, name=project_key(typed.project), **({"nearest": near} if near else {})
            )
        elif error.fields.get("kind") == "format":
            typed.problems["format"] = self.t(f"{section}.format")
        else:
            known = {"project", "title", "team", "period_start", "period_end", "format", "votes", "per_topic", "phases"}
            reason = str(error.fields.get("reason") or self.t.error(error))
            typed.problems[field if field in known else "elsewhere"] = self.t(f"{section}.elsewhere", reason=reason)


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


def _is_registered(home: Any) -> bool:
    try:
        notebook_file(NOTEBOOK, home)
    except NotFound:
        return False
    return True


ROUTES = [
    (r"/retrospectives", Retrospectives),
    (r"/retrospectives/new", NewRetrospective),
    (r"/retrospectives/([^/]+)", OneRetrospective),
]
