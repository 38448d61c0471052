"""Idempotency keys: a form that is submitted several times takes effect once, and repeats get the first redirect.

A repeat is the same POST: same URL, same fields. Different fields under the same key are a new submission, for example
when someone stops a slow response, corrects a word and submits the page again.
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
from portal.i18n.catalogues import gettext
from portal.models import Account, IdempotencyKey

_KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_key() -> str:
    """A key for a form that is about to be rendered."""
    return secrets.token_urlsafe(24)


def is_valid_key(text: str) -> bool:
    """Whether this text has the format of a key."""
    return _KEY_PATTERN.fullmatch(text) is not None


def check_key(text: str) -> None:
    """Raise Forbidden unless this text has the format of a key."""
    if not is_valid_key(text):
        raise Forbidden(
            gettext("The form has no valid key. Open the form again: your browser may still have what you typed.")
        )


class KeyKind(StrEnum):
    """What a key belongs to: a form that redirects somewhere, or a page that may create one draft."""

    FORM = "form"
    PAGE = "page"


def submission_digest(address: str, fields: Iterable[tuple[str, str]]) -> str:
    """A digest of a submission and its URL; leave out the fields that differ in a repeat, such as tokens."""
    parts = [address, *(part for field in sorted(fields) for part in field)]
    length_prefixed = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(length_prefixed.encode(errors="surrogatepass")).hexdigest()


def claim_key(
    session: Session, key: str, account: Account, content_digest: str = "", kind: KeyKind = KeyKind.FORM
) -> str | None:
    """Claim the key until the transaction ends and return None; or return where the first identical submission led.

    Waits for a submission in progress. A rollback releases the key. Raises Forbidden if this is not a valid key.
    """
    check_key(key)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    claimed = session.execute(
        dialect.insert(IdempotencyKey)
        .values(account_id=account.id, kind=kind, key=key, digest=content_digest, location="", created_at=now())
        .on_conflict_do_update(
            index_elements=["account_id", "kind", "key"],
            set_={"digest": content_digest, "location": ""},
            where=IdempotencyKey.digest != content_digest,
        )
        .returning(IdempotencyKey.key)
    ).first()
    if claimed is not None:
        return None
    return session.execute(select(IdempotencyKey.location).where(*_key_conditions(key, account, kind))).scalar_one()


def complete_key(session: Session, key: str, account: Account, location: str, kind: KeyKind = KeyKind.FORM) -> None:
    """Store where this submission redirects, in the transaction of its change."""
    session.execute(update(IdempotencyKey).where(*_key_conditions(key, account, kind)).values(location=location))


def _key_conditions(key: str, account: Account, kind: KeyKind) -> tuple[ColumnElement[bool], ...]:
    return IdempotencyKey.account_id == account.id, IdempotencyKey.kind == kind, IdempotencyKey.key == key


def purge(session: Session, before: datetime) -> int:
    """Delete keys created before this moment; return how many."""
    expired = delete(IdempotencyKey).where(IdempotencyKey.created_at < before)
    return len(session.execute(expired.returning(IdempotencyKey.key)).all())
