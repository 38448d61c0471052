"""Statements whose text and conversions are made once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Integer, bindparam, func, literal_column, select
from sqlalchemy.sql.functions import aggregate_strings

from portal.database.prepared import PreparedSelect
from portal.models import Project
from tests.factories import import_records

_PROJECT = Project.__table__.c
_COLUMNS = (_PROJECT.reference, _PROJECT.start, _PROJECT.end, _PROJECT.budget, _PROJECT.changed_at, _PROJECT.is_sample)


def of_ids(*names):
    return select(*_COLUMNS).where(_PROJECT.id.in_([bindparam(name, type_=Integer) for name in names]))


def test_its_rows_are_those_of_sqlalchemy(session):
    import_records(session, [
        {"project_id": "A.1", "title": "One", "start_date": "2021-05", "end_date": "2022-06-30", "budget_usd": "12.50"},
        {"project_id": "A.2", "title": "Two"},
        {"project_id": "A.3", "title": "Three"},
    ])  # fmt: skip
    ids = {row.reference: row.id for row in session.execute(select(_PROJECT.reference, _PROJECT.id))}
    statement, values = of_ids("first", "second"), {"second": ids["A.1"], "first": ids["A.2"]}
    expected = [list(row) for row in session.execute(statement, values)]
    assert {row[0]: type(row[4]) for row in expected} == {"A.1": datetime, "A.2": datetime}
    assert {row[4].tzinfo for row in expected} == {UTC}
    connection = session.connection()
    prepared = PreparedSelect(statement, connection.dialect)
    assert prepared.rows(connection, values) == expected
    assert [row[0] for row in prepared.rows(connection, dict.fromkeys(values, ids["A.3"]))] == ["A.3"]


def test_the_server_plans_it_once_whatever_the_numbers_are(session):
    """psycopg sends small numbers as smaller types; a statement with other types is another one."""
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        pytest.skip("SQLite keeps a statement by its text alone")
    # Its text is no other test's.
    statement = of_ids("first", "second").add_columns(literal_column("1").label("planned_once"))
    prepared = PreparedSelect(statement, connection.dialect)
    for number in range(20):
        prepared.rows(connection, {"first": number * 7_000, "second": 140_000 - number * 7_000})
    counted = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %(text)s"
    assert connection.exec_driver_sql(counted, {"text": "%planned_once%"}).scalar_one() == 1


def test_a_per_cent_sign_in_its_text_is_one(session):
    """psycopg takes one for a place unless it is doubled."""
    statement = select(literal_column("'50 %s %'"), bindparam("number", type_=Integer) % literal_column("7"))
    connection = session.connection()
    assert PreparedSelect(statement, connection.dialect).rows(connection, {"number": 9}) == [["50 %s %", 2]]


def test_each_of_its_values_is_given(session):
    connection = session.connection()
    prepared = PreparedSelect(of_ids("first", "second"), connection.dialect)
    with pytest.raises(KeyError, match="second"):
        prepared.rows(connection, {"first": 1})


@pytest.mark.parametrize("statement", [
    select(aggregate_strings(_PROJECT.title, ", ")),
    select(func.count()).where(_PROJECT.reference.in_(["A.1"])),
])  # fmt: skip
def test_a_text_that_is_written_anew_each_time_is_refused(session, statement):
    with pytest.raises(ValueError, match="not the same each time"):
        PreparedSelect(statement, session.connection().dialect)
