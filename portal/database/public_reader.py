"""The public reader: the read-only engine of public requests, which sees published rows only.

Its queries use the ordinary table names, which are views of the published rows for this engine. On PostgreSQL the
views are in the schema `published` (migration 0021). On SQLite each connection creates temporary views, the file is
opened read-only, and an authorizer checks what every statement accesses.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import JSON, URL, Boolean, Column, Engine, Integer, MetaData, String, Table, column, event, table
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portal.database.orm import READER_BIND, PublicSession, UTCDateTime, current_scope, db, public_scope

# Views that exist for every engine: what the public may know of rows that it must not read.
WITHDRAWN_ADDRESS = Table(
    "withdrawn_address",
    MetaData(),
    Column("key_folded", String, key="slug_folded"),
    Column("key", String, key="slug"),
    Column("withdrawn_at", UTCDateTime),
    Column("withdrawn_reason", String),
)
PROJECT_EVENT = table(
    "project_event",
    column("id", Integer),
    column("project_id", Integer),
    column("at", UTCDateTime),
    column("verb", String),
    column("before", JSON),
    column("after", JSON),
)
RECORD_TRANSLATION = table(
    "record_translation",
    column("project_id", Integer),
    column("field", String),
    column("language", String),
    column("text", String),
    column("is_machine", Boolean),
    column("is_outdated", Boolean),
)
_LINKED_TO_PUBLISHED = (
    "SELECT * FROM main.{0} AS link WHERE EXISTS "
    "(SELECT 1 FROM main.project AS p WHERE p.id = link.project_id AND p.published_at IS NOT NULL)"
)
# The views of the SQLite reader by table name; migrations 0021 and 0038 define the same ones on PostgreSQL.
_VIEWS = {
    "project": "SELECT * FROM main.project WHERE published_at IS NOT NULL",
    **{name: _LINKED_TO_PUBLISHED.format(name) for name in ("project_country", "project_tag", "former_key")},
    "withdrawn_address": (
        "SELECT key_folded, key, withdrawn_at, withdrawn_reason FROM main.project "
        "WHERE published_at IS NULL AND withdrawn_at IS NOT NULL UNION ALL "
        "SELECT f.key_folded, p.key, p.withdrawn_at, p.withdrawn_reason FROM main.former_key AS f "
        "JOIN main.project AS p ON p.id = f.project_id WHERE p.published_at IS NULL AND p.withdrawn_at IS NOT NULL"
    ),
    "project_event": (
        "SELECT e.id, p.id AS project_id, e.at, e.verb, "
        "CASE WHEN e.verb <> 'withdraw' THEN e.before END AS before, "
        "CASE WHEN e.verb <> 'withdraw' THEN e.after END AS after "
        "FROM main.project AS p JOIN main.audit_event AS e "
        "ON e.subject_kind = 'project' AND e.subject_id = CAST(p.id AS VARCHAR) "
        "WHERE p.published_at IS NOT NULL AND e.verb IN ('publish', 'change', 'publish again', 'withdraw')"
    ),
    # Without the former source, which may have been changed because it should not have been public.
    "record_translation": (
        "SELECT t.project_id, t.field, t.language, t.text, t.is_machine, "
        "coalesce(t.source_text <> CASE t.field WHEN 'title' THEN p.title ELSE p.summary END, 1 = 1) AS is_outdated "
        "FROM main.project_translation AS t JOIN main.project AS p ON p.id = t.project_id "
        "WHERE p.published_at IS NOT NULL"
    ),
}
# Tables that contain nothing confidential. The text index reads two shadow tables; it contains no texts.
_UNRESTRICTED_TABLES = {
    "alembic_version", "catalogue", "catalogue_change", "schema_info", "term", "project_text",
    "project_text_config", "project_text_idx",
}  # fmt: skip
# The authorizer learns only the name of the view or common table expression through which a statement reads a table.
# So the views that may read tables have unguessable names, and the views with the known names select from those.
_VIEW_SUFFIX = secrets.token_hex(8)
_TRUSTED_VIEWS = {f"{name}_{_VIEW_SUFFIX}" for name in _VIEWS}
# Of each connection, a fourth of SQLite's own. The records of a page lie scattered, so it would hold little that is
# read again; the system holds the file in memory once for all processes.
_CACHE_KIB = 500
# The execution option of a connection to SQLite that begins no transaction.
WITHOUT_TRANSACTION = "without_transaction"
# Action codes (sqlite.org/c3ref/c_alter_table.html) and return codes of an authorizer.
_PRAGMA, _READ, _SELECT, _TRANSACTION, _FUNCTION = 19, 20, 21, 22, 31
_ALLOW, _DENY = 0, 1
# FTS5 uses the first to detect writes of other connections, SQLAlchemy the others to inspect tables.
_ALLOWED_PRAGMAS = {"data_version", "table_info", "table_xinfo"}


def use_session(*, is_public: bool) -> None:
    """Choose the session of this request, `db.session`: a public request gets one of the public reader.

    A database in memory has no reader; its public requests use the ordinary session. A session is made when it is used
    first: most pages are in memory.
    """
    is_reader = is_public and READER_BIND in db.engines
    if db.session.registry.has() and isinstance(db.session(), PublicSession) != is_reader:
        db.session.remove()
    public_scope.set(current_scope() if is_reader else 0)


def end_use() -> None:
    """After a request: what this thread does next chooses for itself."""
    public_scope.set(0)


@contextmanager
def public_session() -> Iterator[Session]:
    """A session of the public reader, also within a request of staff; that of the request if it is public."""
    current = db.session()
    if READER_BIND not in db.engines or isinstance(current, PublicSession):
        yield current
        return
    with PublicSession(db) as session:
        yield session


@contextmanager
def statement_connection() -> Iterator[Connection]:
    """A connection of the public reader without a transaction: each statement sees its own state of the database.

    To begin and end a transaction takes as long as a short statement. A public request that has read something goes on
    in its session; so does everything where there is no reader.
    """
    engine = db.engines.get(READER_BIND)
    if engine is None or _has_read():
        with public_session() as session:
            yield session.connection()
        return
    with engine.connect() as connection:
        yield connection.execution_options(**_without_transaction(engine))


def _without_transaction(engine: Engine) -> dict[str, Any]:
    # For SQLAlchemy's own option it would ask SQLite, which needs no asking, for an isolation level.
    return {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {WITHOUT_TRANSACTION: True}


def _has_read() -> bool:
    """Whether this request is public and in a transaction."""
    return db.session.registry.has() and isinstance(session := db.session(), PublicSession) and session.in_transaction()


@contextmanager
def consistent_connection() -> Iterator[Connection]:
    """A connection of the public reader in one transaction, which sees one state of the database until its end."""
    engine = db.engines.get(READER_BIND) or db.engine
    if isinstance(engine, Connection):
        # Somebody else has begun a transaction on it, and ends it.
        yield engine
        return
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def release_session() -> None:
    """End the session of a public request early, so that its connection serves others while an answer is sent."""
    if db.session.registry.has() and isinstance(db.session(), PublicSession):
        db.session.remove()


def postgresql_reader_options(url: URL, options: dict[str, Any]) -> dict[str, Any]:
    """The options of the reader, from its URL and the options of the ordinary engine."""
    connect = {name: value for name, value in options["connect_args"].items() if name != "target_session_attrs"}
    if "options" in connect:
        connect["options"] += " -c default_transaction_read_only=on -c search_path=published"
    return {**options, "connect_args": connect, "url": url}


def sqlite_reader_options(url: URL, options: dict[str, Any]) -> dict[str, Any]:
    """The options of the reader, from the URL and options of the ordinary engine; a missing file is not created."""
    file = url.set(database=f"file:{quote(url.database or '')}").update_query_dict({"mode": "ro", "uri": "true"})
    if is_on_read_only_disk(url) and not Path(f"{url.database}-wal").exists():
        # SQLite would have to create the files of the write-ahead log. Nobody can change the file meanwhile; once the
        # disk can be written again, a restart is needed.
        file = file.update_query_dict({"immutable": "1"})
    return {**options, "url": file}


def is_on_read_only_disk(url: URL) -> bool:
    """Whether an SQLite file is in a folder in which this process cannot create files."""
    folder = Path((url.database or "").removeprefix("file:")).parent
    return url.drivername == "sqlite" and folder.is_dir() and not os.access(folder, os.W_OK)


def restrict_sqlite_reader(reader: Engine) -> None:
    """Create the views on each new connection of the reader and restrict it to them."""
    event.listen(reader, "connect", _restrict_connection)


def _restrict_connection(connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    for name, statement in _VIEWS.items():
        connection.execute(f"CREATE TEMP VIEW {name}_{_VIEW_SUFFIX} AS {statement}")
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM temp.{name}_{_VIEW_SUFFIX}")  # noqa: S608 # no input
    connection.set_authorizer(_authorize)


def _authorize(action: int, subject: str | None, detail: str | None, database: str | None, view: str | None) -> int:
    """The authorizer: SQLite calls it for each access while it compiles a statement."""
    if action == _READ:
        is_view = database in (None, "temp") and (subject in _VIEWS or subject in _TRUSTED_VIEWS)
        allowed = view in _TRUSTED_VIEWS or is_view or subject in _UNRESTRICTED_TABLES
    elif action == _PRAGMA:
        allowed = subject in _ALLOWED_PRAGMAS
    else:
        allowed = action in (_SELECT, _TRANSACTION, _FUNCTION)
    return _ALLOW if allowed else _DENY
