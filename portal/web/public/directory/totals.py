"""The totals above a list, and the note about projects that a search for a day leaves out."""

from __future__ import annotations

from markupsafe import Markup

from portal.search import directory
from portal.search.directory import SearchResult
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import formatting, table_urls
from portal.web.presentation.i18n import plural_example
from portal.web.presentation.pieces import Place, Printer
from portal.web.public.results import directory_url, not_carried_out, without_budget_url

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
    values = _values(result)
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
        "has_states": bool(sums.countries),
        "has_years": bool(sums.first_year),
        "has_last_year": sums.last_year != sums.first_year,
        "parts": len(parts),
    }
    return printer.fill("public/_totals.html", shape, values, nest=nest)


def _values(result: SearchResult) -> dict[str, object]:
    sums, has_shared = result.sums, result.sums.shared_cents is not None
    total, shared = formatting.dollars(sums.total_cents), formatting.dollars(sums.shared_cents or 0)
    return {
        "total": formatting.number(sums.projects),
        "without_budget": formatting.number(sums.without_budget),
        "money": formatting.usd_rounded(total),
        "exact_money": formatting.usd(total),
        "shared": formatting.usd_rounded(shared) if has_shared else "",
        "exact_shared": formatting.usd(shared) if has_shared else "",
        "countries": formatting.number(sums.countries),
        "countries_url": table_urls.table_path(result.filters, TableOptions()),
        "without_budget_url": without_budget_url(result.filters),
        "first_year": sums.first_year,
        "last_year": sums.last_year,
    }


def undated(printer: Printer, filters: Filters) -> Markup:
    """How many projects match but for the day, as they state no start or no end; nothing if there are none."""
    if not (found := directory.left_out_by_day(filters)):
        return _NOTHING
    others, count = found
    return printer.fill(
        "public/_undated.html",
        {"counted": plural_example(count)},
        {"number": formatting.number(count), "url": directory_url(others)},
    )
