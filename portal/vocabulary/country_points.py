"""One point for each country or area of the list, where a map may put its label: portal/terms/country_points.csv.

Our own compilation, near the middle of the main land, rounded to a tenth of a degree. A point says nothing of borders.
"""

from __future__ import annotations

import csv
from functools import cache

from portal.vocabulary.term_lists import TERM_LISTS_DIR

# Degrees east and north (WGS 84), in the order of GeoJSON.
Point = tuple[float, float]


@cache
def points_by_code() -> dict[str, Point]:
    """The points by ISO 3166-1 alpha-3 code (and XKX)."""
    with (TERM_LISTS_DIR / "country_points.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file)}
