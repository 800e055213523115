"""`retrobook retro`: open retrospectives, list them, go to their boards, close them."""

from __future__ import annotations

import webbrowser
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import click

from kg.connect import live_server
from kg.errors import NotFound

from ..assembly import reach_graph
from ..settings import Settings, read_settings
from .lesson_filters import Day
from .main import LazyGroup
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say

PREFIXES = ("retrospective:retrobook:", "retrospective:")
"""How ids of retrospectives begin; it need not be typed."""


class RetroGroup(LazyGroup):
    """The commands of `retrobook retro`: name, module and function."""

    table = {
        "new": "retro:new",
        "list": "retro:list_",
        "open": "retro:open_",
        "close": "retro:close",
        "export": "retro_exchange:export",
        "import": "retro_exchange:import_",
    }


@click.group(cls=RetroGroup)
def retro() -> None:
    """Retrospectives: open one, list them, go to a board, close it, take it out as a file or in from one."""


@click.command()
@click.option("--project", required=True, metavar="ID", help="The project: its id or external id.")
@click.option("--format", "format_", required=True, metavar="KEY", help="How it runs; see `retrobook formats list`.")
@click.option("--title", help="What it is called; after its format and project when not given.")
@click.option("--team", help="Who looks back, if not the whole project.")
@click.option("--anonymous", is_flag=True, help="No author is kept anywhere.")
@click.option("--no-guests", is_flag=True, help="Only people with an account may join by the link.")
@click.option("--period-start", type=Day(), metavar="DAY", help="First day that it looks back on.")
@click.option("--period-end", type=Day(), metavar="DAY", help="The day after the last one.")
@click.option("--votes", type=click.IntRange(1, 20), help="Votes a person; as the format says when not given.")
@click.option("--per-topic", type=click.IntRange(1, 20), help="How many of them may go to one topic.")
@home_option
@json_option
@reports_errors
def new(
    project: str, format_: str, title: str | None, team: str | None, anonymous: bool, no_guests: bool,
    period_start: date | None, period_end: date | None, votes: int | None, per_topic: int | None,
    home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Open a retrospective of a project; prints its id and the address to join it."""
    settings = read_settings({"home": home})
    asked = {
        "project": project, "format": format_, "title": title or "", "team": team, "anonymous": anonymous,
        "guests": not no_guests, "votes": votes, "per_topic": per_topic,
        "period_start": period_start.isoformat() if period_start else None,
        "period_end": period_end.isoformat() if period_end else None,
    }  # fmt: skip
    with reach_graph(settings) as graph:
        made = graph.create_retrospective(**asked)
    address = _reached_at(settings)
    link = f"{address}join/{quote(made.join_code)}" if address else None
    if as_json:
        record = made.retrospective.model_dump(mode="json")
        print_json({"retrospective": record, "join_code": made.join_code, "join": link})
        return
    click.echo(made.retrospective.id)
    if link:
        click.echo(link)
    say(f"Open: {made.retrospective.title}.")
    if link is None:
        say(f"No server runs: start it with `retrobook serve`, then `retrobook retro open {made.retrospective.id}`.")


@click.command("list")
@click.option("--project", metavar="ID", help="Only those of this project (id or external id).")
@click.option("--open", "only_open", is_flag=True, help="Only those that are open.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@home_option
@json_option
@reports_errors
def list_(project: str | None, only_open: bool, limit: int, home: str | None, as_json: bool) -> None:
    """List retrospectives: open ones first, then the latest."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_retrospectives(project=project, state="open" if only_open else None, limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("retrospective", "title", "project", "phase", "held", "notes", "actions"),
        (
            (_short(r.id), r.title, r.project_name or r.project, r.board.phase if r.board else r.state.value,
             r.held_on, r.board.notes if r.board else r.notes, r.actions)
            for r in found.retrospectives
        ),
    )  # fmt: skip
    say(f"{len(found.retrospectives)} of {found.total} retrospectives")


@click.command("open")
@click.argument("retrospective")
@click.option("--browser/--no-browser", default=None, help="Open it in the browser; so in a terminal unless said.")
@home_option
@json_option
@reports_errors
def open_(retrospective: str, browser: bool | None, home: str | None, as_json: bool) -> None:
    """Go to the board of RETROSPECTIVE; prints its address."""
    settings = read_settings({"home": home})
    with reach_graph(settings) as graph:
        found = _find(graph, retrospective)
    is_open = found.state.value == "open"
    path = f"apps/retro_board?{urlencode({'retrospective': found.id})}"
    if not is_open:
        path = f"retrospectives/{quote(found.id, safe=':')}"
    address = _reached_at(settings)
    if as_json:
        print_json({"retrospective": found.id, "open": is_open, "address": f"{address}{path}" if address else None})
    if address is None:
        say("No server runs: start it with `retrobook serve`, then do this again.")
        raise SystemExit(1)
    if not as_json:
        click.echo(f"{address}{path}")
        if not is_open:
            say("It is closed: this is what came out of it.")
    shown = click.get_text_stream("stdout").isatty() and not as_json if browser is None else browser
    if shown and (live := live_server(settings.home)):
        joint = "&" if "?" in path else "?"
        webbrowser.open(f"{live['url']}{path}{joint}{urlencode({'token': live['token']})}")


@click.command()
@click.argument("retrospective")
@home_option
@json_option
@reports_errors
def close(retrospective: str, home: str | None, as_json: bool) -> None:
    """Close RETROSPECTIVE: its notes, topics, actions and lessons go to the graph."""
    settings = read_settings({"home": home})
    with reach_graph(settings) as graph:
        came: Any = graph.close_retrospective(id=_find(graph, retrospective).id)
    if as_json:
        print_json(came)
        return
    record = came.retrospective
    click.echo(record.id)
    say(
        f"Closed: {record.title}. {len(record.notes)} notes, {len(record.topics)} topics, "
        f"{len(came.actions)} actions, {len(came.lessons)} lesson drafts."
    )
    if live_server(settings.home) is None:
        say(f"Make its report with `retrobook report retrospective -p retrospective={record.id}`.")


def _find(graph: Any, key: str) -> Any:
    """The record of a retrospective by its id, whole or as the list shows it.

    Raises:
        NotFound: There is none; names the nearest.
    """
    missing: NotFound | None = None
    for whole in (key, *(f"{prefix}{key}" for prefix in PREFIXES)):
        try:
            return graph.get_retrospective(id=whole).retrospective
        except NotFound as error:
            missing = missing or error
    assert missing is not None
    raise missing


def _short(key: str) -> str:
    """An id without what all of them begin with."""
    return next((key.removeprefix(prefix) for prefix in PREFIXES if key.startswith(prefix)), key)


def _reached_at(settings: Settings) -> str | None:
    """Where browsers reach the running server, with a slash at the end; None when none runs."""
    live = live_server(settings.home)
    if live is None:
        return None
    return settings.public_url.rstrip("/") + "/" if settings.public_url else str(live["url"])
