"""The command line as a whole: what goes wrong round any command is one line on the terminal, and no traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import FlaskGroup
from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect

from portal.database.diagnostics import describe_error
from portal.errors import PortalError


class CommandLine(FlaskGroup):
    """Says in words what keeps a command from its work; only a fault of the program itself shows a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for given in args:
            if not _is_text(given):
                raise click.ClickException(
                    f"{_printable(given)!r} is not UTF-8 text: rename the file, or type it in UTF-8."
                )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _forbid_new_databases():
                return super().invoke(ctx)
        except Exception as why:
            if words := _error_message(why):
                raise click.ClickException(words) from why
            raise


def _error_message(error: Exception) -> str:
    if isinstance(error, PortalError):
        return str(error)
    # Whoever reads the output may stop reading; click ends quietly then.
    if isinstance(error, OSError) and error.filename and error.errno != errno.EPIPE:
        return f"{error.filename}: {error.strerror}. Correct the path, or the rights of the file and its folder."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full: make room, then run this again."
    return describe_error(error)


@contextmanager
def _forbid_new_databases() -> Iterator[None]:
    """SQLite makes the file that it is asked to open; only `portal migrate`, which makes it first, may want that."""
    event.listen(Engine, "do_connect", _refuse_missing)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", _refuse_missing)


def _refuse_missing(dialect: Dialect, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    path = str(arguments[0]) if dialect.name == "sqlite" and arguments else ":memory:"
    if path != ":memory:" and not path.startswith("file:") and not Path(path).exists():
        raise click.ClickException(f"There is no database at {path}: run portal migrate, or correct DATABASE_URL.")


def _is_text(argument: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in argument)


def _printable(argument: str) -> str:
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
