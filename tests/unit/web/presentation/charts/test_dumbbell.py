"""Two shares on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.presentation.charts.dumbbell import dumbbells
from tests.loops import not_empty

SHARE = st.floats(0, 100)


@given(st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=9))
def test_marks_stand_in_proportion_on_a_line_from_zero(pairs):
    drawn, end = dumbbells(pairs)
    assert max(map(max, pairs)) <= end <= 100
    for (disc, diamond), marks in not_empty(zip(pairs, drawn, strict=True)):
        assert marks.disc == pytest.approx(100 * disc / end, abs=0.051)
        assert marks.diamond == pytest.approx(100 * diamond / end, abs=0.051)
        assert 0 <= marks.start <= marks.end <= 100


def test_nothing_at_all():
    drawn, end = dumbbells([(0, 0)])
    assert (drawn[0].disc, drawn[0].diamond, end) == (0, 0, 1)
    assert dumbbells([])[0] == ()
