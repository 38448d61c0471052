"""What a check sees, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.orm import now


class CheckState(StrEnum):
    """In ascending order of urgency."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line: what is so, and for anything but OK what to do, each in whole sentences."""

    state: CheckState
    text: str
    advice: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What the checks look at. `env_file` holds the settings on a server; `min_free_bytes` is little space left."""

    settings: Settings
    session: Session
    env_file: Path = Path("/etc/portal/portal.env")
    min_free_bytes: int = 1_000_000_000
    moment: datetime = field(default_factory=now)

    @property
    def dialect(self) -> str:
        return self.session.get_bind().dialect.name

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL and a database in memory."""
        name = self.session.get_bind().engine.url.database
        return Path(name) if self.dialect == "sqlite" and name and name != ":memory:" else None


Check = Callable[[Surroundings], Iterator[Finding]]


def in_words(age: timedelta) -> str:
    """An age as people say it, such as "a minute", "30 hours" or "4 days"."""
    minutes, hours = age // timedelta(minutes=1), age // timedelta(hours=1)
    if minutes < 2:
        return "a minute"
    if hours < 2:
        return f"{minutes} minutes"
    return f"{hours} hours" if hours < 72 else f"{age.days} days"


def ok(text: str) -> Finding:
    return Finding(CheckState.OK, text)


def warning(text: str, advice: str) -> Finding:
    return Finding(CheckState.WARNING, text, advice)


def problem(text: str, advice: str) -> Finding:
    return Finding(CheckState.PROBLEM, text, advice)
