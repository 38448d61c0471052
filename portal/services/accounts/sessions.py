"""Sign-in sessions: kept in the database, asked for at every request, so that an end is an end everywhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import ReauthenticationRequired
from portal.models import Account, AccountSession

IDLE_TIMEOUT = timedelta(minutes=30)
MAX_LIFETIME = timedelta(hours=12)
UNFINISHED_LIFETIME = timedelta(minutes=10)
RECENT_AUTHENTICATION = timedelta(minutes=10)
TOUCH_INTERVAL = timedelta(seconds=60)
_MAX_USER_AGENT_LENGTH = 80


class Stage(StrEnum):
    """How far a sign-in has come: only a complete one opens the desk."""

    CODE = "code"
    ENROLMENT = "enrolment"
    COMPLETE = "complete"


def start(
    session: Session, account: Account, *, stage: Stage = Stage.COMPLETE, client_address: str = "", user_agent: str = ""
) -> tuple[str, AccountSession]:
    """A fresh session and the token for its cookie, which is nowhere else."""
    token = secrets.token_urlsafe(32)
    moment = now()
    begun = AccountSession(
        token_hash=_hash(token),
        account=account,
        credential_version=account.credential_version,
        stage=stage,
        created_at=moment,
        seen_at=moment,
        authenticated_at=moment,
        expires_at=moment + (MAX_LIFETIME if stage == Stage.COMPLETE else UNFINISHED_LIFETIME),
        address=client_address[:45],
        agent=user_agent[:_MAX_USER_AGENT_LENGTH],
    )
    session.add(begun)
    session.flush()
    return token, begun


def find(session: Session, token: str | None, moment: datetime | None = None) -> AccountSession | None:
    """The living session of this token; None when it ended, idled, expired or its account changed. Writes nothing."""
    if not token:
        return None
    found = session.execute(
        select(AccountSession)
        .where(AccountSession.token_hash == _hash(token))
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return found if found is not None and is_active(found, moment) else None


def is_active(auth_session: AccountSession, moment: datetime | None = None) -> bool:
    moment = moment or now()
    return (
        auth_session.ended_at is None
        and moment < auth_session.expires_at
        and moment < auth_session.seen_at + IDLE_TIMEOUT
        and not auth_session.account.is_disabled
        and auth_session.credential_version == auth_session.account.credential_version
    )


def is_due_for_touch(auth_session: AccountSession) -> bool:
    """True when `touch` would write: more than a minute since the last sign of the person."""
    return now() - auth_session.seen_at >= TOUCH_INTERVAL


def touch(session: Session, auth_session: AccountSession) -> None:
    """Note that the person is there. Not for what a page asks in the background, which must not keep it alive."""
    session.execute(update(AccountSession).where(AccountSession.id == auth_session.id).values(seen_at=now()))


def rotate(session: Session, auth_session: AccountSession, *, stage: Stage = Stage.COMPLETE) -> str:
    """A new token for a session after a proof (code, step-up); the old one is dead. Raises nothing."""
    token = secrets.token_urlsafe(32)
    moment = now()
    if auth_session.stage != Stage.COMPLETE and stage == Stage.COMPLETE:
        auth_session.expires_at = moment + MAX_LIFETIME
    auth_session.token_hash, auth_session.stage, auth_session.seen_at, auth_session.authenticated_at = (
        _hash(token),
        stage,
        moment,
        moment,
    )
    auth_session.credential_version = auth_session.account.credential_version
    session.flush()
    return token


def end(session: Session, auth_session: AccountSession) -> None:
    """Sign out here."""
    auth_session.ended_at = now()
    session.flush()


def end_by_id(session: Session, account: Account, session_id: int) -> bool:
    """End one of the account's own sessions; False when it has no such session."""
    ended = session.execute(
        update(AccountSession)
        .where(
            AccountSession.id == session_id, AccountSession.account_id == account.id, AccountSession.ended_at.is_(None)
        )
        .values(ended_at=now())
        .returning(AccountSession.id)
    ).first()
    return ended is not None


def end_all(session: Session, account: Account, *, except_session: AccountSession | None = None) -> None:
    """Sign out everywhere, or everywhere else."""
    query = update(AccountSession).where(AccountSession.account_id == account.id, AccountSession.ended_at.is_(None))
    if except_session is not None:
        query = query.where(AccountSession.id != except_session.id)
    session.execute(query.values(ended_at=now()))


def active_sessions(session: Session, account: Account) -> list[AccountSession]:
    """The account's living sessions, the one seen last first."""
    query = select(AccountSession).where(AccountSession.account_id == account.id, AccountSession.ended_at.is_(None))
    found = session.execute(query.order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())).scalars()
    return [one for one in found if is_active(one)]


def is_recently_authenticated(auth_session: AccountSession) -> bool:
    """Whether the person proved who they are within the last ten minutes."""
    return now() - auth_session.authenticated_at <= RECENT_AUTHENTICATION


def require_recent_authentication(auth_session: AccountSession) -> None:
    """Raise StepUpNeeded unless the last proof is fresh."""
    if not is_recently_authenticated(auth_session):
        raise ReauthenticationRequired(
            "This asks for your password and code once more, because the last time is over ten minutes ago."
        )


def csrf_token(secret_key: str, token: str) -> str:
    """What the forms of this session carry against requests from elsewhere; bound to the session's token."""
    return hmac.new(secret_key.encode(), b"form " + token.encode(), hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
