"""The public history of a record in words: what changed when, and nobody's name.

Before and after are told only for facts that are chosen or counted, and only since the record was last withdrawn: a
text, or a record, that was taken back because it should not have been public must not come back in its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.search.read_models.terms import Terms
from portal.services.audit.history import Change
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext

_TOLD = ("start", "end", "year", "budget", "status", "project_type", "coverage", "region", "countries", "sdg", "gcm")


@dataclass(frozen=True)
class Touched:
    """One field of a change; `before` and `after` are empty where they are not told or not stated."""

    name: str
    is_told: bool
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One change: `what` is a whole phrase, such as "Changed"."""

    at: datetime
    what: str
    fields: tuple[Touched, ...]


def entries(terms: Terms, changes: tuple[Change, ...]) -> tuple[Entry, ...]:
    """The history as `history.public` gives it, newest first, in words."""
    withdrawals = [change.at for change in changes if change.what == "withdrawn"]
    words = {
        "published": gettext("Published"),
        "changed": gettext("Changed"),
        "published again": gettext("Published again"),
        "withdrawn": gettext("Withdrawn from the public"),
    }
    return tuple(
        Entry(
            change.at,
            words[change.what],
            tuple(
                _touched(terms, change, field, not withdrawals or change.at > withdrawals[0]) for field in _of(change)
            ),
        )
        for change in changes
    )


def _of(change: Change) -> tuple[str, ...]:
    """The fields worth naming: a publication after nothing public touches all of them."""
    return change.fields if change.what == "changed" else ()


def _touched(terms: Terms, change: Change, field: str, is_recent: bool) -> Touched:
    is_told = is_recent and field in _TOLD

    def words(values: dict[str, Any]) -> str:
        value = values.get(field) or ""
        return ", ".join(field_labels.said(terms, field, tuple(value) if isinstance(value, list) else value))

    return Touched(
        name=field_labels.field_names().get(field, field),
        is_told=is_told,
        before=words(change.before) if is_told else "",
        after=words(change.after) if is_told else "",
    )
