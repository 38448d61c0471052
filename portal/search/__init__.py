"""Searching the published projects: Filters in, Found out."""

from portal.search.directory import Found, find
from portal.search.filters import Filters

__all__ = ["Filters", "Found", "find"]
