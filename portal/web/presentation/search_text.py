"""One search in words: heading, totals, announcement, chips, warnings and labels of relaxations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.search.index.facet_index import Sums
from portal.search.query.filters import CONDITIONS, FilterPart, Filters
from portal.search.read_models.terms import Terms
from portal.vocabulary.bands import BUDGET_BANDS, LENGTH_BANDS
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.i18n import gettext, ngettext


@dataclass(frozen=True)
class ChipText:
    """One part of the search; `note` says why an invalid one is ignored, "" for a valid one."""

    name: str
    value: str
    note: str
    part: FilterPart


class SearchText:
    """The words of one search. Build it once per request: the phrases that several texts share are made here."""

    def __init__(self, filters: Filters, terms: Terms) -> None:
        self._filters = filters
        self._terms = terms
        self._names = filter_text.facet_names()
        self.chips = tuple(map(self._chip, filters.parts()))
        self.warnings = tuple(map(self._range_error, filters.reversed_ranges))

    def heading(self, total: int) -> str:
        """What the list shows, without its totals: "Completed regional projects in Africa"."""
        if self._filters.is_empty:
            return gettext("All projects")
        if not total:
            return gettext("No %(subject)s", subject=self._subject(gettext("project")))
        subject = self._subject(gettext("projects"))
        return subject[:1].upper() + subject[1:]

    def totals_phrase(self, sums: Sums) -> str:
        """The end of the heading: ": 14 projects, USD 2.9 million"; "" for an empty list.

        With member states chosen it says which value is which: "USD 2.9 million full value, USD 1.1 million shared
        value".
        """
        if not sums.projects:
            return ""
        count = ngettext("one project", "%(count)s projects", sums.projects, count=formatting.number(sums.projects))
        if not sums.has_budget:
            return gettext(": %(count)s, budget not stated", count=count)
        money = formatting.usd_rounded(formatting.dollars(sums.total_cents))
        if sums.shared_cents is None:
            return gettext(": %(count)s, %(money)s", count=count, money=money)
        shared = formatting.usd_rounded(formatting.dollars(sums.shared_cents))
        return gettext(
            ": %(count)s, %(money)s full value, %(shared)s shared value", count=count, money=money, shared=shared
        )

    def announcement(self, total: int) -> str:
        """What a screen reader announces when the list changes."""
        if not total:
            return gettext("No projects found")
        return ngettext("one project found", "%(count)s projects found", total, count=formatting.number(total))

    def relaxation_label(self, name: str, value: str) -> str:
        """The label of a search without one of its parts: "Without “Regional”"."""
        if name == "q":
            return gettext("the search words")
        label = filter_text.value_label(self._terms, name, value)
        if name in CONDITIONS:
            return gettext("“%(name)s %(value)s”", name=self._names[name], value=label)
        return gettext("“%(value)s”", value=label)

    def _chip(self, part: FilterPart) -> ChipText:
        name = self._names[part.name]
        if part.invalid:
            return ChipText(name, part.invalid.value, filter_text.invalid_reason(part.invalid), part)
        return ChipText(name, filter_text.value_label(self._terms, part.name, part.value), "", part)

    def _range_error(self, name: str) -> str:
        """The warning about a range whose end lies before its start."""
        if name == "year":
            return gettext(
                "The last year (%(last)s) is before the first year (%(first)s). Change one of them.",
                last=self._filters.year_to,
                first=self._filters.year_from,
            )
        return gettext(
            "The highest budget (%(high)s) is below the lowest (%(low)s). Change one of them.",
            high=formatting.usd(self._filters.budget_max or 0),
            low=formatting.usd(self._filters.budget_min or 0),
        )

    def _subject(self, noun: str) -> str:
        """The search as a noun phrase: "completed regional projects in Africa benefiting Ghana"."""
        adjectives = {facet: self._facet_phrase(facet, "%(words)s") for facet in ("status", "coverage")}
        # "Not stated" cannot be an adjective, so it follows the noun.
        unstated = {facet for facet in adjectives if (facet, NOT_STATED) in self._filters.selected}
        text = self._filters.text
        parts = [
            *(phrase for facet, phrase in adjectives.items() if facet not in unstated),
            noun,
            *(phrase for facet, phrase in adjectives.items() if facet in unstated),
            self._facet_phrase("theme", gettext("on %(words)s")),
            self._facet_phrase("type", gettext("of the type %(words)s")),
            self._facet_phrase("region", gettext("in %(words)s")),
            self._facet_phrase("country", *country_pattern(self._filters)),
            year_phrase(self._filters),
            running_phrase(self._filters),
            length_phrase(self._filters),
            budget_phrase(self._filters),
            self._facet_phrase("sdg", gettext("serving Goal %(words)s")),
            self._facet_phrase("gcm", gettext("serving Compact objective %(words)s")),
            gettext("mentioning “%(text)s”", text=text) if text else "",
        ]
        return " ".join(filter(None, parts))

    def _facet_phrase(self, facet: str, pattern: str, join: Callable[[Iterable[str]], str] | None = None) -> str:
        if not self._filters.values(facet):
            return ""
        join = join or join_with_or
        phrases = self._value_phrases(facet)
        if (facet, NOT_STATED) in self._filters.selected:
            words = join([*phrases, gettext("not stated")])
            return gettext("with %(facet)s %(words)s", facet=self._names[facet].lower(), words=words)
        return pattern % {"words": join(phrases)} if phrases else ""

    def _value_phrases(self, facet: str) -> list[str]:
        """The selected values as they read inside a sentence: terms in list order, then unknown codes."""
        values = [value for value in self._filters.values(facet) if value != NOT_STATED]
        terms_by_value = {value: self._terms.get(facet, value) for value in values}
        terms = sorted((term for term in terms_by_value.values() if term), key=lambda term: term.id)
        unknown = [value for value in values if not terms_by_value[value]]
        return [term.code if facet in ("sdg", "gcm") else term.phrase for term in terms] + unknown


def join_with_or(phrases: Iterable[str]) -> str:
    """a; a or b; a, b or c."""
    return join_list(phrases, gettext("%(first)s or %(last)s"))


def join_with_and(phrases: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    return join_list(phrases, gettext("%(first)s and %(last)s"))


def join_list(phrases: Iterable[str], pattern: str) -> str:
    *first, last = phrases
    return pattern % {"first": ", ".join(first), "last": last} if first else last


def country_pattern(filters: Filters) -> tuple[str, Callable[[Iterable[str]], str]]:
    together = filters.match_all_countries and len(filters.values("country")) > 1
    if together:
        return gettext("benefiting %(words)s together"), join_with_and
    return gettext("benefiting %(words)s"), join_with_or


def year_phrase(filters: Filters) -> str:
    years = [value for value in filters.values("year") if value != NOT_STATED]
    phrases = [gettext("allocated in %(years)s", years=join_with_or(years))] if years else []
    if ("year", NOT_STATED) in filters.selected:
        phrases.append(gettext("with no year of allocation stated"))
    first, last = filters.year_from, filters.year_to
    if first is not None and last is not None:
        span = gettext("allocated %(first)s–%(last)s", first=first, last=last)
    elif first is not None:
        span = gettext("allocated from %(first)s on", first=first)
    elif last is not None:
        span = gettext("allocated up to %(last)s", last=last)
    else:
        span = ""
    return " ".join(filter(None, [join_with_or(phrases) if phrases else "", span]))


def running_phrase(filters: Filters) -> str:
    return gettext("running on %(day)s", day=formatting.day(filters.on)) if filters.on else ""


def length_phrase(filters: Filters) -> str:
    phrases = [
        gettext("of %(years)s", years=filter_text.length_label(band))
        for band in LENGTH_BANDS
        if ("length", band.code) in filters.selected
    ]
    if ("length", NOT_STATED) in filters.selected:
        phrases.append(gettext("with no start or no end stated"))
    return join_with_or(phrases) if phrases else ""


def budget_phrase(filters: Filters) -> str:
    bands = [filter_text.budget_band_label(band) for band in BUDGET_BANDS if ("budget", band.code) in filters.selected]
    phrases = [gettext("with a budget of %(bands)s", bands=join_with_or(bands))] if bands else []
    if ("budget", NOT_STATED) in filters.selected:
        phrases.append(gettext("with no budget stated"))
    low, high = filters.budget_min, filters.budget_max
    if low is not None and high is not None:
        span = gettext("with %(low)s to %(high)s", low=formatting.usd(low), high=formatting.number(high))
    elif low is not None:
        span = gettext("with %(low)s or more", low=formatting.usd(low))
    elif high is not None:
        span = gettext("with %(high)s or less", high=formatting.usd(high))
    else:
        span = ""
    return " ".join(filter(None, [join_with_or(phrases) if phrases else "", span]))
