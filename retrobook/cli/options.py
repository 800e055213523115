"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def home_option(command: F) -> F:
    """`--home DIR`: the installation that a command works on."""
    return click.option(
        "--home", metavar="DIR", help="Folder of the installation (or RETROBOOK_HOME; default ./.retrobook)."
    )(command)
