"""Labels of filters: facets, sort orders, values and invalid parameters. See `search_text` for a whole search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from portal.search.query.filters import Filters
from portal.search.query.parameters import InvalidParameter
from portal.search.read_models.terms import Terms
from portal.vocabulary.bands import BAND_BY_CODE, Band
from portal.vocabulary.facets import (
    MAX_PAGE_SIZE,
    MAX_SEARCH_BEGINNINGS,
    MAX_SEARCH_TEXT_LENGTH,
    MAX_SEARCH_WORDS,
    MAX_VALUES,
    MAX_VALUES_PER_FACET,
    MAX_YEAR,
    MIN_YEAR,
    NOT_STATED,
)
from portal.web.presentation import formatting
from portal.web.presentation.grammar.registry import current_grammar
from portal.web.presentation.i18n import current_locale, gettext, ngettext, pgettext


def facet_names() -> Mapping[str, str]:
    """The label of each facet and of every other query parameter."""
    return _facet_names(current_locale())


@cache
def _facet_names(_locale: str) -> Mapping[str, str]:
    return {
        "q": pgettext("label", "Search"),
        "region": gettext("Region"),
        "country": gettext("Member state"),
        "status": gettext("Status"),
        "coverage": gettext("Coverage"),
        "theme": gettext("Theme"),
        "type": gettext("Project type"),
        "year": gettext("Year of allocation"),
        "length": gettext("Length in calendar years"),
        "budget": gettext("Budget in USD"),
        "sdg": gettext("Sustainable Development Goal"),
        "gcm": gettext("Global Compact objective"),
        "year_from": gettext("Allocated from"),
        "year_to": gettext("Allocated up to"),
        "budget_min": gettext("Budget at least"),
        "budget_max": gettext("Budget at most"),
        "on": gettext("Running on"),
        "running": gettext("Running"),
        "country_match": gettext("Member states together"),
        "sort": gettext("Sort by"),
        "view": gettext("View"),
        "all": gettext("All values of"),
        "page": gettext("Page"),
        "per_page": gettext("Projects a page"),
    }


def sort_names(filters: Filters) -> dict[str, str]:
    """The sort orders available for a search, in menu order."""
    names = {
        "relevance": gettext("Best match first"),
        "newest": gettext("Newest first"),
        "oldest": gettext("Oldest first"),
        "-budget": gettext("Largest budget first"),
        "budget": gettext("Smallest budget first"),
        "title": gettext("Title A to Z"),
    }
    if not filters.text:
        del names["relevance"]
    return names


def invalid_parameter(parameter: InvalidParameter) -> str:
    """A parameter that is left out, and why: "year=abc: not a number"."""
    stated = f"{parameter.name}={parameter.value}"
    return gettext("%(label)s: %(text)s", label=stated, text=invalid_reason(parameter))


def invalid_reason(parameter: InvalidParameter) -> str:
    """Why a query parameter was ignored, and which value it accepts."""
    reasons = {
        "not understood": gettext("not understood, so it is ignored"),
        "not a number": gettext("not a plain whole number, so it is ignored"),
        "out of range": gettext("out of range, so it is ignored"),
        "too long": gettext("only the first %(limit)s characters are searched for", limit=MAX_SEARCH_TEXT_LENGTH),
        "too many a page": gettext("a page holds at most %(limit)s projects", limit=MAX_PAGE_SIZE),
        "too many values": gettext("only the first %(limit)s are used", limit=MAX_VALUES_PER_FACET),
        "too many words": gettext(
            "only the first %(words)s words and %(beginnings)s beginnings (word*) are searched for",
            words=MAX_SEARCH_WORDS,
            beginnings=MAX_SEARCH_BEGINNINGS,
        ),
        "too many choices": gettext("a search has at most %(limit)s choices in all", limit=MAX_VALUES),
        "the rows have it": gettext("the rows show it already, so it is ignored"),
        "no band of budget": gettext("use the lowest and highest budget instead, or none for not stated"),
        "no band of length": gettext("a number from 1 to 9, “10-” or none, so it is ignored"),
        "not a day": gettext("not a day written as 2024-06-30, so it is ignored"),
    }
    if parameter.reason == "out of range" and parameter.name.startswith("year"):
        return gettext("not a year from %(first)s to %(last)s, so it is ignored", first=MIN_YEAR, last=MAX_YEAR)
    return reasons.get(parameter.reason, reasons["not understood"])


def value_label(terms: Terms, facet: str, value: str) -> str:
    """The label of one value; an unknown code is its own label."""
    if value == NOT_STATED and facet != "q":
        return gettext("Not stated")
    if facet in ("budget_min", "budget_max") and value.isdigit():
        return formatting.number(int(value))
    if facet == "on":
        return formatting.day(date.fromisoformat(value))
    if band := BAND_BY_CODE.get(facet, {}).get(value):
        return budget_band_label(band) if facet == "budget" else length_label(band)
    term = terms.get(facet, value)
    if term and facet in ("sdg", "gcm"):
        return formatting.coded_label(term)
    return formatting.label(term) if term else value


def budget_band_label(band: Band) -> str:
    """A band of budgets: "USD 50,000 to under 100,000"."""
    return current_grammar().budget_band(band)


def length_label(band: Band) -> str:
    """A length: "3 calendar years"."""
    if band.high is None:
        return gettext("%(count)s calendar years or more", count=band.low)
    return ngettext("one calendar year", "%(count)s calendar years", band.low, count=band.low)
