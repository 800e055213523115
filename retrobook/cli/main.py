"""The group that holds every command; each is loaded when called."""

from __future__ import annotations

import importlib
from typing import Any, ClassVar

import click

from .. import __version__

COMMANDS: dict[str, str] = {
    "init": "installation:init",
    "serve": "serving:serve",
    "doctor": "upkeep:doctor",
    "backup": "upkeep:backup",
    "projects": "finding:projects",
    "search": "finding:search",
    "recommend": "recommending:recommend",
    "mcp": "assistant:mcp",
    "report": "reporting:report",
    "actions": "actions:actions",
    "reminders": "reminders:reminders",
    "import": "importing:import_file",
    "mapping": "importing:mapping",
    "retro": "retro:retro",
    "formats": "formats:formats",
    "outcome-map": "outcome_map:outcome_map",
    "inbox": "inbox:inbox",
    "people": "people:people",
    "store": "storing:store",
}
"""Command names that stay: module and function under `retrobook.cli`."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is called: `retrobook --help` is quick."""

    table: ClassVar[dict[str, str]] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.table:
            return None
        module, function = self.table[name].split(":")
        found: Any = getattr(importlib.import_module(f"{__package__}.{module}"), function)
        return found if isinstance(found, click.Command) else None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="retrobook")
def main() -> None:
    """Retrobook: outcomes, retrospectives and lessons that come back when they count."""
