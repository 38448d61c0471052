"""portal publish-due: what was approved for a set time and whose time has come; for a timer, every minute or so."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from portal.database.orm import db, now
from portal.database.transactions import begin_writing
from portal.errors import Conflict, PortalError
from portal.models import Revision
from portal.services.editorial import publication
from portal.vocabulary.workflow import State


@click.command("publish-due")
@with_appcontext
def publish_due() -> None:
    """Publish the scheduled revisions whose time has come, each in its own transaction."""
    # One that fails keeps none of the others from being tried.
    outcomes = [publish_one(number) for number in publication.due_for_publication(db.session())]
    if not all(outcomes):
        sys.exit(1)


def publish_one(revision_id: int) -> bool:
    """Publish this revision if it is still due, and say so; False when it went back to the reviewers instead."""
    session = db.session()
    begin_writing(session)
    revision = session.get_one(Revision, revision_id, populate_existing=True, with_for_update=True)
    if revision.state != State.SCHEDULED or revision.publish_at is None or revision.publish_at > now():
        # Another run was quicker, or somebody took it off the schedule meanwhile.
        session.rollback()
        return True
    try:
        project = publication.publish(session, revision)
    except PortalError as why:
        session.rollback()
        _return_to_queue(revision_id, why)
        click.echo(f"R-{revision_id} was not published, and is back with the reviewers: {why}", err=True)
        return False
    key = project.key
    session.commit()
    click.echo(f"R-{revision_id} is published as {key}.")
    return True


def _return_to_queue(revision_id: int, error: PortalError) -> None:
    """What cannot be published now cannot a minute later either: somebody has to look at it."""
    session = db.session()
    begin_writing(session)
    revision = session.get_one(Revision, revision_id)
    if revision.state == State.SCHEDULED:
        if isinstance(error, Conflict):
            reason = "The public record was changed before the time of this one came. It is not published."
        else:
            reason = f"It could not be published when its time came. {error}"
        publication.return_to_queue(session, revision, reason)
        session.commit()
