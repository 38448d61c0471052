"""The public history of a record: what changed when, without any names.

Values before and after a change are shown only for structured fields, and only since the last withdrawal: a text or a
record that was withdrawn because it should not have been public must not reappear in its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from portal.search.read_models.terms import Terms
from portal.services.audit.history import PublicChange
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext, pgettext

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
    "country_shares",
    "sdg",
    "gcm",
)


@dataclass(frozen=True)
class FieldChange:
    """One changed field; `before` and `after` are empty if they are not shown or not stated."""

    name: str
    shows_values: bool
    before: Markup
    after: Markup


@dataclass(frozen=True)
class HistoryEntry:
    """One change: `what` is a phrase such as "Changed"."""

    at: datetime
    what: str
    fields: tuple[FieldChange, ...]


def entries(terms: Terms, changes: tuple[PublicChange, ...]) -> tuple[HistoryEntry, ...]:
    """The entries of `public_changes` in the same order, newest first."""
    # By position, not by time: several events may have the same second.
    last_withdrawal = next((place for place, change in enumerate(changes) if change.kind == "withdrawn"), len(changes))
    labels = {
        "published": pgettext("of a record", "Published"),
        "changed": gettext("Changed"),
        "published again": gettext("Published again"),
        "withdrawn": gettext("Withdrawn"),
    }
    return tuple(
        HistoryEntry(
            change.at,
            labels[change.kind],
            tuple(
                _field_change(terms, change, field, is_recent=place < last_withdrawal)
                for field in _changed_fields(change)
            ),
        )
        for place, change in enumerate(changes)
    )


def _changed_fields(change: PublicChange) -> tuple[str, ...]:
    """The fields to list: a publication of a record that was not public changes all of them, so it lists none."""
    return change.fields if change.kind == "changed" else ()


def _field_change(terms: Terms, change: PublicChange, field: str, *, is_recent: bool) -> FieldChange:
    shows_values = is_recent and field in _PUBLIC_FIELDS

    def display(values: dict[str, Any]) -> Markup:
        value = values.get(field) or ""
        # Names that are English in a page of another language stay marked so.
        return Markup(", ").join(
            field_labels.display_values(terms, field, tuple(value) if isinstance(value, list) else value)
        )

    return FieldChange(
        name=field_labels.field_names().get(field, field),
        shows_values=shows_values,
        before=display(change.before) if shows_values else Markup(),
        after=display(change.after) if shows_values else Markup(),
    )
