"""portal send-mail: sends what the outbox holds; for a timer that runs every minute, beside the server's own thread."""

from __future__ import annotations

import smtplib
import sys
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.orm import db
from portal.database.transactions import transaction
from portal.services.editorial.notices import reminders
from portal.services.mail import delivery, digest, outbox, smtp
from portal.services.mail.delivery import Claimed, Outcome
from portal.services.operations.job_runs import recorded

# A message that is sent must be noted as sent, also if the database is busy or away for a while.
_SETTLE_SECONDS, _SETTLE_PAUSE = 120, 1.0


@click.command("send-mail")
@click.option("--release", is_flag=True, help="After a restore: send again, what waits included.")
@click.option("--discard", is_flag=True, help="Drop what waits, such as what was sent after the backup was made.")
@with_appcontext
@recorded("send-mail")
def send_mail(release: bool, discard: bool) -> None:
    """Send the mail that is due; exits with 1 if any was given up."""
    settings: Settings = current_app.extensions["settings"]
    if discard:
        with transaction(db.session()) as session:
            click.echo(f"{outbox.discard_all(session)} messages were dropped.")
    if release:
        with transaction(db.session()) as session:
            click.echo(f"The outbox is not held any more: {outbox.release_all(session)} messages wait.")
    if not smtp.can_send(settings):
        click.echo("No mail is sent: PORTAL_SMTP_HOST is not set.")
        return
    if since := outbox.held_since(db.session()):
        click.echo(f"The outbox is held since {since:%Y-%m-%d %H:%M} UTC: portal send-mail --release sends again.")
        return
    queue_what_is_due(db.session())
    counts = send_waiting(settings)
    if counts.total():
        click.echo(f"Mail: {counts['sent']} sent, {counts['later']} to be tried again, {counts['failed']} given up.")
    if counts["failed"]:
        sys.exit(1)


def send_waiting(settings: Settings, *, is_wanted: Callable[[], bool] = lambda: True) -> Counter[str]:
    """Send everything that is due; how many were "sent", are to be sent "later", or "failed" for good.

    Ends early once it is not wanted any more, and when the server cannot be reached: each other message would wait too.
    """
    counts: Counter[str] = Counter()
    while is_wanted() and delivery.is_anything_due(db.session()):
        with transaction(db.session()) as session:
            claimed = delivery.claim_next(session, settings)
        if claimed is None:
            break
        if claimed.is_given_up:
            counts["failed"] += 1
        elif claimed.message is not None:
            outcome, is_reachable = send_one(claimed, claimed.message, settings)
            counts[outcome] += 1
            if not is_reachable:
                break
    db.session.rollback()
    return counts


def queue_what_is_due(session: Session) -> None:
    """Reminders of tomorrow, and the mails of the day; writes only if there are any."""
    if reminders.missing(session):
        with transaction(session):
            reminders.queue(session)
    if digest.is_anything_due(session):
        with transaction(session):
            digest.collect(session)


def send_one(claimed: Claimed, message: EmailMessage, settings: Settings) -> tuple[str, bool]:
    """Send a claimed message: "sent", "later" or "failed", and whether the server was reached."""
    began, is_reached = time.monotonic(), False
    try:
        with smtp.connection(settings) as server:
            if time.monotonic() - began > delivery.BEGIN_SECONDS:
                raise TimeoutError("it took too long to connect")
            is_reached = True
            server.send_message(message)
            # Before the server is told goodbye: from now on nothing may send it again.
            settle(claimed, Outcome.SENT)
        return "sent", True
    except (OSError, smtplib.SMTPException, ValueError) as error:
        outcome = Outcome.REFUSED if smtp.is_permanent(error) else Outcome.LATER
        is_given_up = settle(claimed, outcome, smtp.describe_failure(error))
    return "failed" if is_given_up else "later", is_reached


def settle(claimed: Claimed, outcome: Outcome, error: str = "") -> bool:
    """Note what came of it, again and again for two minutes if the database cannot; True if it is given up."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        try:
            with transaction(db.session()) as session:
                return delivery.settle(session, claimed, outcome, error)
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_SETTLE_PAUSE)
