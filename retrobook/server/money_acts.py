"""Costs and benefits entered, corrected and taken back from a project's page; it works without JavaScript too."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from kg.errors import KgError, NotFound, NotYours

from .details import ProjectPage
from .money_form import MoneyForm

SECTION = "value"
"""Where the page goes on after a form."""


class ActOnMoney(ProjectPage):
    """`POST /projects/<id>/money/<act>`: enter a cost or benefit, or correct one."""

    async def get(self, key: str, act: str = "") -> None:
        """The page itself: an act is no place to come back to."""
        self.redirect(f"/projects/{quote(unquote(key), safe=':')}#{SECTION}")

    async def post(self, key: str, act: str) -> None:
        """Do it and show what it changed; what is refused keeps what was typed, with the reason beside it."""
        key = unquote(key)
        if act not in ("add", "correct"):
            raise NotFound.among("page", act, ["add", "correct"])
        fields = {name: self.text(name) or "" for name in self.request.body_arguments}
        entry = await self.entry(key, fields.get("entry", "")) if act == "correct" else None
        form = MoneyForm.sent(act, fields, self.t, entry)
        back = act == "correct" and fields.get("do") == "take_back"
        if back:  # what else was typed does not matter then
            form.problems = {name: words for name, words in form.problems.items() if name == "reason"}
        if not form.problems:
            try:
                made = await (self._take_back(form) if back else self._correct(form) if entry else self._add(key, form))
            except KgError as error:
                if error.status >= 500 or isinstance(error, NotYours) or self._asked_by_script():
                    raise
                form.refuse(error, self.t)
            else:
                word = "taken_back" if back else "corrected" if entry else f"{form.typed['kind']}_entered"
                entered = [row.id for row in made.entries]
                self.done(f"/projects/{quote(key, safe=':')}", word, at=SECTION, entry=entered)
                return
        await self.project(key, 422, form)

    async def _add(self, key: str, form: MoneyForm) -> Any:
        typed = form.typed
        values = form.values | {name: typed[name] for name in ("note", "shared", "key") if typed[name]}
        values.pop("share", None)
        if typed["kind"] == "benefit":
            parts = form.contributors()
            if parts or typed["shared"]:
                sharing = parts or [{"subject": typed["subject"] or key, "weight": 1.0}]
                return await self.ask("share_benefit", contributors=sharing, **values)
            return await self.ask("add_benefit", subject=typed["subject"] or key, **values)
        return await self.ask("add_cost", subject=typed["subject"] or key, **values)

    async def _correct(self, form: MoneyForm) -> Any:
        assert form.entry is not None
        return await self.ask("correct_money", id=form.entry.id, reason=form.typed["reason"], **form.changed())

    async def _take_back(self, form: MoneyForm) -> Any:
        assert form.entry is not None
        return await self.ask("correct_money", id=form.entry.id, reason=form.typed["reason"], amount=0)


ROUTES = [(r"/projects/([^/]+)/money/([a-z-]+)", ActOnMoney)]
