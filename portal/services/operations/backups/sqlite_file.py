"""Copies of an SQLite file, made and read with the driver of the portal: no other version of SQLite opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pysqlite3

from portal.services.operations.backups.manifest import Counts

_HEADER = b"SQLite format 3\0"
_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^' "
    "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
)


def is_sqlite(path: Path) -> bool:
    """Whether the file begins as an SQLite database does."""
    with path.open("rb") as file:
        return file.read(len(_HEADER)) == _HEADER


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A connection to the file, without the transactions of the driver; closed at the end of the block."""
    with closing(pysqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout=5000")
        yield connection


def copy(source: Any, target: Path) -> Counts:
    """Copy the state of a connection into the file in one read transaction; return the rows of each table in it.

    Readers and writers are not blocked. The copy is one file, without a write-ahead log.
    """
    source.execute("BEGIN")
    try:
        counts = count_rows(source)
        with opened(target) as copied:
            source.backup(copied)
            copied.execute("PRAGMA journal_mode=DELETE")
    finally:
        source.execute("ROLLBACK")
    return counts


def count_rows(connection: Any) -> Counts:
    """The number of rows of each table."""
    names = [name for (name,) in connection.execute(_TABLES).fetchall()]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 # no input


def find_damage(connection: Any) -> str:
    """What SQLite's own check finds; "" if the file is sound."""
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if found == "ok" else found


def schema_of(connection: Any) -> str:
    """The revision of the tables; "" if they are not the portal's."""
    has_revision = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    if not connection.execute(has_revision).fetchone():
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""
