"""The words of the portal: facets, sort names and the term lists that a new database starts with.

Terms themselves live in the database, so that another fund can bring its own; the lists in
portal/terms/ are what `portal migrate` puts into an empty one.
"""

from __future__ import annotations

# Facets in the order of the filter panel. A facet may be stated once per project (ONE) or
# several times (MANY). Budget is here only for its "not stated".
ONE = ("region", "status", "coverage", "theme", "type", "year", "budget")
MANY = ("country", "sdg", "gcm")
FACETS = ("region", "country", "status", "coverage", "theme", "type", "year", "budget", "sdg", "gcm")
TERM_FACETS = tuple(facet for facet in FACETS if facet not in ("year", "budget"))
NOT_STATED = "none"

SORTS = ("relevance", "newest", "oldest", "-budget", "budget", "title")
VIEWS = ("list", "table")
PAGE_SIZE, PAGE_SIZE_MOST = 20, 100
YEAR_FIRST, YEAR_LAST = 1900, 2199
BUDGET_MOST = 10**15
TEXT_MOST = 200
PICKS_MOST = 50
