"""How single values of a query string are read; what is not understood raises ValueError with the reason. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from portal.vocabulary.facets import MAX_BUDGET, MAX_YEAR, MIN_YEAR, NOT_STATED
from portal.vocabulary.term_lists import alpha3_by_alpha2

_DIGITS = re.compile(r"[0-9]+")


def parse_facet_value(facet: str, value: str) -> str:
    """The value as it stands in the index: codes in lower case, countries as ISO alpha-3."""
    if value.casefold() == NOT_STATED:
        return NOT_STATED
    if facet == "year":
        return str(integer_between(MIN_YEAR, MAX_YEAR)(value))
    if facet == "budget":
        raise ValueError("only none")
    if len(value) > 80:
        raise ValueError("not understood")
    if facet == "country":
        return alpha3_by_alpha2().get(value.upper(), value.upper())
    return value.lower()


def shorten(text: str, limit: int = 40) -> str:
    """The start of a value that was not understood, for a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def integer_between(low: int, high: int) -> Callable[[str], int]:
    """A reader of plain whole numbers in a range; other digits than 0 to 9 are not understood."""

    def read(text: str) -> int:
        if not _DIGITS.fullmatch(text) or len(text) > 18:
            raise ValueError("not a number")
        number = int(text)
        if not low <= number <= high:
            raise ValueError("out of range")
        return number

    return read


def parse_dollars(text: str) -> int:
    """Whole US dollars; commas and spaces between thousands are understood."""
    grouped = re.fullmatch(r"[0-9]{1,3}(?:[, ][0-9]{3})+", text)
    return integer_between(0, MAX_BUDGET)(re.sub(r"[, ]", "", text) if grouped else text)


def parse_page_number(text: str) -> int:
    """A page from 1 on; anything longer than any list is simply beyond the last page."""
    if not _DIGITS.fullmatch(text):
        raise ValueError("not a number")
    number = int(text[:30]) if len(text) <= 30 else 10**9
    if number < 1:
        raise ValueError("out of range")
    return min(number, 10**9)


def one_of(*names: str) -> Callable[[str], str]:
    """A reader of one of some names."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError("not understood")
        return text

    return read
