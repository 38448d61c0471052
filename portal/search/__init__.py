"""Searching the published projects: Filters in, Found out."""

from portal.search.directory import SearchResult, find
from portal.search.query.filters import Filters

__all__ = ["Filters", "SearchResult", "find"]
