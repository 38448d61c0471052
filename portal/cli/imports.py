"""portal import: a file into projects, in short turns, with a report of every finding."""

from __future__ import annotations

import csv
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, TextIO

import click
from flask.cli import with_appcontext
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from portal.cli.database import begin_exclusive_writing
from portal.database.diagnostics import describe_error
from portal.database.orm import db
from portal.errors import PortalError
from portal.services.imports import Report, import_file

# Bytes of a file from which a second process is worth its start.
MIN_WORKER_FILE_BYTES = 500_000
CACHE_KIB = 48_000
MAX_BUSY_SECONDS, PAUSE_SECONDS = 1.8, 0.11
# What a crash of the machine takes back, the same command brings in again; so batches need not wait for the disk.
BULK_PRAGMAS = (f"cache_size=-{CACHE_KIB}", "synchronous=NORMAL", "wal_autocheckpoint=16000")


def tune_for_bulk(connection: Any, _record: Any) -> None:
    """Prepare a connection to SQLite for much writing: rows of one batch lie all over the indexes."""
    for pragma in BULK_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


class ShortTransactions:
    """Short transactions of a long run of writing, between which others get their turn to write."""

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
                # Who waits for SQLite looks again after a tenth of a second, and meets a free moment only by luck.
                time.sleep(PAUSE_SECONDS)
            self._busy = 0.0
        begin_exclusive_writing()
        began = time.monotonic()
        yield
        db.session.commit()
        self._busy += time.monotonic() - began


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Keep the collector of garbage from looking through every batch; Turns lets it in now and then."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def open_report(report_path: Path, source: Path) -> TextIO:
    """The file for the report, emptied; raise ClickException where it would take the place of what is needed."""
    needed = {source: "the file to be imported"}
    if db.engine.dialect.name == "sqlite":
        needed[Path(db.engine.url.database or "")] = "the database"
    for path, what in needed.items():
        # By whatever name or link: what counts is the file behind it.
        if report_path.exists() and path.is_file() and report_path.samefile(path):
            raise click.ClickException(f"--report {report_path} is {what} itself: name another file.")
    try:
        return report_path.open("w", encoding="utf-8-sig", newline="")
    except OSError as why:
        raise click.ClickException(
            f"--report {report_path} cannot be written ({why.strerror}): name a file in a folder you can write to."
        ) from why


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
            target = csv.writer(stack.enter_context(open_report(report_path, file)))
        report = Report(target)
        bar = stack.enter_context(tqdm(unit=" rows", disable=not sys.stderr.isatty()))
        stack.enter_context(without_garbage_collection())
        if dry_run:
            begin_exclusive_writing()
        try:
            import_file(
                db.session(),
                file,
                new_terms=new_terms,
                report=report,
                id_prefix=id_prefix,
                batch_context=None if dry_run else ShortTransactions(),
                in_worker=file.stat().st_size > MIN_WORKER_FILE_BYTES,
                on_total=bar.reset,
                on_progress=bar.update,
            )
        except PortalError as why:
            db.session.rollback()
            raise click.ClickException(str(why)) from why
        except SQLAlchemyError as why:
            db.session.rollback()
            if report.rows and not dry_run and (words := describe_error(why)):
                raise click.ClickException(
                    f"{words} {report.rows:,} rows are answered for; import the file again to carry on."
                ) from why
            raise
        db.session.rollback()
    click.echo(report.summary(dry_run=dry_run))
    if report.refused:
        sys.exit(1)
