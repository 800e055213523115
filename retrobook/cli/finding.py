"""`retrobook projects` and `retrobook search`: what there is, and what applies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from ..assembly import reach_graph
from ..settings import read_settings
from .meaning import read_meaning
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say
from .progress import progress_bar


@click.command()
@click.option("--text", help="Only projects with these words.")
@click.option("--unit", help="Only projects of this unit and those below it.")
@click.option("--sector", help="Only projects of this sector.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@home_option
@json_option
@reports_errors
def projects(
    text: str | None, unit: str | None, sector: str | None, limit: int, home: str | None, as_json: bool
) -> None:
    """List the projects, most documented first."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_projects(text=text, unit=unit, sector=sector, limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("project", "external id", "name", "unit", "status", "outcomes", "lessons", "open actions"),
        (
            (p.id, p.external_id, p.name, p.unit, p.status, p.outcomes, p.lessons, p.open_actions)
            for p in found.projects
        ),
    )
    say(f"{len(found.projects)} of {found.total} projects")


@click.command()
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--project", "projects_", multiple=True, help="Only lessons of this project; may be given again.")
@click.option("--language", "languages", multiple=True, help="Only lessons in this language; may be given again.")
@home_option
@json_option
@reports_errors
def search(
    query: str, limit: int, projects_: tuple[str, ...], languages: tuple[str, ...], home: str | None, as_json: bool
) -> None:
    """Find lessons that answer QUERY, in English or Chinese, with why each was found."""
    filters = {"project": list(projects_), "language": list(languages)}
    with reach_graph(read_settings({"home": home})) as graph, progress_bar() as bar:
        read_meaning(graph, bar)
        found: Any = graph.search_lessons(text=query, limit=limit, filters=filters)
    for arm in found.arms:
        if arm.problem:
            say(f"Words only, without {arm.name}: {arm.problem}")
        elif arm.pending:
            say(
                f"{arm.pending} lessons are not yet found by meaning ({arm.name}); `retrobook serve` goes on with them."
            )
    if as_json:
        print_json(found)
        return
    for place, hit in enumerate(found.hits, start=1):
        _print_hit(place, hit)
    say(f"{len(found.hits)} of {found.total} lessons in {found.seconds * 1000:.0f} ms" if found.hits else "No lesson.")


def _print_hit(place: int, hit: Any) -> None:
    click.echo(f"{place:>2}  {click.style(hit.title, bold=True)}")
    where = hit.project_name or hit.project
    click.echo(f"    {'  ·  '.join(part for part in (where, hit.external_id or hit.id) if part)}")
    click.echo(f"    {hit.score:.2f}  {_why(hit)}")
    for passage in hit.passages:
        if passage.field != "title":
            click.echo(f"    {passage.field}: {_highlighted(passage.text, passage.marks)}")
    click.echo()


def _why(hit: Any) -> str:
    said = []
    for part in hit.parts:
        if part.rank is not None:
            terms = f" ({', '.join(hit.matched_terms)})" if part.arm == "words" and hit.matched_terms else ""
            said.append(f"{part.arm} {part.score:+.2f}, rank {part.rank}{terms}")
    return "  ".join(said)


def _highlighted(text: str, marks: Iterable[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in marks:
        pieces += [text[at:start], click.style(text[start:end], bold=True, fg="yellow")]
        at = end
    return " ".join("".join([*pieces, text[at:]]).split())
