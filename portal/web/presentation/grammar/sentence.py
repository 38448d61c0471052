"""A search as a sentence: what the grammars of all languages share. Each says the parts in its own way.

A grammar is a subclass of `Sentence`; `registry` finds the one of a language.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.search.query.filters import Filters
from portal.search.read_models.terms import Terms, TermView
from portal.vocabulary.bands import BUDGET_BANDS, LENGTH_BANDS, Band
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import formatting


@dataclass(frozen=True)
class SelectedTerms:
    """The selected values of a facet: terms in the order of their list, then codes that no term has.

    `has_unstated`: "not stated" is selected too.
    """

    terms: tuple[TermView, ...]
    unknown: tuple[str, ...]
    has_unstated: bool

    def __bool__(self) -> bool:
        return self.has_values or self.has_unstated

    @property
    def has_values(self) -> bool:
        return bool(self.terms or self.unknown)


class Sentence(ABC):
    """The sentence of one search in one language; `has_projects` is false for "No project …"."""

    def __init__(self, filters: Filters, terms: Terms, *, has_projects: bool = True) -> None:
        self.filters = filters
        self.terms = terms
        self.has_projects = has_projects

    def __str__(self) -> str:
        """What the list shows: "Completed regional projects in Africa", "No project in Africa", "All projects"."""
        if self.filters.is_empty:
            return self.all_projects
        subject = " ".join(filter(None, self.parts()))
        return subject[:1].upper() + subject[1:] if self.has_projects else self.none_of(subject)

    @property
    @abstractmethod
    def all_projects(self) -> str: ...

    @abstractmethod
    def none_of(self, subject: str) -> str:
        """That there are none; `subject` is in the singular."""

    @abstractmethod
    def parts(self) -> Iterator[str]:
        """The parts of the subject in their order; empty ones are left out."""

    def selected(self, facet: str) -> SelectedTerms:
        values = [value for value in self.filters.values(facet) if value != NOT_STATED]
        terms_by_value = {value: self.terms.get(facet, value) for value in values}
        terms: Sequence[TermView] = sorted({term for term in terms_by_value.values() if term}, key=lambda term: term.id)
        if facet == "country":
            # The list is in the order of the English names.
            terms = formatting.by_label(terms)
        unknown = tuple(value for value in values if not terms_by_value[value])
        return SelectedTerms(tuple(terms), unknown, (facet, NOT_STATED) in self.filters.selected)

    def bands(self, facet: str) -> tuple[Band, ...]:
        """The selected bands of budget or length."""
        bands = BUDGET_BANDS if facet == "budget" else LENGTH_BANDS
        return tuple(band for band in bands if (facet, band.code) in self.filters.selected)

    @property
    def years(self) -> tuple[str, ...]:
        return tuple(value for value in self.filters.values("year") if value != NOT_STATED)

    def lacks(self, facet: str) -> bool:
        """Whether projects are asked for that do not state this."""
        return (facet, NOT_STATED) in self.filters.selected

    @property
    def are_countries_together(self) -> bool:
        """Whether all selected countries have to benefit, and not any of them."""
        return self.filters.match_all_countries and len(self.filters.values("country")) > 1


class Grammar(ABC):
    """The rules of one language."""

    @abstractmethod
    def joined_with_and(self, phrases: Iterable[str]) -> str:
        """a; a and b; a, b and c. Raises ValueError for no phrase."""

    @abstractmethod
    def budget_band(self, band: Band) -> str:
        """A band of budgets as a label: "USD 50,000 to under 100,000"."""

    @abstractmethod
    def table_heading(self, subject: str, rows: str, columns: str) -> str:
        """The heading of a table of projects by a facet, and by another unless `columns` is ""."""
