"""The commands of an operator: parses, calls one service, prints, commits."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from tqdm import tqdm

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import PortalError
from portal.models import Catalogue, Project
from portal.search.consistency import find_inconsistencies
from portal.search.fulltext.text_index import find_stale_documents, rebuild, repair
from portal.search.index.snapshot import load_snapshot
from portal.services.accounts import second_factor
from portal.services.imports import Report, import_file
from portal.services.operations import migrations
from portal.services.operations.backup import back_up
from portal.services.operations.sample import remove_sample

SAMPLE_FILE = Path(__file__).parent.parent / "sample" / "idf_projects.csv"


def begin_exclusive_writing() -> None:
    """Begin a transaction that writes; commands of one database take turns."""
    begin_writing(db.session())
    migrations.acquire_migration_lock(db.session.connection())


def migrate_database() -> None:
    """Migrate in one transaction, then plant the first terms and fill a text index that a migration emptied."""
    if db.engine.dialect.name == "sqlite":
        folder = db.engine.url.database
        if folder and folder != ":memory:":
            Path(folder).parent.mkdir(parents=True, exist_ok=True)
            # The one command that makes a database (see cli.group); with the rights that SQLite would give.
            Path(folder).touch(mode=0o644)
        # Write-ahead logging is a property of the file: set once, before any worker opens it.
        raw = db.engine.raw_connection()
        raw.execute("PRAGMA journal_mode=WAL")
        raw.close()
    with db.engine.execution_options(writes=True).begin() as connection:
        revision = migrations.migrate(connection)
    begin_exclusive_writing()
    migrations.seed_terms(db.session())
    repair(db.session(), find_stale_documents(db.session()))
    _, lost = second_factor.reencrypt_secrets(db.session())
    db.session.commit()
    click.echo(f"The database is at revision {revision}.")
    if lost:
        click.echo(
            f"{lost} second factors cannot be read, because SECRET_KEY was changed: put the former key into "
            "SECRET_KEY_BEFORE and run this once more.",
            err=True,
        )


@click.command("migrate")
@click.option("--sample-if-empty", is_flag=True, help="Put the sample records into a database without projects.")
@with_appcontext
def migrate(sample_if_empty: bool) -> None:
    """Bring the database to the newest shape; the only step that changes tables."""
    migrate_database()
    if sample_if_empty and not db.session.execute(select(func.count()).select_from(Project)).scalar_one():
        import_sample()


@click.command("sample")
@click.option("--remove", is_flag=True, help="Take the sample records out again.")
@with_appcontext
def sample(remove: bool) -> None:
    """Put in the 100 sample records that ship with the portal."""
    if remove:
        begin_exclusive_writing()
        removed, withdrawn = remove_sample(db.session())
        db.session.commit()
        click.echo(f"{removed} sample records removed.")
        if withdrawn:
            click.echo(
                f"{withdrawn} more were withdrawn and not removed, because staff had worked on them: what they typed "
                "is kept, and the addresses say that these were a sample."
            )
    else:
        import_sample()


def import_sample() -> None:
    report = Report()
    begin_exclusive_writing()
    import_file(db.session(), SAMPLE_FILE, is_sample=True, report=report)
    db.session.commit()
    click.echo(f"Sample records: {report.added} added, {report.changed} changed, {report.unchanged} unchanged.")


@click.group("index")
def index() -> None:
    """The index of the directory and the text index."""


@index.command("check")
@with_appcontext
def check_index() -> None:
    """Compare index, text index and journal with the tables; says what differs and ends with 1."""
    snapshot = load_snapshot(db.session())
    found = list(find_inconsistencies(db.session(), snapshot))
    for difference in found:
        click.echo(difference)
    if found:
        sys.exit(1)
    click.echo(f"Index, text index and tables agree: {len(snapshot.index.all_rows):,} projects.")


@index.command("rebuild")
@with_appcontext
def rebuild_index() -> None:
    """Write the text index anew from the tables, and have every process read all projects anew."""
    begin_exclusive_writing()
    with tqdm(unit=" projects", disable=not sys.stderr.isatty()) as bar:
        count = rebuild(db.session(), bar.update)
    Catalogue.touch(db.session(), None)
    db.session.commit()
    click.echo(f"The text index was written anew: {count:,} projects.")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the SQLite database to a new FILE while the portal runs, and check the copy."""
    try:
        size = back_up(db.engine, file)
    except PortalError as why:
        raise click.ClickException(str(why)) from why
    click.echo(f"{file}: {size / 1e6:.1f} MB, checked.")


COMMANDS = (migrate, sample, index, backup)
