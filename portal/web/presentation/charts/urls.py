"""Addresses of charts: the page of those of a search, and their files."""

from __future__ import annotations

from portal.search.query.filters import Filters
from portal.web.presentation import urls


def page_path(filters: Filters) -> str:
    """The path of the page; only what decides which projects match is a part of it."""
    return _with_query(urls.url_for("data.page"), filters)


def file_path(filters: Filters, chart: str, suffix: str) -> str:
    """The path of a file of one chart."""
    return _with_query(urls.url_for(f"data.{suffix}_file", chart=chart), filters)


def _with_query(path: str, filters: Filters) -> str:
    query = str(filters.criteria.canonical)
    return f"{path}?{query}" if query else path
