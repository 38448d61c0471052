"""Search in the published projects: find(filters) returns a SearchResult."""

from portal.search.directory import SearchResult, find
from portal.search.query.filters import Filters

__all__ = ["Filters", "SearchResult", "find"]
