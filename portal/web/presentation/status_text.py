"""What totals contain that was not carried out, in words: planned and cancelled projects."""

from __future__ import annotations

from collections.abc import Iterator

from portal.search.query.filters import Filters
from portal.search.read_models.sums import PartSums, Sums
from portal.vocabulary.status_rules import PLANNED
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext, ngettext


def parts_not_carried_out(sums: Sums) -> Iterator[tuple[PartSums, str]]:
    """Each part with a phrase such as "74 cancelled projects with USD 1,200,000 are included"."""
    for part in sums.not_carried_out:
        yield part, _phrase(part)


def narrowed_to(filters: Filters, part: PartSums) -> Filters:
    """The search for the projects of this part alone."""
    others = filters.without("status").selected
    return filters.replace(selected=others | {("status", status) for status in part.statuses})


def _phrase(part: PartSums) -> str:
    count, value = formatting.number(part.projects), formatting.usd(formatting.dollars(part.total_cents))
    if not part.has_budget:
        value = gettext("no stated budget")
    if part.counts_as == PLANNED:
        return ngettext(
            "one planned project with %(value)s is included",
            "%(count)s planned projects with %(value)s are included",
            part.projects,
            count=count,
            value=value,
        )
    return ngettext(
        "one cancelled project with %(value)s is included",
        "%(count)s cancelled projects with %(value)s are included",
        part.projects,
        count=count,
        value=value,
    )
