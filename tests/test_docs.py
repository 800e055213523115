"""Documentation that cannot drift: every command has help and stands in the operators' page."""

from __future__ import annotations

import re
from pathlib import Path

import click

from retrobook.cli import main

ROOT = Path(__file__).parent.parent


def commands(group, prefix=""):
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        yield f"{prefix}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")


def test_every_command_has_help_and_is_documented():
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    for name, command in commands(main):
        assert command.help, name
        words = name.split()
        assert all(re.search(rf"\b{re.escape(word)}\b", page) for word in words), name


def test_every_page_that_is_linked_exists():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_nothing_speaks_of_where_it_was_made():
    private = re.compile(r"(?<![\w/.:])/(?:root|home|Users)/\w")
    for path in ROOT.rglob("*"):
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".cypher", ".ipynb", ".html", ".js", ".css", ".xml"}:
            if any(part.startswith(".") or part == "target" for part in path.relative_to(ROOT).parts) or path == Path(
                __file__
            ):
                continue
            if "sample" in path.parts:  # other people's words, unchanged
                continue
            assert not private.search(path.read_text(encoding="utf-8")), path
