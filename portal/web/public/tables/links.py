"""The addresses of the projects behind the numbers of a table, escaped for an attribute."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import escape

from portal.search.index.axis import OTHERS
from portal.search.pivot import Pivot, narrowed
from portal.search.query.filters import Filters, encode_pairs
from portal.vocabulary.facets import SINGLE_VALUED_FACETS
from portal.web.presentation import table_urls
from portal.web.public import results

# What stands for the values of row and column in an address; no term has such a code.
_ROW, _COLUMN, _ROW_CODE, _COLUMN_CODE = "\x01", "\x02", "%01", "%02"


class TableLinks:
    """The searches of a table, each with the values of its row and column added.

    What filters cannot ask for leads to the file of the whole table.
    """

    def __init__(self, pivot: Pivot) -> None:
        self._filters = pivot.filters
        self._by, self._across = pivot.options.by, pivot.options.across
        self._file = str(escape(table_urls.table_file_path(pivot.filters, pivot.options, "csv")))
        facets = [facet for facet in (self._by, self._across) if facet]
        # Then all addresses differ only in the values: one is built, and the values are filled in.
        self._codes: dict[tuple[str, ...], list[str]] = {}
        self._is_uniform = all(facet in SINGLE_VALUED_FACETS or not self._filters.values(facet) for facet in facets)
        self._row_pattern = self._build(_ROW, None) if self._is_uniform else ""
        self._column_pattern = self._build(None, _COLUMN) if self._is_uniform and self._across else ""
        self._cell_pattern = self._build(_ROW, _COLUMN) if self._is_uniform and self._across else ""

    def everything(self) -> str:
        return str(escape(results.directory_url(self._filters.criteria)))

    def row(self, value: str) -> str:
        """The projects of a row."""
        if value == OTHERS:
            return self._file
        return self._row_pattern.replace(_ROW_CODE, quoted(value)) if self._is_uniform else self._build(value, None)

    def column(self, value: str) -> str:
        """The projects of a column."""
        if not self._across:
            return ""
        if value == OTHERS:
            return self._file
        if not self._is_uniform:
            return self._build(None, value)
        return self._column_pattern.replace(_COLUMN_CODE, quoted(value))

    def in_row(self, row: str) -> tuple[str, str] | None:
        """The addresses of a row before and after the code of the column; None if each is one of its own."""
        if row == OTHERS or not self._is_uniform:
            return None
        before, _, after = self._cell_pattern.replace(_ROW_CODE, quoted(row)).partition(_COLUMN_CODE)
        return before, after

    def cell(self, row: str, column: str) -> str:
        """The projects of a row that are in a column."""
        return self._file if OTHERS in (row, column) else self._build(row, column)

    @property
    def file(self) -> str:
        return self._file

    def without_file(self, url: str) -> str:
        """The address of a heading: numbers alone lead to the file."""
        return "" if url == self._file else url

    def codes(self, columns: tuple[str, ...]) -> list[str]:
        """The codes of the columns as they stand in an address; "" for OTHERS."""
        return self._codes.get(columns) or self._codes.setdefault(columns, [*map(quoted, columns)])

    def _build(self, row: str | None, column: str | None) -> str:
        filters: Filters | None = self._filters.criteria
        for facet, value in ((self._by, row), (self._across, column)):
            if value is not None and filters is not None:
                filters = self._narrowed(filters, facet, value)
        return str(escape(results.directory_url(filters))) if filters else self._file

    def _narrowed(self, filters: Filters, facet: str, value: str) -> Filters | None:
        if self._is_uniform:
            return filters.replace(selected=filters.without(facet).selected | {(facet, value)})
        return narrowed(filters, facet, value)


@lru_cache(maxsize=4_096)
def quoted(value: str) -> str:
    """A value as it stands in an address."""
    # Quoting takes longer than all the rest of an address, and codes rarely need it.
    return value if value.isascii() and value.replace("-", "").isalnum() else encode_pairs([("", value)])[1:]
