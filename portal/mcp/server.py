"""The server itself: the tools over standard input and output, with the official package `mcp` (an optional extra)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask

from portal.mcp.tools import TOOLS, Answer, as_visitor

_INSTRUCTIONS = (
    "Published projects of the {site}, read only. Names of countries, themes and other lists may be given as people "
    "write them; each answer says how they were understood. Quote page_url as the source, and the notes of an answer."
)


def build_server(app: Flask) -> Any:
    """The server of an application. Raises ImportError if the package is not installed."""
    from mcp.server import MCPServer

    settings = app.extensions["settings"]
    site = settings.full_name
    tools = [_strict_tool(visiting(app, tool)) for tool in TOOLS]
    return MCPServer(
        "portal", title=site, instructions=_INSTRUCTIONS.format(site=site), log_level="WARNING", tools=tools
    )


def _strict_tool(function: Callable[..., Answer]) -> Any:
    """A tool of the package that refuses unknown arguments.

    By default it ignores them, and a search whose only filter is misspelt would answer with all projects.
    """
    from mcp.server.mcpserver.tools import Tool

    tool = Tool.from_function(function)
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    return tool


def visiting(app: Flask, tool: Callable[..., Answer]) -> Callable[..., Answer]:
    """A tool that asks the application as a visitor."""

    @wraps(tool)
    def call(*args: Any, **kwargs: Any) -> Answer:
        with as_visitor(app):
            return tool(*args, **kwargs)

    return call
