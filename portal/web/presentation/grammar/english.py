"""English: "Completed regional projects in Africa benefiting Ghana or Togo"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.i18n.joining import joined
from portal.vocabulary.bands import Band
from portal.web.presentation import formatting
from portal.web.presentation.grammar.sentence import Grammar, Sentence

_FACETS = {
    "region": "region",
    "country": "member state",
    "status": "status",
    "coverage": "coverage",
    "theme": "theme",
    "type": "project type",
    "year": "year of allocation",
    "length": "length in calendar years",
    "budget": "Budget in USD",
    "sdg": "Sustainable Development Goal",
    "gcm": "Global Compact objective",
}


class EnglishSentence(Sentence):
    @property
    def all_projects(self) -> str:
        return "All projects"

    def none_of(self, subject: str) -> str:
        return f"No {subject}"

    def parts(self) -> Iterator[str]:
        adjectives = {facet: self._facet(facet, "{}") for facet in ("status", "coverage")}
        # "Not stated" cannot be an adjective, so it follows the noun.
        yield from (phrase for facet, phrase in adjectives.items() if not self.lacks(facet))
        yield "projects" if self.has_projects else "project"
        yield from (phrase for facet, phrase in adjectives.items() if self.lacks(facet))
        yield self._facet("theme", "on {}")
        yield self._facet("type", "of the type {}")
        yield self._facet("region", "in {}")
        yield self._facet("country", "benefiting {} together" if self.are_countries_together else "benefiting {}")
        yield from self._allocation()
        yield f"running on {formatting.day(self.filters.on)}" if self.filters.on else ""
        yield self._length()
        yield from self._budget()
        yield self._facet("sdg", "serving Goal {}")
        yield self._facet("gcm", "serving Compact objective {}")
        yield f"mentioning “{self.filters.text}”" if self.filters.text else ""

    def _facet(self, facet: str, pattern: str) -> str:
        chosen = self.selected(facet)
        word = "and" if facet == "country" and self.are_countries_together else "or"
        phrases = [term.code if facet in ("sdg", "gcm") else term.phrase for term in chosen.terms]
        phrases.extend(chosen.unknown)
        if chosen.has_unstated:
            return f"with {_FACETS[facet].lower()} {joined([*phrases, 'not stated'], word)}"
        return pattern.format(joined(phrases, word)) if phrases else ""

    def _allocation(self) -> Iterator[str]:
        phrases = [f"allocated in {joined(self.years, 'or')}"] if self.years else []
        if self.lacks("year"):
            phrases.append("with no year of allocation stated")
        yield joined(phrases, "or") if phrases else ""
        first, last = self.filters.year_from, self.filters.year_to
        if first is not None and last is not None:
            yield f"allocated {first}–{last}"
        elif first is not None:
            yield f"allocated from {first} on"
        elif last is not None:
            yield f"allocated up to {last}"

    def _length(self) -> str:
        phrases = [f"of {_length(band)}" for band in self.bands("length")]
        if self.lacks("length"):
            phrases.append("with no start or no end stated")
        return joined(phrases, "or") if phrases else ""

    def _budget(self) -> Iterator[str]:
        bands = [ENGLISH.budget_band(band) for band in self.bands("budget")]
        phrases = [f"with a budget of {joined(bands, 'or')}"] if bands else []
        if self.lacks("budget"):
            phrases.append("with no budget stated")
        yield joined(phrases, "or") if phrases else ""
        low, high = self.filters.budget_min, self.filters.budget_max
        if low is not None and high is not None:
            yield f"with {formatting.usd(low)} to {formatting.number(high)}"
        elif low is not None:
            yield f"with {formatting.usd(low)} or more"
        elif high is not None:
            yield f"with {formatting.usd(high)} or less"


def _length(band: Band) -> str:
    if band.high is None:
        return f"{band.low} calendar years or more"
    return "one calendar year" if band.low == 1 else f"{band.low} calendar years"


class English(Grammar):
    def joined_with_and(self, phrases: Iterable[str]) -> str:
        return joined(phrases, "and")

    def budget_band(self, band: Band) -> str:
        if band.high is None:
            return f"{formatting.usd(band.low)} or more"
        return f"{formatting.usd(band.low)} to under {formatting.number(band.high)}"

    def table_heading(self, subject: str, rows: str, columns: str) -> str:
        heading = f"{subject}, by {_FACETS[rows]}"
        return f"{heading} and {_FACETS[columns]}" if columns else heading


ENGLISH = English()
