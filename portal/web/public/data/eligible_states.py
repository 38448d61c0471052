"""What eligible member states have received, by region and by state: the page, and its table as a file."""

from __future__ import annotations

from dataclasses import dataclass

from portal.search.eligible_states import EligibleRegion, Received, eligible_regions
from portal.search.read_models.sums import Sums
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext
from portal.web.public import results
from portal.web.public.data.figure import Cell, Table, count_cell, heading_cell, money_cell, plain_cell, table_of


@dataclass(frozen=True)
class RegionOfStates:
    """One region: its states as a table; `none_yet` are the names of those without a project.

    `is_whole`: all its states are known. `known` is how many are.
    """

    name: str
    anchor: str
    states: int
    known: int
    is_whole: bool
    none_yet: tuple[str, ...]
    table: Table
    value_notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StatesPage:
    """`overview` has a row for each region; `cut_off` are the regions of which only some states are known.

    `csv_table` has all states.
    """

    overview: Table
    cut_off: tuple[RegionOfStates, ...]
    regions: tuple[RegionOfStates, ...]
    csv_table: Table


def build_page() -> StatesPage:
    found = eligible_regions()
    all_states = sum(region.states for region in found) or 1
    all_cents = sum(region.together.sums.shared_cents or 0 for region in found)
    regions = tuple(map(_region, found))
    return StatesPage(
        overview=table_of(
            [
                gettext("Region"),
                gettext("Eligible states"),
                gettext("Share of eligible states"),
                gettext("Projects that benefit them"),
                gettext("Shared value, USD"),
                gettext("Share of that value"),
                gettext("First year"),
                gettext("Latest year"),
                gettext("States without a project"),
            ],
            [_region_row(region, all_states, all_cents) for region in found],
        ),
        regions=regions,
        cut_off=tuple(region for region in regions if region.known and not region.is_whole),
        csv_table=table_of(
            [gettext("Member state"), gettext("Code"), gettext("Region"), *_columns()[1:]],
            [
                [
                    heading_cell(formatting.label(state)),
                    plain_cell(state.code),
                    plain_cell(formatting.label(region.term)),
                    *cells,
                ]
                for region in found
                for state, received in region.listed
                for cells in [_cells(received)]
            ],
        ),
    )


def _region_row(region: EligibleRegion, all_states: int, all_cents: int) -> list[Cell]:
    name, below = formatting.label(region.term), f"#{region.term.code}"
    unknown, share = Cell(gettext("not known"), ""), _percent(100 * region.states / all_states)
    if not region.listed:
        return [heading_cell(name), count_cell(region.states), share, *[unknown] * 6]
    if not region.is_whole:
        name = gettext("%(region)s, of which %(known)s are known", region=name, known=len(region.listed))
    cents, cells = region.together.sums.shared_cents or 0, _cells(region.together)
    without = len(region.without_projects)
    return [
        heading_cell(name, below),
        count_cell(region.states, below),
        share,
        *cells[:2],
        # The value of some of its states cannot stand beside the share of all of them.
        unknown if not region.is_whole else _percent(100 * cents / all_cents) if all_cents else plain_cell(""),
        *cells[2:],
        count_cell(without, below) if region.is_whole else unknown,
    ]


def _region(region: EligibleRegion) -> RegionOfStates:
    states = sorted(region.listed, key=lambda pair: formatting.name_key(formatting.label(pair[0])))
    return RegionOfStates(
        name=formatting.label(region.term),
        anchor=region.term.code,
        states=region.states,
        known=len(region.listed),
        is_whole=region.is_whole,
        none_yet=tuple(map(formatting.label, formatting.by_label(region.without_projects))) if region.is_whole else (),
        table=table_of(
            _columns(),
            [[heading_cell(formatting.label(state)), *_cells(received)] for state, received in states],
        ),
        value_notes=results.value_notes(region.together.filters, region.together.sums),
    )


def _columns() -> list[str]:
    return [
        gettext("Member state"),
        gettext("Projects"),
        gettext("Shared value, USD"),
        gettext("First year"),
        gettext("Latest year"),
    ]


def _cells(received: Received) -> list[Cell]:
    """Projects, shared value, first and latest year; the first two lead to the projects."""
    sums, url = received.sums, results.directory_url(received.filters)
    return [
        count_cell(sums.projects, url),
        money_cell(sums.shared_cents or 0, _stated(sums), url if _stated(sums) else ""),
        plain_cell("" if sums.first_year is None else str(sums.first_year)),
        plain_cell("" if sums.last_year is None else str(sums.last_year)),
    ]


def _stated(sums: Sums) -> int:
    return sums.projects - sums.without_budget


def _percent(value: float) -> Cell:
    return Cell(formatting.percent(value), f"{value:.1f}")
