"""Integer columns of a statement as arrays: whole tables at once, without an object for each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from portal.search.arrays import Int64Array, IntegerArray

# Rows per fetch: enough to be fast, few enough to need little memory.
_BATCH_ROWS = 2_000
# Rows are found in a table of all ids if the greatest id is at most so many times their number.
_MAX_ID_TO_ROWS = 64
IntegerType = type[np.signedinteger[Any]]


def read_integer_columns(
    session: Session,
    statement: str,
    types: Sequence[IntegerType],
    id_column: str,
    only_ids: Sequence[int] | None,
    *,
    order: str = "",
) -> list[IntegerArray]:
    """The integer columns of a statement, each with its type; `only_ids` restricts the column `id_column`."""
    parts: list[list[IntegerArray]] = [[np.empty(0, dtype=size)] for size in types]
    for batch in read_batches(session, statement, id_column, only_ids, order):
        table = np.fromiter(chain.from_iterable(batch), dtype=np.int64, count=len(batch) * len(types))
        for column, size in enumerate(types):
            parts[column].append(table[column :: len(types)].astype(size))
    return [np.concatenate(part) for part in parts]


def read_batches(
    session: Session, statement: str, id_column: str, only_ids: Sequence[int] | None, order: str
) -> Iterator[Sequence[Sequence[Any]]]:
    condition = ""
    if only_ids is not None:
        # Inlined, because drivers limit the number of parameters; they are integers from our own journal.
        listed = ", ".join(map(str, map(int, only_ids))) or "NULL"
        condition = f" {'AND' if ' WHERE ' in statement else 'WHERE'} {id_column} IN ({listed})"
    ordered = f" ORDER BY {order}" if order else ""
    # The driver's cursor: one more Python object for each of half a million rows would double the time.
    driver = session.connection().connection
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    # A plain cursor of PostgreSQL fetches all rows at once; a named one leaves them on the server.
    with closing(driver.cursor() if is_sqlite else driver.cursor("index")) as cursor:
        cursor.execute(statement + condition + ordered)
        while batch := cursor.fetchmany(_BATCH_ROWS):
            yield batch


class RowsById:
    """Rows by project id."""

    def __init__(self, ids: IntegerArray) -> None:
        """`ids` are those of the rows 0, 1 and so on."""
        size = int(ids.max(initial=0)) + 1
        self._is_dense = size <= _MAX_ID_TO_ROWS * len(ids)
        if self._is_dense:
            self._rows = np.full(size, -1, dtype=np.int64)
            self._rows[ids] = np.arange(len(ids))
        else:
            # A table of all ids would cost more than what is asked of a few changed projects.
            self._rows = np.argsort(ids)
            self._ids = ids[self._rows]

    def rows_of(self, ids: IntegerArray) -> Int64Array:
        """The row of each of the ids, -1 for one that has none."""
        if self._is_dense:
            return np.where(ids < len(self._rows), self._rows[np.minimum(ids, len(self._rows) - 1)], -1)
        if not len(self._ids):
            return np.full(len(ids), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        return np.where(self._ids[places] == ids, self._rows[places], -1)


def read_links(
    session: Session, statement: str, rows_by_id: RowsById, only_ids: Sequence[int] | None, width: int
) -> list[Any]:
    """The `width` columns of a table of links, with rows in place of project ids; for published projects only."""
    columns = read_integer_columns(session, statement, [np.int32] * width, "project_id", only_ids)
    rows = rows_by_id.rows_of(columns[0])
    return [rows[rows >= 0], *(column[rows >= 0] for column in columns[1:])]
