"""Joins two versions of a draft that have a common base: what only one side changed is taken, the rest is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, ProjectDraft, Revision
from portal.services.editorial import diff
from portal.services.editorial.workflow import Action

_DIGEST_LENGTH = 8


@dataclass(frozen=True)
class Merge:
    """The joined draft, the fields taken from theirs, those that only mine changed, and those that both changed.

    The draft has my text of the fields that both changed.
    """

    draft: ProjectDraft
    taken: tuple[str, ...]
    mine_only: tuple[str, ...]
    contested: tuple[str, ...]


def merge(
    base: Mapping[str, str], mine: ProjectDraft, theirs: ProjectDraft, *, contested: Collection[str] = ()
) -> Merge:
    """Join two drafts; `base` holds the digests of the text that both started from, and is empty if that is unknown.

    The fields in `contested` were asked for before and are asked for again.
    """
    my_digests, their_digests = digests(mine), digests(theirs)
    taken, mine_only, open_fields = [], [], []
    for name in diff.changed_fields(theirs, mine):
        if name not in base or name in contested:
            open_fields.append(name)
        elif my_digests[name] == base[name]:
            taken.append(name)
        elif their_digests[name] == base[name]:
            mine_only.append(name)
        else:
            open_fields.append(name)
    joined = mine.replace(**{name: getattr(theirs, name) for name in taken})
    return Merge(joined, tuple(taken), tuple(mine_only), tuple(open_fields))


def digests(draft: ProjectDraft) -> dict[str, str]:
    """A short digest of each field; the order of a list does not count."""
    return {
        name: _digest(sorted(value) if isinstance(value, list) else value) for name, value in draft.as_json().items()
    }


def pack(field_digests: Mapping[str, str]) -> str:
    """Digests as the value of one form field."""
    return "".join(field_digests.get(name, "") for name in ProjectDraft.field_names())


def unpack(text: str) -> dict[str, str]:
    """The digests that `pack` wrote; {} for anything else."""
    names = ProjectDraft.field_names()
    if len(text) != _DIGEST_LENGTH * len(names):
        return {}
    parts = (text[start : start + _DIGEST_LENGTH] for start in range(0, len(text), _DIGEST_LENGTH))
    return dict(zip(names, parts, strict=True))


def text_at_version(session: Session, revision: Revision, version: int) -> ProjectDraft | None:
    """The text that a revision had at an earlier version; None if its saves do not say so."""
    payload = _payload_at_version(session, revision, version)
    return ProjectDraft.from_json(payload) if payload is not None else None


def merge_note(session: Session, revision: Revision, mine: str, version: int) -> tuple[str, str]:
    """My note to the reviewer, or the stored one if I did not change it; and the stored one if both were changed."""
    base = (_payload_at_version(session, revision, version) or {}).get("note")
    if mine == base:
        return revision.note, ""
    return mine, revision.note if revision.note not in (mine, base) else ""


def _payload_at_version(session: Session, revision: Revision, version: int) -> dict[str, Any] | None:
    """The payload and the note of a revision at an earlier version."""
    query = select(AuditEvent).where(
        AuditEvent.subject_kind == "revision",
        AuditEvent.subject_id == str(revision.id),
        AuditEvent.verb == Action.SAVE,
    )
    payload = revision.payload | {"note": revision.note}
    for event in session.execute(query.order_by(AuditEvent.id.desc())).scalars():
        saved_version = (event.after or {}).get("version")
        if saved_version is None:
            return None
        if saved_version <= version:
            break
        payload |= event.before or {}
    return payload


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:_DIGEST_LENGTH]
