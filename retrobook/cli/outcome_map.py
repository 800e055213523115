"""`retrobook outcome map`: the map of a project's outcomes as a file."""

from __future__ import annotations

from pathlib import Path

import click

from kg.errors import InvalidRequest

from ..assembly import reach_records
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, reports_errors, say

ENDINGS = {".svg": "svg", ".png": "png", ".mmd": "mermaid", ".mermaid": "mermaid"}


@click.command("map")
@click.argument("project")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="The file to write, or - for stdout.")
@click.option(
    "--format", "form", type=click.Choice(["svg", "png", "mermaid"]), help="By the file's ending when not given."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@home_option
@json_option
@reports_errors
def outcome_map(project: str, to: Path, form: str | None, language: str, home: str | None, as_json: bool) -> None:
    """Write the outcome map of PROJECT (its id or external id) to a file.

    Shown are the outcomes, what leads to what with its weight, and attainment rolled up along it.
    """
    from pipelines.messages import Messages
    from widgets.rendering.outcome_map import picture

    if str(to) == "-" and as_json:
        raise InvalidRequest("--json tells of the file that was written: name one with --to.", field="to")
    form = form or ENDINGS.get(to.suffix.lower())
    if form is None:
        raise InvalidRequest(f"{to}: say with --format what to write: svg, png or mermaid.", field="format")
    settings = read_settings({"home": home})
    with reach_records(settings) as graph:
        found = graph.outcome_map(project=project)
    made = picture(found, "mmd" if form == "mermaid" else form, Messages(language, settings.home))
    if str(to) == "-":
        click.echo(made, nl=False)
        return
    aside = to.with_name(f".{to.name}.part")
    try:
        aside.write_bytes(made)
        aside.replace(to)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidRequest(f"{to}: the map cannot be written there: {reason}.", field="to") from None
    if as_json:
        print_json({"project": found.project, "file": str(to), "format": form, "bytes": len(made),
                    "outcomes": len(found.nodes), "links": len(found.links)})  # fmt: skip
    say(f"Wrote {len(found.nodes)} outcomes and {len(found.links)} links to {to}.")
