"""ChartColumn charts: one column for each point, from zero, with its value above and its name below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.web.presentation.charts.scale import MAX_LINES, ticks

# The widths in px that a chart has: on a telephone of 390 px, and from where the style sheet shows what is "sparse".
_NARROW, _WIDE = 290, 590
# What digits of 12 px and a name of four of them take.
_DIGIT, _GAP, _LABEL = 7, 1, 36
_VALUE_ROOM, _LABEL_ROOM = 22, 30
_COLUMN_SHARE = 0.73


@dataclass(frozen=True)
class Point:
    """One value: its name, its value as it stands on the column, and what a link says of it in full."""

    name: str
    value: int
    text: str
    label: str
    url: str = ""


@dataclass(frozen=True)
class ChartColumn:
    """A column; "" in place of a class shows a text always, "sparse" where there is room, None never."""

    point: Point
    x: float
    width: float
    y: float
    height: float
    value_class: str | None
    name_class: str | None

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class GridLine:
    y: float
    text: str


@dataclass(frozen=True)
class ColumnChart:
    """`baseline` is where zero is; `margin` is the number of characters of the longest text beside the grid."""

    height: int
    baseline: int
    lines: tuple[GridLine, ...]
    columns: tuple[ChartColumn, ...]

    @property
    def margin(self) -> int:
        return max((len(line.text) for line in self.lines), default=0)


def column_chart(
    points: Sequence[Point],
    write_tick: Callable[[int], str],
    *,
    height: int = 280,
    maximum: int | None = None,
    lines: int = MAX_LINES,
) -> ColumnChart:
    """The chart of some points; several charts compare with a common `maximum`. Up to `lines` above zero."""
    most = max((point.value for point in points), default=0) if maximum is None else maximum
    baseline = height - _LABEL_ROOM
    per_value = (baseline - _VALUE_ROOM) / most if most else 0
    slot = 100 / len(points) if points else 100
    value_classes, name_classes = _value_classes(points), _name_classes(len(points))
    return ColumnChart(
        height,
        baseline,
        tuple(GridLine(round(baseline - tick * per_value, 1), write_tick(tick)) for tick in ticks(most, lines)),
        tuple(
            ChartColumn(
                point,
                round(place * slot + slot * (1 - _COLUMN_SHARE) / 2, 2),
                round(slot * _COLUMN_SHARE, 2),
                round(baseline - point.value * per_value, 1),
                round(point.value * per_value, 1),
                value_classes[place],
                name_classes[place],
            )
            for place, point in enumerate(points)
        ),
    )


def _value_classes(points: Sequence[Point]) -> list[str | None]:
    """All values where they have room beside each other, else that of the highest column; never that of none."""
    most = max((point.value for point in points), default=0)
    needed = len(points) * (max((len(point.text) for point in points), default=0) * _DIGIT + _GAP)
    other = "" if needed <= _NARROW else "sparse" if needed <= _WIDE else None
    return [None if not point.value else "" if point.value == most else other for point in points]


def _name_classes(count: int) -> list[str | None]:
    """The names with room for each: every one, every second, every fourth, …"""
    wide = _every(count, _WIDE)
    narrow = max(_every(count, _NARROW), wide)
    return ["" if place % narrow == 0 else "sparse" if place % wide == 0 else None for place in range(count)]


def _every(count: int, width: int) -> int:
    step = 1
    while -(-count // step) * _LABEL > width:
        step *= 2
    return step
