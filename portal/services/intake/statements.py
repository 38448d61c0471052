"""Rows into a table by the thousand, as fast as the driver takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection
from sqlalchemy.sql.expression import TableClause


def insert_rows(
    connection: Connection, table: TableClause, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows whose values stand in the order of `names`, as the driver stores them.

    SQLAlchemy would look at each value of each row, which takes longer than SQLite does.
    """
    if not rows:
        return
    statement = insert(table).compile(dialect=connection.dialect, column_keys=list(names))
    if statement.positional and statement.positiontup:
        places = [names.index(name) for name in statement.positiontup]
        if places != list(range(len(names))):
            rows = [[row[place] for place in places] for row in rows]
        connection.exec_driver_sql(str(statement), [tuple(row) for row in rows])
    else:
        connection.exec_driver_sql(str(statement), [dict(zip(names, row, strict=True)) for row in rows])
