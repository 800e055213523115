"""Defining an outcome: a template is chosen, its form is checked letter by letter, and what was typed stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from kg.domain import Direction, Horizon, Shape, UnitKind
from kg.domain.units import Unit, read_value
from kg.errors import KgError, UnitMismatch
from widgets.rendering.outcome_check import check_letters, check_line, verdict

from .lesson_acts import project_key
from .outcome_pages import OutcomePages
from .project_picker import project_choices

FREE = "none"
"""The choice of no template."""
TEXTS = ("statement", "relevance", "achievability", "unit_of_measure", "currency", "owner")
"""Fields that may be emptied by an empty text."""
CHOICES = {"unit_kind": "unit_kinds", "direction": "directions", "horizon": "horizons", "shape": "shapes"}
"""Fields with a list to choose from, and where the words of it stand below `outcomes`."""
FIGURES = ("baseline", "target")
NUMBERS = (*FIGURES, "weight")
DAYS = ("start", "due")
FIELDS = ("title", "metric", *TEXTS, *CHOICES, *NUMBERS, *DAYS)
OPEN_WHEN_EMPTY = frozenset({"metric", "baseline", "target", *DAYS})
"""Fields that `clear` names when a form of an outcome that is there leaves them empty."""


class OutcomeForm(OutcomePages):
    """What the form of a new outcome and of one that is there share."""

    async def form(
        self, typed: dict[str, str], check: Any, template: Any, about: SimpleNamespace, problems: dict[str, str],
        words: dict[str, str], status: int = 200, meanwhile: list[SimpleNamespace] | None = None,
    ) -> None:  # fmt: skip
        """Show the form with what was typed, what the check found, what was refused, and what others changed."""
        lines = [line for letter in check_letters(check, self.t) for line in letter.lines] if check else []
        lines += [check_line(finding, self.t) for finding in check.others] if check else []
        complaints: dict[str, list[Any]] = {}
        for line in lines:
            complaints.setdefault(line.field, []).append(line)
        self.show(
            "outcome_new.html",
            status,
            typed=typed,
            check=check,
            template=template,
            about=about,
            problems=problems,
            words=words,
            meanwhile=meanwhile,
            owners=await self._owners(about.project),
            complaints=complaints,
            smart=SimpleNamespace(letters=check_letters(check, self.t), said=verdict(check, self.t)) if check else None,
            unit_kinds=list(UnitKind),
            directions=list(Direction),
            horizons=list(Horizon),
            shapes=list(Shape),
        )

    def read(self, held: Any = None) -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
        """The form as it was typed, the values it gives, and problems beside fields.

        Args:
            held: The outcome that is changed; what the form leaves unsaid of its unit is as it was.
        """
        typed = {name: self.text(name) or "" for name in FIELDS}
        field, _, suggestion = (self.text("take") or "").partition("=")
        if field in FIELDS:
            typed[field] = suggestion
        sent = self.request.body_arguments
        values: dict[str, Any] = {name: text for name, text in typed.items() if text and name not in NUMBERS}
        values |= {name: typed[name] for name in TEXTS if typed[name] or name in sent}
        if typed["currency"]:
            values["currency"] = typed["currency"] = typed["currency"].upper()
        problems: dict[str, str] = {}
        for name in NUMBERS:
            if typed[name]:
                unit = self._unit(typed, held) if name in FIGURES else Unit(UnitKind.NUMBER)
                self._read_number(name, unit, typed, values, problems)
        if not typed["weight"] and "weight" in sent:
            values["weight"] = 1.0
        return typed, values, problems

    def _unit(self, typed: dict[str, str], held: Any) -> Unit:
        """What the outcome's figures are, by what the form says of it."""
        said = {name: typed[name] for name in ("unit_kind", "unit_of_measure", "currency")}
        if held is not None:
            sent = self.request.body_arguments
            said = {name: said[name] if name in sent else _text(getattr(held, name)) for name in said}
        kind = UnitKind(said["unit_kind"]) if said["unit_kind"] in set(UnitKind) else UnitKind.NUMBER
        return Unit.named(said["unit_of_measure"], kind, said["currency"] or None)

    def _read_number(
        self, name: str, unit: Unit, typed: dict[str, str], values: dict[str, Any], problems: dict[str, str]
    ) -> None:
        """A figure as measurements and money are read: `65 %`, `1,000`, `EUR 4,000`, `yes`."""
        try:
            found = read_value(typed[name], unit)
        except UnitMismatch as error:
            problems[name] = self.t.error(error)
            return
        own = values.get("currency") or unit.currency
        if found.currency and own and found.currency != own:
            problems[name] = self.t("value.money.two_currencies", one=found.currency, other=own)
        elif found.currency and not own:
            values["currency"] = typed["currency"] = found.currency
        values[name] = float(found.amount)

    async def _owners(self, project: str) -> list[Any]:
        """Who can own an outcome of a project, as far as the visitor may know them."""
        try:
            return list((await self.ask("outcome_owners", project=project)).owners)
        except KgError:  # the form is of use without them
            return []

    def blanks(self, template: Any) -> dict[str, str]:
        """What fills the blanks of the template's sentence."""
        return {blank.key: self.text(f"word_{blank.key}") or "" for blank in template.blanks} if template else {}

    def refused(self, error: KgError, problems: dict[str, str]) -> None:
        """Put the words of a refusal beside its field, or above the form.

        Raises:
            KgError: It is no refusal of what was typed.
        """
        if error.status >= 500 or (error.status == 404 and error.fields.get("kind") in ("project", "outcome")):
            raise error
        field = str(error.fields.get("field") or "").split(".")[0]
        if not field and error.fields.get("kind") == "metric":
            field = "metric"
        problems[field if field in FIELDS else "elsewhere"] = self.t.error(error)

    async def template(self, key: str | None) -> Any:
        """A template by its key; None for none."""
        offered = (await self.ask("outcome_templates")).templates
        return next((one.template for one in offered if one.template.key == key), None)


class OutcomeNew(OutcomeForm):
    """`/outcomes/new`: choose project and template, then say what is promised."""

    async def get(self) -> None:
        """The choice, or the form with what the template brings."""
        project = project_key(self.get_query_argument("project", "").strip()[:300] or None)
        key = self.get_query_argument("template", "").strip()[:40]
        problem = None
        if project and key:
            template = await self.template(key)
            if template is not None or key == FREE:
                try:
                    await self._prefilled(project, template)
                    return
                except KgError as error:
                    if error.status >= 500:
                        raise
                    problem = self.t.error(error)
        elif key:
            problem = self.t("outcome_pages.new.no_project")
        offered = await self.ask("outcome_templates")
        self.show(
            "outcome_choose.html",
            400 if problem else 200,
            templates=[one.template for one in offered.templates],
            project=self.get_query_argument("project", "").strip()[:300],
            choices=await project_choices(self),
            problem=problem,
            free=FREE,
        )

    async def post(self) -> None:
        """Check what was typed, or keep it as a draft."""
        project = self.text("project") or ""
        template = await self.template(self.text("template"))
        typed, values, problems = self.read()
        words = self.blanks(template)
        given = {"project": project, "template": template.key if template else None, "language": self.language}
        given |= values | {"words": {key: text for key, text in words.items() if text}}
        check = None
        if not problems:
            try:
                if self.text("do") == "save":
                    made = await self.ask("define_outcome", **given | self.given("key"))
                    self.done(f"/outcomes/{quote(made.outcome.id, safe=':')}", "defined")
                    return
                check = await self.ask("check_outcome", **given)
            except KgError as error:
                self.refused(error, problems)
        if check is not None and not typed["statement"]:
            typed["statement"] = check.outcome.statement or ""
        about = await self._about(project)
        about.key = self.text("key")
        await self.form(typed, check, template, about, problems, words, 422 if problems else 200)

    async def _prefilled(self, project: str, template: Any) -> None:
        key = template.key if template else None
        check = await self.ask("check_outcome", project=project, template=key, language=self.language)
        typed = typed_of(check.outcome)
        if typed["title"] == "…":
            typed["title"] = ""
        await self.form(typed, check, template, await self._about(project), {}, {})

    async def _about(self, project: str) -> SimpleNamespace:
        found = (await self.ask("project_facts", project=project)).project
        return SimpleNamespace(id=None, project=found.id, project_name=found.name, revision=None, key=self.nonce)


def typed_of(outcome: Any) -> dict[str, str]:
    """The values of an outcome as a form has them."""
    return {name: _text(getattr(outcome, name)) for name in FIELDS}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


ROUTES = [
    (r"/outcomes/new", OutcomeNew),
]
