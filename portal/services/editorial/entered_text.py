"""Texts that people enter beside a record: notes and reasons. A text that is too long is refused, never cut."""

from __future__ import annotations

from portal.errors import FieldError, ValidationFailed
from portal.i18n.catalogues import N_, gettext
from portal.i18n.numbers import grouped
from portal.text import cleaning

MAX_NOTE_LENGTH = 2_000
MAX_REASON_LENGTH = 2_000


def clean_note(text: str) -> str:
    """The cleaned note. Raises ValidationFailed if it is too long."""
    if error := length_error("note", note := cleaning.clean_paragraphs(text), MAX_NOTE_LENGTH):
        raise ValidationFailed([error])
    return note


def clean_reasons(reasons: dict[str, str]) -> dict[str, str]:
    """The cleaned reasons by field. Raises ValidationFailed with every one that is too long."""
    cleaned = {name: cleaning.clean_paragraphs(reason) for name, reason in reasons.items()}
    errors = [length_error("reason", reason, MAX_REASON_LENGTH, field=name) for name, reason in cleaned.items()]
    if found := [error for error in errors if error]:
        raise ValidationFailed(found)
    return cleaned


_TOO_LONG = {
    "note": N_("The note has %(length)s characters; the limit is %(limit)s."),
    "reason": N_("The reason has %(length)s characters; the limit is %(limit)s."),
    "answer": N_("The answer has %(length)s characters; the limit is %(limit)s."),
}


def length_error(kind: str, text: str, limit: int, *, field: str = "") -> FieldError | None:
    """The error of a text above the limit; `kind` is a key of _TOO_LONG, and its field unless one is named."""
    if len(text) <= limit:
        return None
    return FieldError(
        field or kind,
        gettext(_TOO_LONG[kind], length=grouped(len(text)), limit=grouped(limit)),
        gettext("Shorten it, then try again."),
    )
