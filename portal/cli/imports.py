"""portal import: imports projects from a file in short transactions and reports every issue."""

from __future__ import annotations

import csv
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TextIO

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from tqdm import tqdm

from portal.cli.database import begin_exclusive_writing, exclusive_transaction
from portal.config import Settings
from portal.database.diagnostics import describe_error
from portal.database.orm import db
from portal.database.public_reader import WITHOUT_TRANSACTION
from portal.errors import PortalError
from portal.services.editorial.notices import overtaken
from portal.services.imports import Report, import_file
from portal.services.imports.runs.undo import undo_run

# Smaller files are parsed faster than a second process starts.
MIN_WORKER_FILE_BYTES = 500_000
CACHE_KIB = 16_000
MAX_BUSY_SECONDS, PAUSE_SECONDS = 1.8, 0.11
# A crash of the machine may lose the last batches; the same command imports them again, so no batch waits for the disk.
BULK_PRAGMAS = (f"cache_size=-{CACHE_KIB}", "synchronous=NORMAL", "wal_autocheckpoint=16000")


def tune_for_bulk(connection: Any, _record: Any) -> None:
    """Tune an SQLite connection for bulk writes, whose rows are scattered over the indexes."""
    for pragma in BULK_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


class ShortTransactions:
    """Runs each batch of a long import in one short transaction, and pauses between them so that others can write."""

    def __init__(self) -> None:
        self._busy = 0.0
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", tune_for_bulk)
            db.engine.dispose()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if self._busy > MAX_BUSY_SECONDS:
            gc.collect()
            if db.engine.dialect.name == "sqlite":
                _pause()
            self._busy = 0.0
        with exclusive_transaction():
            began = time.monotonic()
            yield
        self._busy += time.monotonic() - began


def _pause() -> None:
    """Let others write for PAUSE_SECONDS, and move what is written from the log into the file meanwhile."""
    began = time.monotonic()
    # Nobody who writes waits for that; later it would be done at the end of a transaction, while others do wait.
    # What fails here fails again where it matters, and the log keeps everything.
    outside = db.engine.connect().execution_options(**{WITHOUT_TRANSACTION: True})
    with suppress(OperationalError), outside as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
    # A waiting writer polls SQLite every tenth of a second; without a pause it rarely finds it unlocked.
    time.sleep(max(0.0, began + PAUSE_SECONDS - time.monotonic()))


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Switch automatic garbage collection off; ShortTransactions collects between batches instead."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def open_report(report_path: Path, source: Path) -> TextIO:
    """Open the report for writing, emptied. Raises ClickException if it would overwrite the import or the database."""
    protected = {source: "the file to be imported"}
    if db.engine.dialect.name == "sqlite":
        protected[Path(db.engine.url.database or "")] = "the database"
    for path, description in protected.items():
        # Compares the files themselves, so that links and other spellings of a path are recognised.
        if report_path.exists() and path.is_file() and report_path.samefile(path):
            raise click.ClickException(f"--report {report_path} is {description} itself. Choose another file.")
    try:
        return report_path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise click.ClickException(
            f"--report {report_path} cannot be written ({error.strerror}). Choose a file in a folder you can write to."
        ) from error


@click.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and store nothing; blocks other writers meanwhile.")
@click.option("--report", "report_path", type=click.Path(path_type=Path), help="Write every issue to this CSV file.")
@click.option(
    "--new-terms",
    type=click.Choice(["add", "refuse"]),
    default="refuse",
    show_default=True,
    help="Add terms that are in no list yet, or refuse their rows.",
)
@click.option("--id-prefix", default="", metavar="TEXT", help="Prefix each Projects ID with TEXT.")
@click.option(
    "--iati-prefix",
    metavar="ORGANISATION",
    help="In identifiers of IATI activities, cut off this organisation instead of PORTAL_IATI_ORGANISATION: of "
    "XM-DAC-47066-LM.0024 the Projects ID is LM.0024. Other identifiers stay whole.",
)
@click.option("--allow-emptying", is_flag=True, help="Store rows that empty stated public fields.")
@click.option("--allow-replacing", is_flag=True, help="Store rows that change title and countries of a record at once.")
@click.option("--undo", "undone_run", type=int, metavar="RUN", help="Undo an import run instead of importing a file.")
@with_appcontext
def import_(
    file: Path | None,
    dry_run: bool,
    report_path: Path | None,
    new_terms: Literal["add", "refuse"],
    id_prefix: str,
    iati_prefix: str | None,
    allow_emptying: bool,
    allow_replacing: bool,
    undone_run: int | None,
) -> None:
    """Import projects from a file; valid rows are stored and invalid rows reported.

    FILE is CSV, XLSX, JSON Lines, an activity file of IATI 2.01 to 2.03 or 360Giving JSON, also inside .gz or .xz; its
    content decides, not its name. Downloads of a portal come back as they were: import them with --new-terms add.

    Rows are stored in batches. If the import is interrupted, run the same command again to continue.
    """
    if undone_run is not None:
        _undo(undone_run)
        return
    if file is None:
        raise click.UsageError("Name the FILE to import, or the run to undo with --undo RUN.")
    settings: Settings = current_app.extensions["settings"]
    own_prefix = settings.iati_organisation if iati_prefix is None else iati_prefix
    prefixes = {"id_prefix": id_prefix, "iati_prefix": own_prefix}
    allowed = {"allow_emptying": allow_emptying, "allow_replacing": allow_replacing}
    report = _run_import(file, report_path, new_terms, dry_run=dry_run, **prefixes, **allowed)
    click.echo(report.summary(dry_run=dry_run))
    if report.run_id and not dry_run:
        click.echo(f"Import run {report.run_id}. To undo it: portal import --undo {report.run_id}")
    if report.refused:
        sys.exit(1)


def _run_import(
    file: Path, report_path: Path | None, new_terms: Literal["add", "refuse"], *, dry_run: bool, **options: Any
) -> Report:
    with ExitStack() as stack:
        report_writer = csv.writer(stack.enter_context(open_report(report_path, file))) if report_path else None
        report = Report(report_writer)
        bar = stack.enter_context(tqdm(unit=" rows", disable=not sys.stderr.isatty()))
        stack.enter_context(without_garbage_collection())
        stack.enter_context(_import_errors(report, dry_run=dry_run))
        if dry_run:
            begin_exclusive_writing()
        import_file(
            db.session(),
            file,
            new_terms=new_terms,
            report=report,
            batch_context=None if dry_run else ShortTransactions(),
            in_worker=file.stat().st_size > MIN_WORKER_FILE_BYTES,
            on_total=bar.reset,
            on_progress=bar.update,
            on_changed=overtaken.tell_of_import,
            **options,
        )
    return report


def _undo(run_id: int) -> None:
    with exclusive_transaction() as session:
        result = undo_run(session, run_id, on_changed=overtaken.tell_of_undone_import)
    click.echo(
        f"Import run {run_id} is undone: {result.restored:,} records restored, {result.removed:,} removed, "
        f"{result.withdrawn:,} withdrawn, {result.edited:,} left as they are because they have changed since."
    )


@contextmanager
def _import_errors(report: Report, *, dry_run: bool) -> Iterator[None]:
    """Roll back what is not committed; turn errors into one line that says how far the import came."""
    try:
        yield
    except PortalError as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        if report.rows and not dry_run and (message := describe_error(error)):
            raise click.ClickException(
                f"{message} {report.rows:,} rows have been processed. Import the file again to continue."
            ) from error
        raise
    finally:
        db.session.rollback()
