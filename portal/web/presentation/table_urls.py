"""Addresses of tables: the page of one, and its files."""

from __future__ import annotations

from portal.search.query.filters import Filters, encode_pairs
from portal.search.query.table_options import TableOptions
from portal.web.presentation import urls


def table_path(filters: Filters, options: TableOptions) -> str:
    """The path of the page of a table."""
    return f"{urls.url_for('tables.page')}?{_query(filters, options)}"


def table_file_path(filters: Filters, options: TableOptions, suffix: str) -> str:
    """The path of a file of a table."""
    return f"{urls.url_for(f'tables.{suffix}_file')}?{_query(filters, options)}"


def filter_pairs(filters: Filters) -> list[tuple[str, str]]:
    """The parameters that decide which projects a table counts."""
    return list(filters.criteria.canonical.query_pairs())


def _query(filters: Filters, options: TableOptions) -> str:
    conditions = str(filters.criteria.canonical)
    return f"{encode_pairs(options.query_pairs())}&{conditions}" if conditions else encode_pairs(options.query_pairs())
