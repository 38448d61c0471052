"""Dates as people write them: a year, a month or a day, with any hyphen, and with a time of day that is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from portal.i18n.catalogues import N_, gettext
from portal.models import PartialDate
from portal.vocabulary.facets import MAX_YEAR, MIN_YEAR

_HYPHENS = str.maketrans("‐‑‒–—―−﹣－", "-" * 9)
_DAY_WITH_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?) ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
_YEAR_START = re.compile(r"([0-9]{4})(?:-|$)")
# Day 0 of the dates of a spreadsheet: a cell for dates shows the number 2008 as 30 June 1905.
_SPREADSHEET_EPOCH = date(1899, 12, 30)
_YEARS_TYPED_INTO_DATES = range(1990, 2060)


class NotADate(ValueError):
    """The text is no date that a record can state; the message says why."""


@dataclass(frozen=True)
class ReadDate:
    """A date, and what was left out or changed to read it: "" if nothing. Dates are kept for all languages."""

    value: PartialDate
    message: str = ""

    @property
    def repair(self) -> str:
        return gettext(self.message, date=self.value) if self.message else ""


@lru_cache(maxsize=20_000)
def read_partial_date(text: str) -> ReadDate:
    """Read YYYY, YYYY-MM or YYYY-MM-DD; raises NotADate."""
    plain = text.translate(_HYPHENS)
    repair = "" if plain == text else N_("Dashes were read as hyphens.")
    if timed := _DAY_WITH_TIME.fullmatch(plain):
        plain = timed[1]
        if timed[2].strip("0:."):
            repair = N_("The time of day was left out: %(date)s.")
    if (year := _YEAR_START.match(plain)) and not MIN_YEAR <= int(year[1]) <= MAX_YEAR:
        raise NotADate(gettext("The year is not between %(first)s and %(last)s.", first=MIN_YEAR, last=MAX_YEAR))
    try:
        parsed = PartialDate.parse(plain)
    except ValueError as error:
        raise NotADate(gettext("This is not a date.")) from error
    if typed_year := _year_typed_into_date_cell(parsed):
        raise NotADate(
            gettext(
                "The cell is formatted as a date, so the year %(year)s that was typed into it became %(date)s.",
                year=typed_year,
                date=parsed,
            )
        )
    return ReadDate(parsed, repair)


def _year_typed_into_date_cell(parsed: PartialDate) -> int | None:
    if not parsed.day:
        return None
    serial = (date(parsed.year, parsed.month, parsed.day) - _SPREADSHEET_EPOCH) // timedelta(days=1)
    return serial if serial in _YEARS_TYPED_INTO_DATES else None
