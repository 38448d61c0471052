"""Circles of a map: how large each is, and where it stands so that none covers another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import numpy as np
import numpy.typing as npt

from portal.web.presentation.maps.projection import Frame, Place

Floats = npt.NDArray[np.float64]

# Radius of nothing, what the root of a number of projects adds, and the largest radius of all, in units of the drawing.
_SMALLEST, _GROWTH, LARGEST = 2.6, 1.75, 11.0
# Free space between two circles.
_GAP = 0.6
# Of an overlap, this part is taken away at once: taking all of it makes crowds swing.
_STEP = 0.7
_MOST_STEPS, _SHRINK = 150, 0.85
# Then a circle is a dot: no drawing is so full, and no request waits for ever.
_MOST_SHRINKS = 30
# What counts as touching.
_TOLERANCE = 0.01
_GOLDEN_ANGLE = pi * (3 - sqrt(5))


@dataclass(frozen=True)
class Circle:
    """One circle, in units of the drawing."""

    code: str
    count: int
    x: float
    y: float
    radius: float


def radius(count: int, largest: int) -> float:
    """The radius for a number of projects; `largest` is the largest number of the map.

    It grows with the root of the number. With large numbers the largest one gets the largest radius, so that circles
    never cover the map.
    """
    growth = min(_GROWTH, (LARGEST - _SMALLEST) / sqrt(max(largest, 1)))
    return _SMALLEST + growth * sqrt(count)


def circles(counts: Mapping[str, int], places: Mapping[str, Place], frame: Frame) -> tuple[Circle, ...]:
    """The circles of all codes that have a place and projects, in the order of the codes."""
    known = sorted(code for code, count in counts.items() if count > 0 and code in places)
    return _placed(tuple((code, counts[code], *frame.drawn(places[code])) for code in known), frame.drawn_size)


@lru_cache(maxsize=128)
def _placed(wanted: tuple[tuple[str, int, float, float], ...], size: tuple[float, float]) -> tuple[Circle, ...]:
    if not wanted:
        return ()
    largest = max(count for _, count, _, _ in wanted)
    radii = np.array([radius(count, largest) for _, count, _, _ in wanted])
    homes = np.array([(x, y) for _, _, x, y in wanted])
    centres, radii = push_apart(homes, radii, size)
    return tuple(
        Circle(code, count, round(float(x), 1), round(float(y), 1), round(float(r), 1))
        for (code, count, _, _), (x, y), r in zip(wanted, centres, radii, strict=True)
    )


def push_apart(homes: Floats, radii: Floats, size: tuple[float, float]) -> tuple[Floats, Floats]:
    """Centres near these homes, all in a drawing of this size, whose circles do not overlap; and the radii.

    `homes` has a row (x, y) for each. Where there is no room for all, all become smaller. The same homes and radii
    always give the same places.
    """
    for _ in range(_MOST_SHRINKS):
        centres = _pushed(homes, radii, size)
        if centres is not None:
            return centres, radii
        radii = radii * _SHRINK
    return np.clip(homes, 0, size), radii


def _pushed(centres: Floats, radii: Floats, size: tuple[float, float]) -> Floats | None:
    """The centres after enough steps; None if circles still overlap then."""
    first, second = np.triu_indices(len(radii), 1)
    wanted = radii[first] + radii[second] + _GAP
    low = radii[:, None] + _GAP
    high = np.array(size) - low
    # Two in the same place leave it in directions that differ.
    angles = np.arange(len(radii)) * _GOLDEN_ANGLE
    ways = 1e-3 * np.column_stack([np.cos(angles), np.sin(angles)])
    for _ in range(_MOST_STEPS):
        centres = np.clip(centres, low, high)
        between = centres[first] - centres[second]
        squares = np.square(between[:, 0]) + np.square(between[:, 1])
        close = np.flatnonzero(squares < np.square(wanted - _TOLERANCE))
        if not len(close):
            return centres
        directions = np.where((squares[close] < 1e-6)[:, None], ways[first[close]], between[close])
        distances = np.hypot(directions[:, 0], directions[:, 1])
        steps = directions * (_STEP / 2 * (wanted[close] - distances) / distances)[:, None]
        moves = np.zeros_like(centres)
        np.add.at(moves, first[close], steps)
        np.subtract.at(moves, second[close], steps)
        centres = centres + moves
    return None
