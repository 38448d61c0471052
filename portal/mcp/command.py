"""portal mcp: answers an assistant over standard input and output."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.mcp.server import build_server


@click.command("mcp")
@with_appcontext
def mcp() -> None:
    """Answer an assistant over standard input and output (Model Context Protocol); it reads, and changes nothing."""
    try:
        server = build_server(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy has it
    except ImportError as error:
        raise click.ClickException(
            "portal mcp needs the package mcp, an optional extra: pip install 'idf-portal[mcp]'"
        ) from error
    server.run("stdio")
