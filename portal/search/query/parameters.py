"""Parsers of single query parameters. Pure: a parser raises ValueError with a reason if a value is not valid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.text.cleaning import clean_query_value
from portal.vocabulary.bands import BAND_BY_CODE
from portal.vocabulary.facets import (
    DEFAULT_PAGE_SIZE,
    FACETS,
    MAX_BUDGET,
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
from portal.vocabulary.term_lists import alpha3_by_alpha2

FacetValue = tuple[str, str]
_DIGITS = re.compile(r"[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_CODE_LENGTH = 80
_MAX_DIGITS = 18
_MAX_SHOWN_LENGTH = 40
MAX_PAGE = 10**9


@dataclass(frozen=True)
class InvalidParameter:
    """A query parameter that could not be parsed, and the reason (a key of presentation.filter_text)."""

    name: str
    value: str
    reason: str = "not understood"


@dataclass(frozen=True)
class ParameterReader:
    """Reads the parameters of one query string; collects the invalid ones, in the order of reading, in `invalid`."""

    args: MultiDict[str, str]
    invalid: list[InvalidParameter] = field(default_factory=list)

    def read(self, name: str, parse: Callable[[str], Any], default: Any) -> Any:
        """The first value of a parameter; the default if it is missing, blank or invalid."""
        # Most requests name few of the parameters.
        if name not in self.args or not (value := clean_query_value(self.args[name])):
            return default
        try:
            return parse(value)
        except ValueError as error:
            self.invalid.append(InvalidParameter(name, shorten(value), str(error) or "not understood"))
            return default

    def read_text(self) -> str:
        """The search text, cut at MAX_SEARCH_TEXT_LENGTH characters, MAX_SEARCH_WORDS and MAX_SEARCH_BEGINNINGS."""
        if "q" not in self.args:
            return ""
        text = clean_query_value(self.args["q"])
        if len(text) > MAX_SEARCH_TEXT_LENGTH:
            self.invalid.append(InvalidParameter("q", shorten(text), "too long"))
            text = text[:MAX_SEARCH_TEXT_LENGTH].strip()
        words = text.split()
        beginnings = [place for place, word in enumerate(words) if word.endswith("*")]
        left_out = {*range(MAX_SEARCH_WORDS, len(words)), *beginnings[MAX_SEARCH_BEGINNINGS:]}
        if left_out:
            self.invalid.append(InvalidParameter("q", shorten(text), "too many words"))
            text = " ".join(word for place, word in enumerate(words) if place not in left_out)
        return text

    def read_page_size(self) -> int:
        """The number of projects per page, at most MAX_PAGE_SIZE."""
        per_page: int = self.read("per_page", integer_between(1, 10**9), DEFAULT_PAGE_SIZE)
        if per_page > MAX_PAGE_SIZE:
            self.invalid.append(InvalidParameter("per_page", str(per_page), "too many a page"))
        return min(per_page, MAX_PAGE_SIZE)

    def read_selected(self) -> Iterator[FacetValue]:
        """Yield the selected values of all facets, at most MAX_VALUES_PER_FACET each and MAX_VALUES in all."""
        left = MAX_VALUES
        for facet in FACETS:
            if facet not in self.args:
                continue
            values: dict[str, None] = {}
            for value in self._distinct(facet):
                try:
                    values[parse_facet_value(facet, value)] = None
                except ValueError as error:
                    self.invalid.append(InvalidParameter(facet, shorten(value), str(error)))
            if len(values) > MAX_VALUES_PER_FACET:
                self.invalid.append(InvalidParameter(facet, str(len(values)), "too many values"))
            elif len(values) > left:
                self.invalid.append(InvalidParameter(facet, str(len(values)), "too many choices"))
            chosen = list(values)[: min(MAX_VALUES_PER_FACET, left)]
            left -= len(chosen)
            yield from ((facet, value) for value in chosen)

    def read_expanded_facets(self) -> Iterator[str]:
        """Yield the facets that `all` names."""
        for name in self._distinct("all"):
            if name in FACETS:
                yield name
            else:
                self.invalid.append(InvalidParameter("all", shorten(name)))

    def _distinct(self, name: str) -> dict[str, None]:
        return dict.fromkeys(filter(None, map(clean_query_value, self.args.getlist(name))))


def parse_facet_value(facet: str, value: str) -> str:
    """The value as the index names it: codes in lower case, countries as ISO 3166-1 alpha-3 codes."""
    if value.casefold() == NOT_STATED:
        return NOT_STATED
    if facet == "year":
        return str(integer_between(MIN_YEAR, MAX_YEAR)(value))
    if facet in BAND_BY_CODE:
        if value not in BAND_BY_CODE[facet]:
            raise ValueError(f"no band of {facet}")
        return value
    if len(value) > _MAX_CODE_LENGTH:
        raise ValueError("not understood")
    if facet == "country":
        return alpha3_by_alpha2().get(value.upper(), value.upper())
    return value.lower()


def shorten(text: str, limit: int = _MAX_SHOWN_LENGTH) -> str:
    """The start of an invalid value, for an error message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def integer_between(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers in a closed range; accepts the digits 0 to 9 only, not those of other scripts."""

    def parse(text: str) -> int:
        if not _DIGITS.fullmatch(text) or len(text) > _MAX_DIGITS:
            raise ValueError("not a number")
        number = int(text)
        if not low <= number <= high:
            raise ValueError("out of range")
        return number

    return parse


def parse_dollars(text: str) -> int:
    """Whole US dollars; accepts commas or spaces between thousands."""
    grouped = re.fullmatch(r"[0-9]{1,3}(?:[, ][0-9]{3})+", text)
    return integer_between(0, MAX_BUDGET)(re.sub(r"[, ]", "", text) if grouped else text)


def parse_day(text: str) -> date:
    """A day as YYYY-MM-DD."""
    if not _DAY.fullmatch(text):
        raise ValueError("not a day")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("not a day") from error


def parse_page_number(text: str) -> int:
    """A page number from 1; a number too large for any list becomes 10**9, which is past the last page."""
    if not _DIGITS.fullmatch(text):
        raise ValueError("not a number")
    number = int(text) if len(text) <= 30 else MAX_PAGE
    if number < 1:
        raise ValueError("out of range")
    return min(number, MAX_PAGE)


def one_of(*names: str) -> Callable[[str], str]:
    """A parser that accepts only these names."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError("not understood")
        return text

    return parse
