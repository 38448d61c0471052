"""Facets, sort orders, views and limits of a search.

The terms of the facets are in the database, so that another fund can have its own; `portal migrate` loads the lists in
portal/terms/ into an empty one.
"""

from __future__ import annotations

# FACETS is in the order of the filter panel. A project has at most one value of a single-valued facet. The values of
# budget and length are bands (vocabulary.bands).
SINGLE_VALUED_FACETS = ("region", "status", "coverage", "theme", "type", "year", "length", "budget")
MULTI_VALUED_FACETS = ("country", "sdg", "gcm")
FACETS = ("region", "country", "status", "coverage", "theme", "type", "year", "length", "budget", "sdg", "gcm")
TERM_FACETS = tuple(facet for facet in FACETS if facet not in ("year", "length", "budget"))
NOT_STATED = "none"
# The facets and measures of tables.
TABLE_FACETS = FACETS
MEASURES = ("projects", "full", "shared")

SORTS = ("relevance", "newest", "oldest", "-budget", "budget", "title")
VIEWS = ("list", "table")
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 20, 100
MIN_YEAR, MAX_YEAR = 1900, 2199
MAX_BUDGET = 10**15
MAX_SEARCH_TEXT_LENGTH = 200
# A search for beginnings of words (`word*`) looks at every word that begins so.
MAX_SEARCH_WORDS, MAX_SEARCH_BEGINNINGS = 40, 5
# Each link of a page repeats all choices of the search, so many of them make a large page.
MAX_VALUES_PER_FACET, MAX_VALUES = 50, 60
