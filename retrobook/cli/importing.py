"""`retrobook import` and `retrobook mapping`: records of other systems."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..assembly import reach_records
from ..settings import read_settings
from .options import home_option
from .output import BAD_INPUT, json_option, print_json, reports_errors, say
from .progress import progress_bar


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping", "mapping_name", required=True, metavar="M", help="Name of a packaged mapping, or a mapping file."
)
@click.option("--check", is_flag=True, help="Read and check everything, write nothing.")
@home_option
@json_option
@reports_errors
def import_file(kind: str, file: Path, mapping_name: str, check: bool, home: str | None, as_json: bool) -> None:
    """Import records of KIND from FILE (for notes, a file or a folder).

    KIND is what a row mainly makes: projects, outcomes, assessments, measurements, costs,
    benefits, milestones, work, actions, lessons, notes (Markdown reports) or objects
    (anything else). Importing again updates records and never makes them twice. Rows that
    cannot be used are kept under the installation's `rejected` folder; the exit code is
    then 2, and the other rows are imported.
    """
    from pipelines.sources.importer import import_file as run
    from pipelines.sources.mapping_file import load_mapping

    settings = read_settings({"home": home})
    mapping = load_mapping(mapping_name, settings.home)
    with reach_records(settings) as graph, progress_bar() as bar:
        report = run(
            graph, settings.home, kind, file, mapping, check=check,
            on_progress=lambda done, total: bar(file.name, done, total),
        )  # fmt: skip
    if as_json:
        print_json(report)
    verb = "Checked" if check else "Imported"
    made = ", ".join(f"{count} {label}" for label, count in report.records.items()) or "no records"
    say(f"{verb} {report.rows} rows of {file}: {made}.")
    if not check:
        say(f"{report.created} new, {report.updated} changed, {report.unchanged} as they were.")
    for notice in report.notices:
        say(f"Note: {notice}")
    if report.rejected:
        for line in report.rejections:
            say(f"Rejected: {line}")
        more = report.rejected - len(report.rejections)
        say(f"... and {more} more." if more > 0 else f"{report.rejected} rejected.")
        if report.rejected_file:
            say(f"Rejected rows are kept in {report.rejected_file}.")
        sys.exit(BAD_INPUT)


@click.group()
def mapping() -> None:
    """Describe how columns become records."""


@mapping.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the mapping here, not to stdout.")
@home_option
@json_option
@reports_errors
def guess(file: Path, out: Path | None, home: str | None, as_json: bool) -> None:
    """Propose a mapping for FILE, with comments where a person should look."""
    from pipelines.sources.guess import guess_mapping

    settings = read_settings({"home": home})
    found = guess_mapping(file, settings.home)
    if out is not None:
        aside = out.with_name(f".{out.name}.part")
        aside.write_text(found.text, encoding="utf-8")
        aside.replace(out)
    if as_json:
        print_json(
            {"kind": found.kind, "unsure": found.unsure, "mapping": found.text, "out": str(out) if out else None}
        )
    elif out is None:
        click.echo(found.text, nl=False)
    for item in found.unsure:
        say(f"Unsure: {item}.")
    say(f"Use it with: retrobook import {found.kind} {file} --mapping {out or 'MAPPING.yaml'}")


@mapping.command("list")
@home_option
@json_option
@reports_errors
def list_(home: str | None, as_json: bool) -> None:
    """List the mappings there are."""
    from pipelines.sources.mapping_file import load_mapping, mapping_names

    from .output import print_table

    settings = read_settings({"home": home})
    found = [load_mapping(name, settings.home) for name in mapping_names(settings.home)]
    if as_json:
        print_json([{"name": m.name, "kind": m.kind, "format": m.format, "title": m.title} for m in found])
    else:
        print_table(("name", "makes", "reads", "title"), ((m.name, m.kind, m.format, m.title) for m in found))
