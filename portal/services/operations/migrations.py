"""Database migrations and the seeding of terms. A separate command, never part of starting the portal."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, String, column, func, inspect, select, table
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.errors import IncompatibleTables
from portal.models import Catalogue, ProjectTag, SchemaInfo, Term
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.text.folding import fold
from portal.vocabulary.term_lists import TermListRow, read_term_list

_MIGRATIONS = Path(__file__).parents[2] / "migrations"
_VERSION = table("alembic_version", column("version_num", String))
# Identifies the advisory lock of the portal's commands; an arbitrary number.
_ADVISORY_LOCK_ID = 0x1DF0_0001
_TOO_OLD = "The tables are those of an older version ({}, and this one needs {}): run portal migrate."
_TOO_NEW = (
    "A newer version has changed the tables ({}; this version knows them up to {}) so that this one does not fit them: "
    "install the newer version, or restore the backup made before its update."
)
_TERM_LISTS = ("theme", "type", "status", "coverage", "region", "country", "sdg", "gcm")


def alembic_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> str:
    """Run all pending migrations in the caller's transaction and return the schema revision.

    Raises IncompatibleTables if a newer version has made the tables.
    """
    if newer := newer_revision(connection):
        raise IncompatibleTables(_TOO_NEW.format(newer, head_revision()))
    command.upgrade(alembic_config(connection), "head")
    return current_revision(connection)


def acquire_migration_lock(connection: Connection) -> None:
    """Block other commands until this transaction ends; SQLite allows only one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK_ID)))


@cache
def head_revision() -> str:
    """The schema revision that this version needs; cached, because health checks ask every few seconds."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def current_revision(connection: Connection) -> str:
    """The schema revision of the database; empty if it has no tables of the portal."""
    # Every process asks once a second, and Alembic takes several times as long for the same.
    if not connection.dialect.has_table(connection, _VERSION.name):
        return ""
    return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none() or ""


def newer_revision(connection: Connection) -> str:
    """The schema revision of the database if this version does not know it, else empty."""
    revision = current_revision(connection)
    return "" if revision in _known_revisions() else revision


def find_mismatch(connection: Connection) -> str:
    """Why this version must not run on the tables, in a sentence with the remedy; empty if it may."""
    revision = current_revision(connection)
    if revision == head_revision():
        return ""
    if not revision:
        return "The database has no tables of the portal yet: run portal migrate."
    if revision in _known_revisions():
        return _TOO_OLD.format(revision, head_revision())
    return "" if _oldest_code(connection) in _known_revisions() else _TOO_NEW.format(revision, head_revision())


def require_match(connection: Connection) -> None:
    """Raise IncompatibleTables if this version must not run on the tables."""
    if mismatch := find_mismatch(connection):
        raise IncompatibleTables(mismatch)


@cache
def _known_revisions() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    return frozenset(("", *(script.revision for script in scripts)))


def _oldest_code(connection: Connection) -> str:
    """What the newest migration names as the oldest code that may run; "?" in a database that is not the portal's."""
    if not inspect(connection).has_table(SchemaInfo.__tablename__):
        return "?"
    return connection.execute(select(SchemaInfo.oldest_code)).scalar_one()


def schema_differences(connection: Connection) -> list[object]:
    """The differences between the models and the database; empty if they agree."""

    def is_compared(name: str | None, kind: str, _: object) -> bool:
        return not (kind == "table" and name and name.startswith("project_text"))

    context = MigrationContext.configure(connection, opts={"include_name": is_compared})
    return list(compare_metadata(context, db.metadata))


def seed_terms(session: Session) -> bool:
    """Insert the bundled terms and the catalogue row if there are no terms; return whether it did."""
    if session.execute(select(func.count()).select_from(Term)).scalar_one():
        return False
    seeded: dict[tuple[str, str], Term] = {}
    for facet in _TERM_LISTS:
        rows = list(read_term_list(facet))
        # A parent may come later in the same list, so terms without a parent are inserted first.
        for position, row in sorted(enumerate(rows), key=lambda item: bool(item[1].parent)):
            if row.parent:
                # Assigns the ids of the parents.
                session.flush()
            seeded[facet, row.code] = term = build_term(row, position, seeded)
            session.add(term)
        session.flush()
    session.add(Catalogue(id=1, version=0, stamp=secrets.token_hex(8)))
    recording.record_bulk(session, "plant", "term", "all", after={"terms": len(seeded)})
    return True


def add_new_aliases(session: Session) -> int:
    """Add the bundled spellings that no stored term of their list has yet; return how many terms got some."""
    terms = list(session.execute(select(Term)).scalars())
    known = {(term.facet, fold(text)) for term in terms for text in (*term.names.values(), *term.aliases, term.code)}
    by_code = {(term.facet, term.code): term for term in terms}
    changed = 0
    for facet in _TERM_LISTS:
        for row in read_term_list(facet):
            term = by_code.get((facet, row.code))
            added = [alias for alias in row.aliases if (facet, fold(alias)) not in known]
            if term is not None and added:
                term.aliases = [*term.aliases, *added]
                changed += 1
    if changed:
        recording.record_bulk(session, "add spellings", "term", "all", after={"terms": changed})
        Catalogue.touch(session, None)
    return changed


def add_new_forms(session: Session) -> int:
    """Add the bundled forms of sentences that terms lack which keep their bundled name; return how many got some."""
    by_code = {(term.facet, term.code): term for term in session.execute(select(Term)).scalars()}
    changed = 0
    for facet in _TERM_LISTS:
        for row in read_term_list(facet):
            term = by_code.get((facet, row.code))
            added = row.forms_of(term.names) if term is not None else {}
            if term is not None and (added := {name: form for name, form in added.items() if name not in term.extra}):
                term.extra = term.extra | added
                changed += 1
    if changed:
        # Until terms had forms, search documents lacked the names of Goals and objectives.
        text_index.repair(session, session.execute(select(ProjectTag.project_id).distinct()).scalars().all())
        recording.record_bulk(session, "add forms", "term", "all", after={"terms": changed})
        Catalogue.touch(session, None)
    return changed


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
