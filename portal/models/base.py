"""The database door `db`, the base of all models, and what each database needs to behave like the other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import DateTime, Engine, MetaData, String, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from portal.errors import Misconfigured
from portal.models.deadline import STATEMENT_SECONDS

# 3.7.0 to 3.51.2 can corrupt a WAL file that several processes write (sqlite.org, "WAL-reset bug").
SQLITE_FLOOR = (3, 51, 3)
CONNECT_SECONDS = 5
# Connections beyond one a thread, for what works beside the requests.
POOL_OVERFLOW = 2
# A firewall between the two may forget a quiet connection after an hour.
POOL_RECYCLE_SECONDS = 1_800
# The name of the reader among the engines, and where a session notes that it serves the public.
READER = "reader"
IS_PUBLIC = "is public"


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can drop what they made."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class RoutedSession(Session):
    """A session that goes through the reader (see models.reader) while it is noted that it serves the public."""

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **options: Any,
    ) -> Engine | Connection:
        if bind is None and self.info.get(IS_PUBLIC):
            bind = self._db.engines.get(READER)
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **options)


db = SQLAlchemy(model_class=Base, session_options={"class_": RoutedSession})

if TYPE_CHECKING:
    # mypy does not see the attribute db.Model (flask-sqlalchemy makes it at run time).
    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: SQLite forgets the zone, PostgreSQL answers in the zone of its session."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def key_text(length: int | None = None) -> String:
    """Text that every database compares and sorts byte by byte, whatever its language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def now() -> datetime:
    """The present moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def sqlite_engine_options(*, threads: int, statement_seconds: int = 0, is_file: bool = True) -> dict[str, Any]:
    """Engine options for an SQLite address: a connection for each thread; our own engine build, refused if too old.

    A statement may take `statement_seconds` (0: as long as it likes). A database that is no file has one connection,
    which all threads share.
    """
    import pysqlite3

    found: tuple[int, ...] = pysqlite3.sqlite_version_info
    if found < SQLITE_FLOOR:
        raise Misconfigured(
            f"SQLite {pysqlite3.sqlite_version} can corrupt a database that several processes write: "
            "install pysqlite3 0.6.1 or newer (SQLite 3.51.3 or newer)."
        )
    pool = {"pool_size": threads, "max_overflow": POOL_OVERFLOW} if is_file else {}
    limit = {STATEMENT_SECONDS: statement_seconds}
    return {"module": pysqlite3, "connect_args": {"timeout": 5}, "execution_options": limit, **pool}


def postgresql_engine_options(*, threads: int, statement_seconds: int, is_pooled: bool) -> dict[str, Any]:
    """Engine options for a PostgreSQL address: a connection for each thread, tried before use, renewed in time.

    A statement may take `statement_seconds` (0: as long as it likes). `is_pooled` says that PgBouncer stands in
    front: it hands one connection to many, so none may keep prepared statements or settings of its own.
    """
    connect: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "idf-portal"}
    if is_pooled:
        connect["prepare_threshold"] = None
    else:
        connect["options"] = f"-c statement_timeout={statement_seconds}s -c jit=off"
    return {
        "pool_size": threads,
        "max_overflow": POOL_OVERFLOW,
        "pool_timeout": CONNECT_SECONDS,
        "pool_pre_ping": True,
        "pool_recycle": POOL_RECYCLE_SECONDS,
        "connect_args": connect,
    }


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith(("pysqlite3", "sqlite3")):
        return
    # The driver opens a transaction only at the first write, so a savepoint before it would commit
    # on release. Opening it ourselves (below) makes both databases alike.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "foreign_keys=ON", "trusted_schema=OFF", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A deferred transaction that reads first and then writes fails at once when another wrote
        # meanwhile, whatever the timeout; writers say so when they begin.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
