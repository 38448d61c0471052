"""Bulk inserts and queries by thousands of values, at the speed of the driver."""

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
    """Insert rows with the values of the columns `names`, in the format of the driver.

    Bypasses the type processing of SQLAlchemy, which takes longer for each value than SQLite takes to store it.
    """
    if not rows:
        return
    statement = insert(table).compile(dialect=connection.dialect, column_keys=list(names))
    if statement.positional and statement.positiontup:
        positions = [names.index(name) for name in statement.positiontup]
        if positions != list(range(len(names))):
            rows = [[row[position] for position in positions] for row in rows]
        connection.exec_driver_sql(str(statement), [tuple(row) for row in rows])
    else:
        connection.exec_driver_sql(str(statement), [dict(zip(names, row, strict=True)) for row in rows])


def in_list(session: Session, column: ColumnElement[Any], values: Sequence[str] | Sequence[int]) -> ColumnElement[bool]:
    """The condition that a column has one of many values, sent as one parameter: one parameter each is slow."""
    if session.get_bind().dialect.name == "sqlite":
        items = func.json_each(orjson.dumps(values).decode()).table_valued("value")
        return column.in_(select(items.c.value))
    item_type = BigInteger() if values and isinstance(values[0], int) else Text()
    return column == any_(literal(values, ARRAY(item_type)))
