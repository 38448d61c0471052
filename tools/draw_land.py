"""Draws static/img/land.svg: the coastlines of the world as one outline, without any frontier.

    python tools/draw_land.py countries-110m.json > static/img/land.svg

The file is the TopoJSON of countries of world-atlas (Natural Earth at 1:110 million, public domain). Only its object
`land` is read, in which no country is told from another. Antarctica lies south of the map and is left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from portal.web.presentation.maps.projection import CENTRE, WORLD, Place, project_from_centre

# Decimals of a unit of the map, which is about 40 km at the equator; smaller steps than this are left out.
DECIMALS = 1


def arcs_of(topology: dict) -> list[list[Place]]:
    """The arcs in degrees: the file has them as steps from point to point."""
    (width, height), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * width + west, y * height + south))
        arcs.append(points)
    return arcs


def rings_of(topology: dict) -> Iterator[list[Place]]:
    arcs = arcs_of(topology)
    for shape in topology["objects"]["land"]["geometries"]:
        for polygon in shape["arcs"]:
            for indexes in polygon:
                ring: list[Place] = []
                for index in indexes:
                    arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                    ring += arc[1:] if ring else arc
                yield ring


def unrolled(ring: list[Place]) -> list[Place]:
    """The ring in degrees east of the middle of the map, in one piece, on the side where most of it lies."""
    points: list[Place] = []
    for longitude, latitude in ring:
        degrees = (longitude - CENTRE + 180) % 360 - 180
        if points:
            degrees += 360 * round((points[-1][0] - degrees) / 360)
        points.append((degrees, latitude))
    middle = sum(degrees for degrees, _ in points) / len(points)
    turns = 360 * round(middle / 360)
    return [(degrees - turns, latitude) for degrees, latitude in points]


def drawn(ring: list[Place]) -> str:
    """The ring as part of an SVG path with relative steps; "" if nothing of it is left in the frame."""
    places = [project_from_centre(*point) for point in unrolled(ring)]
    if min(y for _, y in places) > WORLD.y + WORLD.height:
        return ""
    unit = 10**DECIMALS
    steps = [(round(x * unit), round(y * unit)) for x, y in places]
    kept = [steps[0]] + [step for before, step in pairwise(steps) if step != before]
    if len(kept) < 4:
        return ""
    moves = [(x - px, y - py) for (px, py), (x, y) in pairwise(kept[:-1])]
    return f"M{pair(kept[0], unit)}l{' '.join(pair(move, unit) for move in moves)}z"


def pair(place: tuple[int, int], unit: int) -> str:
    return f"{place[0] / unit:g} {place[1] / unit:g}"


def land(topology: dict) -> str:
    """The SVG file."""
    path = "".join(filter(None, map(drawn, rings_of(topology))))
    return f'<svg xmlns="http://www.w3.org/2000/svg"><path id="land" fill-rule="evenodd" d="{path}"/></svg>\n'


if __name__ == "__main__":
    sys.stdout.write(land(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
