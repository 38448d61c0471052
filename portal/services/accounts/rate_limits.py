"""Limits on tries, by account, by address and in all; counted in the database, so that no restart lifts them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import RateLimited
from portal.models import Attempt

# For each kind: (seconds, most by account, most by address, most in all).
LIMITS: dict[str, tuple[tuple[int, int, int, int], ...]] = {
    "sign in": ((300, 10, 10, 1_000),),
    "code": ((300, 5, 10, 1_000), (3_600, 20, 60, 10_000)),
    "reset": ((300, 3, 10, 200), (3_600, 6, 30, 1_000)),
    "e-mail": ((300, 3, 10, 200), (3_600, 6, 30, 1_000)),
    "link": ((300, 10, 20, 1_000),),
}
RETENTION = timedelta(days=1)
_MAX_RECORDED_REFUSALS = 1_000


def hit(session: Session, kind: str, *, account: str, client_address: str, device: str = "") -> None:
    """Count one try at `kind`; raise TooMany, without counting it, where a limit is reached already.

    `account` is the e-mail address that was typed, known or not. `device` is what a device this account has signed in
    from before can show (checked by the caller): its tries are counted apart and by account alone, so that strangers
    cannot lock its owner out, however many they are.
    """
    moment = now()
    account_key, address_key = _hash_key(f"{account.casefold()} {device}"), _hash_key(client_address)
    _serialise(session, kind)
    for seconds, by_account, by_address, in_all in LIMITS[kind]:
        since = Attempt.at > moment - timedelta(seconds=seconds)
        same: list[tuple[int, list[ColumnElement[bool]]]] = [(by_account, [Attempt.account_key == account_key])]
        if not device:
            same += [(by_address, [Attempt.address_key == address_key]), (in_all, [])]
        for most, conditions in same:
            if _count(session, Attempt.kind == kind, since, *conditions) >= most:
                raise RateLimited(seconds)
    session.add(Attempt(kind=kind, account_key=account_key, address_key=address_key, at=moment))
    session.flush()


def is_first_refusal(session: Session, kind: str, *, account: str, client_address: str) -> bool:
    """True once for each account, address and longest stretch of a limit: a flood is not to fill the audit trail."""
    seconds = max(limit[0] for limit in LIMITS[kind])
    noted = f"{kind} limited"
    account_key, address_key, moment = _hash_key(account.casefold()), _hash_key(client_address), now()
    same = Attempt.kind == noted, Attempt.at > moment - timedelta(seconds=seconds)
    if _count(session, *same, Attempt.account_key == account_key, Attempt.address_key == address_key):
        return False
    if _count(session, *same) >= _MAX_RECORDED_REFUSALS:
        return False
    session.add(Attempt(kind=noted, account_key=account_key, address_key=address_key, at=moment))
    session.flush()
    return True


def reset(session: Session, kind: str, *, account: str, device: str = "") -> None:
    """Forget an account's tries after one that succeeded."""
    key = _hash_key(f"{account.casefold()} {device}")
    session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.account_key == key))


def purge(session: Session, moment: datetime) -> int:
    """Take away tries that no limit looks at any more; their number."""
    return len(session.execute(delete(Attempt).where(Attempt.at < moment - RETENTION).returning(Attempt.id)).all())


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(Attempt).where(*conditions)).scalar_one()


def _serialise(session: Session, kind: str) -> None:
    # SQLite has one writer at a time by itself; PostgreSQL would let parallel tries count without each other.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql("SELECT pg_advisory_xact_lock(hashtext(:kind))"), {"kind": f"attempt {kind}"})


def _hash_key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
