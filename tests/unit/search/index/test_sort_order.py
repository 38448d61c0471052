"""Pages of selections whose rows lie together."""

import numpy as np
import pytest
from pyroaring import BitMap

from portal.search.index.sort_order import SortOrder


@pytest.mark.parametrize("first", [0, 1_000, 8_000, 9_999, 12_000, 14_488, 19_990])
def test_a_page_of_rows_that_lie_together_is_their_slice(first):
    """The one that begins at 14,488 lies in two of the blocks of rows that are looked through."""
    order = SortOrder(np.arange(50_000, dtype=np.uint32))
    selection = BitMap(range(20_000, 40_000))
    last = min(first + 20, 20_000)
    assert order.page(selection, first, 20) == list(range(20_000 + first, 20_000 + last))
