"""A PostgreSQL server that hangs is remembered for a moment, and only the watching thread tries again."""

import socket
import threading
import time

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from portal.config import Settings
from portal.database.availability import (
    PING_SECONDS,
    TRUSTED_SECONDS,
    Availability,
    Away,
    BoundedConnection,
    guard,
)
from portal.database.engines import engine_options, parse_database_url


@pytest.fixture
def silent():
    """The port of a server that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield server.getsockname()[1]


def engine_on(port, availability):
    url = parse_database_url(f"postgresql://nobody@127.0.0.1:{port}/nothing")
    engine = create_engine(url, **engine_options(url, Settings(database_url="", secret_key=""), 1))
    guard(engine, 1, availability)
    return engine


def asked(engine):
    """The error of a statement, and how long it took."""
    began = time.monotonic()
    with pytest.raises(OperationalError) as refused, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return refused.value, time.monotonic() - began


def test_after_one_wait_the_next_request_fails_at_once(silent):
    engine = engine_on(silent, Availability())
    first, waited = asked(engine)
    assert waited < 6
    assert not isinstance(first.orig, Away)
    second, waited = asked(engine)
    assert waited < 0.5
    assert isinstance(second.orig, Away)


def test_only_the_watching_thread_tries_again(silent):
    availability = Availability(watching_thread=threading.get_ident() + 1)
    engine = engine_on(silent, availability)
    asked(engine)
    availability.retry_at = time.monotonic() - 1
    assert isinstance(asked(engine)[0].orig, Away)
    availability.watching_thread = threading.get_ident()
    assert not isinstance(asked(engine)[0].orig, Away)


def test_a_server_that_is_stopped_is_not_remembered():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    availability = Availability()
    engine = engine_on(port, availability)
    asked(engine)
    assert not availability.retry_at


def test_an_answer_ends_it(new_database):
    url = parse_database_url(new_database())
    if url.drivername == "sqlite":
        pytest.skip("SQLite says at once what is wrong")
    engine = create_engine(url, **engine_options(url, Settings(database_url="", secret_key=""), 1))
    availability = Availability()
    guard(engine, 1, availability)
    availability.retry_at = time.monotonic() - 1
    with engine.connect() as connection:
        assert isinstance(connection.connection.driver_connection, BoundedConnection)
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    assert not availability.retry_at
    engine.dispose()


def test_only_a_connection_at_rest_is_waited_for_as_long_as_its_test_may_take(new_database):
    """A statement outside of a transaction may take as long as any other one."""
    url = parse_database_url(new_database())
    if url.drivername == "sqlite":
        pytest.skip("an SQLite file is not waited for")
    engine = create_engine(url, **engine_options(url, Settings(database_url="", secret_key=""), 10))
    guard(engine, 10, Availability())
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        driver = connection.connection.driver_connection
        assert (driver.autocommit, driver.longest_wait > 10) == (True, True)
    assert (driver.autocommit, driver.longest_wait) == (False, PING_SECONDS)
    engine.dispose()


def test_a_connection_is_tested_if_it_has_rested_or_the_server_has_sent_something(new_database):
    url = parse_database_url(new_database())
    if url.drivername == "sqlite":
        pytest.skip("an SQLite file closes no connection")
    engine = create_engine(url, **engine_options(url, Settings(database_url="", secret_key=""), 10))
    availability, tests = Availability(), []
    guard(engine, 10, availability)
    ping = engine.dialect.do_ping
    engine.dialect.do_ping = lambda connection: tests.append(connection) or ping(connection)

    def used():
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
            return connection.connection.driver_connection

    first = used()
    assert used() is first
    assert tests == []
    first.at_rest_since -= TRUSTED_SECONDS
    assert used() is first
    assert tests == [first]
    # While the database is said to be away, only an answer may say otherwise.
    availability.retry_at = time.monotonic() - 1
    assert used() is first
    assert (tests, availability.retry_at) == ([first, first], 0)
    other = create_engine(url, **engine_options(url, Settings(database_url="", secret_key=""), 0))
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first.info.backend_pid})
    second = used()
    assert second is not first
    assert tests == [first, first, first]
    engine.dispose()
    other.dispose()
