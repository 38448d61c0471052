"""Filters: everything a visitor can ask, as one frozen value; query string in, query string out.

Pure: knows no language, no database and no web framework. Nobody else reads the query string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.search.query.parameters import (
    integer_between,
    one_of,
    parse_dollars,
    parse_facet_value,
    parse_page_number,
    shorten,
)
from portal.text.cleaning import clean_query_value
from portal.vocabulary.facets import (
    DEFAULT_PAGE_SIZE,
    FACETS,
    MAX_PAGE_SIZE,
    MAX_SEARCH_TEXT_LENGTH,
    MAX_VALUES_PER_FACET,
    MAX_YEAR,
    MIN_YEAR,
    NOT_STATED,
    SORTS,
    VIEWS,
)

FacetValue = tuple[str, str]
RANGE_FIELDS = ("year_from", "year_to", "budget_min", "budget_max")
_SAFE_URL_CHARACTERS = "!$'()*,/:;?@"


@dataclass(frozen=True)
class InvalidParameter:
    """One part of a query string that was not understood, and why (a key of presentation.filter_text)."""

    name: str
    value: str
    reason: str = "not understood"


@dataclass(frozen=True)
class FilterPart:
    """One part of a search that can be taken off; `rest` is the search without it."""

    name: str
    value: str
    remaining: Filters
    invalid: InvalidParameter | None = None


@dataclass(frozen=True)
class Filters:
    """`picks` holds (facet, value) pairs: OR within a facet, AND across; budgets are whole US dollars.

    `match_all_countries` makes it AND among countries too, and each further one narrows the list.
    `sort` is empty for the natural order: relevance with a text, else newest first. `unfolded` names the facets
    whose every value is shown, however many. `odd` is what the query string held besides, for showing; it is
    never part of an address.
    """

    text: str = ""
    selected: frozenset[FacetValue] = frozenset()
    match_all_countries: bool = False
    year_from: int | None = None
    year_to: int | None = None
    budget_min: int | None = None
    budget_max: int | None = None
    sort: str = ""
    view: str = VIEWS[0]
    expanded_facets: frozenset[str] = frozenset()
    page: int = 1
    per_page: int = DEFAULT_PAGE_SIZE
    invalid_parameters: tuple[InvalidParameter, ...] = ()

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """Read a query string; what makes no sense ends in `odd`, never in an exception.

        Of a name that can stand only once the first counts. Unknown names are ignored.
        """
        odd: list[InvalidParameter] = []

        def one(name: str, read: Callable[[str], Any], default: Any) -> Any:
            given = clean_query_value(args.get(name, ""))
            if not given:
                return default
            try:
                return read(given)
            except ValueError as why:
                odd.append(InvalidParameter(name, shorten(given), str(why) or "not understood"))
                return default

        text = clean_query_value(args.get("q", ""))
        if len(text) > MAX_SEARCH_TEXT_LENGTH:
            odd.append(InvalidParameter("q", shorten(text), "too long"))
            text = text[:MAX_SEARCH_TEXT_LENGTH].strip()
        per_page = one("per_page", integer_between(1, 10**9), DEFAULT_PAGE_SIZE)
        if per_page > MAX_PAGE_SIZE:
            odd.append(InvalidParameter("per_page", str(per_page), "too many a page"))
        filters = cls(
            text=text,
            selected=frozenset(parse_selected(args, odd)),
            match_all_countries=one("country_match", one_of("any", "all"), "any") == "all",
            year_from=one("year_from", integer_between(MIN_YEAR, MAX_YEAR), None),
            year_to=one("year_to", integer_between(MIN_YEAR, MAX_YEAR), None),
            budget_min=one("budget_min", parse_dollars, None),
            budget_max=one("budget_max", parse_dollars, None),
            sort=one("sort", one_of(*SORTS), ""),
            view=one("view", one_of(*VIEWS), VIEWS[0]),
            expanded_facets=frozenset(parse_expanded_facets(args, odd)),
            page=one("page", parse_page_number, 1),
            per_page=min(per_page, MAX_PAGE_SIZE),
        )
        if filters.sort == filters.default_sort or (filters.sort == "relevance" and not text):
            filters = replace(filters, sort="")
        return replace(filters, invalid_parameters=tuple(odd[:20]))

    @property
    def default_sort(self) -> str:
        return "relevance" if self.text else "newest"

    @property
    def effective_sort(self) -> str:
        """The sort that holds, always one of SORTS."""
        return self.sort or self.default_sort

    @property
    def is_empty(self) -> bool:
        """True when nothing narrows the list."""
        return not (self.text or self.selected or any(getattr(self, name) is not None for name in RANGE_FIELDS))

    @property
    def active_filter_count(self) -> int:
        """How many facets, ranges and texts narrow the list."""
        ranges = sum(getattr(self, name) is not None for name in RANGE_FIELDS)
        return bool(self.text) + len({facet for facet, _ in self.selected}) + ranges

    def replace(self, **changes: Any) -> Self:
        """A changed copy, back on its first page."""
        return replace(self, **{"page": 1, **changes})

    def toggle(self, facet: str, value: str) -> Self:
        return self.replace(selected=self.selected ^ {(facet, value)})

    def without(self, facet: str) -> Self:
        return self.replace(selected=frozenset(pick for pick in self.selected if pick[0] != facet))

    def values(self, facet: str) -> tuple[str, ...]:
        """The picked values of one facet, sorted."""
        return tuple(sorted(value for name, value in self.selected if name == facet))

    def query_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the query string in its one order, defaults left out."""
        if self.text:
            yield "q", self.text
        if self.selected:
            for facet in FACETS:
                yield from ((facet, value) for value in self.values(facet))
        if self.match_all_countries:
            yield "country_match", "all"
        for name in RANGE_FIELDS:
            if (bound := getattr(self, name)) is not None:
                yield name, str(bound)
        if self.sort:
            yield "sort", self.sort
        if self.view != VIEWS[0]:
            yield "view", self.view
        yield from (("all", facet) for facet in FACETS if facet in self.expanded_facets)
        if self.page != 1:
            yield "page", str(self.page)
        if self.per_page != DEFAULT_PAGE_SIZE:
            yield "per_page", str(self.per_page)

    def __str__(self) -> str:
        """The query string as Flask would write it."""
        return urlencode(list(self.query_pairs()), safe=_SAFE_URL_CHARACTERS)

    @property
    def canonical(self) -> Self:
        """The address that stands for all addresses of this content: without what changes nothing."""
        countries = [value for value in self.values("country") if value != NOT_STATED]
        matters = self.match_all_countries and len(self.values("country")) > 1 and bool(countries)
        return replace(
            self, match_all_countries=matters, view=VIEWS[0], expanded_facets=frozenset(), invalid_parameters=()
        )

    @property
    def criteria(self) -> Self:
        """What alone decides which projects are meant: without order, page and view."""
        plain: dict[str, Any] = {"sort": "", "page": 1, "per_page": DEFAULT_PAGE_SIZE}
        return replace(self, **plain, view=VIEWS[0], expanded_facets=frozenset(), invalid_parameters=())

    def parts(self) -> Iterator[FilterPart]:
        """Yield every part that can be taken off, each with the search that is left."""
        for odd in self.invalid_parameters:
            rest = replace(
                self, invalid_parameters=tuple(other for other in self.invalid_parameters if other is not odd)
            )
            yield FilterPart(odd.name, odd.value, rest, odd)
        if self.text:
            rest = self.replace(text="", sort="" if self.sort in ("newest", "relevance") else self.sort)
            yield FilterPart("q", self.text, rest)
        for facet in FACETS:
            for value in self.values(facet):
                yield FilterPart(facet, value, self.toggle(facet, value))
        for name in RANGE_FIELDS:
            if (bound := getattr(self, name)) is not None:
                yield FilterPart(name, str(bound), self.replace(**{name: None}))

    @property
    def reversed_ranges(self) -> tuple[str, ...]:
        """Names of the ranges whose end lies before their start."""
        pairs = (("year", self.year_from, self.year_to), ("budget", self.budget_min, self.budget_max))
        return tuple(name for name, low, high in pairs if low is not None and high is not None and low > high)


def parse_selected(args: MultiDict[str, str], invalid: list[InvalidParameter]) -> Iterator[FacetValue]:
    """Yield the picks of all facets, at most PICKS_MOST a facet; the rest is odd."""
    for facet in FACETS:
        given = dict.fromkeys(filter(None, (clean_query_value(value) for value in args.getlist(facet))))
        values: dict[str, None] = {}
        for value in given:
            try:
                values[parse_facet_value(facet, value)] = None
            except ValueError as why:
                invalid.append(InvalidParameter(facet, shorten(value), str(why)))
        kept = list(values)[:MAX_VALUES_PER_FACET]
        if len(values) > MAX_VALUES_PER_FACET:
            invalid.append(InvalidParameter(facet, str(len(values)), "too many values"))
        yield from ((facet, value) for value in kept)


def parse_expanded_facets(args: MultiDict[str, str], invalid: list[InvalidParameter]) -> Iterator[str]:
    """Yield the facets that `all` names; the rest is odd."""
    for name in dict.fromkeys(filter(None, map(clean_query_value, args.getlist("all")))):
        if name in FACETS:
            yield name
        else:
            invalid.append(InvalidParameter("all", shorten(name)))


def parse_pairs(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Filters from plain pairs."""
    return Filters.parse(MultiDict(list(pairs)))
