"""The page of a table as data: controls, words, links and cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from portal.search.pivot import Pivot
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import TABLE_FACETS
from portal.web.presentation import filter_text, table_text, table_urls
from portal.web.presentation.charts import urls as chart_urls
from portal.web.presentation.i18n import pgettext
from portal.web.public import results
from portal.web.public.tables import cells as table_cells
from portal.web.public.tables.cells import TableRow

FILES = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}


@dataclass(frozen=True)
class TablePage:
    """`by`, `across` and `measures` are the choices of the controls; `hidden` are the filters that they keep.

    A table without a second facet has no `columns`: its numbers are the totals of its rows. `ignored` are values of the
    address that were not understood, with the reason. `value_notes` and `undated` see public.results.
    """

    heading: str
    totals_phrase: str
    options: TableOptions
    by: Mapping[str, str]
    across: Mapping[str, str]
    measures: Mapping[str, str]
    hidden: list[tuple[str, str]]
    notes: list[str]
    value_notes: tuple[tuple[str, str], ...]
    undated: tuple[str, str] | None
    ignored: list[str]
    row_title: str
    total_title: str
    columns: Markup
    rows: list[TableRow]
    total: Markup
    column_totals: Markup
    list_url: str
    charts_url: str
    canonical_url: str
    files: list[tuple[str, str]]


def build_page(pivot: Pivot, options: TableOptions) -> TablePage:
    """The page; `options` are those that were asked for."""
    names, measures = filter_text.facet_names(), table_text.measure_names()
    has_columns = bool(options.across)
    return TablePage(
        heading=table_text.heading(pivot),
        totals_phrase=table_text.totals_phrase(pivot),
        options=options,
        by={facet: names[facet] for facet in TABLE_FACETS},
        across={"": pgettext("columns", "Nothing")} | {facet: names[facet] for facet in TABLE_FACETS},
        measures=measures,
        hidden=table_urls.filter_pairs(pivot.filters),
        notes=[*table_text.rules(pivot), *table_text.page_notes(pivot)],
        value_notes=_value_notes(pivot),
        undated=results.undated_note(pivot.filters),
        ignored=[
            filter_text.invalid_parameter(invalid)
            for invalid in (*options.invalid_parameters, *pivot.filters.invalid_parameters)
        ],
        row_title=names[options.by],
        total_title=table_text.total_title(pivot),
        columns=table_cells.column_headings(pivot, table_text.column_labels(pivot)) if has_columns else Markup(""),
        rows=list(table_cells.table_rows(pivot, table_text.row_labels(pivot))),
        total=table_cells.grand_total(pivot),
        column_totals=table_cells.column_totals(pivot) if has_columns else Markup(""),
        charts_url=chart_urls.page_path(pivot.filters),
        list_url=results.directory_url(pivot.filters.criteria),
        canonical_url=table_urls.table_path(pivot.filters, options),
        files=[(name, table_urls.table_file_path(pivot.filters, options, suffix)) for suffix, name in FILES.items()],
    )


def _value_notes(pivot: Pivot) -> tuple[tuple[str, str], ...]:
    """What sums leave out, and what the table contains nevertheless; numbers of projects leave nothing out."""
    sums = pivot.sums if pivot.options.measure != "projects" else replace(pivot.sums, without_budget=0)
    return results.value_notes(pivot.filters.criteria, sums)
