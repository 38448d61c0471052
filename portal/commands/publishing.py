"""portal publish-due: what was approved for a set time and whose time has come; for a timer, every minute or so."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from portal.errors import PortalError
from portal.models import Revision, db
from portal.services import publication
from portal.services.writing import begin_writing


@click.command("publish-due")
@with_appcontext
def publish_due() -> None:
    """Publish the scheduled revisions whose time has come, each in its own transaction."""
    session = db.session()
    failed = 0
    for number in publication.due(session):
        begin_writing(session)
        revision = session.get_one(Revision, number)
        try:
            project = publication.publish(session, revision)
        except PortalError as why:
            session.rollback()
            failed += 1
            click.echo(f"R-{number} was not published: {why}", err=True)
        else:
            key = project.key
            session.commit()
            click.echo(f"R-{number} is published as {key}.")
    if failed:
        sys.exit(1)
