"""Several outcomes changed at once from their list, and exactly that edit taken back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from kg.errors import KgError, by_code

from .outcome_bulk_form import BulkForm, revisions
from .outcome_pages import Outcomes


class BulkEdit(Outcomes):
    """`POST /outcomes/bulk`: the ticked outcomes get new values, all or none."""

    async def get(self) -> None:
        """The list: an edit is no place to come back to."""
        self.redirect(self.back())

    async def post(self) -> None:
        """Change them and show the list; with a refusal nothing is written and each says why."""
        form = BulkForm()
        try:
            form = BulkForm.sent(self)
            if not form.picked:
                form.problem = self.t("outcome_pages.bulk.none_ticked")
            elif not any(form.typed.values()):
                form.problem = self.t("outcome_pages.bulk.nothing_given")
            if form.problem:
                await self.listed(422, form)
                return
            found = await self.ask(
                "bulk_edit_outcomes", ids=sorted(form.picked), revisions=revisions(self), new_round=form.new_round,
                skip_refused=self.text("do") == "others", **form.values(),
            )  # fmt: skip
        except KgError as error:
            if error.status >= 500:
                raise
            form.problem = self.t.error(error)
            await self.listed(error.status, form)
            return
        if found.written:
            self.changed(bulk="changed", edit=found.edit)
        elif found.refused:
            form.refused = self.reasons(found.refused)
            await self.listed(409, form)
        else:
            self.changed(bulk="same")

    def back(self, **more: str) -> str:
        """The address of the list as it was asked for, with more."""
        given = {name: self.get_query_argument(name, "") for name in ("who", "project", "state", "text", "page")}
        values = {name: value for name, value in (given | more).items() if value}
        return f"/outcomes?{urlencode(values)}" if values else "/outcomes"

    def changed(self, **more: str) -> None:
        """Go on to the list, which says what was done."""
        self.server.hub.nudge()
        self.redirect(self.back(**more), status=303)

    def reasons(self, refused: list[Any]) -> list[tuple[str | None, str]]:
        """Titles of outcomes that were refused, with the reasons in the visitor's language."""
        known = by_code()
        return [(row.title, self.t.error(known.get(row.code, KgError)(row.message, **row.fields))) for row in refused]


class UndoBulk(BulkEdit):
    """`POST /outcomes/bulk/undo`: exactly one edit of the visitor's own taken back."""

    async def post(self) -> None:
        """Take it back; where somebody changed one of them since, nothing is written and each says why."""
        edit = self.text("edit") or ""
        form = BulkForm(undoing=edit)
        try:
            found = await self.ask("undo_bulk_edit", edit=edit or "-", skip_refused=self.text("do") == "others")
        except KgError as error:
            if error.status >= 500:
                raise
            form.problem, form.undoing = self.t("outcome_pages.bulk.no_edit"), None
            await self.listed(error.status, form)
            return
        if found.written:
            self.changed(bulk="undone", edit=f"|{len(found.changed)}")
        else:
            form.refused = self.reasons(found.refused)
            await self.listed(409, form)


ROUTES = [(r"/outcomes/bulk", BulkEdit), (r"/outcomes/bulk/undo", UndoBulk)]
