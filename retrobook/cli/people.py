"""`retrobook people`: who may sign in."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import click

from kg.domain import Role
from kg.errors import InvalidRequest

from ..assembly import reach_graph
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.group()
def people() -> None:
    """Add and list the people who may sign in."""


@people.command()
@click.argument("name")
@click.option("--display-name", help="The name shown to others.")
@click.option("--role", "roles", multiple=True, type=click.Choice([r.value for r in Role]), help="May be given again.")
@click.option("--scope", "scopes", multiple=True, help="'*', 'unit:<unit>' or 'project:<id>'; may be given again.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.option("--replace", is_flag=True, help="Change somebody who exists already.")
@home_option
@json_option
@reports_errors
def add(
    name: str, display_name: str | None, roles: tuple[str, ...], scopes: tuple[str, ...], language: str,
    password_stdin: bool, replace: bool, home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Add NAME; the password is asked for and never shown or kept."""
    from ..server.passwords import hash_password

    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    with reach_graph(read_settings({"home": home})) as graph:
        person = graph.add_person(
            name=name, display_name=display_name, roles=list(roles) or ["member"], scopes=list(scopes),
            language=language, password_hash=hash_password(password), replace=replace,
        )  # fmt: skip
    print_json(person) if as_json else say(f"{person.display_name} may sign in as {person.name}.")


@people.command("list")
@home_option
@json_option
@reports_errors
def list_(home: str | None, as_json: bool) -> None:
    """List everyone who may sign in."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_people()
    if as_json:
        print_json(found)
        return
    print_table(
        ("name", "shown as", "roles", "scopes"),
        ((p.name, p.display_name, ", ".join(p.roles), ", ".join(p.scopes)) for p in found.people),
    )


@people.command()
@click.argument("name")
@click.argument("manager", required=False)
@home_option
@json_option
@reports_errors
def manager(name: str, manager: str | None, home: str | None, as_json: bool) -> None:
    """Say that NAME reports to MANAGER, who reviews their outcomes first; without MANAGER to nobody."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.set_manager(person=name, manager=manager)
    print_json(found) if as_json else say(f"{name} reports to {manager or 'nobody'}.")


@people.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home_option
@json_option
@reports_errors
def chart(file: Path | None, home: str | None, as_json: bool) -> None:
    """Show who reports to whom; with FILE (CSV with the columns person and manager) set it, all or nothing."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.reporting_lines() if file is None else graph.set_managers(lines=_lines(file))
    if as_json:
        print_json(found)
        return
    print_table(("name", "reports to"), ((line.person, line.manager) for line in found.lines))
    if file is not None:
        say(f"{found.changed} changed.")


def _lines(file: Path) -> list[dict[str, str | None]]:
    """Reporting lines from a CSV file; an empty manager takes the one there is away."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            columns = {(name or "").strip().casefold(): name for name in rows.fieldnames or []}
            if missing := {"person", "manager"} - columns.keys():
                raise InvalidRequest(
                    f"{file} lacks the column {sorted(missing)[0]!r}; it needs person and manager.", file=str(file)
                )
            read = [{key: (row[columns[key]] or "").strip() or None for key in ("person", "manager")} for row in rows]
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{file} is not text in UTF-8. Save it as CSV UTF-8.", file=str(file)) from error
    if empty := [number for number, row in enumerate(read, start=2) if not row["person"]]:
        raise InvalidRequest(f"{file} line {empty[0]}: person is empty.", file=str(file), line=empty[0])
    return read
