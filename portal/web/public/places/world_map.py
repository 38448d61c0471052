"""A map as data: its circles with names and links, and the key of their sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from portal.search.read_models.terms import Terms
from portal.vocabulary.country_points import points_by_code
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.presentation.maps.circles import Circle, circles, radius
from portal.web.presentation.maps.projection import WORLD, Frame, Place, frame_around, project

# From this number on it stands in its circle, if there is room; in units of the drawing.
_FIRST_SHOWN = 4
_DIGIT, _SEPARATOR, _EDGE = 5.7, 2.7, 2.0
# Under a region there is room for the key; the world has it in the South Pacific.
_KEY_X, _KEY_BOTTOM, _KEY_GAP, _KEY_STRIP = 50.0, 404.0, 14.0, 34.0


@dataclass(frozen=True)
class MapCircle:
    """One member state: `label` is all that the circle says, `number` what is written into it, "" for nothing."""

    circle: Circle
    label: str
    url: str
    number: str
    is_selected: bool


@dataclass(frozen=True)
class KeySize:
    """One size of the key: a circle and the height of its text."""

    label: str
    y: float
    radius: float
    text_y: float


@dataclass(frozen=True)
class WorldMap:
    """`transform` brings the outlines into the drawing, which is `width` by `height` units.

    `unplaced` are the names of those that have projects and no place.
    """

    width: float
    height: float
    transform: str
    circles: tuple[MapCircle, ...]
    key: tuple[KeySize, ...]
    key_x: float
    unplaced: tuple[str, ...]


@cache
def places() -> dict[str, Place]:
    """The place of each country on the map, by code."""
    return {code: project(*point) for code, point in points_by_code().items()}


def build_map(
    counts: Mapping[str, int],
    terms: Terms,
    link: Callable[[str], str],
    *,
    selected: frozenset[str] = frozenset(),
    is_world: bool = True,
) -> WorldMap:
    """The map of these numbers of projects by country code; `link` gives the address for a code.

    Not of the world, it shows the part that has projects.
    """
    counts = {code: count for code, count in counts.items() if count and terms.get("country", code)}
    names = {code: formatting.label(terms.get("country", code)) for code in counts}
    frame = WORLD if is_world else frame_around(places()[code] for code in counts if code in places())
    placed = circles(counts, places(), frame)
    width, height = frame.drawn_size
    return WorldMap(
        width=round(width, 1),
        height=round(height + (0 if frame is WORLD else _KEY_STRIP), 1),
        transform=frame.transform,
        circles=tuple(
            MapCircle(
                circle=circle,
                label=_label(names[circle.code], circle.count, is_selected=circle.code in selected),
                url=link(circle.code),
                number=_number(circle),
                is_selected=circle.code in selected,
            )
            for circle in sorted(placed, key=lambda circle: formatting.name_key(names[circle.code]))
        ),
        key=_key(placed, frame),
        key_x=_KEY_X,
        unplaced=tuple(sorted((names[code] for code in counts if code not in places()), key=formatting.name_key)),
    )


def _label(name: str, count: int, *, is_selected: bool) -> str:
    """ "Honduras: 8 projects"."""
    text = ngettext("%(name)s: 1 project", "%(name)s: %(count)s projects", count, name=name,
                    count=formatting.number(count))  # fmt: skip
    return gettext("%(text)s, selected", text=text) if is_selected else text


def _number(circle: Circle) -> str:
    text = formatting.number(circle.count)
    width = sum(_DIGIT if character.isdigit() else _SEPARATOR for character in text)
    return text if circle.count >= _FIRST_SHOWN and width + _EDGE <= 2 * circle.radius else ""


def _key(placed: tuple[Circle, ...], frame: Frame) -> tuple[KeySize, ...]:
    """The largest circle of the map and, below it, that of one project; both stand on one line."""
    if not placed:
        return ()
    most = max(placed, key=lambda circle: circle.count)
    shrunk = most.radius / radius(most.count, most.count)
    bottom = _KEY_BOTTOM if frame is WORLD else frame.drawn_size[1] + _KEY_STRIP - 4
    sizes = []
    for count in dict.fromkeys([most.count, 1]):
        size = round(radius(count, most.count) * shrunk, 1)
        label = ngettext("1 project", "%(count)s projects", count, count=formatting.number(count))
        text_y = bottom - 3 - (_KEY_GAP if count > 1 else 0)
        sizes.append(KeySize(label, round(bottom - size, 1), size, round(text_y, 1)))
    return tuple(sizes)
