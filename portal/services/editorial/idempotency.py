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
from portal.errors import Forbidden
from portal.models import Account, IdempotencyKey

_KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(24)


def is_valid_key(text: str) -> bool:
    """Whether this has the shape of a key."""
    return _KEY_PATTERN.fullmatch(text) is not None


class KeyKind(StrEnum):
    """What a key is of: a form leads to an address, a page to the one draft that it may make."""

    FORM = "form"
    PAGE = "page"


def submission_digest(address: str, fields: Iterable[tuple[str, str]]) -> str:
    """What was sent, and where to, in 64 characters; give the fields without those that a repeat makes anew."""
    parts = [address, *(part for field in sorted(fields) for part in field)]
    sized = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(sized.encode(errors="surrogatepass")).hexdigest()


def claim_key(
    session: Session, key: str, account: Account, content_digest: str = "", kind: KeyKind = KeyKind.FORM
) -> str | None:
    """None: go on, the key is yours until the transaction ends. Else where the first sending of the same led.

    `sent` is the digest of what was sent. Waits for a sending that is under way. Raises NotAllowed for what is no key.
    A rollback frees the key.
    """
    if not is_valid_key(key):
        raise Forbidden("The form lacks its key. Open it again; what you typed is kept where your browser keeps it.")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = session.execute(
        dialect.insert(IdempotencyKey)
        .values(account_id=account.id, kind=kind, key=key, digest=content_digest, location="", created_at=now())
        .on_conflict_do_update(
            index_elements=["account_id", "kind", "key"],
            set_={"digest": content_digest, "location": ""},
            where=IdempotencyKey.digest != content_digest,
        )
        .returning(IdempotencyKey.key)
    ).first()
    if made is not None:
        return None
    return session.execute(select(IdempotencyKey.location).where(*_key_conditions(key, account, kind))).scalar_one()


def complete_key(session: Session, key: str, account: Account, location: str, kind: KeyKind = KeyKind.FORM) -> None:
    """Note where this sending leads, in the transaction of what it did."""
    session.execute(update(IdempotencyKey).where(*_key_conditions(key, account, kind)).values(location=location))


def _key_conditions(key: str, account: Account, kind: KeyKind) -> tuple[ColumnElement[bool], ...]:
    return IdempotencyKey.account_id == account.id, IdempotencyKey.kind == kind, IdempotencyKey.key == key


def purge(session: Session, before: datetime) -> int:
    """Forget keys older than a moment; their number."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at < before)
    return len(session.execute(old.returning(IdempotencyKey.key)).all())
