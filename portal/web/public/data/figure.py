"""Figure: one chart with its words, its table and what is left out; and the selections behind its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup, escape

from portal.exports.columns import amount_text
from portal.search.figures import Figures
from portal.search.pivot import narrowed
from portal.search.query.filters import Filters
from portal.search.read_models.sums import Sums
from portal.vocabulary.facets import SINGLE_VALUED_FACETS
from portal.web.presentation import formatting
from portal.web.presentation.charts import urls as chart_urls
from portal.web.presentation.charts.columns import ColumnChart
from portal.web.presentation.charts.dumbbell import Dumbbell
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.public import results
from portal.web.public.tables.links import quoted

# What stands for a value in the pattern of an address; no term has such a code.
_MARKS = "\x01\x02"
# The key of the chart whose numbers have a day each, which a search can name once.
RUNNING = "running-by-year"
Kind = Literal["columns", "multiples", "bars", "dumbbells"]


@dataclass(frozen=True)
class Cell:
    """A cell of a table: as the page writes it, as the file does, and the address of what it counts, "" for none."""

    text: str
    raw: str
    url: str = ""

    @property
    def markup(self) -> str:
        text = escape(self.text)
        return f'<a href="{escape(self.url)}">{text}</a>' if self.url else text


@dataclass(frozen=True)
class Table:
    """The numbers of a chart; the first cell of a row is its heading."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def body(self) -> Markup:
        """The rows as markup: a long time or many regions make thousands of cells."""
        rows = (
            f'<tr><th scope="row">{heading.markup}</th>'
            + "".join(f'<td class="num">{cell.markup}</td>' for cell in cells)
            + "</tr>"
            for heading, *cells in self.rows
        )
        return Markup("\n".join(rows))  # noqa: S704 # cells escape what they hold


@dataclass(frozen=True)
class Bar:
    """A row of a chart that is a list; `width` is in per cent of the longest."""

    name: str
    value: int
    width: float
    text: str
    label: str
    url: str


@dataclass(frozen=True)
class Multiple:
    """One of several column charts with a common scale."""

    name: str
    url: str
    label: str
    chart: ColumnChart


@dataclass(frozen=True)
class SharePair:
    """A row of a dumbbell chart."""

    name: str
    marks: Dumbbell
    text: str
    label: str
    url: str


Drawing = ColumnChart | tuple[Bar, ...] | tuple[Multiple, ...] | tuple[SharePair, ...]


@dataclass(frozen=True)
class Figure:
    """`key` names the chart in addresses; `heading` is what it shows, as a finding if the numbers have one.

    `measure` says what is drawn, in which unit, and `notes` by which rule and what is left out. A chart without
    anything to draw has no rows.
    """

    key: str
    heading: str
    measure: str
    notes: tuple[Markup, ...]
    kind: Kind
    drawing: Drawing
    table: Table

    @property
    def label(self) -> str:
        """What stands in for the picture."""
        if self.heading.endswith("?"):
            return f"{self.measure} {self.heading}"
        return gettext("%(measure)s %(heading)s.", measure=self.measure, heading=self.heading)


class Selections:
    """The addresses of the projects behind the numbers of a search."""

    def __init__(self, figures: Figures) -> None:
        self.filters = figures.filters.criteria
        # A page has hundreds of addresses that differ only in values: one of each kind is built and then filled in.
        self._patterns: dict[tuple[str, ...], str] = {}

    def everything(self) -> str:
        return results.directory_url(self.filters)

    def having(self, *pairs: tuple[str, str]) -> str:
        """Those with a value of each of these facets, all of which some of them have; "" if filters cannot say so."""
        facets = tuple(facet for facet, _ in pairs)
        if not all(facet in SINGLE_VALUED_FACETS for facet in facets):
            return self._narrowed(*pairs)
        pattern = self._patterns.get(facets) or self._patterns.setdefault(facets, self._pattern(facets))
        return pattern.format(*(quoted(value) for _, value in pairs))

    def _pattern(self, facets: tuple[str, ...]) -> str:
        others = {(facet, value) for facet, value in self.filters.selected if facet not in facets}
        selected = frozenset(others | {*zip(facets, _MARKS, strict=False)})
        url = results.directory_url(self.filters.replace(selected=selected))
        # An encoded address has no braces of its own.
        for place, mark in enumerate(_MARKS):
            url = url.replace(f"%0{ord(mark)}", f"{{{place}}}")
        return url

    def _narrowed(self, *pairs: tuple[str, str]) -> str:
        filters: Filters | None = self.filters
        for facet, value in pairs:
            filters = narrowed(filters, facet, value) if filters else None
        return results.directory_url(filters) if filters else ""

    def not_carried_out(self, sums: Sums, facet: str, value: str) -> str:
        """The planned and cancelled ones of those with a value; `sums` are those of the search."""
        statuses = {("status", status) for part in sums.not_carried_out for status in part.statuses}
        others = {(name, chosen) for name, chosen in self.filters.selected if name not in ("status", facet)}
        return results.directory_url(self.filters.replace(selected=frozenset(others | statuses | {(facet, value)})))

    def running_at_end_of(self, year: int) -> str:
        """Those that run on the last day of a year; if the search names another day, which filters cannot say, the
        file of the chart."""
        day = date(year, 12, 31)
        if self.filters.on in (None, day):
            return results.directory_url(self.filters.replace(on=day))
        return chart_urls.file_path(self.filters, RUNNING, "csv")


def heading_cell(text: str, url: str = "") -> Cell:
    return Cell(text, text, url)


def count_cell(count: int, url: str = "") -> Cell:
    return Cell(formatting.number(count), str(count), url if count else "")


def plain_cell(text: str) -> Cell:
    """A text that leads nowhere, or a dash for none."""
    return Cell(text or "–", text)


def money_cell(cents: int, stated: int, url: str = "") -> Cell:
    """A sum, or a dash where no project states a budget."""
    if not stated:
        return Cell("–", "")
    return Cell(formatting.plain_amount(formatting.dollars(cents)), amount_text(cents), url)


def projects_phrase(count: int) -> str:
    return ngettext("one project", "%(count)s projects", count, count=formatting.number(count))


def money_phrase(cents: int, stated: int) -> str:
    return formatting.usd(formatting.dollars(cents)) if stated else gettext("budget not stated")


def full_label(name: str, *parts: str) -> str:
    """What a link says of a mark: "2022: USD 2,600,000, 8 projects"."""
    return gettext("%(name)s: %(numbers)s", name=name, numbers=", ".join(parts))


def percent_of(value: int, maximum: int) -> float:
    return round(100 * value / maximum, 1) if maximum else 0


def left_out(one: str, many: str, count: int, url: str, **values: str) -> Markup:
    """A sentence about records that a chart does not show; the messages have %(url)s, %(count)s and more values."""
    escaped = {name: escape(value) for name, value in values.items()}
    text = ngettext(one, many, count, count=formatting.number(count), url=escape(url), **escaped)
    return Markup(text)  # noqa: S704 # our own message, with an escaped address


def sentences(*notes: Markup | str | None) -> tuple[Markup, ...]:
    """Those notes that there are."""
    return tuple(escape(note) for note in notes if note)


def without_year(figures: Figures, selections: Selections) -> Markup | None:
    if not (count := figures.not_stated["year"]):
        return None
    return left_out(
        '<a href="%(url)s">One record</a> states no year and is left out.',
        '<a href="%(url)s">%(count)s records</a> state no year and are left out.',
        count,
        selections.having(("year", "none")),
    )


def without_budget(figures: Figures, selections: Selections) -> Markup | None:
    if not (count := figures.sums.without_budget):
        return None
    return left_out(
        '<a href="%(url)s">One record</a> states no budget and adds nothing.',
        '<a href="%(url)s">%(count)s records</a> state no budget and add nothing.',
        count,
        selections.having(("budget", "none")),
    )


def not_carried_out(figures: Figures, selections: Selections) -> tuple[Markup, ...]:
    """What sums contain that was planned or cancelled, each with its projects."""
    found = results.not_carried_out(selections.filters, figures.sums)
    link = Markup('<a href="{}">{}</a>.')
    return tuple(link.format(url, phrase[:1].upper() + phrase[1:]) for phrase, url in found)


def without_dates(figures: Figures, selections: Selections) -> Markup | None:
    count, url = figures.running.undated, selections.having(("length", "none"))
    # The day of a search has left them out already.
    if figures.left_out_by_day:
        others, count = figures.left_out_by_day
        url = results.directory_url(others)
    if not count:
        return None
    return left_out(
        '<a href="%(url)s">One record</a> states no start or no end and is left out.',
        '<a href="%(url)s">%(count)s records</a> state no start or no end and are left out.',
        count,
        url,
    )


def table_of(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    return Table(tuple(columns), tuple(tuple(row) for row in rows))
