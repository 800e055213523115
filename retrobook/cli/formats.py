"""`retrobook formats`: retrospective formats and question sets, and what is wrong with one's own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..settings import read_settings
from .options import home_option
from .output import BAD_INPUT, json_option, print_json, print_table, reports_errors, say


@click.group()
def formats() -> None:
    """Formats of retrospectives and question sets of health checks."""


@formats.command("list")
@home_option
@json_option
@reports_errors
def list_(home: str | None, as_json: bool) -> None:
    """List the formats and question sets there are."""
    from pipelines.retrospectives import Formats

    found = Formats(read_settings({"home": home}).home)
    if as_json:
        print_json(
            {
                "formats": [each.model_dump(mode="json") for each in found.all()],
                "question_sets": [each.model_dump(mode="json") for each in found.question_sets()],
                "problems": [error.fields for error in found.problems()],
            }
        )
        return
    rows = [
        (each.key, each.name.en, each.name.zh, f"{len(each.columns)} columns, {len(each.phases)} phases")
        for each in found.all()
    ]
    rows += [
        (each.key, each.name.en, each.name.zh, f"{len(each.questions)} questions") for each in found.question_sets()
    ]
    print_table(("key", "name", "名称", "holds"), rows)
    for error in found.problems():
        say(f"Left out: {error.message}")


@formats.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home_option
@json_option
@reports_errors
def check(file: Path | None, home: str | None, as_json: bool) -> None:
    """Check FILE, or every format and question set of the installation; exit code 2 when one is wrong."""
    from kg.domain.formats import Format
    from pipelines.errors import FormatError
    from pipelines.retrospectives import Formats

    found = Formats(read_settings({"home": home}).home)
    problems = []
    if file is None:
        problems = found.problems()
        good = f"{len(found.all())} formats and {len(found.question_sets())} question sets are good."
    else:
        try:
            sound = found.check(file)
        except FormatError as error:
            problems = [error]
        else:
            what = "format" if isinstance(sound, Format) else "question set"
            good = f"{file} is a good {what}: {sound.name.en} · {sound.name.zh}."
    if as_json:
        print_json({"problems": [error.fields for error in problems]})
    for error in problems:
        say(f"Wrong: {error.message}")
    if problems:
        sys.exit(BAD_INPUT)
    say(good)
