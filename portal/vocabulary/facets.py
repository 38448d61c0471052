"""The words of the portal: facets, sort names and the term lists that a new database starts with.

Terms themselves live in the database, so that another fund can bring its own; the lists in
portal/terms/ are what `portal migrate` puts into an empty one.
"""

from __future__ import annotations

# Facets in the order of the filter panel. A facet may be stated once per project (ONE) or
# several times (MANY). Budget is here only for its "not stated".
SINGLE_VALUED_FACETS = ("region", "status", "coverage", "theme", "type", "year", "budget")
MULTI_VALUED_FACETS = ("country", "sdg", "gcm")
FACETS = ("region", "country", "status", "coverage", "theme", "type", "year", "budget", "sdg", "gcm")
TERM_FACETS = tuple(facet for facet in FACETS if facet not in ("year", "budget"))
NOT_STATED = "none"

SORTS = ("relevance", "newest", "oldest", "-budget", "budget", "title")
VIEWS = ("list", "table")
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 20, 100
MIN_YEAR, MAX_YEAR = 1900, 2199
MAX_BUDGET = 10**15
MAX_SEARCH_TEXT_LENGTH = 200
MAX_VALUES_PER_FACET = 50
