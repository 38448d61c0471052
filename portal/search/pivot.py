"""The pivot: a table of any search by any facet, or by two, from the current snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.search.directory import selected, sums_of, text_hits, with_current_codes
from portal.search.index.axis import OTHERS, Selected
from portal.search.index.caches import places_of
from portal.search.index.crosstab import Crosstab, Limits, cross
from portal.search.index.current import current_snapshot
from portal.search.index.facet_index import matches_all_values
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import Terms
from portal.text.collation import NO_NAME, CollationKey, collation_key
from portal.vocabulary.bands import number_of
from portal.vocabulary.facets import NOT_STATED


@dataclass(frozen=True)
class Pivot:
    """A table of a search, whose `filters` have the current codes of terms; `sums` count each project once."""

    filters: Filters
    options: TableOptions
    table: Crosstab = field(repr=False)
    sums: Sums
    snapshot: Snapshot = field(repr=False)


def table(filters: Filters, options: TableOptions, *, limits: Limits = (None, None), language: str = "en") -> Pivot:
    """Count a search by one facet or two, rows and columns in the order in which they are shown.

    `limits` are the most rows and columns; the rest is one (OTHERS). Countries stand by their names in `language`.
    """
    return table_from(current_snapshot(), filters, options, limits=limits, language=language)


def table_from(
    snapshot: Snapshot,
    filters: Filters,
    options: TableOptions,
    *,
    limits: Limits = (None, None),
    language: str = "en",
) -> Pivot:
    """The same from one snapshot, for several tables that must agree."""
    filters = with_current_codes(snapshot, filters)
    hits, _ = text_hits(snapshot, filters) or (None, None)
    selection = selected(snapshot, filters, hits)
    crosstab = cross(
        Selected.from_selection(snapshot.index, selection, counts_only=options.measure == "projects"),
        places_of(snapshot, options.by),
        places_of(snapshot, options.across),
        is_shared=options.measure == "shared",
        limits=limits,
    )
    rows = _shown_order(snapshot.terms, options.by, crosstab.rows, language)
    columns = _shown_order(snapshot.terms, options.across, crosstab.columns, language)
    crosstab = crosstab.ordered(rows, columns)
    return Pivot(filters, options, crosstab, sums_of(snapshot, filters, selection), snapshot)


def _shown_order(terms: Terms, facet: str, values: tuple[str, ...], language: str) -> list[int]:
    """The places of the values of an axis in their order.

    Countries stand by name, other terms as in their list, years and bands rising, then what is beyond a limit, and "not
    stated" last.
    """

    def key(place: int) -> tuple[int, CollationKey, int, str]:
        value = values[place]
        if value in (OTHERS, NOT_STATED):
            return 1 + (value == NOT_STATED), NO_NAME, 0, value
        term = terms.get(facet, value)
        if term and facet == "country":
            return 0, collation_key(term.names.get(language) or term.name, language), term.id, value
        return 0, NO_NAME, term.id if term else number_of(facet, value) or 0, value

    return sorted(range(len(values)), key=key)


def narrowed(filters: Filters, facet: str, value: str) -> Filters | None:
    """The search for those of its projects that have this value; None if filters cannot say so."""
    selected = filters.values(facet)
    added = filters.selected | {(facet, value)}
    if not selected:
        return filters.replace(selected=added)
    if matches_all_values(filters, facet):
        return filters.replace(selected=added)
    if value in selected:
        return filters.replace(selected=filters.without(facet).selected | {(facet, value)})
    if facet == "country" and len(selected) == 1:
        return filters.replace(selected=added, match_all_countries=True)
    return None
