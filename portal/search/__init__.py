"""Searching the published projects: Filters in, Found out."""

from portal.search.directory import Found, find
from portal.search.query.filters import Filters

__all__ = ["Filters", "Found", "find"]
