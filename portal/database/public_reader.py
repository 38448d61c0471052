"""The reader: the engine of public requests. It cannot write, and sees what is published and nothing else.

Public queries name the tables they always named, and find views of the published rows in their place. PostgreSQL
has these views in a schema of their own (migration 0021). On SQLite each connection makes them for itself, the
file is opened for reading alone, and an authorizer asks of each statement what it touches.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from sqlalchemy import JSON, URL, Column, Engine, Integer, MetaData, String, Table, column, event, table
from sqlalchemy.orm import Session

from portal.database.orm import READER_BIND, UTCDateTime, db

# Views that everybody has: what the public may know of rows that it may not read.
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
_LINKED_TO_PUBLISHED = (
    "SELECT * FROM main.{0} AS link WHERE EXISTS "
    "(SELECT 1 FROM main.project AS p WHERE p.id = link.project_id AND p.published_at IS NOT NULL)"
)
# What the reader of SQLite finds under these names; migration 0021 says the same to PostgreSQL.
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
}
# Public as they are. The text index looks into two tables of its own; it keeps no texts.
_UNRESTRICTED_TABLES = {
    "alembic_version", "catalogue", "catalogue_change", "term", "project_text", "project_text_config",
    "project_text_idx",
}  # fmt: skip
# Whoever asks for a table is known to the authorizer only by the name of the view, or of the WITH clause, it asks
# through. So the views that may read are named as nobody can guess, and those of the known names lead to them.
_VIEW_SUFFIX = secrets.token_hex(8)
_TRUSTED_VIEWS = {f"{name}_{_VIEW_SUFFIX}" for name in _VIEWS}
# What SQLite asks for (sqlite.org/c3ref/c_alter_table.html), and our two answers.
_PRAGMA, _READ, _SELECT, _TRANSACTION, _FUNCTION = 19, 20, 21, 22, 31
_ALLOW, _DENY = 0, 1
# The text index learns by the first whether another wrote, SQLAlchemy by the others whether there is a table.
_ALLOWED_PRAGMAS = {"data_version", "table_info", "table_xinfo"}


@contextmanager
def public_session() -> Iterator[Session]:
    """A session that reads what the public may see, whoever asks: the present one if it serves the public."""
    present, reader = db.session(), db.engines.get(READER_BIND)
    if reader is None or present.get_bind() is reader:
        yield present
        return
    with Session(reader) as session:
        yield session


def postgresql_reader_options(url: URL, options: dict[str, Any]) -> dict[str, Any]:
    """The reader's options, from the address it connects to and the options of the ordinary engine."""
    connect = dict(options["connect_args"])
    if "options" in connect:
        connect["options"] += " -c default_transaction_read_only=on -c search_path=published"
    return {**options, "connect_args": connect, "url": url}


def sqlite_reader_options(url: URL, options: dict[str, Any]) -> dict[str, Any]:
    """The reader's options, from those of the ordinary engine; a file that is missing is not made."""
    file = url.set(database=f"file:{quote(url.database or '')}")
    return {**options, "url": file.update_query_dict({"mode": "ro", "uri": "true"})}


def restrict_sqlite_reader(reader: Engine) -> None:
    """Prepare each connection of the reader when it is made."""
    event.listen(reader, "connect", _restrict_connection)


def _restrict_connection(connection: Any, _record: Any) -> None:
    for name, statement in _VIEWS.items():
        connection.execute(f"CREATE TEMP VIEW {name}_{_VIEW_SUFFIX} AS {statement}")
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM temp.{name}_{_VIEW_SUFFIX}")  # noqa: S608 # no input
    connection.set_authorizer(_authorize)


def _authorize(action: int, subject: str | None, detail: str | None, database: str | None, view: str | None) -> int:
    """Whether a statement may be compiled; asked once for everything it touches."""
    if action == _READ:
        is_view = database in (None, "temp") and (subject in _VIEWS or subject in _TRUSTED_VIEWS)
        allowed = view in _TRUSTED_VIEWS or is_view or subject in _UNRESTRICTED_TABLES
    elif action == _PRAGMA:
        allowed = subject in _ALLOWED_PRAGMAS
    else:
        allowed = action in (_SELECT, _TRANSACTION, _FUNCTION)
    return _ALLOW if allowed else _DENY
