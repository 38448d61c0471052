"""Dates: IATI wants whole days, and a record may state a year alone. Then the text says what is known."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from portal.exports.iati.narratives import narrative
from portal.exports.record import Record

# The status codes of activities that have begun, and of those that have ended; of the others all dates are plans.
_BEGUN, _ENDED = ("2", "3", "4", "6"), ("3", "4")


class Period(NamedTuple):
    """The first and the last day that a record's dates allow; None for a date that is not stated."""

    start: date | None
    end: date | None

    @property
    def is_backwards(self) -> bool:
        return bool(self.start and self.end and self.end < self.start)

    @property
    def is_at_most_a_year(self) -> bool:
        """Whether both ends are known, and a budget of IATI may span them."""
        if not self.start or not self.end or self.is_backwards:
            return False
        next_year = self.start.year + 1
        # A year from 29 February ends on 28 February.
        anniversary = date(next_year, self.start.month, min(self.start.day, monthrange(next_year, self.start.month)[1]))
        return self.end <= anniversary


def period_of(record: Record) -> Period:
    return Period(
        first_day(record.start) if record.start else None,
        last_day(record.end) if record.end else None,
    )


@lru_cache(maxsize=10_000)
def first_day(stated: str) -> date:
    """The first day of a partial ISO date."""
    year, month, day = _parts(stated)
    return date(year, month or 1, day or 1)


@lru_cache(maxsize=10_000)
def last_day(stated: str) -> date:
    """The last day of a partial ISO date."""
    year, month, day = _parts(stated)
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def _parts(stated: str) -> tuple[int, int, int]:
    year, month, day = (*map(int, stated.split("-")), 0, 0)[:3]
    return year, month, day


def activity_dates(record: Record, period: Period, status: str, today: date) -> str:
    """The elements activity-date; no date after `today` is an actual one. `status` is a code of IATI."""
    elements = ""
    if period.start:
        is_actual = status in _BEGUN and period.start <= today
        elements += _activity_date("2" if is_actual else "1", period.start, record.start)
    if period.end and not period.is_backwards:
        is_actual = status in _ENDED and period.end <= today
        elements += _activity_date("4" if is_actual else "3", period.end, record.end)
    return elements


def _activity_date(kind: str, day: date, stated: str) -> str:
    head = f'  <activity-date type="{kind}" iso-date="{day.isoformat()}"'
    if len(stated) == len("2008-05-31"):
        return f"{head}/>\n"
    return f"{head}>{narrative(precision_note(stated), 'en')}</activity-date>\n"


def precision_note(stated: str) -> str:
    """A sentence that says what is known: of "2008" only the year."""
    return f"Only the {'month' if '-' in stated else 'year'} {stated} is known."
