"""`retrobook serve`: the server, until it is stopped."""

from __future__ import annotations

import click

from ..settings import read_settings
from .options import home_option
from .output import reports_errors


@click.command()
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--host", help="Address to listen on; loopback when not given.")
@click.option("--open", "open_browser", is_flag=True, help="Open the home page in the browser.")
@home_option
@reports_errors
def serve(port: int | None, host: str | None, open_browser: bool, home: str | None) -> None:
    """Serve pages, apps and operations; prints the one address that opens."""
    settings = read_settings({"port": port, "host": host, "home": home})
    from ..server.app import serve as run

    run(settings, open_browser=open_browser, announce=click.echo)
