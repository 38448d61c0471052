"""portal sweep: takes away what is over, such as dead sign-ins and links; for a timer, once a day."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.services.operations import cleanup


@click.command("sweep")
@with_appcontext
def cleanup_command() -> None:
    """Delete old tries, keys of forms, ended sign-ins and dead links; never content, accounts or the audit trail."""
    session = db.session()
    begin_writing(session)
    counts = cleanup.delete_expired(session)
    session.commit()
    click.echo("Gone: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
