"""The totals above a list, and the note about projects that a search for a day leaves out."""

from __future__ import annotations

from markupsafe import Markup

from portal.search import directory
from portal.search.directory import SearchResult
from portal.search.query.filters import Filters
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import formatting
from portal.web.presentation.i18n import plural_example
from portal.web.presentation.pieces import Place, Printer
from portal.web.public.results import directory_url, not_carried_out

_NOTHING = Markup()


def totals(printer: Printer, result: SearchResult) -> Markup:
    """How many projects, their full and shared value, member states and years; nothing for an empty list."""
    sums = result.sums
    if not sums.projects:
        return _NOTHING
    parts = list(not_carried_out(result.filters, sums))
    total, shared = formatting.dollars(sums.total_cents), formatting.dollars(sums.shared_cents or 0)
    has_shared = sums.shared_cents is not None
    states = sum(country != NOT_STATED for country in result.filters.values("country"))
    values: dict[str, object] = {
        "total": formatting.number(sums.projects),
        "without_budget": formatting.number(sums.without_budget),
        "money": formatting.usd_rounded(total),
        "exact_money": formatting.usd(total),
        "shared": formatting.usd_rounded(shared) if has_shared else "",
        "exact_shared": formatting.usd(shared) if has_shared else "",
        "countries": formatting.number(sums.countries),
        "first_year": sums.first_year,
        "last_year": sums.last_year,
    }
    for number, (phrase, url) in enumerate(parts):
        values |= {f"phrase_{number}": phrase, f"url_{number}": url}

    def nest(place: Place) -> dict[str, object]:
        return {"not_carried_out": [(place(f"phrase_{i}"), place(f"url_{i}")) for i in range(len(parts))]}

    shape = {
        "counted": plural_example(sums.projects),
        "unbudgeted": plural_example(sums.without_budget),
        "is_unstated": sums.without_budget == sums.projects,
        "is_rounded": formatting.is_rounded(total),
        "sharing": plural_example(states) if has_shared else None,
        "is_shared_rounded": formatting.is_rounded(shared),
        "benefiting": plural_example(sums.countries),
        "has_years": bool(sums.first_year),
        "has_last_year": sums.last_year != sums.first_year,
        "parts": len(parts),
    }
    return printer.fill("public/_totals.html", shape, values, nest=nest)


def undated(printer: Printer, filters: Filters) -> Markup:
    """How many projects match but for the day, as they state no start or no end; nothing if there are none."""
    if not filters.on or (filters.values("length") and ("length", NOT_STATED) not in filters.selected):
        return _NOTHING
    selected = filters.without("length").selected | {("length", NOT_STATED)}
    others = filters.replace(on=None, selected=selected)
    if not (count := directory.count_matches(others)):
        return _NOTHING
    return printer.fill(
        "public/_undated.html",
        {"counted": plural_example(count)},
        {"number": formatting.number(count), "url": directory_url(others)},
    )
