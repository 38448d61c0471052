"""The map of any search as data: its circles choose member states, as the filters do."""

from __future__ import annotations

from dataclasses import dataclass

from portal.search.directory import SearchResult
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import table_urls, urls
from portal.web.presentation.search_text import SearchText
from portal.web.public import results
from portal.web.public.places.world_map import WorldMap, build_map

# The place of the map in the directory: browsers unfold what an address names.
_OPENED = "#map-drawing"


@dataclass(frozen=True)
class SelectionMap:
    """`has_states`: member states are among the filters, and the map shows those beside them too."""

    heading: str
    map: WorldMap
    list_url: str
    table_url: str
    canonical_url: str
    is_everything: bool
    has_states: bool


def map_url(filters: Filters) -> str:
    """The map of a search, in whatever order and on whatever page its list is shown."""
    base, query = urls.url_for("places.selection_map"), str(filters.criteria.canonical)
    return f"{base}?{query}" if query else base


def build_selection_map(result: SearchResult) -> SelectionMap:
    """The map; its numbers are those that stand beside the filters."""
    filters, terms = result.filters.criteria, result.snapshot.terms
    counts = {code: count for code, count in result.facet_counts["country"].items() if code != NOT_STATED}
    text = SearchText(filters, terms)
    return SelectionMap(
        heading=text.heading(result.total),
        map=build_map(
            counts,
            terms,
            lambda code: f"{results.directory_url(filters.toggle('country', code))}{_OPENED}",
            selected=frozenset(filters.values("country")),
        ),
        list_url=results.directory_url(filters),
        table_url=table_urls.table_path(filters, TableOptions()),
        canonical_url=map_url(filters),
        is_everything=filters.is_empty,
        has_states=bool(filters.values("country")),
    )
