"""The database's shape: migrations and the first terms. A step of its own, never part of a start."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.models import Catalogue, Term
from portal.services.audit import recording
from portal.vocabulary.term_lists import TermListRow, read_term_list

_MIGRATIONS = Path(__file__).parents[2] / "migrations"
# Names the lock that commands of one database wait for; any number that nobody else takes.
_ADVISORY_LOCK_ID = 0x1DF0_0001
_TERM_LISTS = ("theme", "type", "status", "coverage", "region", "country", "sdg", "gcm")


def alembic_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> str:
    """Bring the database to the newest shape; return its revision. A second one at the same time waits."""
    acquire_migration_lock(connection)
    command.upgrade(alembic_config(connection), "head")
    return MigrationContext.configure(connection).get_current_revision() or ""


def acquire_migration_lock(connection: Connection) -> None:
    """Let no other command write until this transaction ends; on SQLite a writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK_ID)))


@cache
def head_revision() -> str:
    """The revision that this version of the portal wants; read once, since it is asked for every few seconds."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def is_current(connection: Connection) -> bool:
    """True when no migration is missing."""
    return MigrationContext.configure(connection).get_current_revision() == head_revision()


def schema_differences(connection: Connection) -> list[object]:
    """What the models say and the database lacks, or the other way round; empty when they agree."""

    def counts(name: str | None, kind: str, _: object) -> bool:
        return not (kind == "table" and name and name.startswith("project_text"))

    context = MigrationContext.configure(connection, opts={"include_name": counts})
    return list(compare_metadata(context, db.metadata))


def seed_terms(session: Session) -> bool:
    """Put the shipped terms and the catalogue's row into a database that has none; say whether it did."""
    if session.execute(select(func.count()).select_from(Term)).scalar_one():
        return False
    planted: dict[tuple[str, str], Term] = {}
    for facet in _TERM_LISTS:
        rows = list(read_term_list(facet))
        # A broader term of the same list may stand anywhere in it, so terms without one go first.
        for position, row in sorted(enumerate(rows), key=lambda item: bool(item[1].parent)):
            if row.parent:
                # Gives the broader terms their ids.
                session.flush()
            planted[facet, row.code] = term = build_term(row, position, planted)
            session.add(term)
        session.flush()
    session.add(Catalogue(id=1, version=0, stamp=secrets.token_hex(8)))
    recording.record_bulk(session, "plant", "term", "all", after={"terms": len(planted)})
    return True


def build_term(row: TermListRow, position: int, seeded: dict[tuple[str, str], Term]) -> Term:
    parent = seeded[row.parent_facet, row.parent] if row.parent else None
    return Term(
        facet=row.facet,
        code=row.code,
        name=row.names["en"],
        names=row.names,
        aliases=list(row.aliases),
        phrase=row.phrase,
        extra={name: value for name, value in row.extra.items() if value},
        position=position,
        parent_id=parent.id if parent else None,
    )
