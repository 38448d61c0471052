"""Rows as the driver gets them."""

import pytest
from sqlalchemy import column, table
from sqlalchemy import text as sql

from portal.services.imports.bulk.sql import insert_rows

PAIR = table("pair", column("one"), column("two"))


@pytest.mark.parametrize(("names", "row"), [(("one", "two"), (1, 2)), (("two", "one"), (2, 1))])
def test_each_value_goes_into_its_column_whatever_the_order(session, names, row):
    connection = session.connection()
    connection.execute(sql("CREATE TEMPORARY TABLE pair (one INTEGER, two INTEGER)"))
    insert_rows(connection, PAIR, names, [row])
    assert connection.execute(sql("SELECT one, two FROM pair")).all() == [(1, 2)]
