"""PartialDate: a date with the precision of its source: a year, a month or a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_PARTIAL_DATE = re.compile(r"([12][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, order=True)
class PartialDate:
    """An ISO 8601 date with reduced precision: str() is "2008", "2008-05" or "2008-05-31".

    `month` and `day` are 0 if not stated.
    """

    year: int
    month: int = 0
    day: int = 0

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Parse YYYY, YYYY-MM or YYYY-MM-DD; raises ValueError for other formats and impossible dates."""
        match = _PARTIAL_DATE.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a year, a month (YYYY-MM) or a day (YYYY-MM-DD)")
        year, month, day = (int(part or 0) for part in match.groups())
        # Raises ValueError for an impossible date.
        date(year, month if match[2] else 1, day if match[3] else 1)
        return cls(year, month, day)

    def __str__(self) -> str:
        if self.day:
            return f"{self.year:04}-{self.month:02}-{self.day:02}"
        return f"{self.year:04}-{self.month:02}" if self.month else f"{self.year:04}"

    def is_certainly_before(self, other: PartialDate) -> bool:
        """True if every day of this date is before every day of the other."""
        own_text, other_text = str(self), str(other)
        length = min(len(own_text), len(other_text))
        return own_text[:length] < other_text[:length]


class PartialDateColumn(TypeDecorator[PartialDate]):
    """Stores a PartialDate as its ISO text, which sorts chronologically."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> PartialDate | None:
        return None if value is None else parse_stored(value)


@lru_cache(maxsize=10_000)
def parse_stored(text: str) -> PartialDate:
    """Parse a stored date; cached, because lists repeat the same dates."""
    return PartialDate.parse(text)
