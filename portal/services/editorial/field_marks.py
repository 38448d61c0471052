"""A reviewer's decisions on single fields of a revision: accepted, or returned with a reason.

A decision applies to the text that was reviewed. It stores a digest of that text, so it no longer applies once anyone
changes the field, and applies again if the same text is restored.
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
from portal.errors import FieldError, Forbidden, ValidationFailed
from portal.i18n.catalogues import gettext
from portal.i18n.quoting import quoted
from portal.models import Account, ProjectDraft, Revision
from portal.services.editorial import authorship, entered_text

# The key of `Revision.field_reviews` with the note that a reviewer has begun. No field has this name.
_NOTE = "note"


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True)
class FieldReview:
    """Who decided what on a field, when and at which version; `is_current` while the field's text is unchanged."""

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
        """Whether the field was returned and has not been changed since."""
        return self.verdict == Verdict.RETURNED and self.is_current


@dataclass(frozen=True)
class FieldDecisions:
    """A reviewer's decisions on some of the fields; `cleared` are the fields whose decision is removed."""

    accepted: tuple[str, ...] = ()
    reasons: Mapping[str, str] | None = None
    cleared: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.accepted, *(self.reasons or {}), *self.cleared)


def reviews_by_field(revision: Revision) -> dict[str, FieldReview]:
    """The decisions on a revision by field, including those that no longer apply."""
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
    """The fields whose current text is accepted, in the order of the fields."""
    reviews = reviews_by_field(revision)
    return tuple(name for name in revision.draft.field_names() if name in reviews and reviews[name].is_accepted)


def return_reasons(revision: Revision) -> dict[str, str]:
    """The reasons for the fields that were returned and have not been changed since."""
    return {name: review.reason for name, review in reviews_by_field(revision).items() if review.is_returned}


def clean_decisions(revision: Revision, decisions: FieldDecisions, *, by: Account) -> FieldDecisions:
    """The decisions with cleaned reasons.

    Raises ValidationFailed for an unknown field or a reason that is too long, and Forbidden for accepting a field as
    the author or last editor.
    """
    if unknown := [name for name in decisions.fields if name not in ProjectDraft.field_names()]:
        raise ValidationFailed(
            [
                FieldError(
                    "note",
                    gettext("There is no field %(name)s.", name=quoted(unknown[0])),
                    gettext("Choose a field of the revision."),
                )
            ]
        )
    if decisions.accepted and authorship.wrote_or_edited(by.id, revision):
        raise Forbidden(
            gettext(
                "Only a reviewer who neither wrote nor last edited it can accept fields of %(revision)s.",
                revision=revision.label,
            )
        )
    reasons = entered_text.clean_reasons(dict(decisions.reasons or {}))
    return FieldDecisions(decisions.accepted, reasons, decisions.cleared)


def save(revision: Revision, decisions: FieldDecisions, *, by: Account) -> dict[str, Any]:
    """Store the decisions; returns what changed, for the audit event. A repeated decision keeps its first reviewer."""
    current, texts, stored = reviews_by_field(revision), revision.draft.as_json(), dict(revision.field_reviews)
    verdicts = dict.fromkeys(decisions.accepted, (Verdict.ACCEPTED, ""))
    verdicts |= {name: (Verdict.RETURNED, reason) for name, reason in (decisions.reasons or {}).items()}
    changes: dict[str, Any] = {}
    for name, (verdict, reason) in verdicts.items():
        review = current.get(name)
        if review and review.is_current and (review.verdict, review.reason) == (verdict, reason):
            continue
        stored[name] = {
            "verdict": str(verdict),
            "by": by.id,
            "at": now().isoformat(),
            "version": revision.version,
            "reason": reason,
            "text": _text_digest(texts.get(name)),
        }
        if verdict == Verdict.ACCEPTED:
            changes.setdefault("accepted", []).append(name)
        else:
            changes.setdefault("reasons", {})[name] = reason
    for name in decisions.cleared:
        if stored.pop(name, None):
            changes.setdefault("unmarked", []).append(name)
    if changes:
        revision.field_reviews = stored
    return changes


def keep_note(revision: Revision, note: str, *, by: Account) -> bool:
    """Keep the note that this reviewer has begun until the revision is decided on; return whether it is another one."""
    if note == begun_note(revision, by):
        return False
    others = {name: stored for name, stored in revision.field_reviews.items() if name != _NOTE}
    revision.field_reviews = others | ({_NOTE: {"by": by.id, "text": note}} if note else {})
    return True


def begun_note(revision: Revision, account: Account) -> str:
    """The note that this reviewer has begun, "" if there is none."""
    stored = revision.field_reviews.get(_NOTE, {})
    return str(stored["text"]) if stored.get("by") == account.id else ""


def account_names(session: Session, account_ids: Iterable[int]) -> dict[int, str]:
    """The names of accounts by their ids."""
    query = select(Account.id, Account.name).where(Account.id.in_(set(account_ids)))
    return {row.id: row.name for row in session.execute(query)}


def _text_digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:32]
