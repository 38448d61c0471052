"""The map as data: which numbers have room in their circles, and where the key stands."""

import pytest

from portal.search.index.current import current_snapshot
from portal.web.public.places.world_map import build_map
from tests.loops import not_empty


@pytest.fixture
def draw(app, session):
    """draw(counts by country code) is their map."""

    def build(counts, **options):
        with app.test_request_context():
            return build_map(counts, current_snapshot().terms, lambda code: f"/{code}", **options)

    return build


def test_a_number_stands_in_its_circle_only_where_it_has_room(draw):
    drawn = {place.circle.code: place.number for place in draw({"KEN": 400, "FJI": 4, "TGO": 3}).circles}
    assert drawn == {"KEN": "400", "FJI": "", "TGO": ""}
    alone = draw({"FJI": 4, "TGO": 3}).circles
    assert [place.number for place in alone] == ["4", ""]


def test_the_key_has_the_largest_circle_and_that_of_one_project_on_one_line(draw):
    largest, one = draw({"KEN": 400, "FJI": 4}).key
    assert (largest.label, one.label) == ("400 projects", "1 project")
    assert (largest.y + largest.radius, one.y + one.radius) == (404, 404)
    assert (largest.text_y, one.text_y) == (387, 401)
    assert draw({}).key == ()


def test_the_key_of_a_region_stands_below_it_in_tenths_of_a_unit(draw):
    world_map = draw({"KEN": 40, "TGO": 4, "ZAF": 2}, is_world=False)
    for size in not_empty(world_map.key):
        assert world_map.height - 34 < size.y < size.y + size.radius < world_map.height
        assert [round(number, 1) for number in (size.y, size.text_y)] == [size.y, size.text_y]
