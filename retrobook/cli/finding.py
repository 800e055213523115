"""`retrobook projects` and `retrobook search`: what there is, and what applies."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ..assembly import reach_graph
from ..settings import read_settings
from .lesson_filters import Day, describe, filter_options, likely, take_filters
from .meaning import read_meaning
from .options import home_option
from .output import BAD_INPUT, json_option, print_json, print_table, reports_errors, say
from .progress import Bar, progress_bar


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
@click.argument("query", required=False)
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="At most so many hits.")
@click.option("--my-project", metavar="ID", help="Your own project: lessons near it count more.")
@click.option("--as-of", type=Day(), metavar="DAY", help="Answer with what was recorded and valid on this day.")
@click.option("--fold/--no-fold", default=None, help="Show lessons that say the same once; not in a batch unless said.")
@click.option("--queries", type=click.Path(path_type=Path), help='Batch: lines {"id", "text", "filters"?} to answer.')
@click.option("--out", type=click.Path(path_type=Path), help='Batch: where lines {"id", "hits"} go.')
@filter_options
@home_option
@json_option
@reports_errors
def search(
    query: str | None, queries: Path | None, out: Path | None, home: str | None, as_json: bool, **more: Any
) -> None:
    """Find lessons that answer QUERY, in English or Chinese, with why each was found.

    With --queries and --out, answer a whole file of questions; options are then the defaults of
    every line. Lines that are no question go to OUT.rejected.jsonl with their number and reason.
    """
    filters = take_filters(more)
    asked: dict[str, Any] = {"limit": more["limit"], "filters": filters, "project": more["my_project"]}
    asked["as_of"] = more["as_of"].isoformat() if more["as_of"] else None
    asked["fold"] = queries is None if more["fold"] is None else more["fold"]
    if (query is None) == (queries is None) or (queries is None) != (out is None):
        raise click.UsageError("Give a QUERY, or --queries FILE with --out FILE.")
    with reach_graph(read_settings({"home": home})) as graph, progress_bar() as bar:
        read_meaning(graph, bar)
        if queries is not None and out is not None:
            _search_batch(graph, queries, out, asked, bar, as_json)
            return
        found: Any = graph.search_lessons(text=query, **asked)
        without = graph.search_lessons(text=query, limit=1) if filters and not found.total else None
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
    if found.hits:
        say(f"{len(found.hits)} of {found.total} lessons in {found.seconds * 1000:.0f} ms")
    elif without is None:
        say("No lesson.")
    else:
        hints = likely(filters, without.facets)
        say(" ".join([f"No lesson with {describe(filters)}; {without.total} without these limits.", *hints]))


def _search_batch(graph: Any, queries: Path, out: Path, asked: dict[str, Any], bar: Bar, as_json: bool) -> None:
    from ..batch import answer_file, rejected_lines

    total = sum(1 for _ in queries.open("rb")) if queries.is_file() else 0
    started = time.perf_counter()
    report = answer_file(graph, queries, out, asked, lambda done: bar("questions", done, total))
    taken = time.perf_counter() - started
    for problem in report.problems:
        say(problem)
    for line, reason in rejected_lines(report):
        say(f"{queries} line {line}: {reason}")
    rate = report.answered / taken if taken else 0.0
    if as_json:
        rejected = str(report.rejected_file) if report.rejected_file else None
        print_json({"answered": report.answered, "rejected": report.rejected, "rejected_file": rejected,
                    "out": str(out), "seconds": round(taken, 3), "per_second": round(rate, 1)})  # fmt: skip
    say(f"{report.answered} questions answered in {taken:.1f} s ({rate:.0f} a second): {out}")
    if report.rejected_file:
        say(f"{report.rejected} lines were refused: {report.rejected_file}")
        raise SystemExit(BAD_INPUT)


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
