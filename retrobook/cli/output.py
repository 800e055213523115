"""How commands speak: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, TypeVar

import click
from pydantic import BaseModel

from kg.errors import KgError

F = TypeVar("F", bound=Callable[..., Any])

BAD_INPUT, FAILED = 2, 1


def json_option(command: F) -> F:
    """Give a command `--json`: one JSON document on stdout, messages on stderr."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")(command)


def reports_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an error of ours into a message (or a JSON document) and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except KgError as error:
            if kwargs.get("as_json"):
                print_json({"error": error.as_dict()})
            click.echo(f"Error: {error.message}", err=True)
            sys.exit(BAD_INPUT if 400 <= error.status < 500 else FAILED)

    return run


def print_json(value: BaseModel | dict[str, Any] | list[Any]) -> None:
    """One JSON document on stdout."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    click.echo(json.dumps(plain, ensure_ascii=False, indent=2))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows under headings, as wide as the terminal allows."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


def say(message: str) -> None:
    """A message for the person, never part of the result."""
    click.echo(message, err=True)
