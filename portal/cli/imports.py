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

from portal.cli.database import begin_turn
from portal.database.diagnostics import said
from portal.database.orm import db
from portal.errors import PortalError
from portal.services.imports import Report, import_file

# Bytes of a file from which a second process is worth its start.
AHEAD_FROM = 500_000
CACHE_KIB = 48_000
BUSY_SECONDS, PAUSE_SECONDS = 1.8, 0.11
# What a crash of the machine takes back, the same command brings in again; so batches need not wait for the disk.
HURRIED = (f"cache_size=-{CACHE_KIB}", "synchronous=NORMAL", "wal_autocheckpoint=16000")


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


def opened(place: Path, source: Path) -> TextIO:
    """The file for the report, emptied; raise ClickException where it would take the place of what is needed."""
    needed = {source: "the file to be imported"}
    if db.engine.dialect.name == "sqlite":
        needed[Path(db.engine.url.database or "")] = "the database"
    for path, what in needed.items():
        # By whatever name or link: what counts is the file behind it.
        if place.exists() and path.is_file() and place.samefile(path):
            raise click.ClickException(f"--report {place} is {what} itself: name another file.")
    try:
        return place.open("w", encoding="utf-8-sig", newline="")
    except OSError as why:
        raise click.ClickException(
            f"--report {place} cannot be written ({why.strerror}): name a file in a folder that is there and yours."
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
            target = csv.writer(stack.enter_context(opened(report_path, file)))
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
        except SQLAlchemyError as why:
            db.session.rollback()
            if report.rows and not dry_run and (words := said(why)):
                raise click.ClickException(
                    f"{words} {report.rows:,} rows are answered for; import the file again to carry on."
                ) from why
            raise
        db.session.rollback()
    click.echo(report.summary(dry_run=dry_run))
    if report.refused:
        sys.exit(1)
