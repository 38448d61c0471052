"""The Flask-SQLAlchemy extension `db`, the base class of all models, and column types shared by them."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import DateTime, Engine, MetaData, String
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

READER_BIND = "reader"  # the bind name of the public reader


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PublicSession(Session):
    """The session of a public request: it uses the public reader for everything."""

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **options: Any,
    ) -> Engine | Connection:
        return super().get_bind(mapper=mapper, clause=clause, bind=bind or self._db.engines[READER_BIND], **options)


db = SQLAlchemy(model_class=Base)
# The scope of the public request that this thread answers, 0 for none. Its session, made when it is used first, is a
# PublicSession; what begins a context of its own meanwhile has another scope, and an ordinary session.
public_scope: ContextVar[int] = ContextVar("public_scope", default=0)
_make_ordinary = db.session.registry.createfunc


def _make_session() -> Session:
    """The session of a request or command, at its first use."""
    return PublicSession(db) if public_scope.get() == current_scope() else _make_ordinary()


def current_scope() -> int:
    """What the session of this request or command belongs to; never 0."""
    scope: int = db.session.registry.scopefunc()
    return scope


db.session.registry.createfunc = _make_session

if TYPE_CHECKING:
    # mypy does not know db.Model, which Flask-SQLAlchemy creates at run time.
    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


class UTCDateTime(TypeDecorator[datetime]):
    """A datetime in UTC: SQLite drops the time zone, and PostgreSQL returns the session's one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def bytewise_text(length: int | None = None) -> String:
    """Text compared and sorted byte by byte on every database, whatever its locale."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def now() -> datetime:
    """The current time in UTC, without microseconds."""
    return datetime.now(UTC).replace(microsecond=0)
