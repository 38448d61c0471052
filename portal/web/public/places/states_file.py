"""The file of "Where we work": every member state with both of its values."""

from __future__ import annotations

from portal.search import aggregates
from portal.search.aggregates import CountryStats
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext
from portal.web.public.data.figure import Cell, Table, count_cell, heading_cell, money_cell, plain_cell, table_of


def states_table(region: str) -> Table:
    """All member states in the order of their names; with a region what its projects bring them."""
    places = aggregates.country_stats(region)
    return table_of(
        [
            gettext("Member state"),
            gettext("Code"),
            gettext("Projects"),
            gettext("National ones"),
            gettext("Projects without a budget"),
            gettext("Full value, USD"),
            gettext("Shared value, USD"),
            gettext("Latest year"),
        ],
        [_row(place) for place in sorted(places, key=lambda place: formatting.name_key(formatting.label(place.term)))],
    )


def _row(place: CountryStats) -> list[Cell]:
    stated = place.projects - place.without_budget
    return [
        heading_cell(formatting.label(place.term)),
        plain_cell(place.term.code),
        count_cell(place.projects),
        count_cell(place.national_projects),
        count_cell(place.without_budget),
        money_cell(place.full_budget, stated),
        money_cell(place.shared_budget, stated),
        plain_cell(str(place.latest_year or "")),
    ]
