"""Where a list goes on after a project, against a plain loop, on indexes made at once and patched."""

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.search.index.build import build_index
from portal.search.index.keyset import rows_until
from portal.search.index.sort_keys import SORT_KEYS, SortValues
from tests.unit.search.index.test_facet_index import (
    columns,
    fits,
    followed,
    histories,
    in_order,
    plains,
    searches,
)

ORDERS = sorted(SORT_KEYS)


def values_of(record):
    return SortValues(record.id, record.year or record.start // 10_000, record.start // 10_000, record.budget)


@given(histories(), searches(), st.sampled_from(ORDERS))
def test_as_many_rows_are_passed_as_stand_at_or_before_each_project(times, filters, order):
    index, records = followed(times), times[-1]
    listed = in_order([record for record in records if fits(record, filters)], order)
    passed = {
        record.id: rows_until(index, index.select(filters, None), order, values_of(record))
        for record in records
        if record.id in listed
    }
    assert passed == {project_id: place + 1 for place, project_id in enumerate(listed)}


@given(plains(), searches(), st.sampled_from(ORDERS), st.data())
def test_a_project_that_is_gone_still_marks_its_place(records, filters, order, data):
    assume(records)
    gone = data.draw(st.sampled_from(records))
    rest = [record for record in records if record is not gone]
    index = build_index(columns(rest))
    together = in_order([record for record in records if fits(record, filters) or record is gone], order)
    passed = rows_until(index, index.select(filters, None), order, values_of(gone))
    assert passed == together.index(gone.id)
