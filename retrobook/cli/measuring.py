"""`retrobook measure`: what outcomes, KPIs and key results came to, and whether that is what was expected."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from pipelines.messages import Messages

from ..assembly import reach_records
from ..settings import read_settings
from .lesson_filters import Day
from .main import LazyGroup
from .options import home_option
from .output import BAD_INPUT, json_option, print_json, print_table, reports_errors, say


class MeasureGroup(LazyGroup):
    """The commands of `retrobook measure`: name, module and function."""

    table = {
        "add": "measuring:add",
        "list": "measuring:list_",
        "correct": "measuring:correct",
        "import": "measuring:import_",
        "progress": "progressing:progress",
        "health": "progressing:health",
        "rates": "rates:rates",
        "process": "rates:process",
    }


@click.group(cls=MeasureGroup)
def measure() -> None:
    """Add, correct, import and list measurements; exchange rates and process metrics."""


@measure.command(context_settings={"ignore_unknown_options": True})
@click.argument("subject")
@click.argument("value")
@click.option("--date", "day", type=Day(), metavar="DAY", help="When it was measured; today when not given.")
@click.option("--unit", help="The unit of VALUE, when VALUE does not say it.")
@click.option("--currency", metavar="CODE", help="The currency of VALUE, such as EUR.")
@click.option("--source", help="Where the value comes from.")
@click.option("--note", help="A note.")
@click.option("--project", metavar="ID", help="Only outcomes of this project, where several have one title.")
@click.option("--key", help="A key of your own: the same key again keeps nothing new.")
@home_option
@json_option
@reports_errors
def add(subject: str, value: str, day: date | None, home: str | None, as_json: bool, **more: Any) -> None:
    """Add VALUE to SUBJECT, an outcome, KPI or key result (its id, its source's id or its title).

    VALUE is written as people write it: 1,200 · 12.5 % · USD 3,000 · 1.2万 · yes.
    """
    with reach_records(read_settings({"home": home})) as graph:
        kept: Any = graph.add_measurement(subject=subject, date=day, value=value, **more)
    if as_json:
        print_json(kept)
    _tell(kept, "Added" if kept.created else "There already:")


@measure.command("list")
@click.argument("subject")
@click.option("--project", metavar="ID", help="Only outcomes of this project, where several have one title.")
@click.option("--counting", is_flag=True, help="Without what was corrected or withdrawn.")
@home_option
@json_option
@reports_errors
def list_(subject: str, project: str | None, counting: bool, home: str | None, as_json: bool) -> None:
    """List the measurements of SUBJECT, corrected ones too."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.list_measurements(subject=subject, project=project, counting=counting)
    if as_json:
        print_json(found)
        return
    unit = found.unit.unit()
    print_table(
        ("date", "value", "measured as", "source", "state", "measurement", "note"),
        (
            (
                view.measurement.date, unit.show(view.value) if view.value is not None else "", view.shown,
                view.measurement.source, _state(view), view.measurement.id, view.measurement.note,
            )
            for view in found.measurements
        ),
    )  # fmt: skip
    say(f"{found.title}: {found.counting} of {len(found.measurements)} measurements count.")


@measure.command(context_settings={"ignore_unknown_options": True})
@click.argument("measurement")
@click.argument("value", required=False)
@click.option("--date", "day", type=Day(), metavar="DAY", help="The day it was measured.")
@click.option("--unit", help="The unit of VALUE, when VALUE does not say it.")
@click.option("--currency", metavar="CODE", help="The currency of VALUE.")
@click.option("--source", help="Where the value comes from.")
@click.option("--withdraw", is_flag=True, help="It was never true, and nothing stands for it.")
@click.option("--note", required=True, help="Why it is corrected.")
@home_option
@json_option
@reports_errors
def correct(
    measurement: str, value: str | None, day: date | None, home: str | None, as_json: bool, **more: Any
) -> None:  # fmt: skip
    """Correct MEASUREMENT to VALUE, or withdraw it; the wrong one stays in the history."""
    with reach_records(read_settings({"home": home})) as graph:
        kept: Any = graph.correct_measurement(id=measurement, value=value, date=day, **more)
    if as_json:
        print_json(kept)
    _tell(kept, "Withdrawn:" if kept.kept.measurement.withdrawn else "Corrected to")


@measure.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--outcome", "subject", metavar="ID", help="What rows are of that name no outcome.")
@click.option("--project", metavar="ID", help="Only outcomes of this project, where several have one title.")
@click.option("--source", help="The source of rows that name none.")
@click.option("--dates", multiple=True, metavar="FORM", help="Another form of dates, such as %m/%d/%Y.")
@click.option("--encoding", help="The file's encoding; found out when not given.")
@click.option("--check", is_flag=True, help="Read and check everything, keep nothing.")
@home_option
@json_option
@reports_errors
def import_(
    file: Path, subject: str | None, project: str | None, source: str | None, dates: tuple[str, ...],
    encoding: str | None, check: bool, home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Import measurements from FILE, a CSV with the columns outcome, date and value.

    More columns are unit, currency, source and note; headings may be Chinese. Importing again
    keeps nothing twice; a value that changed becomes a correction. Rows that cannot be used
    are kept under the installation's `rejected` folder; the exit code is then 2.
    """
    from pipelines.sources.measurements import import_measurements

    settings = read_settings({"home": home})
    with reach_records(settings) as graph:
        report = import_measurements(
            graph, settings.home, file, subject=subject, project=project, source=source, dates=list(dates),
            encoding=encoding, check=check,
        )  # fmt: skip
    if as_json:
        print_json(report)
    verb = "Checked" if check else "Imported"
    say(
        f"{verb} {report.rows} rows of {file}: {report.created} new, {report.corrected} corrected, "
        f"{report.unchanged} as they were."
    )
    if report.passed_over:
        say(f"Note: these columns were passed over: {', '.join(report.passed_over)}.")
    for remark in report.remarks[:20]:
        say(f"Note: row {remark['row']}: {_remark(remark['key'], remark['values'])}")
    if report.rejected:
        for line in report.rejections:
            say(f"Rejected: {line}")
        if report.rejected_file:
            say(f"{report.rejected} rejected; they are kept in {report.rejected_file}.")
        sys.exit(BAD_INPUT)


def _tell(kept: Any, verb: str) -> None:
    view = kept.kept
    unit = kept.unit.unit()
    how = f" = {unit.show(view.value)}" if view.rates and view.value is not None else ""
    say(f"{verb} {view.shown}{how} on {view.measurement.date} for {kept.title} ({view.measurement.id}).")
    for remark in kept.remarks:
        say(f"Note: {_remark(remark.key, remark.values)}")


def _remark(key: str, values: dict[str, str]) -> str:
    return Messages("en")(f"measuring.remarks.{key}", **values)


def _state(view: Any) -> str:
    if view.missing_rate:
        return "no rate"
    if view.measurement.withdrawn and not view.corrected_by:
        return "withdrawn"
    return "corrected" if view.corrected_by else "counts"
