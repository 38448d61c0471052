"""PartialDate: a year, a month or a day, never more than the source said."""

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
    """ISO 8601 with reduced precision: str() is "2008", "2008-05" or "2008-05-31"."""

    year: int
    month: int = 0
    day: int = 0

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read YYYY, YYYY-MM or YYYY-MM-DD; raise ValueError for anything else or an impossible day."""
        found = _PARTIAL_DATE.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not a year, a month (YYYY-MM) or a day (YYYY-MM-DD)")
        year, month, day = (int(part or 0) for part in found.groups())
        date(year, month if found[2] else 1, day if found[3] else 1)
        return cls(year, month, day)

    def __str__(self) -> str:
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)]
        return "-".join(parts)

    def is_certainly_before(self, other: PartialDate) -> bool:
        """True when every day this may mean lies before every day the other may mean."""
        mine, theirs = str(self), str(other)
        length = min(len(mine), len(theirs))
        return mine[:length] < theirs[:length]


class PartialDateColumn(TypeDecorator[PartialDate]):
    """Stores a PartialDate as its ISO text, which sorts rightly."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> PartialDate | None:
        return None if value is None else parse_stored(value)


@lru_cache(maxsize=10_000)
def parse_stored(text: str) -> PartialDate:
    """A date as it was stored: lists show the same ones again and again."""
    return PartialDate.parse(text)
