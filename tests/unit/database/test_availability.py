"""A PostgreSQL server that hangs is remembered for a moment, and only the watching thread tries again."""

import socket
import socketserver
import struct
import threading
import time

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from portal.config import Settings
from portal.database.availability import (
    GRACE_SECONDS,
    PING_SECONDS,
    TRUSTED_SECONDS,
    Availability,
    Away,
    BoundedConnection,
    guard,
)
from portal.database.engines import engine_options, parse_database_url

GREETING = {b"server_version": b"15.0", b"client_encoding": b"UTF8", b"standard_conforming_strings": b"on"}
# What a client asks for that this server does not have: encryption by TLS and by GSSAPI.
NOT_SPOKEN = (struct.pack("!i", 80877103), struct.pack("!i", 80877104))


@pytest.fixture
def silent():
    """The port of a server that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield server.getsockname()[1]


@pytest.fixture
def silent_after_login():
    """The port of a server that lets everybody in, and then says nothing."""
    # What PostgreSQL sends once it has let a client in: that it has, its version and encoding, and that it is ready.
    settings = b"".join(message(b"S", name + b"\0" + value + b"\0") for name, value in GREETING.items())
    welcome = message(b"R", struct.pack("!i", 0)) + settings + message(b"Z", b"I")

    class Greeting(socketserver.BaseRequestHandler):
        def handle(self):
            asked = self.request.recv(4_096)
            while asked[4:8] in NOT_SPOKEN:
                self.request.sendall(b"N")
                asked = self.request.recv(4_096)
            self.request.sendall(welcome)
            while self.request.recv(4_096):
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeting) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def message(kind, content):
    return kind + struct.pack("!i", len(content) + 4) + content


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


@pytest.fixture
def pooled(new_database):
    """An engine of PostgreSQL, what is known of its server, and the list of connections that were tested."""
    url = parse_database_url(new_database())
    if url.drivername == "sqlite":
        pytest.skip("an SQLite file closes no connection")
    engine = create_engine(url, **engine_options(url, Settings(database_url="", secret_key=""), 10))
    availability, tested = Availability(), []
    guard(engine, 10, availability)
    ping = engine.dialect.do_ping
    engine.dialect.do_ping = lambda connection: tested.append(connection) or ping(connection)
    yield engine, availability, tested
    engine.dispose()


def used(engine, before=None, rested=0.0):
    """The driver's connection of a statement that runs after this one has rested for so many seconds."""
    if before:
        before.at_rest_since = time.monotonic() - rested
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
        return connection.connection.driver_connection


def test_a_connection_is_tested_once_it_has_rested(pooled):
    engine, _, tested = pooled
    first = used(engine)
    assert used(engine, first) is first
    assert tested == []
    assert used(engine, first, TRUSTED_SECONDS + 1) is first
    assert tested == [first]


def test_while_the_database_is_said_to_be_away_only_an_answer_says_otherwise(pooled):
    engine, availability, tested = pooled
    first = used(engine)
    availability.retry_at = time.monotonic() - 1
    assert used(engine, first) is first
    assert (tested, availability.retry_at) == ([first], 0)


def test_a_connection_that_the_server_has_closed_is_replaced_however_short_its_rest(pooled):
    engine, _, tested = pooled
    first, settings = used(engine), Settings(database_url="", secret_key="")
    other = create_engine(engine.url, **engine_options(engine.url, settings, 0))
    with other.connect() as connection:
        ended = text("SELECT pg_terminate_backend(:pid, 5000)")
        assert connection.execute(ended, {"pid": first.info.backend_pid}).scalar_one()
    other.dispose()
    assert used(engine, first) is not first
    assert tested == [first]


def test_a_new_connection_is_not_tested_so_a_server_that_hangs_then_is_given_up_in_time(silent_after_login):
    """As a pooler does, it takes connections while the database behind it hangs."""
    availability = Availability(retry_at=time.monotonic() - 1)
    error, waited = asked(engine_on(silent_after_login, availability))
    assert waited < 1 + GRACE_SECONDS + 1
    assert not isinstance(error.orig, Away)
    assert availability.retry_at
