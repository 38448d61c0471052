"""The page "Where we work" as data: tabs of regions, map, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.search import aggregates, directory
from portal.search.aggregates import CountryStats
from portal.search.index.current import current_snapshot
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import TermView
from portal.web.presentation import filter_text, formatting, table_text, table_urls, urls
from portal.web.presentation.i18n import gettext
from portal.web.public import results
from portal.web.public.places.options import SORTS, PlacesOptions
from portal.web.public.places.world_map import WorldMap, build_map

FIRST_ROWS = 14
_FORMATS = {"xlsx": "Excel", "csv": "CSV"}
_SORT_KEYS: dict[str, Callable[[CountryStats], Any]] = {
    "projects": lambda place: -place.projects,
    "name": lambda place: formatting.name_key(formatting.label(place.term)),
    "national": lambda place: -place.national_projects,
    "full": lambda place: -place.full_budget,
    "shared": lambda place: -place.shared_budget,
    "latest": lambda place: -(place.latest_year or 0),
}


@dataclass(frozen=True)
class Tab:
    """A region, or the world."""

    label: str
    count: int
    url: str
    is_current: bool


@dataclass(frozen=True)
class PlaceRow:
    """One member state; the addresses are those of its page and of what each number counts."""

    stats: CountryStats
    url: str
    projects_url: str
    national_url: str


@dataclass(frozen=True)
class ColumnSort:
    """A column that sorts the table: `order` is that of `aria-sort`, "" if the table is sorted by another."""

    label: str
    url: str
    order: str


@dataclass(frozen=True)
class PlacesPage:
    """`region` is None for the world; `rows` are those shown, of `states`; `ignored` are values not understood.

    `regions` have a table of their own on the page of the world. `files` are (measure, [(format, address)]).
    """

    options: PlacesOptions
    region: TermView | None
    total: int
    states: int
    tabs: list[Tab]
    map: WorldMap
    rows: list[PlaceRow]
    most_shared: int
    columns: dict[str, ColumnSort]
    all_url: str
    regions: list[tuple[TermView, Sums]]
    value_notes: tuple[tuple[str, str], ...]
    files: list[tuple[str, list[tuple[str, str]]]]
    table_url: str
    ignored: list[str]
    canonical_url: str


def build_page(options: PlacesOptions) -> PlacesPage:
    snapshot = current_snapshot()
    regions, places = aggregates.sums_by_term("region"), aggregates.country_stats(options.region)
    counted = {term.code: sums.projects for term, sums in regions}
    everything = len(snapshot.index.all_rows)
    filters = Filters(selected=frozenset({("region", options.region)} if options.region else ()))
    ordered = sorted(places, key=_SORT_KEYS[options.sort])
    counts = {place.term.code: place.projects for place in places}
    return PlacesPage(
        options=options,
        region=snapshot.terms.get("region", options.region) if options.region else None,
        total=counted.get(options.region, 0) if options.region else everything,
        states=len(places),
        tabs=[
            Tab(gettext("World"), everything, PlacesOptions().url, not options.region),
            *(Tab(formatting.label(term), sums.projects, PlacesOptions(term.code).url, term.code == options.region)
              for term, sums in regions),
        ],
        map=build_map(counts, snapshot.terms, state_url, is_world=not options.region),
        rows=[_row(place, filters) for place in (ordered if options.shows_all else ordered[:FIRST_ROWS])],
        most_shared=max((place.shared_budget for place in places), default=0),
        columns=_columns(options),
        all_url=f"{options.but(shows_all=True).url}#table" if len(places) > FIRST_ROWS else "",
        regions=[] if options.region else regions,
        value_notes=results.value_notes(filters, directory.sums_for(filters)),
        files=_files(filters),
        table_url=table_urls.table_path(filters, TableOptions(across="year", measure="shared")),
        ignored=[
            filter_text.invalid_parameter(invalid)
            for invalid in options.invalid_parameters
        ],
        canonical_url=PlacesOptions(options.region).url,
    )  # fmt: skip


def state_url(code: str) -> str:
    """The page of a member state."""
    return urls.url_for("places.state", code=code)


def _row(place: CountryStats, filters: Filters) -> PlaceRow:
    own = filters.toggle("country", place.term.code)
    return PlaceRow(
        stats=place,
        url=state_url(place.term.code),
        projects_url=results.directory_url(own),
        national_url=results.directory_url(own.toggle("coverage", "national")),
    )


def _columns(options: PlacesOptions) -> dict[str, ColumnSort]:
    labels = {
        "name": gettext("Member state"),
        "projects": gettext("Projects"),
        "national": gettext("National ones"),
        "full": gettext("Full value, USD"),
        "shared": gettext("Shared value, USD"),
        "latest": gettext("Latest year"),
    }
    orders = {name: "ascending" if name == "name" else "descending" for name in SORTS}
    return {
        name: ColumnSort(
            label, f"{options.but(sort=name).url}#table", orders[name] if name == options.sort else ""
        )
        for name, label in labels.items()
    }  # fmt: skip


def _files(filters: Filters) -> list[tuple[str, list[tuple[str, str]]]]:
    region = next(iter(filters.values("region")), None)
    everything = urls.url_for("places.states_file", region=region)
    return [
        (gettext("All columns"), [(_FORMATS["csv"], everything)]),
        *(
            (
                label,
                [
                    (name, table_urls.table_file_path(filters, TableOptions(measure=measure), suffix))
                    for suffix, name in _FORMATS.items()
                ],
            )
            for measure, label in table_text.measure_names().items()
        ),
    ]
