"""Statements for pages: their text and the conversions of their values are made once for each kind of database.

For a page of records SQLAlchemy takes as long to find a text that it has made before, and to convert what each row
holds, as the database takes to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from psycopg.types.numeric import Int4
from sqlalchemy import Select
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.types import TypeEngine

# Of each column.
_MAX_CACHED_VALUES = 2_000


class PreparedSelect:
    """A SELECT for one dialect. All its values are whole numbers, given by name when it is run; its columns hold what
    can be hashed, so no JSON."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        """Raises ValueError if the text differs between executions, as with values that are written into it."""
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        if "__[POSTCOMPILE_" in self._text:
            raise ValueError(f"the text of this statement is not the same each time: {self._text}")
        self._is_by_place, self._names = compiled.positional, compiled.positiontup or list(compiled.params)
        # psycopg sends a number as the smallest type that holds it, and the server keeps a plan for each list of types.
        # Of some twenty numbers that list is hardly ever the same.
        self._number = Int4 if dialect.name == "postgresql" else int
        self._conversions = list(_conversions(statement, dialect))

    def rows(self, connection: Connection, values: Mapping[str, int]) -> list[list[Any]]:
        """The rows as SQLAlchemy returns them; raises what SQLAlchemy raises, and KeyError without a value."""
        given = [self._number(values[name]) for name in self._names]
        by_place_or_name = tuple(given) if self._is_by_place else dict(zip(self._names, given, strict=True))
        rows = list(map(list, connection.exec_driver_sql(self._text, by_place_or_name)))
        for row in rows:
            for place, convert in self._conversions:
                row[place] = convert(row[place])
        return rows


def _conversions(statement: Select[Any], dialect: Dialect) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    """The place of each column whose values the driver returns otherwise than they are meant, and what converts."""
    for place, column in enumerate(statement.selected_columns):
        if convert := _conversion(column.type, dialect):
            yield place, convert


@lru_cache(maxsize=256)
def _conversion(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    convert = kind.dialect_impl(dialect).result_processor(dialect, None)
    # Records repeat the same dates and amounts.
    return convert and lru_cache(_MAX_CACHED_VALUES)(convert)
