"""The marks of a column chart as SVG."""

from xml.etree import ElementTree

from portal.web.presentation.charts.columns import Point, column_chart
from portal.web.presentation.charts.svg import column_marks

POINTS = [Point("2019", 1, "one", "2019: 1"), Point("2020", 2, "two", "2020: 2", "/projects/?year=2020")]


def drawn(*, is_linked):
    marks = column_marks(column_chart(POINTS, str), is_linked=is_linked)
    root = ElementTree.fromstring(f"<svg>{marks}</svg>")  # noqa: S314 our own
    return [child.tag for child in root], " ".join(root.itertext()).split()


def test_the_grid_and_the_names_stand_together_before_the_columns():
    assert drawn(is_linked=False) == (
        ["g", "rect", "text", "rect", "text"],
        ["0", "1", "2", "2019", "2020", "one", "two"],
    )


def test_a_column_with_an_address_is_a_link():
    assert drawn(is_linked=True)[0] == ["g", "rect", "text", "a"]
