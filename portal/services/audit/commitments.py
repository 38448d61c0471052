"""Commitments: what the log publishes of an event, 32 bytes that say nothing without the salt of their leaf.

Each field of an event is committed to by itself, so that a proof opens some fields and keeps the others closed. A
stranger needs no more than SHA-256 to check one (docs/decisions/0026).
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Collection
from datetime import UTC
from hashlib import sha256
from typing import Any

from portal.models import AuditEvent

SALT_BYTES = 32
_PREFIX = b"idf-portal audit leaf 1\n"
_COLUMNS = ("id", "actor_id", "actor", "verb", "subject_kind", "subject_id", "is_bulk", "request_id", "address")


def make_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def fields_of(event: AuditEvent) -> dict[str, Any]:
    """Everything that an event says, by name; the values before and after the change as `before.NAME`, `after.NAME`."""
    fields: dict[str, Any] = {name: getattr(event, name) for name in _COLUMNS}
    fields["at"] = event.at.astimezone(UTC).isoformat()
    for side in ("before", "after"):
        values = getattr(event, side)
        fields[side] = sorted(values) if isinstance(values, dict) else values
        if isinstance(values, dict):
            fields |= {f"{side}.{name}": value for name, value in values.items()}
    return fields


def commitment_of(event: AuditEvent, salt: bytes) -> bytes:
    """The entry of the event in the log."""
    fields = fields_of(event)
    return combine([_commit(name, fields[name], _field_salt(salt, name)) for name in sorted(fields)])


def open_fields(event: AuditEvent, salt: bytes, names: Collection[str]) -> list[dict[str, Any]]:
    """The fields in the order of their commitments: those of `names` with value and salt, the others closed."""
    opened: list[dict[str, Any]] = []
    for name, value in sorted(fields_of(event).items()):
        field_salt = _field_salt(salt, name)
        if name in names:
            opened.append({"name": name, "value": value, "salt": field_salt.hex()})
        else:
            opened.append({"commitment": _commit(name, value, field_salt).hex()})
    return opened


def combine(commitments: list[bytes]) -> bytes:
    return sha256(_PREFIX + b"".join(commitments)).digest()


def _field_salt(salt: bytes, name: str) -> bytes:
    return hmac.digest(salt, name.encode(errors="surrogatepass"), "sha256")


def _commit(name: str, value: Any, field_salt: bytes) -> bytes:
    # ASCII without spaces, sorted: one text for one value, in whatever language it is made.
    text = json.dumps([name, value], sort_keys=True, separators=(",", ":"))
    return sha256(field_salt + text.encode()).digest()
