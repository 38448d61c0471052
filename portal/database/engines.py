"""Engines: how the portal connects to SQLite and PostgreSQL, with the settings that make both behave alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError

from portal.config import Settings
from portal.database.availability import GuardedPool
from portal.database.orm import READER_BIND
from portal.database.public_reader import WITHOUT_TRANSACTION, postgresql_reader_options, sqlite_reader_options
from portal.database.statement_timeout import TIMEOUT_OPTION
from portal.database.write_turns import take_turn
from portal.errors import ConfigurationError

# The option of libpq that says which of several servers to connect to.
TARGET = "target_session_attrs"
_URL_EXAMPLES = "write sqlite:////folder/portal.db or postgresql://user:password@host/name"


def parse_database_url(text: str, name: str = "DATABASE_URL") -> URL:
    """The URL with its driver; raises ConfigurationError if it is malformed or names another kind of database.

    `name` is the setting that holds it, for the message.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError(f"{name} is not a database URL: {_URL_EXAMPLES}.") from error
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise ConfigurationError(f"{name} begins with {url.drivername}: {_URL_EXAMPLES}.")
    return url


def engine_options(url: URL, settings: Settings, statement_seconds: int) -> dict[str, Any]:
    """Options of create_engine; the database cancels a statement after `statement_seconds` (0: no limit)."""
    if url.drivername == "sqlite":
        return sqlite_engine_options(
            threads=settings.threads, statement_seconds=statement_seconds, is_file=is_file_database(url)
        )
    options = postgresql_engine_options(
        threads=settings.threads, statement_seconds=statement_seconds, is_pooled=settings.has_pgbouncer
    )
    if has_several_hosts(url) and TARGET not in url.query:
        # Of a primary and its replicas, only the primary can be written.
        options["connect_args"][TARGET] = "read-write"
    return options


def reader_binds(url: URL, settings: Settings, options: dict[str, Any]) -> dict[str | None, Any]:
    """The options of the public reader (see database.public_reader), by bind name; empty for an in-memory database.

    Raises ConfigurationError if the settings do not fit together.
    """
    if url.drivername == "sqlite":
        if settings.reader_url:
            raise ConfigurationError("PORTAL_READER_URL is for PostgreSQL only: remove it, SQLite does not need it.")
        return {READER_BIND: sqlite_reader_options(url, options)} if is_file_database(url) else {}
    if settings.has_pgbouncer and not settings.reader_url:
        # PgBouncer does not pass on connection settings, so they must be set on the role.
        raise ConfigurationError(
            "PORTAL_PGBOUNCER is set but PORTAL_READER_URL is not: set it to a database role for public requests "
            "(docs/deploying.md, 8)."
        )
    # A replica will do for reading.
    any_server = url.difference_update_query([TARGET])
    role = parse_database_url(settings.reader_url, "PORTAL_READER_URL") if settings.reader_url else any_server
    if role.drivername != url.drivername:
        raise ConfigurationError(
            "PORTAL_READER_URL is not a PostgreSQL URL: it must name the database of DATABASE_URL."
        )
    return {READER_BIND: postgresql_reader_options(role, options)}


def has_several_hosts(url: URL) -> bool:
    """Whether the URL names several servers: `?host=one:5432&host=two:5432`, or in one value with commas."""
    hosts = url.query.get("host", ())
    return "," in hosts if isinstance(hosts, str) else len(hosts) > 1


def is_file_database(url: URL) -> bool:
    return url.database not in (None, "", ":memory:")


# Versions 3.7.0 to 3.51.2 can corrupt a WAL file that several processes write (sqlite.org, "WAL-reset bug").
MIN_SQLITE_VERSION = (3, 51, 3)
CONNECT_TIMEOUT_SECONDS = 3
POOL_TIMEOUT_SECONDS = 5
# A process has more threads than this, but most of them wait, or send what is ready.
POOL_SIZE = 12
# Connections in addition, for background threads.
POOL_OVERFLOW = 2
# A firewall may drop an idle connection after an hour.
POOL_RECYCLE_SECONDS = 1_800


def sqlite_engine_options(*, threads: int, statement_seconds: int = 0, is_file: bool = True) -> dict[str, Any]:
    """Engine options for SQLite: the bundled library and up to POOL_SIZE connections.

    An in-memory database (not `is_file`) has one connection, which all threads share. Raises ConfigurationError if
    the library is older than MIN_SQLITE_VERSION.
    """
    import pysqlite3

    version: tuple[int, ...] = pysqlite3.sqlite_version_info
    if version < MIN_SQLITE_VERSION:
        raise ConfigurationError(
            f"SQLite {pysqlite3.sqlite_version} can corrupt a database that several processes write: "
            "install pysqlite3 0.6.1 or newer (SQLite 3.51.3 or newer)."
        )
    pool = (
        {"pool_size": min(threads, POOL_SIZE), "max_overflow": POOL_OVERFLOW, "pool_timeout": POOL_TIMEOUT_SECONDS}
        if is_file
        else {}
    )
    options, hidden = {TIMEOUT_OPTION: statement_seconds}, {"hide_parameters": True}
    return {"module": pysqlite3, "connect_args": {"timeout": 5}, "execution_options": options, **hidden, **pool}


def postgresql_engine_options(*, threads: int, statement_seconds: int, is_pooled: bool) -> dict[str, Any]:
    """Engine options for PostgreSQL: up to POOL_SIZE connections, tested if they have rested, and recycled.

    If `is_pooled`, PgBouncer shares one server connection between clients, so prepared statements and connection
    settings are not used.
    """
    connect: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": "idf-portal"}
    if is_pooled:
        connect["prepare_threshold"] = None
    else:
        connect["options"] = f"-c statement_timeout={statement_seconds}s -c jit=off"
    return {
        "pool_size": min(threads, POOL_SIZE),
        "max_overflow": POOL_OVERFLOW,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
        "poolclass": GuardedPool,
        # What people typed and who they are stays out of logs.
        "hide_parameters": True,
        # Where a statement has a limit, so has the test of its connection (see availability.guard).
        "pool_pre_ping": not statement_seconds,
        "pool_recycle": POOL_RECYCLE_SECONDS,
        "connect_args": connect,
    }


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith(("pysqlite3", "sqlite3")):
        return
    # The driver begins a transaction only at the first write, so releasing an earlier savepoint would commit.
    # _begin_sqlite begins it explicitly, as on PostgreSQL.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "foreign_keys=ON", "trusted_schema=OFF", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite" and not options.get(WITHOUT_TRANSACTION):
        # A deferred transaction that reads and then writes fails at once, whatever the timeout, if another one wrote
        # in between. So a transaction that will write takes the lock at its start.
        writes = options.get("writes", False)
        if writes:
            take_turn(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
