"""`retrobook inbox`: thoughts from a file or a pipe become drafts."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click

from ..assembly import reach_records
from ..settings import read_settings
from .options import home_option
from .output import BAD_INPUT, json_option, print_json, reports_errors, say

SHOWN = 20


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--project", help="The project of thoughts that name none: its id or external id.")
@home_option
@json_option
@reports_errors
def inbox(file: BinaryIO, project: str | None, home: str | None, as_json: bool) -> None:
    """Make drafts of the thoughts in FILE (or - for standard input).

    FILE is an e-mail (.eml), a mailbox (mbox), or JSON: an object, a list, or an object a line,
    with text and, if wanted, title, project, polarity, url, from and key. Reading it again
    makes no draft twice. Those that cannot be used are named with the reason; the exit code is
    then 2, and the others are kept.
    """
    from pipelines.sources.inbox import read_inbox

    with reach_records(read_settings({"home": home})) as graph:
        report = read_inbox(graph, file.read(), project)
    if as_json:
        print_json(report)
    say(f"{report.read} read: {report.created} new drafts, {report.unchanged} known already.")
    for line in report.rejections[:SHOWN]:
        say(f"Rejected: {line}")
    if report.rejected:
        more = report.rejected - SHOWN
        say(f"... and {more} more." if more > 0 else f"{report.rejected} rejected.")
        sys.exit(BAD_INPUT)
