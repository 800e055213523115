"""`/measurements/import`: a table of values is checked first, then exactly what was checked is imported."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from kg.domain import Role
from kg.domain.media import safe_filename
from kg.errors import Conflict, Forbidden, KgError, NotFound
from pipelines.sources.measurement_sheet import MOST_BYTES, MOST_ROWS, ORDERS, BadRow, Sheet, UnusableTable, read_sheet

from .checked_files import CheckedFile, CheckedFiles
from .lesson_acts import ActingPage, project_key
from .project_picker import project_choices
from .rejected_rows import field_words, plain, reason_words, rejected_table
from .uploads import disposition

SHOWN = 100
"""Rows of each kind that the page lists; the file of rejected rows has them all."""


class ImportPages(ActingPage):
    """Base of these pages."""

    async def prepare(self) -> None:
        """Guests bring no values."""
        await super().prepare()
        if not self._finished and not (self.visitor and self.visitor.has(Role.MEMBER)):
            raise Forbidden("Guests bring no values.", operation="import", needed=Role.MEMBER.value)

    @property
    def files(self) -> CheckedFiles:
        """The files that wait."""
        found: CheckedFiles = self.settings.setdefault("checked_files", CheckedFiles())
        return found

    async def form(self, problems: dict[str, str], code: int = 200) -> None:
        """The form; after a refusal with why."""
        project = self.get_body_argument("project", self.get_query_argument("project", ""))
        self.show(
            "value_import.html",
            code,
            problems=problems,
            typed=SimpleNamespace(project=project[:300], order=self.get_body_argument("order", "")),
            choices=await project_choices(self),
            megabytes=MOST_BYTES >> 20,
            most=MOST_ROWS,
            orders=list(ORDERS),
        )

    async def checked(self, file: CheckedFile) -> tuple[Sheet, Any, list[BadRow]]:
        """A waiting file as it would be imported now."""
        sheet = await self.server.pools.ask(read_sheet, file.content, self.server.settings.home, file.order)
        found = await self.ask("import_measurements", rows=sheet.rows, project=file.project or None, check=True)
        return sheet, found, sorted([*sheet.bad, *_refused(found)], key=lambda bad: bad.row)


class ImportForm(ImportPages):
    """The form, and what comes of sending it."""

    async def get(self) -> None:
        """The form."""
        await self.form({})

    async def post(self) -> None:
        """Read the file; when it is a table, go on to what would be written."""
        sent = self.request.files.get("file", [])
        order = self.text("order")
        problems: dict[str, str] = {}
        project = ""
        if not sent or not (sent[0].filename or sent[0].body):
            problems["file"] = self.t("value_import.file.none")
        elif wanted := project_key(self.text("project")):
            try:
                project = (await self.ask("project_facts", project=wanted)).project.id
            except NotFound as error:
                problems["project"] = self.t.error(error)
        if not problems:
            content = bytes(sent[0].body)
            try:
                name = safe_filename(sent[0].filename or "table.csv")
                order = order if order in ORDERS else None
                await self.server.pools.ask(read_sheet, content, self.server.settings.home, order)
                file = self.files.keep(self._who, name, content, project, order)
                self.redirect(f"/measurements/import/{file.token}", status=303)
                return
            except UnusableTable as error:
                told = error.fields
                words = {**told, "column": self.t(f"value_import.fields.{told['column']}")} if (
                    told["why"] == "no_column"
                ) else told  # fmt: skip
                problems[told["field"]] = self.t(f"value_import.file.{told['why']}", **plain(words))
                if told.get("nearest"):
                    problems[told["field"]] += " " + self.t("value_import.file.nearest", name=told["nearest"])
            except KgError as error:
                if error.status >= 500:
                    raise
                problems["file"] = self.t.error(error)
        await self.form(problems, 422)

    @property
    def _who(self) -> str:
        assert self.visitor is not None
        return self.visitor.name


class CheckPage(ImportPages):
    """`/measurements/import/<token>`: what would be written, then what was."""

    async def get(self, token: str) -> None:
        """What would be written now; after the import, what came of it."""
        file = await self._file(token)
        if file is not None:
            await self.draw(file)

    async def post(self, token: str) -> None:
        """Import exactly what was checked, or let go of the file."""
        file = await self._file(token)
        if file is None:
            return
        if self.text("do") == "drop":
            self.files.drop(file)
            self.redirect("/measurements/import", status=303)
            return
        if file.done is None:
            sheet = await self.server.pools.ask(read_sheet, file.content, self.server.settings.home, file.order)
            try:
                done = await self.ask(
                    "import_measurements", rows=sheet.rows, project=file.project or None,
                    expect=self.text("digest") or "none",
                )  # fmt: skip
            except Conflict:
                await self.draw(file, changed=True)
                return
            self.server.hub.nudge()
            measured = sorted({(row.subject, row.title) for row in done.kept}, key=lambda pair: pair[1])
            self.files.finish(
                file,
                {
                    "created": done.created, "corrected": done.corrected, "unchanged": done.unchanged,
                    "rejected": len(done.rejected) + len(sheet.bad),
                    "subjects": measured[:SHOWN],
                },
            )  # fmt: skip
        self.redirect(f"/measurements/import/{file.token}", status=303)

    async def draw(self, file: CheckedFile, *, changed: bool = False) -> None:
        """The page."""
        if file.done is not None:
            self.show("value_import_done.html", file=file, done=SimpleNamespace(**file.done))
            return
        sheet, found, bad = await self.checked(file)
        self.show(
            "value_import_check.html",
            409 if changed else 200,
            file=file,
            sheet=sheet,
            found=found,
            bad=[self._told(one, sheet) for one in bad[:SHOWN]],
            rejected=len(bad),
            kept=found.kept[:SHOWN],
            remarks={
                remark.row: self.t(f"measuring.remarks.{remark.key}", **remark.values) for remark in found.remarks
            },
            measured=lambda unit, value, currency: unit.unit().show(value, self.language, currency=currency),
            shown=SHOWN,
            changed=changed,
            writes=found.created + found.corrected,
        )

    async def _file(self, token: str) -> CheckedFile | None:
        assert self.visitor is not None
        found = self.files.find(token, self.visitor.name)
        if found is None:
            await self.form({"file": self.t("value_import.file.gone")}, 404)
        return found

    def _told(self, bad: BadRow, sheet: Sheet) -> SimpleNamespace:
        cell = sheet.cells.get(bad.row, {}).get(sheet.columns.get(bad.field, ""), "")
        return SimpleNamespace(
            row=bad.row,
            line=bad.line,
            field=field_words(bad, self.t),
            said=str(cell)[:80],
            reason=reason_words(bad, self.t),
        )


class RejectedRows(ImportPages):
    """`/measurements/import/<token>/rejected.csv`: the rows that would be left out, each with its reason."""

    async def get(self, token: str) -> None:
        """The table."""
        assert self.visitor is not None
        file = self.files.find(token, self.visitor.name)
        if file is None or file.done is not None:
            raise NotFound("The check of this file has ended. Send the file again.", kind="page", name="rejected.csv")
        sheet, _, bad = await self.checked(file)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", disposition(f"rejected-{file.name.rsplit('.', 1)[0]}.csv"))
        self.set_header("Cache-Control", "private, no-store")
        self.finish(rejected_table(sheet, bad, self.t))


def _refused(found: Any) -> list[BadRow]:
    return [BadRow(bad.row, bad.line, bad.field, bad.reason, bad.code, bad.fields) for bad in found.rejected]


ROUTES = [
    (r"/measurements/import", ImportForm),
    (r"/measurements/import/([\w-]+)", CheckPage),
    (r"/measurements/import/([\w-]+)/rejected\.csv", RejectedRows),
]
