"""The texts of a refused form, so that the page of the refusal gives them back to the person who typed them."""

from __future__ import annotations

from flask import g, request

from portal.models import ProjectDraft
from portal.models.draft import CODE_FIELDS, TERM_FIELDS
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext

REASON_PREFIX, ANSWER_PREFIX = "reason-", "answer-"
_CHOSEN_FIELDS = {
    *CODE_FIELDS, *TERM_FIELDS, "title_language", "language", "funding_line", "machine_translations",
    "confirmed_translations",
}  # fmt: skip


def mark_own_form() -> None:
    """Note that a person sent this form from our own pages; the texts of any other request are not shown."""
    g.is_own_form = True


def typed_texts() -> list[tuple[str, str]]:
    """The label and value of each text that somebody typed into the submitted form, in page order."""
    if not g.get("is_own_form") or request.method != "POST":
        return []
    names = field_labels.field_names()
    labels = {name: names[name] for name in ProjectDraft.field_names() if name not in _CHOSEN_FIELDS}
    labels |= {
        REASON_PREFIX + name: gettext("%(name)s: what should change?", name=label) for name, label in names.items()
    }
    labels |= {
        ANSWER_PREFIX + name: gettext("%(name)s: your answer to the reviewer", name=label)
        for name, label in names.items()
    }
    labels |= {"note": gettext("Note"), "reason": gettext("Reason")}
    return [(label, text) for name, label in labels.items() if (text := request.form.get(name, "")).strip()]
