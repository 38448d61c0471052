"""The points of countries: one for each of the list, and where the country is."""

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest

from portal.vocabulary.country_points import points_by_code
from portal.vocabulary.term_lists import read_term_list
from tests.loops import not_empty

# TopoJSON of countries, such as countries-110m.json of world-atlas (Natural Earth).
SHAPES = os.environ.get("PORTAL_TEST_SHAPES", "")
# Its ring leaps across the 180th meridian, so plane geometry is wrong for it.
ROUND_THE_EDGE = {"FJI"}


def test_every_country_of_the_list_has_a_point_and_nothing_else_has():
    assert points_by_code().keys() == {row.code for row in read_term_list("country")}


def test_points_are_rounded_degrees():
    for longitude, latitude in not_empty(points_by_code().values()):
        assert -180 <= longitude <= 180
        assert -90 <= latitude <= 90
        assert (round(longitude, 1), round(latitude, 1)) == (longitude, latitude)


def test_no_two_countries_share_a_point():
    assert len(set(points_by_code().values())) == len(points_by_code())


@pytest.mark.skipif(not SHAPES, reason="PORTAL_TEST_SHAPES names no file of shapes")
def test_points_lie_within_the_shapes_of_their_countries():
    codes = {row.extra["m49"]: row.code for row in read_term_list("country")}
    topology = json.loads(Path(SHAPES).read_text(encoding="utf-8"))
    arcs = list(decoded_arcs(topology))
    outside = [
        codes[shape["id"]]
        for shape in not_empty(topology["objects"]["countries"]["geometries"])
        if shape.get("id") in codes
        and codes[shape["id"]] not in ROUND_THE_EDGE
        and not is_inside(points_by_code()[codes[shape["id"]]], shape, arcs)
    ]
    assert outside == []


def decoded_arcs(topology):
    """The arcs in degrees: they are stored as steps from point to point."""
    (width, height), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * width + west, y * height + south))
        yield points


def is_inside(point, shape, arcs):
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    rings = [[ring(indexes, arcs) for indexes in polygon] for polygon in polygons]
    return any(within(point, outer) and not any(within(point, hole) for hole in holes) for outer, *holes in rings)


def ring(indexes, arcs):
    points = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def within(point, points):
    """Whether a line from the point to the east crosses the ring an odd number of times."""
    x, y = point
    crossings = [
        (x1, y1, x2, y2)
        for (x1, y1), (x2, y2) in pairwise(points)
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    ]
    return len(crossings) % 2 == 1
