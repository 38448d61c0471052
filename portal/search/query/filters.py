"""Filters: everything a visitor can search for, as one frozen value; parses and writes the query string.

Pure: knows no language, no database and no web framework. Nothing else reads the query string.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.search.query.parameters import (
    FacetValue,
    InvalidParameter,
    ParameterReader,
    integer_between,
    one_of,
    parse_day,
    parse_dollars,
    parse_page_number,
)
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE, FACETS, MAX_YEAR, MIN_YEAR, NOT_STATED, SORTS, VIEWS

# The parameters with one value each, None if they are not set.
CONDITIONS = ("year_from", "year_to", "budget_min", "budget_max", "on")
_SAFE_URL_CHARACTERS = "!$'()*,/:;?@"
_MAX_REPORTED_PARAMETERS = 20
# A page has dozens of addresses of one search, which differ in order, view or page alone.
_CACHE_SIZE = 2_000
# Every request has parameters to parse: the parsers are made once.
_parse_match, _parse_sort, _parse_view = one_of("any", "all"), one_of(*SORTS), one_of(*VIEWS)
_parse_year, _parse_nothing = integer_between(MIN_YEAR, MAX_YEAR), one_of()


@dataclass(frozen=True)
class FilterPart:
    """A part of a search that can be removed; `remaining` is the search without it."""

    name: str
    value: str
    remaining: Filters
    invalid: InvalidParameter | None = None


class PagedQuery(NamedTuple):
    """The query string of a list before and after the number of its page; the first page has none."""

    before: str
    after: str

    def at(self, page: int) -> str:
        return _join(self.before, f"page={page}" if page != 1 else "", self.after)


@dataclass(frozen=True)
class Filters:
    """`selected` holds (facet, value) pairs: OR within a facet, AND across facets. Budgets are whole US dollars.

    `on` is a day on which projects run. A start or an end of which only year or month is known counts from the first
    day of it to the last.

    With `match_all_countries` countries are ANDed too, so each further country narrows the list. `sort` is empty for
    the default order: relevance with a text, otherwise newest first. `expanded_facets` names the facets that show all
    their values. `invalid_parameters` are shown to the visitor but never written to a URL.
    """

    text: str = ""
    selected: frozenset[FacetValue] = frozenset()
    match_all_countries: bool = False
    year_from: int | None = None
    year_to: int | None = None
    budget_min: int | None = None
    budget_max: int | None = None
    on: date | None = None
    sort: str = ""
    view: str = VIEWS[0]
    expanded_facets: frozenset[str] = frozenset()
    page: int = 1
    per_page: int = DEFAULT_PAGE_SIZE
    invalid_parameters: tuple[InvalidParameter, ...] = ()

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """Parse a query string; invalid values go to `invalid_parameters` and never raise.

        If a parameter that takes one value is repeated, the first one counts. Unknown parameters are ignored.
        """
        reader = ParameterReader(args)
        text, per_page = reader.read_text(), reader.read_page_size()
        filters = cls(
            text=text,
            selected=frozenset(reader.read_selected()),
            match_all_countries=reader.read("country_match", _parse_match, "any") == "all",
            year_from=reader.read("year_from", _parse_year, None),
            year_to=reader.read("year_to", _parse_year, None),
            budget_min=reader.read("budget_min", parse_dollars, None),
            budget_max=reader.read("budget_max", parse_dollars, None),
            on=reader.read("on", parse_day, None),
            sort=reader.read("sort", _parse_sort, ""),
            view=reader.read("view", _parse_view, VIEWS[0]),
            expanded_facets=frozenset(reader.read_expanded_facets()),
            page=reader.read("page", parse_page_number, 1),
            per_page=per_page,
        )
        # "now" leads to the day of today before anything is parsed; there is no other value.
        reader.read("running", _parse_nothing, None)
        if filters.sort == filters.default_sort or (filters.sort == "relevance" and not text):
            filters = filters._copy(sort="")
        return filters._copy(invalid_parameters=tuple(reader.invalid[:_MAX_REPORTED_PARAMETERS]))

    @property
    def default_sort(self) -> str:
        return "relevance" if self.text else "newest"

    @property
    def effective_sort(self) -> str:
        """The sort order in use, always one of SORTS."""
        return self.sort or self.default_sort

    @property
    def is_empty(self) -> bool:
        """True if no text, facet or condition narrows the list."""
        return not (self.text or self.selected or any(getattr(self, name) is not None for name in CONDITIONS))

    @property
    def active_filter_count(self) -> int:
        """The number of texts, facets and conditions that narrow the list."""
        conditions = sum(getattr(self, name) is not None for name in CONDITIONS)
        return bool(self.text) + len({facet for facet, _ in self.selected}) + conditions

    def replace(self, **changes: Any) -> Self:
        """A copy with these changes, on its first page."""
        return self._copy(**{"page": 1, **changes})

    def _copy(self, **changes: Any) -> Self:
        """Like dataclasses.replace, which takes ten times as long; a page copies dozens."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.__dict__.update(changes)
        if len(copy.__dict__) != len(self.__dict__):
            raise TypeError(f"Filters has no {', '.join(sorted(changes.keys() - self.__dict__.keys()))}")
        return copy

    def toggle(self, facet: str, value: str) -> Self:
        return self.replace(selected=self.selected ^ {(facet, value)})

    def without(self, facet: str) -> Self:
        return self.replace(selected=frozenset(pair for pair in self.selected if pair[0] != facet))

    def values(self, facet: str) -> tuple[str, ...]:
        """The selected values of one facet, sorted."""
        return self.by_facet.get(facet, ())

    @property
    def by_facet(self) -> Mapping[str, tuple[str, ...]]:
        """The selected values of each facet that has any, sorted."""
        return _values_by_facet(self.selected)

    def query_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the parameters in a fixed order, without those that have their default value."""
        yield from self.condition_pairs()
        yield from self._order_pairs()
        if self.page != 1:
            yield "page", str(self.page)
        yield from self._size_pairs()

    def condition_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the parameters that decide which projects match."""
        if self.text:
            yield "q", self.text
        if self.selected:
            for facet in FACETS:
                yield from ((facet, value) for value in self.values(facet))
        if self.match_all_countries:
            yield "country_match", "all"
        for name in CONDITIONS:
            if (value := getattr(self, name)) is not None:
                yield name, str(value)

    def __str__(self) -> str:
        """The query string, encoded as Flask encodes it."""
        return self.paged_query.at(self.page)

    @property
    def paged_query(self) -> PagedQuery:
        """The query string of the same list on any of its pages."""
        before = _join(self._encoded_conditions(), *(f"{name}={value}" for name, value in self._order_pairs()))
        return PagedQuery(before, _join(*(f"{name}={value}" for name, value in self._size_pairs())))

    def _order_pairs(self) -> Iterator[tuple[str, str]]:
        """Those before the page that decide what is shown of the projects; none needs encoding."""
        if self.sort:
            yield "sort", self.sort
        if self.view != VIEWS[0]:
            yield "view", self.view
        if self.expanded_facets:
            yield from (("all", facet) for facet in FACETS if facet in self.expanded_facets)

    def _size_pairs(self) -> Iterator[tuple[str, str]]:
        if self.per_page != DEFAULT_PAGE_SIZE:
            yield "per_page", str(self.per_page)

    def _encoded_conditions(self) -> str:
        return _encoded_conditions(
            *(self.text, self.selected, self.match_all_countries),
            *(self.year_from, self.year_to, self.budget_min, self.budget_max, self.on),
        )

    @property
    def canonical(self) -> Self:
        """The filters of the canonical URL: without the parts that do not change the content."""
        countries = [value for value in self.values("country") if value != NOT_STATED]
        matters = self.match_all_countries and len(self.values("country")) > 1 and bool(countries)
        return self._copy(
            match_all_countries=matters, view=VIEWS[0], expanded_facets=frozenset(), invalid_parameters=()
        )

    @property
    def criteria(self) -> Self:
        """Only what decides which projects match: without sort order, page and view."""
        defaults: dict[str, Any] = {"sort": "", "page": 1, "per_page": DEFAULT_PAGE_SIZE}
        return self._copy(**defaults, view=VIEWS[0], expanded_facets=frozenset(), invalid_parameters=())

    def parts(self) -> Iterator[FilterPart]:
        """Yield every part that can be removed, each with the remaining search."""
        for invalid in self.invalid_parameters:
            others = tuple(other for other in self.invalid_parameters if other is not invalid)
            yield FilterPart(invalid.name, invalid.value, self._copy(invalid_parameters=others), invalid)
        if self.text:
            remaining = self.replace(text="", sort="" if self.sort in ("newest", "relevance") else self.sort)
            yield FilterPart("q", self.text, remaining)
        for facet in FACETS:
            for value in self.values(facet):
                yield FilterPart(facet, value, self.toggle(facet, value))
        for name in CONDITIONS:
            if (value := getattr(self, name)) is not None:
                yield FilterPart(name, str(value), self.replace(**{name: None}))

    @property
    def reversed_ranges(self) -> tuple[str, ...]:
        """Names of the ranges (year, budget) whose upper bound is below the lower one."""
        pairs = (("year", self.year_from, self.year_to), ("budget", self.budget_min, self.budget_max))
        return tuple(name for name, low, high in pairs if low is not None and high is not None and low > high)


@lru_cache(maxsize=_CACHE_SIZE)
def _values_by_facet(selected: frozenset[FacetValue]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for facet, value in sorted(selected):
        found.setdefault(facet, []).append(value)
    return {facet: tuple(values) for facet, values in found.items()}


@lru_cache(maxsize=_CACHE_SIZE)
def _encoded_conditions(
    text: str, selected: frozenset[FacetValue], match_all_countries: bool, *conditions: int | date | None
) -> str:
    return encode_pairs(
        Filters(text, selected, match_all_countries, *conditions).condition_pairs()  # type: ignore[arg-type]  # in the order of the fields
    )


def _join(*parts: str) -> str:
    return "&".join([part for part in parts if part])


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """A query string, encoded as Flask encodes it."""
    return urlencode(list(pairs), safe=_SAFE_URL_CHARACTERS)
