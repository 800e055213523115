"""`/retrospectives/new`: opening a retrospective."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import quote

from kg.domain import RetrospectiveState, Role
from kg.domain.formats import Format
from kg.errors import InvalidRequest, KgError, NotFound
from kg.operations.formats import FormatProblem
from kg.policy import allow

from .lesson_acts import project_key
from .project_picker import project_choices
from .retrospective_form import RetrospectiveForm, Typed
from .retrospective_phases import as_json, minutes_of
from .retrospectives import RetrospectivePage

FIELDS = frozenset({"project", "title", "team", "period_start", "period_end", "format", "votes", "per_topic", "phases"})
"""Fields beside which a problem can stand."""


class NewRetrospective(RetrospectivePage):
    """`/retrospectives/new`: one form; without JavaScript its buttons do what the script does."""

    left_out: list[FormatProblem]
    """Formats that cannot be offered, and why."""

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
        self.left_out = found.problems
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
            left_out=self.left_out,
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
            words = self.t(f"{section}.elsewhere", reason=self.t.error(error))
            typed.problems[field if field in FIELDS else "elsewhere"] = words


ROUTES = [(r"/retrospectives/new", NewRetrospective)]
