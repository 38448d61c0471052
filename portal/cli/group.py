"""The group of all commands: prints an expected error as one line on the terminal instead of a traceback."""

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
from portal.errors import PortalError, ValidationFailed


class CommandLine(FlaskGroup):
    """Reports expected errors in one line; only a bug in the program shows a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for argument in args:
            if not _is_text(argument):
                raise click.ClickException(
                    f"{_printable(argument)!r} is not UTF-8 text: rename the file, or type it in UTF-8."
                )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _forbid_new_databases():
                return super().invoke(ctx)
        except Exception as error:
            if message := _error_message(error):
                raise click.ClickException(message) from error
            raise


def _error_message(error: Exception) -> str:
    if isinstance(error, ValidationFailed):
        # Its own message speaks of a submission; a command prints only the errors.
        return " ".join(str(field_error) for field_error in error.errors)
    if isinstance(error, PortalError):
        return str(error)
    # EPIPE: the reader of the output closed it; click then exits quietly.
    if isinstance(error, OSError) and error.filename and error.errno != errno.EPIPE:
        return f"{error.filename}: {error.strerror}. Check the path and the permissions of the file and its folder."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full. Free some space, then run this command again."
    return describe_error(error)


@contextmanager
def _forbid_new_databases() -> Iterator[None]:
    """Refuse to connect to a missing SQLite file, which SQLite would create.

    Only `portal migrate` creates a database, and it makes the file before it connects.
    """
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
    return not any("\ud800" <= character <= "\udfff" for character in argument)


def _printable(argument: str) -> str:
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
