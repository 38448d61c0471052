"""Rate limits per account, per IP address and in total; counted in the database, so a restart does not lift them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal import metrics
from portal.database.orm import now
from portal.errors import RateLimited
from portal.models import Attempt
from portal.text.ip_addresses import client_network

# For each kind of attempt: (seconds, maximum per account, per IP address, in total).
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
    """Count one attempt of this kind; raise RateLimited, without counting it, if a limit is reached.

    `account` is the email address as typed, known or not. `device` identifies a device that has signed in to this
    account before (checked by the caller): its attempts are counted separately and per account only, so strangers
    cannot lock the owner out, however many they are.
    """
    moment = now()
    account_key, address_key = _hash_key(f"{account.casefold()} {device}"), _address_key(client_address)
    _serialise(session, kind)
    for seconds, per_account, per_address, in_total in LIMITS[kind]:
        is_recent = Attempt.at > moment - timedelta(seconds=seconds)
        limits: list[tuple[int, list[ColumnElement[bool]]]] = [(per_account, [Attempt.account_key == account_key])]
        if not device:
            limits += [(per_address, [Attempt.address_key == address_key]), (in_total, [])]
        for maximum, conditions in limits:
            if _count(session, Attempt.kind == kind, is_recent, *conditions) >= maximum:
                metrics.SIGN_IN_REFUSALS.labels(f"{kind} limited").inc()
                raise RateLimited(seconds)
    session.add(Attempt(kind=kind, account_key=account_key, address_key=address_key, at=moment))
    session.flush()


def is_first_refusal(session: Session, kind: str, *, account: str, client_address: str) -> bool:
    """True once per account, IP address and longest period, so that refusals cannot flood the audit trail."""
    seconds = max(limit[0] for limit in LIMITS[kind])
    refusal_kind = f"{kind} limited"
    account_key, address_key, moment = _hash_key(account.casefold()), _address_key(client_address), now()
    recent_refusals = Attempt.kind == refusal_kind, Attempt.at > moment - timedelta(seconds=seconds)
    if _count(session, *recent_refusals, Attempt.account_key == account_key, Attempt.address_key == address_key):
        return False
    if _count(session, *recent_refusals) >= _MAX_RECORDED_REFUSALS:
        return False
    session.add(Attempt(kind=refusal_kind, account_key=account_key, address_key=address_key, at=moment))
    session.flush()
    return True


def undo_hit(session: Session, kind: str, *, account: str, client_address: str) -> None:
    """Delete the latest attempt of this account from this address: it succeeded, and only failures count."""
    latest = select(func.max(Attempt.id)).where(
        Attempt.kind == kind,
        Attempt.account_key == _hash_key(f"{account.casefold()} "),
        Attempt.address_key == _address_key(client_address),
    )
    session.execute(delete(Attempt).where(Attempt.id == latest.scalar_subquery()))


def reset(session: Session, kind: str, *, account: str, device: str = "") -> None:
    """Delete an account's attempts after a successful one."""
    key = _hash_key(f"{account.casefold()} {device}")
    session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.account_key == key))


def purge(session: Session, moment: datetime) -> int:
    """Delete attempts that no limit counts any more; return how many."""
    return len(session.execute(delete(Attempt).where(Attempt.at < moment - RETENTION).returning(Attempt.id)).all())


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(Attempt).where(*conditions)).scalar_one()


def _serialise(session: Session, kind: str) -> None:
    # SQLite allows one writer at a time; on PostgreSQL parallel attempts would not see each other without this lock.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql("SELECT pg_advisory_xact_lock(hashtext(:kind))"), {"kind": f"attempt {kind}"})


def _address_key(client_address: str) -> str:
    """A client with IPv6 has a whole network, and could try from each of its addresses."""
    return _hash_key(client_network(client_address))


def _hash_key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
