"""Rows into a table and out of it by the thousand, as fast as the driver takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, any_, func, insert, literal, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
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


def in_list(session: Session, column: ColumnElement[Any], values: Sequence[str] | Sequence[int]) -> ColumnElement[bool]:
    """The condition that a column holds one of many values, all in one parameter: one for each takes its time."""
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(values).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    kind = BigInteger() if values and isinstance(values[0], int) else Text()
    return column == any_(literal(values, ARRAY(kind)))
