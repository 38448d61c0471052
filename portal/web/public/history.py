"""The public history of a record in words: what changed when, and nobody's name.

Before and after are told only for facts that are chosen or counted, and only since the record was last withdrawn: a
text, or a record, that was taken back because it should not have been public must not come back in its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.search.read_models.terms import Terms
from portal.services.audit.history import PublicChange
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext

_PUBLIC_FIELDS = (
    "start",
    "end",
    "year",
    "budget",
    "status",
    "project_type",
    "coverage",
    "region",
    "countries",
    "sdg",
    "gcm",
)


@dataclass(frozen=True)
class FieldChange:
    """One field of a change; `before` and `after` are empty where they are not told or not stated."""

    name: str
    shows_values: bool
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One change: `what` is a whole phrase, such as "Changed"."""

    at: datetime
    what: str
    fields: tuple[FieldChange, ...]


def entries(terms: Terms, changes: tuple[PublicChange, ...]) -> tuple[HistoryEntry, ...]:
    """The history as `history.public` gives it, newest first, in words."""
    withdrawals = [change.at for change in changes if change.kind == "withdrawn"]
    words = {
        "published": gettext("Published"),
        "changed": gettext("Changed"),
        "published again": gettext("Published again"),
        "withdrawn": gettext("Withdrawn"),
    }
    return tuple(
        HistoryEntry(
            change.at,
            words[change.kind],
            tuple(
                _field_change(terms, change, field, not withdrawals or change.at > withdrawals[0])
                for field in _changed_fields(change)
            ),
        )
        for change in changes
    )


def _changed_fields(change: PublicChange) -> tuple[str, ...]:
    """The fields worth naming: a publication after nothing public touches all of them."""
    return change.fields if change.kind == "changed" else ()


def _field_change(terms: Terms, change: PublicChange, field: str, is_recent: bool) -> FieldChange:
    is_told = is_recent and field in _PUBLIC_FIELDS

    def words(values: dict[str, Any]) -> str:
        value = values.get(field) or ""
        return ", ".join(field_labels.display_values(terms, field, tuple(value) if isinstance(value, list) else value))

    return FieldChange(
        name=field_labels.field_names().get(field, field),
        shows_values=is_told,
        before=words(change.before) if is_told else "",
        after=words(change.after) if is_told else "",
    )
