"""The commands of an operator: parses, calls one service, prints, commits."""

from __future__ import annotations

import csv
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import click
from flask.cli import with_appcontext
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from tqdm import tqdm

from portal.errors import PortalError
from portal.models import Catalogue, Project, db
from portal.search.agreement import differences
from portal.search.snapshot import take
from portal.search.text import check, rebuild, repair
from portal.services import schema, second_factor
from portal.services.backup import back_up
from portal.services.intake import Report, import_file, remove_sample
from portal.services.writing import begin_writing

# Bytes of a file from which a second process is worth its start.
AHEAD_FROM = 500_000
CACHE_KIB = 48_000
BUSY_SECONDS, PAUSE_SECONDS = 1.8, 0.11
# What a crash of the machine takes back, the same command brings in again; so batches need not wait for the disk.
HURRIED = (f"cache_size=-{CACHE_KIB}", "synchronous=NORMAL", "wal_autocheckpoint=16000")
SAMPLE = Path(__file__).parent / "sample" / "idf_projects.csv"


def begin_turn() -> None:
    """Begin a transaction that writes; commands of one database take turns."""
    begin_writing(db.session())
    schema.wait_for_turn(db.session.connection())


def migrate_database() -> None:
    """Migrate in one transaction, then plant the first terms and fill a text index that a migration emptied."""
    if db.engine.dialect.name == "sqlite":
        folder = db.engine.url.database
        if folder and folder != ":memory:":
            Path(folder).parent.mkdir(parents=True, exist_ok=True)
        # Write-ahead logging is a property of the file: set once, before any worker opens it.
        raw = db.engine.raw_connection()
        raw.execute("PRAGMA journal_mode=WAL")
        raw.close()
    with db.engine.execution_options(writes=True).begin() as connection:
        revision = schema.migrate(connection)
    begin_turn()
    schema.plant(db.session())
    repair(db.session(), check(db.session()))
    _, lost = second_factor.seal_all(db.session())
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
        put_sample()


@click.command("sample")
@click.option("--remove", is_flag=True, help="Take the sample records out again.")
@with_appcontext
def sample(remove: bool) -> None:
    """Put in the 100 sample records that ship with the portal."""
    if remove:
        count = remove_sample(db.session())
        db.session.commit()
        click.echo(f"{count} sample records removed.")
    else:
        put_sample()


def put_sample() -> None:
    report = Report()
    begin_turn()
    import_file(db.session(), SAMPLE, is_sample=True, report=report)
    db.session.commit()
    click.echo(f"Sample records: {report.added} added, {report.changed} changed, {report.unchanged} unchanged.")


def hurry(connection: Any, _record: Any) -> None:
    """Prepare a connection to SQLite for much writing: rows of one batch lie all over the indexes."""
    for pragma in HURRIED:
        connection.execute(f"PRAGMA {pragma}")


class Turns:
    """Short transactions of a long run of writing, between which others get their turn to write."""

    def __init__(self) -> None:
        self._busy = 0.0
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", hurry)
            db.engine.dispose()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if self._busy > BUSY_SECONDS:
            gc.collect()
            if db.engine.dialect.name == "sqlite":
                # Who waits for SQLite looks again after a tenth of a second, and meets a free moment only by luck.
                time.sleep(PAUSE_SECONDS)
            self._busy = 0.0
        begin_turn()
        began = time.monotonic()
        yield
        db.session.commit()
        self._busy += time.monotonic() - began


@contextmanager
def no_collections() -> Iterator[None]:
    """Keep the collector of garbage from looking through every batch; Turns lets it in now and then."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing; others cannot write meanwhile.")
@click.option("--report", "report_path", type=click.Path(path_type=Path), help="Write every finding to this CSV file.")
@click.option("--new-terms", type=click.Choice(["add", "refuse"]), default="refuse", show_default=True)
@click.option("--id-prefix", default="", metavar="TEXT", help="Put this before each Projects ID.")
@with_appcontext
def import_(
    file: Path, dry_run: bool, report_path: Path | None, new_terms: Literal["add", "refuse"], id_prefix: str
) -> None:
    """Import projects from a CSV or XLSX file; good rows go in, faulty rows are reported.

    Rows are kept by the thousand as they go in. When the run is broken off, the same command carries on.
    """
    with ExitStack() as stack:
        target = None
        if report_path:
            target = csv.writer(stack.enter_context(report_path.open("w", encoding="utf-8-sig", newline="")))
        report = Report(target)
        bar = stack.enter_context(tqdm(unit=" rows", disable=not sys.stderr.isatty()))
        stack.enter_context(no_collections())
        if dry_run:
            begin_turn()
        try:
            import_file(
                db.session(),
                file,
                new_terms=new_terms,
                report=report,
                id_prefix=id_prefix,
                keep=None if dry_run else Turns(),
                is_ahead=file.stat().st_size > AHEAD_FROM,
                total=bar.reset,
                progress=bar.update,
            )
        except PortalError as why:
            db.session.rollback()
            raise click.ClickException(str(why)) from why
        except OperationalError as why:
            db.session.rollback()
            raise click.ClickException(
                f"The database did not answer or was busy for too long ({why.orig}). "
                f"{0 if dry_run else report.rows:,} rows are answered for; import the file again to carry on."
            ) from why
        db.session.rollback()
    click.echo(report.summary(dry_run=dry_run))
    if report.refused:
        sys.exit(1)


@click.group("index")
def index() -> None:
    """The index of the directory and the text index."""


@index.command("check")
@with_appcontext
def check_index() -> None:
    """Compare index, text index and journal with the tables; says what differs and ends with 1."""
    snapshot = take(db.session())
    found = list(differences(db.session(), snapshot))
    for difference in found:
        click.echo(difference)
    if found:
        sys.exit(1)
    click.echo(f"Index, text index and tables agree: {len(snapshot.index.everything):,} projects.")


@index.command("rebuild")
@with_appcontext
def rebuild_index() -> None:
    """Write the text index anew from the tables, and have every process read all projects anew."""
    begin_turn()
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


COMMANDS = (migrate, sample, import_, index, backup)
