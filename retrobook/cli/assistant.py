"""`retrobook mcp`: lessons and advice for assistants."""

from __future__ import annotations

from pathlib import Path

import click

from kg.connect import live_server
from kg.errors import StoreUnavailable

from ..settings import Settings, read_settings
from .options import home_option
from .output import reports_errors


@click.command()
@click.option("--as", "person", metavar="PERSON", help="Ask as this person: what they may not see is not there.")
@click.option("--password-file", type=click.Path(path_type=Path), help="File with the person's password.")
@click.option("--url", help="A server elsewhere; wants --as and --password-file.")
@click.option("--allow-drafts", is_flag=True, help="Offer a tool that keeps drafts; without it nothing is written.")
@home_option
@reports_errors
def mcp(person: str | None, password_file: Path | None, url: str | None, allow_drafts: bool, home: str | None) -> None:
    """Serve assistants over the Model Context Protocol, on standard input and output."""
    from ..assistant.reach import Who, read_password
    from ..assistant.server import assistant_server

    settings = read_settings({"home": home})
    if url is None:
        _require_installation(settings)
    server, reach = assistant_server(
        settings, Who(person, read_password(password_file), url), allow_drafts=allow_drafts
    )
    try:
        server.run("stdio")
    finally:
        reach.close()


def _require_installation(settings: Settings) -> None:
    if not settings.store and not settings.graph_file.exists() and not live_server(settings.home):
        raise StoreUnavailable(
            f"There is no installation in {settings.home}. Run `retrobook init` first.", home=str(settings.home)
        )
