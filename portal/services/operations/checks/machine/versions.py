"""Programs and libraries: whether they are those that this version was tested with."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from portal.config import ROOT
from portal.database.engines import MIN_SQLITE_VERSION
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning

LOCK = ROOT / "requirements" / "run.txt"
_MIN_PYTHON, _MIN_POSTGRESQL = (3, 11), 150_000
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;?)", re.MULTILINE)
_MAX_LISTED = 5


def check(surroundings: Surroundings) -> Iterator[Finding]:
    if sys.version_info < _MIN_PYTHON:
        yield problem(f"Python {platform.python_version()} is too old.", "Install Python 3.11 or newer.")
    yield from _libraries(LOCK)
    name = _database(surroundings)
    if isinstance(name, Finding):
        yield name
        name = "its database"
    yield ok(f"Python {platform.python_version()} with {name}.")


def _libraries(lock: Path) -> Iterator[Finding]:
    """Compare with the lock of the checkout; a wheel comes without one."""
    if not lock.exists():
        return
    different = list(differences(lock.read_text(encoding="utf-8")))
    if different:
        shown = ", ".join(different[:_MAX_LISTED]) + (" …" if len(different) > _MAX_LISTED else "")
        yield warning(
            f"Libraries that are not those of {lock.name}: {shown}.",
            "Install them again (docs/deploying.md, 7), then systemctl restart portal.",
        )


def differences(lock: str) -> Iterator[str]:
    """What is installed otherwise than a lock says.

    A library that is locked under a condition, such as a version of Python, may be missing or have any of its versions.
    """
    versions: dict[str, list[str]] = {}
    conditional = set()
    for name, locked, condition in _LOCKED.findall(lock):
        versions.setdefault(name, []).append(locked)
        if condition:
            conditional.add(name)
    for name, accepted in versions.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name not in conditional:
                yield f"{name} is missing"
            continue
        if installed not in accepted:
            yield f"{name} {installed} instead of {' or '.join(accepted)}"


def _database(surroundings: Surroundings) -> str | Finding:
    if surroundings.dialect == "sqlite":
        import pysqlite3

        if pysqlite3.sqlite_version_info < MIN_SQLITE_VERSION:
            return problem(f"SQLite {pysqlite3.sqlite_version} can damage the database.", "Install pysqlite3 0.6.1.")
        return f"SQLite {pysqlite3.sqlite_version}"
    try:
        number = int(surroundings.session.execute(sql("SHOW server_version_num")).scalar_one())
    except SQLAlchemyError:
        return "a PostgreSQL that does not answer"
    if number < _MIN_POSTGRESQL:
        return problem(f"PostgreSQL {number // 10_000} is too old.", "Update it to PostgreSQL 15 or newer.")
    return f"PostgreSQL {number // 10_000}.{number % 10_000}"
