"""The marks of a column chart as SVG: in Python, because a page has hundreds and a template takes far longer."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from portal.web.presentation.charts.columns import ChartColumn, ColumnChart


def column_marks(chart: ColumnChart, *, is_linked: bool) -> Markup:
    """Grid, columns and texts; with `is_linked` each column with an address is a link that says its value in full."""
    marks = [
        '<g aria-hidden="true">',
        *_grid(chart),
        *_names(chart),
        "</g>",
        *(_column(column, chart.baseline, is_linked=is_linked) for column in chart.columns if _is_drawn(column)),
    ]
    return Markup("\n".join(marks))  # noqa: S704 # numbers, and texts and addresses that are escaped below


def _is_drawn(column: ChartColumn) -> bool:
    return bool(column.point.value or column.point.url)


def _grid(chart: ColumnChart) -> Iterator[str]:
    for place, line in enumerate(chart.lines):
        kind = "grid" if place else "axis"
        yield f'<line class="chart-{kind}" x1="0" x2="100%" y1="{line.y}" y2="{line.y}"/>'
        yield f'<text class="chart-text" x="-6" y="{line.y}" dy="4" text-anchor="end">{escape(line.text)}</text>'


def _names(chart: ColumnChart) -> Iterator[str]:
    for column in chart.columns:
        if column.name_class is not None:
            yield (
                f'<text class="{_classes("chart-text", column.name_class)}" x="{column.middle}%" y="{chart.baseline}" '
                f'dy="20" text-anchor="middle">{escape(column.point.name)}</text>'
            )


def _column(column: ChartColumn, baseline: int, *, is_linked: bool) -> str:
    point, across = column.point, f'x="{column.x}%" width="{column.width}%"'
    bar = f'<rect class="chart-bar" {across} y="{column.y}" height="{column.height}"/>'
    value = ""
    if column.value_class is not None:
        value = (
            f'<text class="{_classes("chart-value", column.value_class)}" x="{column.middle}%" y="{column.y}" dy="-6" '
            f'text-anchor="middle">{escape(point.text)}</text>'
        )
    if not (is_linked and point.url):
        return bar + value
    # The whole height can be hit, however short the column is.
    hit = f'<rect class="chart-hit" {across} y="0" height="{baseline}"/>'
    return f'<a href="{escape(point.url)}" aria-label="{escape(point.label)}">{hit}{bar}{value}</a>'


def _classes(name: str, more: str) -> str:
    return f"{name} {more}" if more else name
