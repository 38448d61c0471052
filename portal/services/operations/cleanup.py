"""Taking away rows that nothing looks at any more: tries, keys of forms, ended sign-ins, dead links.

Revisions, accounts and audit events are kept for good and never touched here.
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

# For how long a form that was sent once may be sent again and still count once.
IDEMPOTENCY_KEY_RETENTION = timedelta(days=30)
# Long enough to be looked up after a complaint; the audit trail keeps who signed in when.
EXPIRED_RETENTION = timedelta(days=30)


def delete_expired(session: Session, moment: datetime | None = None) -> dict[str, int]:
    """Delete what is over, and say how many rows of each kind went; the caller commits."""
    moment = moment or now()
    gone = moment - EXPIRED_RETENTION
    return {
        "tries": rate_limits.purge(session, moment),
        "keys of forms": idempotency.purge(session, moment - IDEMPOTENCY_KEY_RETENTION),
        "sign-ins": _delete_and_count(
            session, delete(AccountSession), AccountSession.expires_at < gone, AccountSession.ended_at < gone
        ),
        "links": _delete_and_count(
            session, delete(OneTimeLink), OneTimeLink.expires_at < gone, OneTimeLink.used_at < gone
        ),
        "changes of address": _delete_and_count(
            session, delete(EmailChange), EmailChange.expires_at < gone, EmailChange.used_at < gone
        ),
    }


def _delete_and_count(session: Session, statement: Delete, *over: ColumnElement[bool]) -> int:
    """Delete the rows that are over in one way or another; their number."""
    return len(session.execute(statement.where(or_(*over)).returning(literal(1))).all())
