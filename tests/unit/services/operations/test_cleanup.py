"""Cleanup deletes expired rows and nothing else."""

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

CLEANED = (Attempt, IdempotencyKey, AccountSession, OneTimeLink, EmailChange)


@pytest.fixture
def used(office):
    """One row of each table that cleanup deletes from, none of them expired."""
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
    return {model.__name__: session.query(model).count() for model in CLEANED}


def test_rows_in_use_are_not_deleted(used):
    assert set(cleanup.delete_expired(used).values()) == {0}
    assert set(counts(used).values()) == {1}


def test_expired_rows_are_deleted_after_their_retention(used):
    cleanup.delete_expired(used, now() + timedelta(days=2))
    assert counts(used) == {model.__name__: int(model is not Attempt) for model in CLEANED}
    deleted = cleanup.delete_expired(used, now() + timedelta(days=32))
    assert sum(deleted.values()) == 4
    assert set(counts(used).values()) == {0}


def test_content_and_audit_events_are_never_deleted(office):
    office.revision(State.WITHDRAWN)
    before = office.session.query(Revision).count(), office.session.query(AuditEvent).count()
    cleanup.delete_expired(office.session, now() + timedelta(days=10_000))
    office.session.commit()
    assert (office.session.query(Revision).count(), office.session.query(AuditEvent).count()) == before


DELETED_NOTHING = (
    "Deleted: 0 login attempts, 0 idempotency keys, 0 sessions, 0 one-time links, 0 runs of jobs, 0 e-mail changes.\n"
)


def test_the_command_prints_how_many_rows_it_deleted(app, used):
    result = app.test_cli_runner().invoke(args=["cleanup"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, DELETED_NOTHING, "")


def test_the_former_name_of_the_command_works_and_names_the_new_one(app, used):
    result = app.test_cli_runner().invoke(args=["sweep"])
    assert (result.exit_code, result.stdout) == (0, DELETED_NOTHING)
    assert "now called portal cleanup" in result.stderr
    assert "sweep" not in app.test_cli_runner().invoke(args=["--help"]).output
