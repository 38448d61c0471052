"""Tables against a slow, obvious loop over plain records: cells, totals, parts to the cent."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.index.axis import OTHERS, Selected, facet_places
from portal.search.index.build import build_index
from portal.search.index.crosstab import cross
from portal.search.query.filters import Filters
from portal.search.shares import split
from portal.vocabulary.facets import NOT_STATED, TABLE_FACETS
from tests.unit.search.index.test_facet_index import (
    CODES,
    Plain,
    columns,
    fits,
    followed,
    histories,
    plains,
    searches,
)

FACETS = st.sampled_from(TABLE_FACETS)
# No table is by one facet twice (table_options).
TWO_FACETS = st.tuples(FACETS, st.sampled_from(("", *TABLE_FACETS))).filter(lambda facets: facets[0] != facets[1])
OTHER_FACETS = st.sampled_from(("", *TABLE_FACETS))
COUNTRY_ORDER = list(CODES["country"].values())
NO_FILTERS = Filters()


def stated(record, facet):
    """The values of a record, as a table has them; the facet "" has one that everybody has."""
    return (record.values(facet) or {NOT_STATED}) if facet else {OTHERS}


def part_of(record, *pairs, is_shared):
    """What a record is worth in a cell, in cents: whole, or the part of the state among its values."""
    state = next((value for facet, value in pairs if facet == "country" and value != NOT_STATED), None)
    if not is_shared or state is None:
        return record.budget
    states = sorted(record.terms["country"], key=COUNTRY_ORDER.index)
    shares = dict(record.shares) or dict.fromkeys(states, 1)
    return split(record.budget, [shares[code] for code in states])[states.index(state)]


def added(counted, record, cents):
    counted[0] += 1
    counted[1] += record.budget >= 0
    counted[2] += cents if record.budget >= 0 else 0


def counted_plainly(records, by, across, is_shared):
    """The cells, the totals of rows and those of columns, each as [projects, those with a budget, cents]."""
    cells, rows, others = (defaultdict(lambda: [0, 0, 0]) for _ in range(3))
    for record in records:
        for row in stated(record, by):
            added(rows[row], record, part_of(record, (by, row), is_shared=is_shared))
            for column in stated(record, across):
                pairs = (by, row), (across, column)
                added(cells[row, column], record, part_of(record, *pairs, is_shared=is_shared))
        for column in stated(record, across):
            added(others[column], record, part_of(record, (across, column), is_shared=is_shared))
    return cells, rows, others


def crossed(index, filters, by, across, **options):
    selected = Selected.from_selection(index, index.select(filters, None))
    return cross(selected, facet_places(index, by), facet_places(index, across), **options)


def numbers(tally, *place):
    return [int(part[place]) for part in vars(tally).values()]


def agrees(table, expected):
    cells, rows, others = expected
    found = {
        (row, column): numbers(table.cells, i, j)
        for i, row in enumerate(table.rows)
        for j, column in enumerate(table.columns)
    }
    assert {place: cell for place, cell in found.items() if cell[0]} == cells
    assert {row: numbers(table.row_totals, i) for i, row in enumerate(table.rows)} == rows
    assert {column: numbers(table.column_totals, j) for j, column in enumerate(table.columns)} == others


@given(plains(), searches(), TWO_FACETS, st.booleans())
def test_a_table_agrees_with_a_plain_loop(records, filters, facets, is_shared):
    by, across = facets
    chosen = [record for record in records if fits(record, filters)]
    table = crossed(build_index(columns(records)), filters, by, across, is_shared=is_shared)
    agrees(table, counted_plainly(chosen, by, across, is_shared))


@given(histories(), searches(), TWO_FACETS)
def test_a_patched_index_counts_as_one_made_anew(times, filters, facets):
    by, across = facets
    chosen = [record for record in times[-1] if fits(record, filters)]
    agrees(
        crossed(followed(times), filters, by, across, is_shared=True),
        counted_plainly(chosen, by, across, is_shared=True),
    )


@given(plains(), searches(), OTHER_FACETS.filter(lambda facet: facet != "country"))
def test_shared_value_adds_up_to_the_cent(records, filters, across):
    index = build_index(columns(records))
    table = crossed(index, filters, "country", across, is_shared=True)
    assert table.row_totals.cents.sum() == index.sums(index.select(filters, None)).total_cents
    assert table.cells.cents.sum(axis=0).tolist() == table.column_totals.cents.tolist()


@given(plains(), FACETS, OTHER_FACETS, st.integers(1, 3), st.booleans())
def test_values_beyond_a_limit_are_one(records, by, across, limit, is_shared):
    def folded(record, facet, kept):
        return {value if value in kept else OTHERS for value in stated(record, facet)}

    index = build_index(columns(records))
    table = crossed(index, NO_FILTERS, by, across, is_shared=is_shared, limits=(limit, None))
    kept = set(table.rows) - {OTHERS}
    assert len(table.rows) <= limit
    expected = defaultdict(int)
    for record in records:
        for row in folded(record, by, kept):
            expected[row] += 1
    assert dict(zip(table.rows, table.row_totals.projects.tolist(), strict=True)) == expected


@given(plains(), st.integers(1, 3))
def test_folded_states_keep_their_parts(records, limit):
    index = build_index(columns(records))
    table = crossed(index, NO_FILTERS, "country", "year", is_shared=True, limits=(limit, None))
    assert table.row_totals.cents.sum() == index.sums(index.all_rows).total_cents


def test_sums_beyond_the_whole_numbers_of_a_float_are_exact():
    record = Plain(1, "a", 2001, 2002, 2009, 10**14 - 1, dict.fromkeys(CODES, frozenset()))
    records = [replace(record, id=number) for number in range(1, 121)]
    table = crossed(build_index(columns(records)), NO_FILTERS, "region", "")
    assert table.row_totals.cents.tolist() == [120 * (10**14 - 1)]


@pytest.mark.parametrize("by", TABLE_FACETS)
def test_nothing_is_counted_of_nothing(by):
    table = crossed(build_index(columns([])), NO_FILTERS, by, "year")
    assert (table.rows, table.columns) == ((), ())
