"""CountryParts: what each state gets of the budgets of projects that benefit several states. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from portal.search.arrays import Int64Array, IntegerArray, RowArray
from portal.search.shares import split_each


@dataclass(frozen=True)
class CountryParts:
    """Parallel arrays, by row and then in the order of the list of states; rows with one state or none are left out.

    `cents` is the part in US cents, -1 if the budget is not stated. `codes` are those of the term ids. Rows that were
    removed from the index retain their parts.
    """

    rows: RowArray = field(repr=False)
    terms: IntegerArray = field(repr=False)
    cents: Int64Array = field(repr=False)
    codes: Mapping[int, str] = field(repr=False)

    @classmethod
    def split(
        cls,
        rows: Int64Array,
        terms: IntegerArray,
        shares: IntegerArray,
        budgets: IntegerArray,
        codes: Mapping[int, str],
        *,
        first_row: int,
    ) -> CountryParts:
        """Split the budgets of some rows, which are numbered from `first_row`.

        `rows`, `terms` and `shares` are parallel: hundredths of a per cent, -1 for equal shares. `budgets` are cents by
        row, -1 if not stated.
        """
        is_one_of_several = np.bincount(rows, minlength=len(budgets))[rows] > 1
        order = np.lexsort((terms[is_one_of_several], rows[is_one_of_several]))
        chosen = np.flatnonzero(is_one_of_several)[order]
        rows, terms, shares = rows[chosen], terms[chosen], shares[chosen]
        own_rows, owners = np.unique(rows, return_inverse=True)
        is_equal = np.bincount(owners, shares < 0, minlength=len(own_rows)) > 0
        weights = np.where(is_equal[owners], 1, shares)
        cents = split_each(np.maximum(budgets[own_rows], 0), owners, weights)
        cents[budgets[rows] < 0] = -1
        return cls((first_row + rows).astype(np.uint32), terms, cents, codes)

    def extended(self, added: CountryParts) -> CountryParts:
        """These parts and those of rows that come after all others."""
        return CountryParts(
            np.concatenate([self.rows, added.rows]),
            np.concatenate([self.terms, added.terms]),
            np.concatenate([self.cents, added.cents]),
            {**self.codes, **added.codes},
        )
