"""Sort keys of the orders of the index: tuples that compare as the projects stand in a list. Pure.

The title order has none here, because the index has no titles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from portal.search.index.row_columns import RowColumns

NO_YEAR, NO_BUDGET = 9999, int(np.iinfo(np.int64).max)
SortKey = tuple[int, ...]


class SortValues(NamedTuple):
    """What decides where a project stands: years are 0 and `budget` (US cents) is -1 if not stated.

    `known_year` is the year of allocation, else that of the start.
    """

    project_id: int
    known_year: int
    start_year: int
    budget: int


def newest_key(values: SortValues) -> SortKey:
    """The key of the default order, ascending."""
    return (-values.known_year, -values.start_year, -values.project_id)


# Newest first among equals.
SORT_KEYS: dict[str, Callable[[SortValues], SortKey]] = {
    "newest": newest_key,
    "oldest": lambda values: (values.known_year or NO_YEAR, *newest_key(values)),
    "budget": lambda values: (values.budget if values.budget >= 0 else NO_BUDGET, *newest_key(values)),
    "-budget": lambda values: (-values.budget, *newest_key(values)),
}


def values_of(row_columns: RowColumns, row: int) -> SortValues:
    return SortValues(
        int(row_columns.ids[row]),
        int(row_columns.known_years[row]),
        int(row_columns.start_years[row]),
        int(row_columns.budgets[row]),
    )


def row_key(row_columns: RowColumns, order: str) -> Callable[[int], SortKey]:
    """The sort key of an order by row; `order` is a key of SORT_KEYS."""
    key = SORT_KEYS[order]
    return lambda row: key(values_of(row_columns, int(row)))
