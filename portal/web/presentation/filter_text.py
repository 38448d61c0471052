"""Filters in words: the sentence, the chips, the names of facets and sorts, what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portal.search.directory import SearchResult
from portal.search.query.filters import Filters, InvalidParameter
from portal.search.read_models.terms import Terms
from portal.vocabulary.facets import (
    MAX_PAGE_SIZE,
    MAX_SEARCH_TEXT_LENGTH,
    MAX_VALUES_PER_FACET,
    MAX_YEAR,
    MIN_YEAR,
    NOT_STATED,
)
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext, ngettext


def facet_names() -> dict[str, str]:
    """Names of facets and of all other parts of a search."""
    return {
        "q": gettext("Search"),
        "region": gettext("Region"),
        "country": gettext("Member state"),
        "status": gettext("Status"),
        "coverage": gettext("Coverage"),
        "theme": gettext("Theme"),
        "type": gettext("Project type"),
        "year": gettext("Year of allocation"),
        "budget": gettext("Budget in USD"),
        "sdg": gettext("Sustainable Development Goal"),
        "gcm": gettext("Global Compact objective"),
        "year_from": gettext("Allocated from"),
        "year_to": gettext("Allocated up to"),
        "budget_min": gettext("Budget at least"),
        "budget_max": gettext("Budget at most"),
        "country_match": gettext("Member states together"),
        "sort": gettext("Sort by"),
        "view": gettext("View"),
        "all": gettext("All values of"),
        "page": gettext("Page"),
        "per_page": gettext("Projects a page"),
    }


def sort_names(filters: Filters) -> dict[str, str]:
    """The sorts that make sense for a search, in the order of the menu."""
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


def invalid_reason(parameter: InvalidParameter) -> str:
    """Why a part of the address was not used, and what would be."""
    reasons = {
        "not understood": gettext("not understood, so it is ignored"),
        "not a number": gettext("not a plain whole number, so it is ignored"),
        "out of range": gettext("out of range, so it is ignored"),
        "too long": gettext("only the first %(most)s characters are searched for", most=MAX_SEARCH_TEXT_LENGTH),
        "too many a page": gettext("a page holds at most %(most)s projects", most=MAX_PAGE_SIZE),
        "too many values": gettext("only the first %(most)s are used", most=MAX_VALUES_PER_FACET),
        "only none": gettext("use the lowest and highest budget instead, or none for not stated"),
    }
    if parameter.reason == "out of range" and parameter.name.startswith("year"):
        return gettext("not a year from %(first)s to %(last)s, so it is ignored", first=MIN_YEAR, last=MAX_YEAR)
    return reasons.get(parameter.reason, reasons["not understood"])


def value_label(terms: Terms, facet: str, value: str) -> str:
    """One value of a part of a search in words; an unknown code shows itself."""
    if value == NOT_STATED and facet != "q":
        return gettext("Not stated")
    if facet in ("budget_min", "budget_max") and value.isdigit():
        return formatting.number(int(value))
    word = terms.get(facet, value)
    if word and facet in ("sdg", "gcm"):
        return f"{value} {formatting.label(word)}"
    return formatting.label(word) if word else value


def join_with_or(phrases: Iterable[str]) -> str:
    """a; a or b; a, b or c."""
    return join_list(phrases, gettext("%(first)s or %(last)s"))


def join_with_and(phrases: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    return join_list(phrases, gettext("%(first)s and %(last)s"))


def join_list(phrases: Iterable[str], pattern: str) -> str:
    *first, last = phrases
    return pattern % {"first": ", ".join(first), "last": last} if first else last


def subject(filters: Filters, terms: Terms, noun: str) -> str:
    """What is searched for as a noun phrase: "completed regional projects in Africa benefiting Ghana"."""

    def phrases(facet: str) -> list[str]:
        """The picked terms in the order of their list, as they stand inside a sentence."""
        values = [value for value in filters.values(facet) if value != NOT_STATED]
        words = [terms.get(facet, value) for value in values]
        known = sorted((word for word in words if word), key=lambda word: word.id)
        unknown = [value for value, word in zip(values, words, strict=True) if not word]
        return [word.code if facet in ("sdg", "gcm") else word.phrase for word in known] + unknown

    def part(facet: str, pattern: str, join: Callable[[Iterable[str]], str] = join_with_or) -> str:
        if (facet, NOT_STATED) in filters.selected:
            stated = [*phrases(facet), gettext("not stated")]
            return gettext("with %(facet)s %(words)s", facet=facet_names()[facet].lower(), words=join(stated))
        return pattern % {"words": join(words)} if (words := phrases(facet)) else ""

    adjectives = [(facet, part(facet, "%(words)s")) for facet in ("status", "coverage")]
    # "Not stated" cannot stand before the noun, so it is said behind.
    before = [said for facet, said in adjectives if (facet, NOT_STATED) not in filters.selected]
    behind = [said for facet, said in adjectives if (facet, NOT_STATED) in filters.selected]
    after = [
        *behind,
        part("theme", gettext("on %(words)s")),
        part("type", gettext("of the type %(words)s")),
        part("region", gettext("in %(words)s")),
        part("country", *country_pattern(filters)),
        year_phrase(filters),
        budget_phrase(filters),
        part("sdg", gettext("serving Goal %(words)s")),
        part("gcm", gettext("serving Compact objective %(words)s")),
        gettext("mentioning “%(text)s”", text=filters.text) if filters.text else "",
    ]
    return " ".join(filter(None, [*before, noun, *after]))


def country_pattern(filters: Filters) -> tuple[str, Callable[[Iterable[str]], str]]:
    together = filters.match_all_countries and len(filters.values("country")) > 1
    if together:
        return gettext("benefiting %(words)s together"), join_with_and
    return gettext("benefiting %(words)s"), join_with_or


def year_phrase(filters: Filters) -> str:
    picked = [value for value in filters.values("year") if value != NOT_STATED]
    said = [gettext("allocated in %(years)s", years=join_with_or(picked))] if picked else []
    if ("year", NOT_STATED) in filters.selected:
        said.append(gettext("with no year of allocation stated"))
    first, last = filters.year_from, filters.year_to
    if first is not None and last is not None:
        span = gettext("allocated %(first)s–%(last)s", first=first, last=last)
    elif first is not None:
        span = gettext("allocated from %(first)s on", first=first)
    elif last is not None:
        span = gettext("allocated up to %(last)s", last=last)
    else:
        span = ""
    return " ".join(filter(None, [join_with_or(said) if said else "", span]))


def budget_phrase(filters: Filters) -> str:
    missing = gettext("with no budget stated") if ("budget", NOT_STATED) in filters.selected else ""
    low, high = filters.budget_min, filters.budget_max
    if low is not None and high is not None:
        span = gettext("with %(low)s to %(high)s", low=formatting.usd(low), high=formatting.number(high))
    elif low is not None:
        span = gettext("with %(low)s or more", low=formatting.usd(low))
    elif high is not None:
        span = gettext("with %(high)s or less", high=formatting.usd(high))
    else:
        span = ""
    return " ".join(filter(None, [missing, span]))


def sentence(result: SearchResult) -> str:
    """What the list shows, without its totals: "Completed regional projects in Africa"."""
    filters, terms = result.filters, result.snapshot.terms
    if filters.is_empty:
        return gettext("All projects")
    if not result.total:
        return gettext("No %(subject)s", subject=subject(filters, terms, gettext("project")))
    said = subject(filters, terms, gettext("projects"))
    return said[:1].upper() + said[1:]


def totals_phrase(result: SearchResult) -> str:
    """The totals that end the sentence: ": 14 projects, USD 2.9 million"."""
    if not result.total:
        return ""
    count = ngettext("one project", "%(count)s projects", result.total, count=formatting.number(result.total))
    if result.sums.without_budget == result.total:
        return gettext(": %(count)s, budget not stated", count=count)
    return gettext(
        ": %(count)s, %(money)s", count=count, money=formatting.usd_rounded(formatting.dollars(result.sums.total_cents))
    )


def announcement(result: SearchResult) -> str:
    """What a screen reader hears after a change."""
    if not result.total:
        return gettext("No projects found")
    return ngettext(
        "one project found", "%(count)s projects found", result.total, count=formatting.number(result.total)
    )


def relaxation_label(terms: Terms, name: str, value: str) -> str:
    """How a part is named that could be dropped: "Without “Regional”"."""
    if name == "q":
        return gettext("Without the search words")
    if name in ("year_from", "year_to", "budget_min", "budget_max"):
        return gettext("Without “%(name)s %(value)s”", name=facet_names()[name], value=value_label(terms, name, value))
    return gettext("Without “%(value)s”", value=value_label(terms, name, value))


def range_error(filters: Filters, name: str) -> str:
    """What is wrong with a range whose end lies before its start."""
    if name == "year":
        return gettext(
            "The last year (%(last)s) is before the first year (%(first)s). Change one of them.",
            last=filters.year_to,
            first=filters.year_from,
        )
    return gettext(
        "The highest budget (%(high)s) is below the lowest (%(low)s). Change one of them.",
        high=formatting.usd(filters.budget_max or 0),
        low=formatting.usd(filters.budget_min or 0),
    )
