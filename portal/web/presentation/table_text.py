"""The words of a table: its heading, the labels of rows and columns, and the sentences that say what it counts."""

from __future__ import annotations

from collections.abc import Iterator

from portal.exports.document import Document
from portal.exports.tables.table_file import TableFile
from portal.search.index.axis import OTHERS
from portal.search.pivot import Pivot, narrowed
from portal.vocabulary.facets import MULTI_VALUED_FACETS
from portal.web.presentation import filter_text, formatting, status_text
from portal.web.presentation.grammar.registry import current_grammar
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.presentation.search_text import SearchText


def measure_names() -> dict[str, str]:
    """The label of each measure."""
    return {
        "projects": gettext("Projects"),
        "full": gettext("Full value, USD"),
        "shared": gettext("Shared value, USD"),
    }


def heading(pivot: Pivot) -> str:
    """What the table shows: "Completed projects in Africa, by member state and year of allocation"."""
    subject = SearchText(pivot.filters, pivot.snapshot.terms).heading(pivot.sums.projects)
    return current_grammar().table_heading(subject, pivot.options.by, pivot.options.across)


def totals_phrase(pivot: Pivot) -> str:
    text, sums = SearchText(pivot.filters, pivot.snapshot.terms), pivot.sums
    return text.totals_phrase(sums)


def table_file(pivot: Pivot, document: Document) -> TableFile:
    """The table with its words."""
    return TableFile(
        document=document,
        pivot=pivot,
        notes=notes(pivot),
        row_title=filter_text.facet_names()[pivot.options.by],
        measure_title=measure_names()[pivot.options.counted],
        total_title=total_title(pivot),
        row_labels=row_labels(pivot),
        column_labels=column_labels(pivot),
    )


def row_labels(pivot: Pivot) -> list[str]:
    return [_label(pivot, pivot.options.by, value) for value in pivot.table.rows]


def column_labels(pivot: Pivot) -> list[str]:
    """The headings of the columns; the one of a table without a second facet is its measure."""
    if not pivot.options.across:
        return [measure_names()[pivot.options.counted]] * len(pivot.table.columns)
    return [_label(pivot, pivot.options.across, value) for value in pivot.table.columns]


def total_title(pivot: Pivot) -> str:
    """The heading of the totals of rows, which says of money which value it is."""
    measure = pivot.options.counted
    if not pivot.options.across:
        return measure_names()[measure]
    if measure == "projects":
        return gettext("All")
    return gettext("%(label)s: %(text)s", label=gettext("All"), text=measure_names()[measure])


def _label(pivot: Pivot, facet: str, value: str) -> str:
    return gettext("All others") if value == OTHERS else filter_text.value_label(pivot.snapshot.terms, facet, value)


def notes(pivot: Pivot) -> list[str]:
    """What a number counts, whether rows and columns add up, and what sums leave out: all that a file says."""
    return [*rules(pivot), *_gaps(pivot)]


def rules(pivot: Pivot) -> list[str]:
    """The same without what sums leave out, which a page says with links."""
    return list(_rules(pivot))


def _rules(pivot: Pivot) -> Iterator[str]:
    options, table, names = pivot.options, pivot.table, filter_text.facet_names()
    if options.measure == "projects":
        yield gettext("Each number is a number of projects.")
    elif options.is_split:
        yield gettext(
            "Shared value splits the budget of a project among its member states, by the shares that its record "
            "states, otherwise equally, in whole cents. Over member states it adds up to the total."
        )
    elif options.measure == "shared":
        yield gettext("Value is shared among member states alone. This table has none, so it shows the full value.")
    if options.measure != "projects" and not options.is_split:
        yield gettext("Full value counts the whole budget of a project wherever it stands.")
    repeated = [
        facet
        for facet, is_repeated in ((options.by, table.repeats_rows), (options.across, table.repeats_columns))
        if is_repeated and not (options.is_split and facet == "country")
    ]
    for facet in repeated:
        yield gettext(
            "“%(facet)s”: a project may have several, and counts in each. These numbers add up to more than the total, "
            "which counts every project once.",
            facet=names[facet],
        )
    for facet in (options.by, options.across):
        if facet in MULTI_VALUED_FACETS and pivot.filters.values(facet):
            yield gettext(
                "“%(facet)s” is one of your filters: other values are those that the same projects have too.",
                facet=names[facet],
            )


def _gaps(pivot: Pivot) -> Iterator[str]:
    options, without_budget = pivot.options, pivot.sums.without_budget
    if options.measure != "projects" and without_budget:
        yield ngettext(
            "One project states no budget and is left out of the sums.",
            "%(count)s projects state no budget and are left out of the sums.",
            without_budget,
            count=formatting.number(without_budget),
        )
    for _, phrase in status_text.parts_not_carried_out(pivot.sums):
        yield f"{phrase[:1].upper()}{phrase[1:]}."


def page_notes(pivot: Pivot) -> list[str]:
    """What holds for the page alone: values folded into one, and numbers that are no links."""
    found, facets = [], [facet for facet in (pivot.options.by, pivot.options.across) if facet]
    if OTHERS in (*pivot.table.rows, *(pivot.table.columns if pivot.options.across else ())):
        found.append(gettext("Values with fewest projects are in “All others”. The files hold each of them."))
    if any(_lacks_links(pivot, facet) for facet in facets):
        found.append(gettext("Where filters cannot ask for the projects of a number, it leads to the table as CSV."))
    return found


def _lacks_links(pivot: Pivot, facet: str) -> bool:
    values = pivot.table.rows if facet == pivot.options.by else pivot.table.columns
    is_filtered = bool(pivot.filters.values(facet))
    return is_filtered and any(v != OTHERS and narrowed(pivot.filters, facet, v) is None for v in values)
