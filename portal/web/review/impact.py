"""The effect of publishing a revision on the public counts."""

from __future__ import annotations

from portal.models import ProjectDraft
from portal.models.draft import TERM_FIELDS
from portal.search import Filters, directory
from portal.search.index import current
from portal.web.presentation import field_labels, formatting
from portal.web.presentation.i18n import gettext


def count_changes(before: ProjectDraft | None, after: ProjectDraft) -> tuple[str, ...]:
    """One line for each count that changes: all projects, then those of a status, type, coverage or region."""
    lines = []
    if before is None:
        lines.append(_change_text(gettext("All projects"), directory.count_matches(Filters()), 1))
    terms = current.current_snapshot().terms
    for field, facet in TERM_FIELDS.items():
        old, new = getattr(before, field) if before else "", getattr(after, field)
        if old == new:
            continue
        for code, step in ((old, -1), (new, 1)):
            if code:
                count = directory.count_matches(Filters(selected=frozenset({(facet, code)})))
                name = (
                    f"{field_labels.field_names()[field]} {', '.join(field_labels.display_values(terms, field, code))}"
                )
                lines.append(_change_text(name, count, step))
    return tuple(lines)


def _change_text(name: str, count: int, step: int) -> str:
    return gettext(
        "%(name)s: %(before)s → %(after)s",
        name=name,
        before=formatting.number(count),
        after=formatting.number(count + step),
    )
