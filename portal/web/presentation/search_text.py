"""One search in words: heading, totals, announcement, chips, warnings and labels of relaxations."""

from __future__ import annotations

from dataclasses import dataclass

from portal.search.query.filters import CONDITIONS, FilterPart, Filters
from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import Terms
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.grammar.registry import sentence
from portal.web.presentation.i18n import gettext, ngettext


@dataclass(frozen=True)
class ChipText:
    """One part of the search; `note` says why an invalid one is ignored, "" for a valid one."""

    name: str
    value: str
    note: str
    part: FilterPart


def undated_sentence(count: int) -> str:
    """How many projects a search for a day leaves out because they state no start or no end."""
    return ngettext(
        "One more project matches but states no start or no end, so it is left out.",
        "%(shown)s more projects match but state no start or no end, so they are left out.",
        count,
        shown=formatting.number(count),
    )


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
        return sentence(self._filters, self._terms, has_projects=total > 0)

    def totals_phrase(self, sums: Sums) -> str:
        """The end of the heading: ": 14 projects, USD 2.9 million full value"; "" for an empty list.

        With member states chosen it gives both values: "USD 2.9 million full value, USD 1.1 million shared value".
        """
        if not sums.projects:
            return ""
        count = ngettext("one project", "%(count)s projects", sums.projects, count=formatting.number(sums.projects))
        if not sums.has_budget:
            return gettext(": %(count)s, budget not stated", count=count)
        money = formatting.usd_rounded(formatting.dollars(sums.total_cents))
        if sums.shared_cents is None:
            return gettext(": %(count)s, %(money)s full value", count=count, money=money)
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
