"""`retrobook retro export` and `retrobook retro import`: retrospectives as files."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from kg.errors import InvalidRequest, NotFound

from ..assembly import reach_graph, reach_records
from ..settings import read_settings
from .lesson_filters import Day
from .options import home_option
from .output import BAD_INPUT, json_option, print_json, reports_errors, say
from .retro import PREFIXES


@click.command("export")
@click.argument("retrospective")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="The file to write, or - for stdout.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "md", "html", "pdf"]), help="By the file's ending when not given."
)
@click.option(
    "--what", type=click.Choice(["notes", "actions"]), default="notes", show_default=True, help="What a CSV holds."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@home_option
@json_option
@reports_errors
def export(
    retrospective: str, to: Path, form: str | None, what: str, language: str, home: str | None, as_json: bool
) -> None:
    """Write RETROSPECTIVE, which is closed, to a file: everything that was in it.

    A CSV holds one row a note (or an action); Markdown, HTML and PDF hold all of it. Of an
    anonymous one no author is written.
    """
    from pipelines.exports import export_retrospective
    from pipelines.reports.retrospective_period import period_around

    form = form or _by_ending(to)
    settings = read_settings({"home": home})
    with reach_graph(settings) as graph:
        facts = _facts(graph, retrospective)
        wall = None if form == "csv" else period_around(graph, facts)
        made = export_retrospective(facts, form, language, part=what, wall=wall, home=settings.home)
    if str(to) == "-":
        click.echo(made, nl=False)
        return
    aside = to.with_name(f".{to.name}.part")
    aside.write_bytes(made)
    aside.replace(to)
    if as_json:
        print_json({"retrospective": facts.retrospective.id, "file": str(to), "format": form, "bytes": len(made)})
    say(f"Wrote {facts.retrospective.title} to {to} ({len(made):,} bytes).")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--project", required=True, metavar="P", help="The project: its id or external id.")
@click.option("--title", help="What it is called; the file's own title or name when not given.")
@click.option("--held-on", type=Day(), metavar="DAY", help="When it was held; the file's own date when not given.")
@click.option("--team", help="The team that held it.")
@click.option("--anonymous", is_flag=True, help="Drop the authors of notes.")
@click.option("--encoding", help="The file's encoding; found out when not given.")
@click.option("--check", is_flag=True, help="Read and check everything, write nothing.")
@home_option
@json_option
@reports_errors
def import_(
    file: Path, project: str, title: str | None, held_on: date | None, team: str | None, anonymous: bool,
    encoding: str | None, check: bool, home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Import the notes in FILE, a board exported by another tool, as a closed retrospective.

    CSV: a row a card, or a column a column of the board. Markdown or plain text: a heading a
    column, a list item a card. Project, title and day name the retrospective: importing them
    again updates it and makes nothing twice. Rows that cannot be used are kept under the
    installation's `rejected` folder; the exit code is then 2, and the rest is imported.
    """
    from pipelines.sources.board_import import import_board

    settings = read_settings({"home": home})
    with reach_records(settings) as graph:
        report = import_board(
            graph, settings.home, file, project, title=title, held_on=held_on, team=team, anonymous=anonymous,
            encoding=encoding, check=check,
        )  # fmt: skip
    if as_json:
        print_json(report)
    else:
        click.echo(report.retrospective)
    state = {"new": "Imported", "changed": "Updated", "unchanged": "Nothing new in", "checked": "Checked"}
    day = f" ({report.held_on})" if report.held_on else ""
    say(
        f"{state[report.state]} {report.title}{day}: {report.notes} notes, {report.topics} topics, "
        f"{report.actions} actions of {report.rows} rows."
    )
    for notice in report.notices:
        say(f"Note: {notice}.")
    if report.rejected:
        for line in report.rejections:
            say(f"Rejected: {line}")
        if report.rejected_file:
            say(f"{report.rejected} rejected; they are kept in {report.rejected_file}.")
        sys.exit(BAD_INPUT)


def _by_ending(to: Path) -> str:
    endings = {".csv": "csv", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".pdf": "pdf"}
    form = endings.get(to.suffix.casefold())
    if form is None:
        raise InvalidRequest(
            f"{to} has no ending that says its format: use .csv, .md, .html or .pdf, or --format.", field="format"
        )
    return form


def _facts(graph: Any, key: str) -> Any:
    missing: NotFound | None = None
    for prefix in ("", *PREFIXES):
        try:
            return graph.retrospective_facts(id=f"{prefix}{key}")
        except NotFound as error:
            missing = missing or error
    assert missing is not None
    raise missing
