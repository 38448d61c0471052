"""Sign-in sessions: stored in the database and checked on every request, so that ending one takes effect at once."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import ReauthenticationRequired
from portal.i18n.catalogues import gettext
from portal.models import Account, AccountSession
from portal.services.accounts import clock, tokens

IDLE_TIMEOUT = timedelta(minutes=30)
MAX_LIFETIME = timedelta(hours=12)
UNFINISHED_LIFETIME = timedelta(minutes=10)
RECENT_AUTHENTICATION = timedelta(minutes=10)
TOUCH_INTERVAL = timedelta(seconds=60)
_MAX_USER_AGENT_LENGTH = 80


class Stage(StrEnum):
    """How far a sign-in has come; only a complete one gives access to staff pages."""

    CODE = "code"
    ENROLMENT = "enrolment"
    COMPLETE = "complete"


def start(
    session: Session, account: Account, *, stage: Stage = Stage.COMPLETE, client_address: str = "", user_agent: str = ""
) -> tuple[str, AccountSession]:
    """Start a session; returns the token for its cookie, which is stored nowhere, and the session."""
    token = tokens.generate_token()
    moment = now()
    auth_session = AccountSession(
        token_hash=tokens.hash_token(token),
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
    session.add(auth_session)
    clock.advance(session)
    session.flush()
    return token, auth_session


def find(session: Session, token: str | None, not_before: datetime | None = None) -> AccountSession | None:
    """The active session with this token; None if it has ended or expired or its account changed. Writes nothing.

    `not_before` is another clock's time, such as the database server's; the later of both judges.
    """
    if not token:
        return None
    auth_session = session.execute(
        select(AccountSession)
        .where(AccountSession.token_hash == tokens.hash_token(token))
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    moment = max(now(), not_before) if not_before else now()
    return auth_session if auth_session is not None and is_active(auth_session, moment) else None


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
    """Whether the last recorded activity is long enough ago to record it again."""
    return now() - auth_session.seen_at >= TOUCH_INTERVAL


def touch(session: Session, auth_session: AccountSession) -> None:
    """Record activity. Not for background requests of a page, which must not keep a session alive."""
    # In the order in which clock.settle locks these rows.
    clock.advance(session)
    session.execute(update(AccountSession).where(AccountSession.id == auth_session.id).values(seen_at=now()))


def rotate(session: Session, auth_session: AccountSession, *, stage: Stage = Stage.COMPLETE) -> str:
    """Give a session a new token after authentication (code, reauthentication); the old token stops working."""
    token = tokens.generate_token()
    moment = now()
    if auth_session.stage != Stage.COMPLETE and stage == Stage.COMPLETE:
        auth_session.expires_at = moment + MAX_LIFETIME
    auth_session.token_hash, auth_session.stage, auth_session.seen_at, auth_session.authenticated_at = (
        tokens.hash_token(token),
        stage,
        moment,
        moment,
    )
    auth_session.credential_version = auth_session.account.credential_version
    session.flush()
    return token


def end(session: Session, auth_session: AccountSession) -> None:
    """End one session."""
    auth_session.ended_at = now()
    session.flush()


def end_by_id(session: Session, account: Account, session_id: int) -> bool:
    """End one of the account's sessions; False if it has no active session with this id."""
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
    """End all sessions of an account, except the one named."""
    query = update(AccountSession).where(AccountSession.account_id == account.id, AccountSession.ended_at.is_(None))
    if except_session is not None:
        query = query.where(AccountSession.id != except_session.id)
    session.execute(query.values(ended_at=now()))


def active_sessions(session: Session, account: Account) -> list[AccountSession]:
    """The active sessions of an account, most recently used first."""
    query = select(AccountSession).where(AccountSession.account_id == account.id, AccountSession.ended_at.is_(None))
    unended = session.execute(query.order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())).scalars()
    return [auth_session for auth_session in unended if is_active(auth_session)]


def is_recently_authenticated(auth_session: AccountSession) -> bool:
    """Whether the last authentication was within RECENT_AUTHENTICATION."""
    return now() - auth_session.authenticated_at <= RECENT_AUTHENTICATION


def require_recent_authentication(auth_session: AccountSession) -> None:
    """Raise ReauthenticationRequired unless the last authentication is recent."""
    if not is_recently_authenticated(auth_session):
        raise ReauthenticationRequired(
            gettext("Enter your password and code again: you last entered them more than ten minutes ago.")
        )


def csrf_token(secret_key: str, token: str) -> str:
    """The token that the forms of this session carry against cross-site requests; derived from the session token."""
    return hmac.new(secret_key.encode(), b"form " + token.encode(), hashlib.sha256).hexdigest()
