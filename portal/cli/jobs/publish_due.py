"""portal publish-due: publishes scheduled revisions whose time has come; for a timer that runs every minute."""

from __future__ import annotations

import sys
from contextlib import suppress

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from portal.database.orm import db, now
from portal.database.transactions import transaction
from portal.errors import Conflict, PortalError
from portal.i18n.catalogues import N_
from portal.i18n.stored_sentences import StoredSentence
from portal.models import Revision
from portal.services.accounts import clock
from portal.services.editorial import publication
from portal.services.operations import migrations
from portal.services.operations.job_runs import recorded
from portal.vocabulary.workflow import State

_RECORD_CHANGED = StoredSentence(
    N_("The public record was changed before this revision was due, so it was not published.")
)
_NOT_PUBLISHED = StoredSentence(N_("It could not be published at the scheduled time. %(error)s"))


@click.command("publish-due")
@with_appcontext
@recorded("publish-due")
def publish_due() -> None:
    """Publish the scheduled revisions whose time has come, each in its own transaction."""
    migrations.require_match(db.session.connection())
    _watch_clock()
    # A list, not a generator: one failure must not stop the others.
    outcomes = [publish_one(revision_id) for revision_id in publication.due_for_publication(db.session())]
    if not all(outcomes):
        sys.exit(1)


def _watch_clock() -> None:
    """Notice within a minute that the clock was set back, even if nobody of staff is there."""
    # A full disk is reported by the revision that cannot be published.
    with suppress(OperationalError), transaction(db.session()) as session:
        if not clock.settle(session):
            clock.advance(session)


def publish_one(revision_id: int) -> bool:
    """Publish the revision if it is still due, and print that; False when it was returned to the reviewers instead."""
    try:
        with transaction(db.session()) as session:
            revision = session.get_one(Revision, revision_id, populate_existing=True, with_for_update=True)
            if not _is_due(revision):
                return True
            slug = publication.publish(session, revision).slug
    except PortalError as error:
        _return_to_queue(revision_id, error)
        click.echo(f"R-{revision_id} was not published, and is back with the reviewers: {error}", err=True)
        return False
    click.echo(f"R-{revision_id} is published as {slug}.")
    return True


def _is_due(revision: Revision) -> bool:
    """False if another run has published the revision, or a reviewer has taken it off the schedule."""
    return revision.state == State.SCHEDULED and revision.publish_at is not None and revision.publish_at <= now()


def _return_to_queue(revision_id: int, error: PortalError) -> None:
    """Return the revision to the reviewers, because the next run would fail in the same way."""
    reason = _RECORD_CHANGED.english() if isinstance(error, Conflict) else _NOT_PUBLISHED.english(error=error)
    with transaction(db.session()) as session:
        revision = session.get_one(Revision, revision_id)
        if revision.state == State.SCHEDULED:
            publication.return_to_queue(session, revision, reason)
