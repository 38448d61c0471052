"""What some member states receive of the budgets of a selection. Pure."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from pyroaring import BitMap

from portal.search.index.bitmaps import to_row_array
from portal.search.index.facet_index import FacetIndex


def shared_cents(index: FacetIndex, selection: BitMap, countries: Collection[str]) -> int:
    """The parts of these states (alpha-3 codes) in US cents; projects without a budget count nothing."""
    bitmaps, parts = index.bitmaps["country"], index.country_parts
    rows = selection & BitMap.union(BitMap(), *(bitmaps.get(code, BitMap()) for code in countries))
    is_selected = np.zeros(len(index.row_columns.ids), dtype=bool)
    is_selected[to_row_array(rows)] = True
    terms = [term for term, code in parts.codes.items() if code in countries]
    chosen = is_selected[parts.rows] & np.isin(parts.terms, terms) & (parts.cents > 0)
    # The rows that are left benefit one state.
    is_selected[parts.rows] = False
    budgets = index.row_columns.budgets[is_selected]
    return int(parts.cents[chosen].sum()) + int(budgets[budgets > 0].sum())
