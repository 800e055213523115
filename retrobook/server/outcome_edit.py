"""Changing an outcome that is there: refused when somebody else was quicker, with both versions in sight."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

from kg.errors import Conflict, KgError

from .outcome_form import CHOICES, FIELDS, OPEN_WHEN_EMPTY, OutcomeForm, typed_of
from .revisions import revision_of


class OutcomeEdit(OutcomeForm):
    """`/outcomes/<id>/edit`: say something of a draft or returned outcome differently."""

    async def get(self, key: str) -> None:
        """The form as the outcome is now; the outcome itself for whoever may not change it as it stands."""
        found = await self.ask("get_outcome", id=unquote(key))
        if "change" not in found.permitted:
            self.redirect(f"/outcomes/{quote(found.outcome.id, safe=':')}")
            return
        check = await self.ask("check_outcome", id=found.outcome.id, language=self.language)
        template = await self.template(found.outcome.template)
        await self.form(typed_of(found.outcome), check, template, self._about(found), {}, {})

    async def post(self, key: str) -> None:
        """Check what was typed, or keep it; what somebody changed meanwhile is shown before it can be overwritten."""
        found = await self.ask("get_outcome", id=unquote(key))
        template = await self.template(found.outcome.template)
        typed, values, problems = self.read(found.outcome)
        if not typed["title"] and "title" in self.request.body_arguments:
            values["title"] = ""  # refused beside its field: an outcome is never without one
        words = self.blanks(template)
        given = {"id": found.outcome.id, "language": self.language} | values
        given["words"] = {name: text for name, text in words.items() if text}
        about, check = self._about(found), None
        read = revision_of(self.text("revision")) or 0
        about.revision = read
        since = revision_of(self.text("since"))  # both versions stay in sight until the form is kept
        meanwhile, status = None if since is None else self._meanwhile(found, typed, since), 200
        if not problems:
            try:
                if self.text("do") == "save":
                    clear = sorted(name for name in OPEN_WHEN_EMPTY if not typed[name])
                    await self.ask("change_outcome", **given, clear=clear, revision=read)
                    self.done(f"/outcomes/{quote(found.outcome.id, safe=':')}", "changed")
                    return
                check = await self.ask("check_outcome", **given)
            except KgError as error:
                if isinstance(error, Conflict) and "revision" in error.fields:
                    found = await self.ask("get_outcome", id=found.outcome.id)
                    since = read if since is None else min(since, read)
                    about.revision, meanwhile = found.outcome.revision, self._meanwhile(found, typed, since)
                    status = 409
                    problems["elsewhere"] = self.t("outcome_pages.form.stale.said")
                else:
                    self.refused(error, problems)
        status = status if status == 409 or not problems else 422
        about.since = since
        await self.form(typed, check, template, about, problems, words, status, meanwhile)

    def _meanwhile(self, found: Any, typed: dict[str, str], read: int) -> list[SimpleNamespace]:
        """What others changed since a revision was read and the form says differently, each with both values."""
        changed = {change.field for step in found.history if step.revision > read for change in step.changes}
        now = typed_of(found.outcome)
        sent = self.request.body_arguments
        return [
            SimpleNamespace(field=name, value=now[name], now=self._shown(name, now[name]),
                            yours=self._shown(name, typed[name]))
            for name in FIELDS
            if name in changed and name in sent and now[name] != typed[name]
        ]  # fmt: skip

    def _shown(self, name: str, text: str) -> str:
        """A value of a field as people read it."""
        words = f"outcomes.{CHOICES.get(name, '')}.{text}"
        return self.t(words) if words in self.t else text or self.t("outcome_pages.form.stale.empty")

    def _about(self, found: Any) -> SimpleNamespace:
        o = found.outcome
        return SimpleNamespace(
            id=o.id, project=o.project, project_name=found.project_name or "", revision=o.revision, key=None, since=None
        )


ROUTES = [(r"/outcomes/([^/]+)/edit", OutcomeEdit)]
