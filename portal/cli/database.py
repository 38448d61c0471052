"""portal migrate, sample and index: each parses its arguments, calls services, commits and prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from tqdm import tqdm

from portal.config import Settings
from portal.database.orm import READER_BIND, db
from portal.database.public_reader import is_on_read_only_disk
from portal.database.transactions import begin_writing, transaction
from portal.models import Catalogue, Project
from portal.search.consistency import find_inconsistencies
from portal.search.fulltext.text_index import find_stale_documents, rebuild, repair
from portal.search.index.snapshot import Snapshot, load_snapshot
from portal.search.index.storage.shared_files import shared_files
from portal.services.accounts import second_factor
from portal.services.imports import Report, import_file
from portal.services.mail import outbox
from portal.services.operations import migrations
from portal.services.operations.reserved_slugs import move_reserved_slugs
from portal.services.operations.sample import remove_sample
from portal.services.operations.sort_titles import refresh_sort_titles

SAMPLE_FILE = Path(__file__).parent.parent / "sample" / "idf_projects.csv"


def begin_exclusive_writing(*, on_any_tables: bool = False) -> None:
    """Begin a write transaction that waits until no other command writes to this database.

    Raises IncompatibleTables if this version must not run on its tables, unless `on_any_tables`.
    """
    begin_writing(db.session())
    connection = db.session.connection()
    migrations.acquire_migration_lock(connection)
    if not on_any_tables:
        migrations.require_match(connection)


@contextmanager
def exclusive_transaction(*, on_any_tables: bool = False) -> Iterator[Session]:
    """Run the block in one write transaction, as `begin_exclusive_writing` begins it."""
    with transaction(db.session(), begin=False) as session:
        begin_exclusive_writing(on_any_tables=on_any_tables)
        yield session


def migrate_database() -> None:
    """Migrate, seed the terms, rebuild missing search documents and re-encrypt TOTP secrets.

    All in one transaction: a run that is killed has changed nothing, and the next one starts again.
    """
    prepare_sqlite_file()
    with exclusive_transaction(on_any_tables=True) as session:
        connection = session.connection()
        newer = migrations.newer_revision(connection)
        if newer and not migrations.find_mismatch(connection):
            click.echo(
                f"The database is at revision {newer}, which is newer than this version ({migrations.head_revision()}) "
                "but lets it run: nothing was changed."
            )
            return
        revision = migrations.migrate(connection)
        if not migrations.seed_terms(session):
            migrations.add_new_aliases(session)
            migrations.add_new_forms(session)
        refresh_sort_titles(session)
        moved = move_reserved_slugs(session)
        repair(session, find_stale_documents(session))
        _, lost = second_factor.reencrypt_secrets(session)
        outbox.reencrypt(session)
    click.echo(f"The database is at revision {revision}.")
    for before, after in moved:
        click.echo(f"/projects/{before} is a page of the portal now: that record moved to /projects/{after}.")
    if lost:
        click.echo(
            f"{lost} second factors cannot be decrypted because SECRET_KEY was changed. Put the previous key (in "
            "development, that of instance/secret_key) into SECRET_KEY_FALLBACKS and run portal migrate again.",
            err=True,
        )


def prepare_sqlite_file() -> None:
    """Create the SQLite file if there is none, and set what is stored in it before any worker opens it."""
    if db.engine.dialect.name != "sqlite":
        return
    folder = db.engine.url.database
    if folder and folder != ":memory:":
        Path(folder).parent.mkdir(parents=True, exist_ok=True)
        # The only command that creates a database (see cli.group), with the permissions SQLite would use.
        Path(folder).touch(mode=0o644)
    raw = db.engine.raw_connection()
    raw.execute("PRAGMA journal_mode=WAL")
    raw.close()


def check_read_only_database() -> None:
    """Let the portal start on a disk that cannot be written, if the tables are those of this version."""
    reader = db.engines.get(READER_BIND)
    if reader is None or not reader_fits(reader):
        raise click.ClickException(
            f"{db.engine.url.database} is in a folder that cannot be written, so it cannot be migrated: correct the "
            "permissions of the folder, or its disk."
        )
    click.echo("The disk is read-only. The tables are those of this version: public pages can be served.", err=True)


def reader_fits(reader: Engine) -> bool:
    with reader.connect() as connection:
        return not migrations.find_mismatch(connection)


@click.command("migrate")
@click.option("--sample-if-empty", is_flag=True, help="Import the sample records if there are no projects.")
@with_appcontext
def migrate(sample_if_empty: bool) -> None:
    """Create or update the database; the only command that changes tables."""
    if is_on_read_only_disk(db.engine.url):
        check_read_only_database()
        return
    migrate_database()
    if sample_if_empty and not db.session.execute(select(func.count()).select_from(Project)).scalar_one():
        import_sample()


@click.command("sample")
@click.option("--remove", is_flag=True, help="Remove the sample records.")
@with_appcontext
def sample(remove: bool) -> None:
    """Import the 100 sample records that come with the portal."""
    if remove:
        with exclusive_transaction() as session:
            removed, withdrawn = remove_sample(session)
        click.echo(f"{removed} sample records removed.")
        if withdrawn:
            click.echo(
                f"{withdrawn} more were withdrawn instead of removed because staff have worked on them. Their "
                "revisions remain, and their addresses say that they were sample records."
            )
    else:
        import_sample()


def import_sample() -> None:
    """Import the sample records in one transaction and print the counts."""
    report = Report()
    with exclusive_transaction() as session:
        import_file(session, SAMPLE_FILE, is_sample=True, report=report)
    click.echo(f"Sample records: {report.added} added, {report.changed} changed, {report.unchanged} unchanged.")


@click.group("index")
def index() -> None:
    """Check or rebuild the search indexes."""


@index.command("check")
@with_appcontext
def check_index() -> None:
    """Compare the indexes and the journal with the tables; print differences and exit with 1 if there are any."""
    snapshot = load_snapshot(db.session())
    inconsistencies = list(find_inconsistencies(db.session(), snapshot))
    inconsistencies += stored_file_inconsistencies(snapshot)
    for inconsistency in inconsistencies:
        click.echo(inconsistency)
    if inconsistencies:
        sys.exit(1)
    click.echo(f"Index, text index and tables agree: {len(snapshot.index.all_rows):,} projects.")


def stored_file_inconsistencies(snapshot: Snapshot) -> list[str]:
    """The same of the file that the processes of this machine map, if there is one of this state."""
    settings: Settings = current_app.extensions["settings"]
    files = shared_files(settings.snapshots_folder, settings.database_url)
    file = files.open(snapshot.catalogue_version) if files else None
    if file is None:
        return []
    return [f"kept file: {found}" for found in find_inconsistencies(db.session(), file.snapshot(snapshot.terms))]


@index.command("rebuild")
@with_appcontext
def rebuild_index() -> None:
    """Rebuild the text index from the tables and make every process reload its snapshot."""
    with exclusive_transaction() as session:
        with tqdm(unit=" projects", disable=not sys.stderr.isatty()) as bar:
            count = rebuild(session, bar.update)
        Catalogue.touch(session, None)
    click.echo(f"The text index was rebuilt: {count:,} projects.")


COMMANDS = (migrate, sample, index)
