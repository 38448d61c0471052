"""The marks that a reviewer sets on the fields of a revision: accepted, or returned with a reason.

A mark holds for the text that was read. It carries a digest of that text, so it says nothing of a field that was
changed afterwards, by whomever, and holds again when the very same text comes back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import Account, Revision


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True)
class FieldReview:
    """Who decided what on a field, when, at which version of the revision; `is_current` while the text is the same."""

    verdict: Verdict
    reviewer_id: int
    at: datetime
    version: int
    reason: str
    is_current: bool

    @property
    def is_accepted(self) -> bool:
        return self.verdict == Verdict.ACCEPTED and self.is_current

    @property
    def is_returned(self) -> bool:
        """True while nothing was mended."""
        return self.verdict == Verdict.RETURNED and self.is_current


@dataclass(frozen=True)
class FieldDecisions:
    """What a reviewer decides on some of the fields; `cleared` are those whose mark is taken away."""

    accepted: tuple[str, ...] = ()
    reasons: Mapping[str, str] | None = None
    cleared: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.accepted, *(self.reasons or {}), *self.cleared)


def reviews_by_field(revision: Revision) -> dict[str, FieldReview]:
    """The marks of a revision by field, those overtaken by a changed text too."""
    texts = revision.draft.as_json()
    return {
        name: FieldReview(
            verdict=Verdict(stored["verdict"]),
            reviewer_id=stored["by"],
            at=datetime.fromisoformat(stored["at"]),
            version=stored["version"],
            reason=stored["reason"],
            is_current=stored["text"] == _text_digest(texts.get(name)),
        )
        for name, stored in revision.field_reviews.items()
        if name in texts
    }


def accepted_fields(revision: Revision) -> tuple[str, ...]:
    """The fields that are accepted as they read now, in the order of the fields."""
    held = reviews_by_field(revision)
    return tuple(name for name in revision.draft.field_names() if name in held and held[name].is_accepted)


def return_reasons(revision: Revision) -> dict[str, str]:
    """The reasons of the fields that were returned and have not been changed since."""
    return {name: mark.reason for name, mark in reviews_by_field(revision).items() if mark.is_returned}


def save(revision: Revision, decisions: FieldDecisions, *, by: Account) -> dict[str, Any]:
    """Set the marks; what says the same again keeps who said it first. Returns what changed, for the audit event."""
    held, texts, marks = reviews_by_field(revision), revision.draft.as_json(), dict(revision.field_reviews)
    wanted = dict.fromkeys(decisions.accepted, (Verdict.ACCEPTED, ""))
    wanted |= {name: (Verdict.RETURNED, reason) for name, reason in (decisions.reasons or {}).items()}
    told: dict[str, Any] = {}
    for name, (verdict, reason) in wanted.items():
        mark = held.get(name)
        if mark and mark.is_current and (mark.verdict, mark.reason) == (verdict, reason):
            continue
        marks[name] = {
            "verdict": str(verdict),
            "by": by.id,
            "at": now().isoformat(),
            "version": revision.version,
            "reason": reason,
            "text": _text_digest(texts.get(name)),
        }
        if verdict == Verdict.ACCEPTED:
            told.setdefault("accepted", []).append(name)
        else:
            told.setdefault("reasons", {})[name] = reason
    for name in decisions.cleared:
        if marks.pop(name, None):
            told.setdefault("unmarked", []).append(name)
    if told:
        revision.field_reviews = marks
    return told


def account_names(session: Session, account_ids: Iterable[int]) -> dict[int, str]:
    """The names of accounts by their ids."""
    query = select(Account.id, Account.name).where(Account.id.in_(set(account_ids)))
    return {row.id: row.name for row in session.execute(query)}


def _text_digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:32]
