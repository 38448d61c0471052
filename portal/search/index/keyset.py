"""Where a list goes on after a project: how many of its rows stand at or before a place. Pure."""

from __future__ import annotations

from bisect import bisect_right

from pyroaring import BitMap

from portal.search.index.bitmaps import to_row_array
from portal.search.index.facet_index import FacetIndex
from portal.search.index.sort_keys import SORT_KEYS, SortValues, row_key


def rows_until(index: FacetIndex, selection: BitMap, order: str, values: SortValues) -> int:
    """How many selected rows do not come after a project with these values; `order` is a key of SORT_KEYS.

    The project itself need not be in the index any more.
    """
    key, place = row_key(index.row_columns, order), SORT_KEYS[order](values)
    if order != "newest":
        return rows_before(index, selection, order, bisect_right(index.orders[order].rows, place, key=key))
    # Rows that were removed keep their values, so the built rows are still in order.
    built = bisect_right(range(index.built_count), place, key=key)
    appended = sum(row.row in selection and key(row.row) <= place for row in index.appended)
    return appended + (selection.rank(built - 1) if built else 0)


def rows_before(index: FacetIndex, selection: BitMap, order: str, position: int) -> int:
    """How many selected rows are among the first rows of an order, one of SORTS except newest and relevance."""
    sort_order = index.orders[order]
    if len(selection) == len(sort_order.rows):
        return position
    return int((sort_order.positions[to_row_array(selection)] < position).sum())
