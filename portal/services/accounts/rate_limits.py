"""Rate limits per account and per network of clients; counted in the database, so a restart does not lift them.

There is none of all clients together: whoever used it up would shut out everybody else. What attempts cost in total is
bounded where they cost: by the slots for password hashes (passwords), and of mails by the limit per account.
"""

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
from portal.text.ip_addresses import client_network, wider_networks

# For each kind of attempt: (seconds, maximum per account, maximum per IP address or IPv6 network of 64 bits).
LIMITS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "sign in": ((300, 10, 10),),
    "code": ((300, 5, 10), (3_600, 20, 60)),
    "reset": ((300, 3, 10), (3_600, 6, 30)),
    "e-mail": ((300, 3, 10), (3_600, 6, 30)),
    "link": ((300, 10, 20),),
}
# How many times as much the wider networks of wider_networks have: one holds 256 or 65,536 of the others.
WIDER_FACTORS = (4, 16)
# Of a digest of 64 characters the first ones are those of the wider networks, the widest first (see _address_key).
_WIDER_LENGTHS = (32, 16)
RETENTION = timedelta(days=1)
_MAX_RECORDED_REFUSALS = 1_000


def hit(session: Session, kind: str, *, account: str, client_address: str, device: str = "") -> None:
    """Count one attempt of this kind; raise RateLimited, without counting it, if a limit is reached.

    `account` is the email address as typed, known or not. `device` identifies a device that has signed in to this
    account before (checked by the caller): its attempts are counted separately and per account only, so strangers
    cannot lock the owner out, however many they are.
    """
    moment = now()
    account_key, address_key = _account_key(account, device), _address_key(client_address)
    _serialise(session, kind)
    for seconds, per_account, per_address in LIMITS[kind]:
        is_recent = Attempt.at > moment - timedelta(seconds=seconds)
        limits = [(per_account, Attempt.account_key == account_key)]
        if not device:
            limits += _limits_of_networks(client_address, address_key, per_address)
        for maximum, condition in limits:
            if _count(session, Attempt.kind == kind, is_recent, condition) >= maximum:
                metrics.SIGN_IN_REFUSALS.labels(f"{kind} limited").inc()
                raise RateLimited(seconds)
    session.add(Attempt(kind=kind, account_key=account_key, address_key=address_key, at=moment))
    session.flush()


def is_first_refusal(session: Session, kind: str, *, account: str, client_address: str) -> bool:
    """True once per account, IP address and longest period, so that refusals cannot flood the audit trail."""
    seconds = max(limit[0] for limit in LIMITS[kind])
    refusal_kind = f"{kind} limited"
    account_key, address_key, moment = _account_key(account), _address_key(client_address), now()
    recent_refusals = Attempt.kind == refusal_kind, Attempt.at > moment - timedelta(seconds=seconds)
    if _count(session, *recent_refusals, Attempt.account_key == account_key, Attempt.address_key == address_key):
        return False
    if _count(session, *recent_refusals) >= _MAX_RECORDED_REFUSALS:
        return False
    session.add(Attempt(kind=refusal_kind, account_key=account_key, address_key=address_key, at=moment))
    session.flush()
    return True


def undo_hit(session: Session, kind: str, *, account: str, client_address: str, device: str = "") -> None:
    """Delete the latest attempt of this account from this address: it succeeded, and only failures count."""
    latest = select(func.max(Attempt.id)).where(
        Attempt.kind == kind,
        Attempt.account_key == _account_key(account, device),
        Attempt.address_key == _address_key(client_address),
    )
    session.execute(delete(Attempt).where(Attempt.id == latest.scalar_subquery()))


def reset(session: Session, kind: str, *, account: str, device: str = "") -> None:
    """Delete an account's attempts after a successful one."""
    is_of_account = Attempt.account_key == _account_key(account, device)
    session.execute(delete(Attempt).where(Attempt.kind == kind, is_of_account))


def purge(session: Session, moment: datetime) -> int:
    """Delete attempts that no limit counts any more; return how many."""
    return len(session.execute(delete(Attempt).where(Attempt.at < moment - RETENTION).returning(Attempt.id)).all())


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(Attempt).where(*conditions)).scalar_one()


def _serialise(session: Session, kind: str) -> None:
    # SQLite allows one writer at a time; on PostgreSQL parallel attempts would not see each other without this lock.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql("SELECT pg_advisory_xact_lock(hashtext(:kind))"), {"kind": f"attempt {kind}"})


def _limits_of_networks(client_address: str, address_key: str, maximum: int) -> list[tuple[int, ColumnElement[bool]]]:
    """What a client may do, and what the wider networks that may be its own."""
    limits: list[tuple[int, ColumnElement[bool]]] = [(maximum, Attempt.address_key == address_key)]
    if wider_networks(client_address):
        limits += [
            (maximum * factor, Attempt.address_key.startswith(address_key[:length]))
            for factor, length in zip(WIDER_FACTORS, _WIDER_LENGTHS, strict=True)
        ]
    return limits


def _account_key(account: str, device: str = "") -> str:
    return _hash_key(f"{account.casefold()} {device}")


def _address_key(client_address: str) -> str:
    """A client with IPv6 has a whole network, and could try from each of its addresses.

    The key begins as those of all clients in the same wider networks do: 16 characters for the widest, 32 for the next.
    """
    wider = "".join(_hash_key(network)[:16] for network in reversed(wider_networks(client_address)))
    return wider + _hash_key(client_network(client_address))[len(wider) :]


def _hash_key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
