"""The chart of each region's share of projects beside its share of the eligible member states."""

from __future__ import annotations

from markupsafe import Markup

from portal.search import aggregates
from portal.search.aggregates import RegionShare
from portal.search.figures import Figures
from portal.vocabulary.facets import NOT_STATED
from portal.vocabulary.term_lists import eligible_states
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.charts.dumbbell import Dumbbell, dumbbells
from portal.web.presentation.i18n import gettext
from portal.web.public.data.figure import (
    Cell,
    Figure,
    Selections,
    SharePair,
    count_cell,
    full_label,
    heading_cell,
    left_out,
    sentences,
    table_of,
)


def is_comparable(figures: Figures) -> bool:
    """Whether the selection leaves the shares of regions open: one of regions or member states decides them."""
    return not (figures.filters.values("region") or figures.filters.values("country"))


def shares(figures: Figures, selections: Selections) -> Figure:
    counts = figures.regions
    eligible = {code: states for code, (states, _) in eligible_states().items()}
    found = aggregates.region_shares(eligible, counts)
    left = {code: count for code, count in counts.items() if code not in eligible}
    drawn, end = dumbbells([(share.project_share, share.state_share) for share in found])
    is_counted = any(share.projects for share in found)
    return Figure(
        key="region-shares",
        heading=gettext("Is it shared fairly?"),
        measure=gettext("Share of projects and share of eligible member states by region, per cent."),
        notes=sentences(
            _largest_gap(found) if is_counted else None,
            gettext("Each line begins at 0 and ends at %(end)s.", end=formatting.percent(end)),
            *_left_out(figures, left, selections),
        ),
        kind="dumbbells",
        drawing=tuple(_pair(share, marks, selections) for share, marks in zip(found, drawn, strict=True))
        if is_counted
        else (),
        table=table_of(
            [
                gettext("Region"),
                gettext("Projects"),
                gettext("Share of projects"),
                gettext("Eligible states"),
                gettext("Share of states"),
            ],
            [_row(share, selections) for share in found] if is_counted else [],
        ),
    )


def _pair(share: RegionShare, marks: Dumbbell, selections: Selections) -> SharePair:
    name = formatting.label(share.term)
    return SharePair(
        name=name,
        marks=marks,
        text=f"{share.project_share:.0f} / {share.state_share:.0f}",
        label=full_label(
            name,
            gettext("%(share)s of projects", share=formatting.percent(share.project_share)),
            gettext("%(share)s of eligible member states", share=formatting.percent(share.state_share)),
        ),
        url=selections.having(("region", share.term.code)) if share.projects else "",
    )


def _row(share: RegionShare, selections: Selections) -> list[Cell]:
    url = selections.having(("region", share.term.code))
    return [
        heading_cell(formatting.label(share.term), url if share.projects else ""),
        count_cell(share.projects, url),
        _percent_cell(share.project_share),
        count_cell(share.states),
        _percent_cell(share.state_share),
    ]


def _percent_cell(value: float) -> Cell:
    return Cell(formatting.percent(value), f"{value:.0f}")


def _largest_gap(found: list[RegionShare]) -> str | None:
    """A sentence on the region whose shares differ most; None if rounding leaves no difference, or two the same."""
    gaps = sorted(found, key=lambda share: -abs(share.project_share - share.state_share))
    widths = [round(abs(share.project_share - share.state_share)) for share in gaps]
    if not widths[0] or (len(widths) > 1 and widths[0] == widths[1]):
        return None
    return gettext(
        "The two differ most for %(region)s: %(projects)s of projects, %(states)s of the states.",
        region=formatting.label(gaps[0].term),
        projects=formatting.percent(gaps[0].project_share),
        states=formatting.percent(gaps[0].state_share),
    )


def _left_out(figures: Figures, counts: dict[str, int], selections: Selections) -> list[Markup]:
    """Projects of regions without eligible states, such as Global, and those without any region."""
    notes = [
        left_out(
            '<a href="%(url)s">One record</a> with the region “%(region)s”, which has no state on the list, '
            "is left out.",
            '<a href="%(url)s">%(count)s records</a> with the region “%(region)s”, which has no state on the list, '
            "are left out.",
            count,
            selections.having(("region", code)),
            region=filter_text.value_label(figures.snapshot.terms, "region", code),
        )
        for code, count in counts.items()
        if code != NOT_STATED
    ]
    if count := counts.get(NOT_STATED, 0):
        notes.append(
            left_out(
                '<a href="%(url)s">One record</a> states no region and is left out.',
                '<a href="%(url)s">%(count)s records</a> state no region and are left out.',
                count,
                selections.having(("region", NOT_STATED)),
            )
        )
    return notes
