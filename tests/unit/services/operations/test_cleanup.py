"""Sweeping takes away what is over, and nothing else."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import AccountSession, Attempt, AuditEvent, IdempotencyKey, OneTimeLink, Revision
from portal.models.account import EmailChange
from portal.services.accounts import email_change, one_time_links, rate_limits, sessions
from portal.services.accounts.one_time_links import Purpose
from portal.services.editorial import idempotency
from portal.services.operations import cleanup
from portal.vocabulary.workflow import State

SWEPT = (Attempt, IdempotencyKey, AccountSession, OneTimeLink, EmailChange)


@pytest.fixture
def used(office):
    """One row of everything that is swept, all of them living."""
    session, account = office.session, office.author
    rate_limits.hit(session, "sign in", account="ann@example.org", client_address="")
    idempotency.claim_key(session, idempotency.new_key(), account)
    sessions.start(session, account)
    one_time_links.issue(session, account, Purpose.RESET)
    email_change.request_change(session, account, "new@example.org", client_address="")
    session.query(Attempt).filter_by(kind="e-mail").delete()
    session.commit()
    return session


def counts(session):
    return {model.__name__: session.query(model).count() for model in SWEPT}


def test_what_is_in_use_stays(used):
    assert set(cleanup.delete_expired(used).values()) == {0}
    assert set(counts(used).values()) == {1}


def test_what_is_over_goes_in_its_time(used):
    cleanup.delete_expired(used, now() + timedelta(days=2))
    assert counts(used) == {model.__name__: int(model is not Attempt) for model in SWEPT}
    gone = cleanup.delete_expired(used, now() + timedelta(days=32))
    assert sum(gone.values()) == 4
    assert set(counts(used).values()) == {0}


def test_content_and_the_trail_stay_for_good(office):
    office.revision(State.WITHDRAWN)
    before = office.session.query(Revision).count(), office.session.query(AuditEvent).count()
    cleanup.delete_expired(office.session, now() + timedelta(days=10_000))
    office.session.commit()
    assert (office.session.query(Revision).count(), office.session.query(AuditEvent).count()) == before


def test_the_command_says_what_went(app, used):
    ran = app.test_cli_runner().invoke(args=["sweep"])
    assert ran.output == "Gone: 0 tries, 0 keys of forms, 0 sign-ins, 0 links, 0 changes of address.\n"
