"""Restoring a PostgreSQL dump: into a scratch database on the same server, which then takes the name of the live one.

The live database is renamed, not dropped. Both names change in one transaction, while nobody is connected.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from portal.database.orm import now
from portal.errors import RestoreFailed
from portal.services.operations.backups import postgresql_dump
from portal.services.operations.backups.manifest import Manifest, differing_counts, digest
from portal.services.operations.backups.postgresql_dump import ProgramFailed

_SCRATCH = "portal_restore_"
_MAINTENANCE = "postgres"
_MAX_NAME = 63
_DISCONNECT_SECONDS = 15


class PostgresqlTarget:
    """The live database; `make_engine` connects to another one on its server as the portal does."""

    def __init__(self, url: URL, make_engine: Callable[[URL], Engine]) -> None:
        self._url, self._make_engine = url, make_engine
        self.live = url.database or ""

    def engine_of_live(self) -> Engine | None:
        """A connection to the live database; None if there is none."""
        engine = self._make_engine(self._url)
        try:
            engine.connect().close()
        except SQLAlchemyError:
            engine.dispose()
            return None
        return engine

    def exists(self) -> bool:
        """Whether there is a live database; one to which nobody can connect counts as none."""
        engine = self.engine_of_live()
        if engine:
            engine.dispose()
        return engine is not None

    @contextmanager
    def scratch(
        self, backup: Path, manifest: Manifest | None, *, is_live: bool
    ) -> Iterator[tuple[Engine, Callable[[], str]]]:
        """The backup as a database of its own, and what puts it in the place of the live one; gone after the block.

        Raises RestoreFailed if the backup is not whole.
        """
        _check(backup, manifest)
        name = f"{_SCRATCH}{token_hex(4)}"
        with self._maintenance() as server:
            _drop_unused(server)
            _create(server, backup, name, is_live=is_live)
            engine = self._make_engine(self._url.set(database=name))
            try:
                _load(backup, engine.url, is_live=is_live)
                yield engine, lambda: self._replace(server, engine)
            finally:
                engine.dispose()
                server.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))

    @contextmanager
    def _maintenance(self) -> Iterator[Connection]:
        """A connection to the server that is in neither database."""
        engine = self._make_engine(self._url.set(database=_MAINTENANCE))
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                yield connection
        finally:
            engine.dispose()

    def _replace(self, server: Connection, engine: Engine) -> str:
        """Give the scratch database the name of the live one; returns the name that the replaced one has now."""
        engine.dispose()
        scratch = str(engine.url.database)
        found = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not server.execute(found, {"name": self.live}).first():
            server.execute(text(f"ALTER DATABASE {_quoted(scratch)} RENAME TO {_quoted(self.live)}"))
            return ""
        stamp = f"_replaced_{now():%Y%m%dt%H%M%Sz}"
        replaced = self.live[: _MAX_NAME - len(stamp)] + stamp
        _disconnect(server, self.live)
        try:
            # One message is one transaction: nobody sees the server without the live name.
            server.exec_driver_sql(
                f"BEGIN; ALTER DATABASE {_quoted(self.live)} RENAME TO {_quoted(replaced)}; "
                f"ALTER DATABASE {_quoted(scratch)} RENAME TO {_quoted(self.live)}; COMMIT"
            )
        except SQLAlchemyError:
            with suppress(SQLAlchemyError):
                server.exec_driver_sql("ROLLBACK")
            _allow(server, self.live, True)
            raise
        return f"the database {replaced}"


def _check(backup: Path, manifest: Manifest | None) -> None:
    """Read the dump to its end and compare it with its manifest, before anything is made."""
    if not postgresql_dump.is_dump(backup):
        raise RestoreFailed(f"{backup} is not a dump in the custom format: name a file that portal backup wrote.")
    if manifest and digest(backup) != manifest.sha256:
        raise RestoreFailed(f"{backup} is damaged: its checksum is not that of its manifest. Take another backup.")
    try:
        counts = postgresql_dump.count_dumped_rows(backup)
    except ProgramFailed as error:
        raise RestoreFailed(f"{backup} cannot be read ({error}). Take another backup.") from error
    if "alembic_version" not in counts:
        raise RestoreFailed(f"{backup} is not a database of the portal: it has none of its tables.")
    if manifest and (differing := differing_counts(manifest.counts, counts)):
        raise RestoreFailed(f"{backup} is not what its manifest says: {differing}. Take another backup.")


def _create(server: Connection, backup: Path, name: str, *, is_live: bool) -> None:
    """Create the scratch database as the dumped one was: encoding, order of texts, settings and who may connect."""
    statements = _database_statements(backup, name)
    if not is_live:
        statements = statements[:1]
    try:
        for statement in statements:
            server.exec_driver_sql(statement)
    except DBAPIError as error:
        message = str(error.orig).strip().splitlines()[0]
        advice = (
            "Let the role make databases, and take that back afterwards: ALTER ROLE ... CREATEDB."
            if getattr(error.orig, "sqlstate", None) == "42501"
            else "See docs/deploying.md, 6."
        )
        raise RestoreFailed(f"A database to restore into cannot be made ({message}). {advice}") from error


def _database_statements(backup: Path, name: str) -> list[str]:
    script = postgresql_dump.run("pg_restore", "--create", "--section=pre-data", "--file=-", backup)
    created = re.search(r'^CREATE DATABASE ("(?:[^"]|"")+"|\S+) .*$', script, re.MULTILINE)
    if created is None:
        raise RestoreFailed(f"{backup} does not say how its database was made: name a file that portal backup wrote.")
    own = re.escape(created[1])
    about = rf"^(?:CREATE DATABASE|ALTER DATABASE|(?:GRANT|REVOKE) [A-Z, ]+ ON DATABASE) {own} .*;$"
    found = (line[0] for line in re.finditer(about, script, re.MULTILINE))
    return [line.replace(f" {created[1]} ", f' "{name}" ', 1) for line in found if " OWNER TO " not in line]


def _load(backup: Path, url: URL, *, is_live: bool) -> None:
    # Who may read is of no concern to a database that is only verified, and its roles may be missing here.
    privileges = [] if is_live else ["--no-privileges"]
    into = f"--dbname={postgresql_dump.address(url)}"
    try:
        postgresql_dump.run("pg_restore", "--exit-on-error", "--no-owner", *privileges, into, backup, url=url)
    except ProgramFailed as error:
        role = re.search(r'role "([^"]+)" does not exist', str(error))
        advice = f"Make the role first: createuser {role[1]}." if role else "The live database is as it was."
        raise RestoreFailed(f"{backup} could not be restored ({error}). {advice}") from error


def _disconnect(server: Connection, name: str) -> None:
    """Let nobody connect to a database and end all its sessions. Raises RestoreFailed and allows them again."""
    _allow(server, name, False)
    ending = text("SELECT pg_terminate_backend(pid), usename FROM pg_stat_activity WHERE datname = :name")
    deadline = time.monotonic() + _DISCONNECT_SECONDS
    try:
        while server.execute(ending, {"name": name}).all():
            if time.monotonic() > deadline:
                raise RestoreFailed(f"Sessions of {name} do not end: stop the portal and run this again.")
            time.sleep(0.05)
    except DBAPIError as error:
        _allow(server, name, True)
        raise RestoreFailed(
            f"Sessions of another role are connected to {name}: stop the portal (systemctl stop portal.socket "
            "portal.service) and run this again."
        ) from error
    except RestoreFailed:
        _allow(server, name, True)
        raise


def _allow(server: Connection, name: str, is_allowed: bool) -> None:
    server.execute(text(f"ALTER DATABASE {_quoted(name)} WITH ALLOW_CONNECTIONS {'true' if is_allowed else 'false'}"))


def _drop_unused(server: Connection) -> None:
    """Drop what a killed run left: scratch databases to which nobody is connected."""
    left = text(
        "SELECT datname FROM pg_database WHERE datname LIKE :pattern AND pg_get_userbyid(datdba) = current_user "
        "AND NOT EXISTS (SELECT 1 FROM pg_stat_activity AS session WHERE session.datname = pg_database.datname)"
    )
    for name in server.execute(left, {"pattern": _SCRATCH.replace("_", r"\_") + "%"}).scalars().all():
        with suppress(OperationalError):
            server.execute(text(f"DROP DATABASE IF EXISTS {_quoted(name)}"))


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
