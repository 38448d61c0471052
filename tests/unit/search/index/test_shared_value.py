"""The shared value of a search is the sum of the rows of its member states in the table of shared values."""

from hypothesis import given
from hypothesis import strategies as st

from portal.search.index.axis import Selected, facet_places
from portal.search.index.build import build_index
from portal.search.index.crosstab import cross
from portal.search.index.shared_value import shared_cents
from portal.vocabulary.facets import NOT_STATED
from tests.unit.search.index.test_facet_index import CODES, columns, followed, histories, plains, searches


def table_of(index, selection):
    """Shared cents by member state."""
    places = facet_places(index, "country"), facet_places(index, "")
    table = cross(Selected.from_selection(index, selection), *places, is_shared=True)
    return dict(zip(table.rows, table.row_totals.cents.tolist(), strict=True))


@given(histories(), searches(), st.sets(st.sampled_from([*CODES["country"].values(), "ZZZ"])))
def test_it_is_what_the_table_says_of_these_states(times, filters, chosen):
    index = followed(times)
    selection = index.select(filters, None)
    by_state = table_of(index, selection)
    assert shared_cents(index, selection, chosen) == sum(by_state.get(code, 0) for code in chosen)


@given(plains(), searches())
def test_over_all_states_it_is_the_full_value_to_the_cent(records, filters):
    index = build_index(columns(records))
    selection = index.select(filters, None) - index.bitmaps["country"][NOT_STATED]
    assert shared_cents(index, selection, CODES["country"].values()) == index.sums(selection).total_cents
