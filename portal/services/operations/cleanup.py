"""Delete expired login attempts, idempotency keys, sessions and one-time links.

Revisions, accounts and audit events are permanent and never deleted here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, delete, literal, or_
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import AccountSession, OneTimeLink
from portal.models.account import EmailChange
from portal.services.accounts import rate_limits
from portal.services.editorial import idempotency
from portal.services.operations import job_runs

# How long a repeated submission of a form is recognised as a repeat.
IDEMPOTENCY_KEY_RETENTION = timedelta(days=30)
# Long enough to investigate a complaint; after that the audit trail still says who signed in when.
EXPIRED_RETENTION = timedelta(days=30)


def delete_expired(session: Session, moment: datetime | None = None) -> dict[str, int]:
    """Delete expired rows and return how many of each kind; the caller commits."""
    moment = moment or now()
    cutoff = moment - EXPIRED_RETENTION
    return {
        "login attempts": rate_limits.purge(session, moment),
        "idempotency keys": idempotency.purge(session, moment - IDEMPOTENCY_KEY_RETENTION),
        "sessions": _delete_and_count(
            session, delete(AccountSession), AccountSession.expires_at < cutoff, AccountSession.ended_at < cutoff
        ),
        "one-time links": _delete_and_count(
            session, delete(OneTimeLink), OneTimeLink.expires_at < cutoff, OneTimeLink.used_at < cutoff
        ),
        "runs of jobs": job_runs.purge(session, moment - job_runs.RUN_RETENTION),
        "e-mail changes": _delete_and_count(
            session, delete(EmailChange), EmailChange.expires_at < cutoff, EmailChange.used_at < cutoff
        ),
    }


def _delete_and_count(session: Session, statement: Delete, *conditions: ColumnElement[bool]) -> int:
    """Delete the rows that meet any of the conditions; return how many."""
    return len(session.execute(statement.where(or_(*conditions)).returning(literal(1))).all())
