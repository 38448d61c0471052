"""The projection of the map, and the part of it that is shown.

Natural Earth, in the polynomial form of B. Šavrič et al., "A polynomial equation for the Natural Earth projection",
Cartography and Geographic Information Science 38 (2011). It is turned to 11 degrees east, so that its edges lie in the
Bering Strait and the island states of the Pacific stand together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import pi, radians

# Degrees east of the middle of the map.
CENTRE = 11.0
# The whole globe is as many units wide; so many of them are a radian at the equator.
WIDTH = 1000.0
_UNITS = WIDTH / (2 * pi * 0.8707)
# Units from the north pole to the equator.
_EQUATOR = 260.0

# Units, x rising to the east and y to the south.
Place = tuple[float, float]


def project(longitude: float, latitude: float) -> Place:
    """Degrees (WGS 84) as a place on the map."""
    return project_from_centre((longitude - CENTRE + 180) % 360 - 180, latitude)


def project_from_centre(degrees: float, latitude: float) -> Place:
    """The same for degrees east of the middle; beyond 180 the map goes on past its edge."""
    square = radians(latitude) ** 2
    fourth = square * square
    x = 0.8707 - 0.131979 * square + fourth * (-0.013791 + fourth * (0.003971 * square - 0.001529 * fourth))
    y = 1.007226 + square * (0.015085 + fourth * (-0.044475 + 0.028874 * square - 0.005916 * fourth))
    return WIDTH / 2 + _UNITS * radians(degrees) * x, _EQUATOR - _UNITS * radians(latitude) * y


@dataclass(frozen=True)
class Frame:
    """A part of the map, in its units; `scale` says how many units of a drawing that shows it are one of these."""

    x: float
    y: float
    width: float
    height: float
    scale: float = 1.0

    def drawn(self, place: Place) -> Place:
        """A place of the map as it stands in the drawing, whose corner is (0, 0)."""
        return (place[0] - self.x) * self.scale, (place[1] - self.y) * self.scale

    @property
    def drawn_size(self) -> tuple[float, float]:
        return self.width * self.scale, self.height * self.scale

    @property
    def transform(self) -> str:
        """The value of the SVG attribute that brings the outlines into the drawing."""
        return f"scale({self.scale:.4g}) translate({-self.x:.4g} {-self.y:.4g})"


# From the north of Greenland to Cape Horn: nobody benefits south of it.
WORLD = Frame(x=8.0, y=8.0, width=990.0, height=436.0)
# A region is never shown larger than this, and has so much room around its outermost places.
_MIN_WIDTH, _MARGIN = 200.0, 24.0
# A drawing of a region is this many times as wide as it is high, or more.
_TALLEST = 1.75


def frame_around(places: Iterable[Place]) -> Frame:
    """The part of the world that has all these places, drawn as wide as the whole; the world for none."""
    known = list(places)
    if not known:
        return WORLD
    xs, ys = [x for x, _ in known], [y for _, y in known]
    width, height = max(xs) - min(xs) + 2 * _MARGIN, max(ys) - min(ys) + 2 * _MARGIN
    shape = _within(width / height, _TALLEST, WORLD.width / WORLD.height)
    width = max(width, height * shape, _MIN_WIDTH)
    height = width / shape
    if width >= WORLD.width or height >= WORLD.height:
        return WORLD
    x = _within((min(xs) + max(xs) - width) / 2, WORLD.x, WORLD.x + WORLD.width - width)
    y = _within((min(ys) + max(ys) - height) / 2, WORLD.y, WORLD.y + WORLD.height - height)
    return Frame(round(x, 1), round(y, 1), width, height, WORLD.width / width)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
