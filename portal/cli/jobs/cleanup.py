"""portal cleanup: deletes expired sessions, links and other short-lived rows; for a daily timer."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.services.operations import cleanup
from portal.services.operations.job_runs import recorded


@click.command("cleanup")
@with_appcontext
@recorded("cleanup")
def cleanup_command() -> None:
    """Delete expired login attempts, idempotency keys, sessions and one-time links.

    Never deletes projects, revisions, accounts or audit events.
    """
    with transaction(db.session()) as session:
        counts = cleanup.delete_expired(session)
    click.echo("Deleted: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()) + ".")


@click.command("sweep", hidden=True)
@click.pass_context
def sweep(context: click.Context) -> None:
    """The former name of `portal cleanup`, kept for one release so that existing timers still work."""
    click.echo("portal sweep is now called portal cleanup. Use the new name: the old one will be removed.", err=True)
    context.invoke(cleanup_command)
