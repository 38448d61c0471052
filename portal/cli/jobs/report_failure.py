"""portal report-failure: says in the log and by mail that a systemd unit has failed; for OnFailure=."""

from __future__ import annotations

import re
import smtplib
import socket
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.config import Settings
from portal.services.mail import direct, smtp

_PAUSE_SECONDS = 3_600


@click.command("report-failure")
@click.argument("unit")
@click.option(
    "--remember", type=click.Path(file_okay=False, path_type=Path), help="Folder in which to note what was mailed."
)
@with_appcontext
def report_failure(unit: str, remember: Path | None) -> None:
    """Log that UNIT failed, and mail it to PORTAL_ALERTS_TO: with --remember, once an hour for each unit.

    Needs no database. Without SMTP settings or an address, only the log has it.
    """
    settings: Settings = current_app.extensions["settings"]
    name = re.sub(r"[^\w.@:-]", "_", unit)
    click.echo(f"{name} failed on {socket.gethostname()}. Look: journalctl -u {name}", err=True)
    if not settings.alerts_to or not smtp.can_send(settings):
        click.echo("No mail was sent: PORTAL_ALERTS_TO and the PORTAL_SMTP settings are needed for one.", err=True)
        return
    if remember is not None and not _is_due(remember / name):
        click.echo("A mail about this unit was sent within the last hour.", err=True)
        return
    try:
        # Not through the outbox, which is in the database.
        _mail_report(name, settings)
    except (OSError, smtplib.SMTPException) as error:
        raise click.ClickException(
            f"The mail was not sent ({type(error).__name__}): {smtp.describe_failure(error)}"
        ) from error
    if remember is not None:
        (remember / name).touch()


def _is_due(note: Path) -> bool:
    """A clock that was set back makes no mail late for long."""
    try:
        return not 0 <= time.time() - note.stat().st_mtime < _PAUSE_SECONDS
    except OSError:
        return True


def _mail_report(unit: str, settings: Settings) -> None:
    host = socket.gethostname()
    text = (
        f"{unit} of {settings.public_url} failed on {host}.\n\n"
        f"Look:   journalctl -u {unit} -n 50\n"
        f"State:  systemctl status {unit}\n\n"
        "docs/deploying.md says what to do. If it goes on failing, the next mail comes in an hour.\n"
    )
    direct.send(settings.alerts_to, f"{unit} failed on {host}", text, settings)
