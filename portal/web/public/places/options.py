"""PlacesOptions: which part of "Where we work" is shown, and how its table is sorted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from werkzeug.datastructures import MultiDict

from portal.search.query.filters import encode_pairs
from portal.search.query.parameters import InvalidParameter, ParameterReader, one_of, parse_facet_value
from portal.search.read_models.terms import Terms
from portal.web.presentation import urls

# The first is the default.
SORTS = ("projects", "name", "national", "full", "shared", "latest")


@dataclass(frozen=True)
class PlacesOptions:
    """`region` is a code, "" for the world; `sort` is one of SORTS; `shows_all`: the whole table, not its beginning."""

    region: str = ""
    sort: str = SORTS[0]
    shows_all: bool = False
    invalid_parameters: tuple[InvalidParameter, ...] = ()

    @classmethod
    def parse(cls, args: MultiDict[str, str], terms: Terms) -> Self:
        """Parse a query string; invalid values go to `invalid_parameters` and never raise."""
        reader = ParameterReader(args)

        def known_region(text: str) -> str:
            region = terms.get("region", parse_facet_value("region", text))
            if region is None:
                raise ValueError("not understood")
            return region.code

        return cls(
            region=reader.read("region", known_region, ""),
            sort=reader.read("sort", one_of(*SORTS), SORTS[0]),
            shows_all=reader.read("all", one_of("1"), "") == "1",
            invalid_parameters=tuple(reader.invalid),
        )

    def but(self, *, sort: str | None = None, shows_all: bool | None = None) -> Self:
        """A changed copy."""
        return replace(
            self,
            sort=self.sort if sort is None else sort,
            shows_all=self.shows_all if shows_all is None else shows_all,
            invalid_parameters=(),
        )

    @property
    def url(self) -> str:
        """The address of the page."""
        base, query = urls.url_for("places.where_we_work"), encode_pairs(self._pairs())
        return f"{base}?{query}" if query else base

    @property
    def cache_key(self) -> str:
        """The address and the invalid parameters: both decide what the page shows."""
        return f"{self.url} {self.invalid_parameters}" if self.invalid_parameters else self.url

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if self.region:
            yield "region", self.region
        if self.sort != SORTS[0]:
            yield "sort", self.sort
        if self.shows_all:
            yield "all", "1"
