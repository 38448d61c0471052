"""The picture of a chart as a file: nothing covers anything else."""

from xml.etree import ElementTree

import pytest

from tests.factories import import_records
from tests.loops import not_empty
from tests.unit.web.public.data.test_research import ROWS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def picture(session, client):
    """picture(chart) is its root element, and those directly inside: the parts of the drawing, and the texts."""
    import_records(session, ROWS)

    def read(chart):
        root = ElementTree.fromstring(client.get(f"/data-and-research/{chart}.svg").data)  # noqa: S314 our own
        return root, root.findall(f"{SVG}svg"), root.findall(f"{SVG}text")

    return read


def test_columns_are_280_high(picture):
    _, (drawing,), _ = picture("budget-by-year")
    assert (drawing.attrib["y"], drawing.attrib["height"]) == ("76", "280")


@pytest.mark.parametrize(
    ("chart", "height"), [("regions-by-year", 144), ("budget-by-theme", 28), ("region-shares", 28)]
)
def test_rows_stand_below_each_other(picture, chart, height):
    _, rows, _ = picture(chart)
    assert len(rows) > 1
    for place, row in enumerate(not_empty(rows)):
        assert (row.attrib["y"], row.attrib["height"]) == (str(76 + place * height), str(height))


# Above the source stand the heading, the measure and, for pairs of shares, what their marks mean.
@pytest.mark.parametrize(
    ("chart", "above"), [("budget-by-year", 2), ("regions-by-year", 2), ("budget-by-theme", 2), ("region-shares", 3)]
)
def test_the_source_stands_below_the_drawing_and_inside_the_picture(picture, chart, above):
    root, drawn, texts = picture(chart)
    end = max(int(part.attrib["y"]) + int(part.attrib["height"]) for part in drawn)
    source = [int(text.attrib["y"]) for text in texts[above:]]
    assert source == [end + 36 + 18 * line for line in range(len(source))]
    assert int(root.attrib["height"]) == source[-1] + 18
