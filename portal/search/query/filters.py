"""Filters: everything a visitor can ask, as one frozen value; query string in, query string out.

Pure: knows no language, no database and no web framework. Nobody else reads the query string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.search.query.parameters import among, clean, facet_value, money, page_number, shown, whole
from portal.vocabulary.facets import (
    FACETS,
    NOT_STATED,
    PAGE_SIZE,
    PAGE_SIZE_MOST,
    PICKS_MOST,
    SORTS,
    TEXT_MOST,
    VIEWS,
    YEAR_FIRST,
    YEAR_LAST,
)

Pick = tuple[str, str]
RANGES = ("year_from", "year_to", "budget_min", "budget_max")
_SAFE = "!$'()*,/:;?@"


@dataclass(frozen=True)
class Odd:
    """One part of a query string that was not understood, and why (a key of presentation.filter_text)."""

    name: str
    value: str
    reason: str = "not understood"


@dataclass(frozen=True)
class Chip:
    """One part of a search that can be taken off; `rest` is the search without it."""

    name: str
    value: str
    rest: Filters
    odd: Odd | None = None


@dataclass(frozen=True)
class Filters:
    """`picks` holds (facet, value) pairs: OR within a facet, AND across; budgets are whole US dollars.

    `match_all_countries` makes it AND among countries too, and each further one narrows the list.
    `sort` is empty for the natural order: relevance with a text, else newest first. `unfolded` names the facets
    whose every value is shown, however many. `odd` is what the query string held besides, for showing; it is
    never part of an address.
    """

    text: str = ""
    picks: frozenset[Pick] = frozenset()
    match_all_countries: bool = False
    year_from: int | None = None
    year_to: int | None = None
    budget_min: int | None = None
    budget_max: int | None = None
    sort: str = ""
    view: str = VIEWS[0]
    unfolded: frozenset[str] = frozenset()
    page: int = 1
    per_page: int = PAGE_SIZE
    odd: tuple[Odd, ...] = ()

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """Read a query string; what makes no sense ends in `odd`, never in an exception.

        Of a name that can stand only once the first counts. Unknown names are ignored.
        """
        odd: list[Odd] = []

        def one(name: str, read: Callable[[str], Any], default: Any) -> Any:
            given = clean(args.get(name, ""))
            if not given:
                return default
            try:
                return read(given)
            except ValueError as why:
                odd.append(Odd(name, shown(given), str(why) or "not understood"))
                return default

        text = clean(args.get("q", ""))
        if len(text) > TEXT_MOST:
            odd.append(Odd("q", shown(text), "too long"))
            text = text[:TEXT_MOST].strip()
        per_page = one("per_page", whole(1, 10**9), PAGE_SIZE)
        if per_page > PAGE_SIZE_MOST:
            odd.append(Odd("per_page", str(per_page), "too many a page"))
        filters = cls(
            text=text,
            picks=frozenset(read_picks(args, odd)),
            match_all_countries=one("country_match", among("any", "all"), "any") == "all",
            year_from=one("year_from", whole(YEAR_FIRST, YEAR_LAST), None),
            year_to=one("year_to", whole(YEAR_FIRST, YEAR_LAST), None),
            budget_min=one("budget_min", money, None),
            budget_max=one("budget_max", money, None),
            sort=one("sort", among(*SORTS), ""),
            view=one("view", among(*VIEWS), VIEWS[0]),
            unfolded=frozenset(read_unfolded(args, odd)),
            page=one("page", page_number, 1),
            per_page=min(per_page, PAGE_SIZE_MOST),
        )
        if filters.sort == filters.natural_sort or (filters.sort == "relevance" and not text):
            filters = replace(filters, sort="")
        return replace(filters, odd=tuple(odd[:20]))

    @property
    def natural_sort(self) -> str:
        return "relevance" if self.text else "newest"

    @property
    def order(self) -> str:
        """The sort that holds, always one of SORTS."""
        return self.sort or self.natural_sort

    @property
    def is_empty(self) -> bool:
        """True when nothing narrows the list."""
        return not (self.text or self.picks or any(getattr(self, name) is not None for name in RANGES))

    @property
    def narrowings(self) -> int:
        """How many facets, ranges and texts narrow the list."""
        ranges = sum(getattr(self, name) is not None for name in RANGES)
        return bool(self.text) + len({facet for facet, _ in self.picks}) + ranges

    def but(self, **changes: Any) -> Self:
        """A changed copy, back on its first page."""
        return replace(self, **{"page": 1, **changes})

    def toggle(self, facet: str, value: str) -> Self:
        return self.but(picks=self.picks ^ {(facet, value)})

    def without(self, facet: str) -> Self:
        return self.but(picks=frozenset(pick for pick in self.picks if pick[0] != facet))

    def values(self, facet: str) -> tuple[str, ...]:
        """The picked values of one facet, sorted."""
        return tuple(sorted(value for name, value in self.picks if name == facet))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the query string in its one order, defaults left out."""
        if self.text:
            yield "q", self.text
        if self.picks:
            for facet in FACETS:
                yield from ((facet, value) for value in self.values(facet))
        if self.match_all_countries:
            yield "country_match", "all"
        for name in RANGES:
            if (bound := getattr(self, name)) is not None:
                yield name, str(bound)
        if self.sort:
            yield "sort", self.sort
        if self.view != VIEWS[0]:
            yield "view", self.view
        yield from (("all", facet) for facet in FACETS if facet in self.unfolded)
        if self.page != 1:
            yield "page", str(self.page)
        if self.per_page != PAGE_SIZE:
            yield "per_page", str(self.per_page)

    def __str__(self) -> str:
        """The query string as Flask would write it."""
        return urlencode(list(self.pairs()), safe=_SAFE)

    @property
    def canonical(self) -> Self:
        """The address that stands for all addresses of this content: without what changes nothing."""
        countries = [value for value in self.values("country") if value != NOT_STATED]
        matters = self.match_all_countries and len(self.values("country")) > 1 and bool(countries)
        return replace(self, match_all_countries=matters, view=VIEWS[0], unfolded=frozenset(), odd=())

    @property
    def selection(self) -> Self:
        """What alone decides which projects are meant: without order, page and view."""
        plain: dict[str, Any] = {"sort": "", "page": 1, "per_page": PAGE_SIZE}
        return replace(self, **plain, view=VIEWS[0], unfolded=frozenset(), odd=())

    def chips(self) -> Iterator[Chip]:
        """Yield every part that can be taken off, each with the search that is left."""
        for odd in self.odd:
            rest = replace(self, odd=tuple(other for other in self.odd if other is not odd))
            yield Chip(odd.name, odd.value, rest, odd)
        if self.text:
            rest = self.but(text="", sort="" if self.sort in ("newest", "relevance") else self.sort)
            yield Chip("q", self.text, rest)
        for facet in FACETS:
            for value in self.values(facet):
                yield Chip(facet, value, self.toggle(facet, value))
        for name in RANGES:
            if (bound := getattr(self, name)) is not None:
                yield Chip(name, str(bound), self.but(**{name: None}))

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Names of the ranges whose end lies before their start."""
        pairs = (("year", self.year_from, self.year_to), ("budget", self.budget_min, self.budget_max))
        return tuple(name for name, low, high in pairs if low is not None and high is not None and low > high)


def read_picks(args: MultiDict[str, str], odd: list[Odd]) -> Iterator[Pick]:
    """Yield the picks of all facets, at most PICKS_MOST a facet; the rest is odd."""
    for facet in FACETS:
        given = dict.fromkeys(filter(None, (clean(value) for value in args.getlist(facet))))
        values: dict[str, None] = {}
        for value in given:
            try:
                values[facet_value(facet, value)] = None
            except ValueError as why:
                odd.append(Odd(facet, shown(value), str(why)))
        kept = list(values)[:PICKS_MOST]
        if len(values) > PICKS_MOST:
            odd.append(Odd(facet, str(len(values)), "too many values"))
        yield from ((facet, value) for value in kept)


def read_unfolded(args: MultiDict[str, str], odd: list[Odd]) -> Iterator[str]:
    """Yield the facets that `all` names; the rest is odd."""
    for name in dict.fromkeys(filter(None, map(clean, args.getlist("all")))):
        if name in FACETS:
            yield name
        else:
            odd.append(Odd("all", shown(name)))


def parse_pairs(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Filters from plain pairs."""
    return Filters.parse(MultiDict(list(pairs)))
