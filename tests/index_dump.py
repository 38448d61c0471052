"""Everything an index says, in a form that two indexes can be compared by, however their rows are numbered."""

from portal.vocabulary.facets import SORTS

ORDERS = tuple(sort for sort in SORTS if sort != "relevance")


def told(index):
    """Each value with the ids of its projects, values without any included; all ids in every order; the sums."""

    def ids(rows):
        return sorted(index.ids_of(list(rows)))

    every, parts = index.all_rows, index.country_parts
    return {
        **{facet: {value: ids(rows) for value, rows in values.items()} for facet, values in index.bitmaps.items()},
        "first year": {year: ids(rows) for year, rows in index.first_years.items()},
        "last year": {year: ids(rows) for year, rows in index.last_years.items()},
        "priced": ids(index.budgets.known),
        "digits": [ids(rows) for rows in index.budgets.digits],
        "findable": [number for number, row in enumerate(index.row_by_id.tolist()) if row >= 0],
        "facts": {
            int(index.row_columns.ids[row]): [int(fact[row]) for fact in index.row_columns.arrays().values()]
            for row in every
        },
        "parts": sorted(
            (int(index.row_columns.ids[row]), parts.codes[int(term)], int(cents))
            for row, term, cents in zip(parts.rows, parts.terms, parts.cents, strict=True)
            if int(row) in every
        ),
        "sums": index.sums(every),
        **{f"by {order}": index.page(every, order, 0, len(every)) for order in ORDERS},
    }


def answered(index, filters):
    """What a search of it gives: counts of all facets, sums, and every page in every order."""
    selection, size = index.select(filters, None), filters.per_page
    pages = {
        order: [index.page(selection, order, first, size) for first in range(0, len(selection) + size, size)]
        for order in ORDERS
    }
    return index.facet_counts(filters, None, selection), index.sums(selection), pages
