"""One form, sent once or twenty times, is one submission: its key leads every repeat to where the first one went.

A repeat is the same post: the same address, the same fields. Another text under the same key is a sending of its own,
for whoever stops a slow answer, corrects a word and sends the page again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import NotAllowed
from portal.models import Account, SubmissionKey

_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")


def fresh_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether this has the shape of a key."""
    return _SHAPE.fullmatch(text) is not None


class Kind(StrEnum):
    """What a key is of: a form leads to an address, a page to the one draft that it may make."""

    FORM = "form"
    PAGE = "page"


def digest(address: str, fields: Iterable[tuple[str, str]]) -> str:
    """What was sent, and where to, in 64 characters; give the fields without those that a repeat makes anew."""
    parts = [address, *(part for field in sorted(fields) for part in field)]
    sized = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(sized.encode(errors="surrogatepass")).hexdigest()


def once(session: Session, key: str, account: Account, sent: str = "", kind: Kind = Kind.FORM) -> str | None:
    """None: go on, the key is yours until the transaction ends. Else where the first sending of the same led.

    `sent` is the digest of what was sent. Waits for a sending that is under way. Raises NotAllowed for what is no key.
    A rollback frees the key.
    """
    if not is_key(key):
        raise NotAllowed("The form lacks its key. Open it again; what you typed is kept where your browser keeps it.")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = session.execute(
        dialect.insert(SubmissionKey)
        .values(account_id=account.id, kind=kind, key=key, digest=sent, location="", created_at=now())
        .on_conflict_do_update(
            index_elements=["account_id", "kind", "key"],
            set_={"digest": sent, "location": ""},
            where=SubmissionKey.digest != sent,
        )
        .returning(SubmissionKey.key)
    ).first()
    if made is not None:
        return None
    return session.execute(select(SubmissionKey.location).where(*_mine(key, account, kind))).scalar_one()


def finish(session: Session, key: str, account: Account, location: str, kind: Kind = Kind.FORM) -> None:
    """Note where this sending leads, in the transaction of what it did."""
    session.execute(update(SubmissionKey).where(*_mine(key, account, kind)).values(location=location))


def _mine(key: str, account: Account, kind: Kind) -> tuple[ColumnElement[bool], ...]:
    return SubmissionKey.account_id == account.id, SubmissionKey.kind == kind, SubmissionKey.key == key


def sweep(session: Session, before: datetime) -> int:
    """Forget keys older than a moment; their number."""
    old = delete(SubmissionKey).where(SubmissionKey.created_at < before)
    return len(session.execute(old.returning(SubmissionKey.key)).all())
