"""ChartColumn charts: from zero, in proportion, inside the picture, and texts only where they have room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.presentation.charts.columns import Point, column_chart
from tests.loops import not_empty


def points(values):
    return [Point(str(2000 + place), value, str(value), "") for place, value in enumerate(values)]


VALUES = st.lists(st.integers(0, 10**12), min_size=1, max_size=60)


@given(VALUES)
def test_columns_stand_in_the_picture_and_beside_each_other(values):
    chart = column_chart(points(values), str)
    for before, column in zip(chart.columns, chart.columns[1:], strict=False):
        assert before.x + before.width <= column.x + 0.02
    for column in not_empty(chart.columns):
        assert column.x >= 0
        assert column.x + column.width <= 100.01
        assert column.y >= 20
        assert column.y + column.height == pytest.approx(chart.baseline, abs=0.11)
        assert column.x < column.middle < column.x + column.width


@given(VALUES)
def test_heights_are_in_proportion(values):
    chart = column_chart(points(values), str)
    per_value = (chart.baseline - 22) / max(values) if max(values) else 0
    for value, column in not_empty(zip(values, chart.columns, strict=True)):
        assert column.height == pytest.approx(value * per_value, abs=0.051)


@given(VALUES)
def test_a_line_of_the_grid_stands_where_a_column_of_that_value_would_end(values):
    chart = column_chart(points(values), str)
    per_value = (chart.baseline - 22) / max(values) if max(values) else 0
    for line in not_empty(chart.lines):
        assert line.y == pytest.approx(chart.baseline - int(line.text) * per_value, abs=0.051)


def test_charts_with_a_common_maximum_compare():
    low, high = (column_chart(points([value]), str, maximum=10) for value in (5, 10))
    assert high.columns[0].height == 2 * low.columns[0].height
    assert low.lines == high.lines


def test_every_second_name_is_hidden_where_there_is_little_room():
    chart = column_chart(points([1] * 13), str)
    assert [column.name_class for column in chart.columns] == ["", "sparse"] * 6 + [""]


def test_few_names_and_values_are_always_shown():
    chart = column_chart(points([1, 2, 3]), str)
    assert {(column.name_class, column.value_class) for column in chart.columns} == {("", "")}


def test_of_many_values_the_highest_alone_is_written():
    chart = column_chart(points([*range(1, 60), 1000]), str)
    assert [column.point.text for column in chart.columns if column.value_class is not None] == ["1000"]
    names = [column.name_class for column in chart.columns]
    assert 4 <= names.count("") <= 8
    assert names.count(None) > 30


def test_nothing_has_no_value_on_it():
    assert [column.value_class for column in column_chart(points([0, 1]), str).columns] == [None, ""]


def test_no_points_are_a_chart_without_columns():
    chart = column_chart([], str)
    assert (chart.columns, len(chart.lines)) == ((), 1)
