"""Circles of a map: their sizes, and that none covers another or leaves the drawing."""

from itertools import combinations
from math import hypot, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vocabulary.country_points import points_by_code
from portal.web.presentation.maps.circles import LARGEST, circles, push_apart, radius
from portal.web.presentation.maps.projection import WORLD, frame_around
from portal.web.public.places.world_map import places
from tests.loops import not_empty

CODES = sorted(points_by_code())
COUNTS = st.dictionaries(st.sampled_from(CODES), st.integers(1, 500_000), min_size=1)
SIZE = WORLD.drawn_size


def faults(drawn, size):
    """The pairs that overlap, and the circles that are not wholly inside; places are rounded to a tenth."""
    found = [
        (one, other)
        for one, other in combinations(drawn, 2)
        if hypot(one.x - other.x, one.y - other.y) < one.radius + other.radius - 0.01
    ]
    return found + [
        one
        for one in drawn
        if not (one.radius <= one.x <= size[0] - one.radius and one.radius <= one.y <= size[1] - one.radius)
    ]


@given(COUNTS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_circle_covers_another_and_all_are_inside(counts, is_world):
    frame = WORLD if is_world else frame_around(places()[code] for code in counts)
    drawn = circles(counts, places(), frame)
    assert [circle.code for circle in drawn] == sorted(counts)
    assert faults(drawn, frame.drawn_size) == []


@pytest.mark.parametrize("count", [1, 8, 2_600, 500_000])
def test_all_places_with_as_many_projects_each_have_room(count):
    drawn = circles(dict.fromkeys(CODES, count), places(), WORLD)
    assert faults(drawn, SIZE) == []
    assert min(circle.radius for circle in drawn) > 3


@given(st.lists(st.tuples(st.floats(-50, 1050), st.floats(-50, 500)), min_size=1, max_size=60), st.floats(1, 40))
@settings(max_examples=40, deadline=None)
def test_any_homes_are_pushed_apart(homes, size):
    centres, radii = push_apart(np.array(homes), np.full(len(homes), size), SIZE)
    overlapping = [
        (one, other)
        for (one, first), (other, second) in combinations(zip(centres, radii, strict=True), 2)
        if hypot(*(one - other)) < first + second
    ]
    assert overlapping == []
    assert (centres >= radii[:, None]).all()
    assert (centres <= np.array(SIZE) - radii[:, None]).all()


def test_many_in_one_place_find_room():
    centres, radii = push_apart(np.full((200, 2), 300.0), np.full(200, LARGEST), SIZE)
    assert len({tuple(np.round(centre, 2)) for centre in centres}) == 200
    assert len(set(radii)) == 1


def test_circles_with_room_stay_where_they_are():
    drawn = circles({"KEN": 4, "PER": 2, "JPN": 1}, places(), WORLD)
    for circle in not_empty(drawn):
        x, y = WORLD.drawn(places()[circle.code])
        assert hypot(circle.x - x, circle.y - y) < 0.2


def test_the_same_numbers_give_the_same_places():
    counts = {code: 1 + len(code) * place % 9 for place, code in enumerate(CODES)}
    other_order = dict(reversed(counts.items()))
    assert circles(counts, places(), WORLD) == circles(other_order, places(), WORLD)


def test_no_circle_for_nothing_or_nowhere():
    assert [circle.code for circle in circles({"KEN": 1, "PER": 0, "XXX": 5}, places(), WORLD)] == ["KEN"]
    assert circles({}, places(), WORLD) == ()


def test_few_projects_have_the_radius_of_the_design():
    assert (radius(1, 8), round(radius(8, 8), 2)) == (4.35, 7.55)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_radius_grows_with_the_number_up_to_the_largest(count, largest):
    count = min(count, largest)
    assert radius(count, largest) <= LARGEST + 1e-9
    assert radius(max(count - 1, 0), largest) < radius(count, largest)


def test_the_largest_circle_covers_a_thousandth_of_the_map():
    assert pi * radius(500_000, 500_000) ** 2 < SIZE[0] * SIZE[1] / 1000
