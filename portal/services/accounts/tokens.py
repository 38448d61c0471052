"""Random tokens, and links that work once: looked up and used in the same way whatever they are for.

The database stores only the SHA-256 of a token. A link is dead once it is used, replaced by a later one or expired, and
when its account was disabled or had its credentials changed.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import Account, OneTimeLink
from portal.models.account import EmailChange
from portal.services.accounts import clock

LINK_LIFETIME = timedelta(minutes=30)
# Whoever is invited may be on leave; the link works once and an administrator can replace it.
INVITATION_LIFETIME = timedelta(days=7)

LinkRow = TypeVar("LinkRow", OneTimeLink, EmailChange)


def generate_token() -> str:
    """A random token of 256 bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The SHA-256 under which a token is stored; takes any text, well-formed or not."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def invalidate_unused(
    session: Session, model: type[LinkRow], account: Account, moment: datetime, *conditions: ColumnElement[bool]
) -> None:
    """Make the account's earlier links of this kind, which meet the conditions, unusable."""
    unused = update(model).where(model.account_id == account.id, model.used_at.is_(None), *conditions)
    session.execute(unused.values(used_at=moment))


def find_active(session: Session, model: type[LinkRow], token: str) -> LinkRow | None:
    """The row of a link that still works, with its account; None for any other token. Changes nothing."""
    row = session.execute(select(model).where(model.token_hash == hash_token(token))).scalar_one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= clock.judging_time(session):
        return None
    return row if _fits_account(row, row.account) else None


def use(session: Session, model: type[LinkRow], token: str) -> tuple[LinkRow, Account] | None:
    """Mark a link as used and lock its account; None unless it still works.

    The UPDATE decides, so of several requests with the same token only one succeeds. After None the caller rolls back.
    """
    moment = clock.judging_time(session)
    used = (
        update(model)
        .where(model.token_hash == hash_token(token), model.used_at.is_(None), model.expires_at > moment)
        .values(used_at=now())
        .returning(model.id)
    )
    row_id = session.execute(used).scalar_one_or_none()
    if row_id is None:
        return None
    row = session.get_one(model, row_id)
    account = session.get_one(Account, row.account_id, with_for_update=True)
    return (row, account) if _fits_account(row, account) else None


def _fits_account(row: OneTimeLink | EmailChange, account: Account) -> bool:
    return not account.is_disabled and account.credential_version == row.credential_version
