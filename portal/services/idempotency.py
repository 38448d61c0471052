"""One form, sent once or twenty times, is one submission: its key leads every repeat to where the first one went."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.errors import NotAllowed
from portal.models import Account, SubmissionKey, now

_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")


def fresh_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether this has the shape of a key."""
    return _SHAPE.fullmatch(text) is not None


def once(session: Session, key: str, account: Account) -> str | None:
    """None: go on, the key is yours until the transaction ends. Else the address to which the first sending led.

    Waits for a sending that is under way. Raises NotAllowed for what is no key. A rollback frees the key.
    """
    if not is_key(key):
        raise NotAllowed("The form lacks its key. Open it again; what you typed is kept where your browser keeps it.")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = session.execute(
        dialect.insert(SubmissionKey)
        .values(account_id=account.id, key=key, location="", created_at=now())
        .on_conflict_do_nothing()
        .returning(SubmissionKey.key)
    ).first()
    if made is not None:
        return None
    mine = SubmissionKey.account_id == account.id, SubmissionKey.key == key
    return session.execute(select(SubmissionKey.location).where(*mine)).scalar_one()


def finish(session: Session, key: str, account: Account, location: str) -> None:
    """Note where this sending leads, in the transaction of what it did."""
    mine = SubmissionKey.account_id == account.id, SubmissionKey.key == key
    session.execute(update(SubmissionKey).where(*mine).values(location=location))


def sweep(session: Session, before: datetime) -> int:
    """Forget keys older than a moment; their number."""
    old = delete(SubmissionKey).where(SubmissionKey.created_at < before)
    return len(session.execute(old.returning(SubmissionKey.key)).all())
