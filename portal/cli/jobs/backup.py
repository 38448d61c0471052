"""portal backup and restore: a checked copy of the database, and the way back from it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import URL, Engine, create_engine

from portal.config import Settings
from portal.database.engines import engine_options, parse_database_url
from portal.database.orm import db
from portal.services.accounts.disabled_accounts import LIST_OPTION
from portal.services.operations.backups import restore as restoring
from portal.services.operations.backups.backup import back_up
from portal.services.operations.backups.restore import RestoreReport
from portal.services.operations.job_runs import recorded

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=_FILE)
@with_appcontext
@recorded("backup")
def backup(file: Path) -> None:
    """Copy the database to a new FILE while the portal runs, and compare the copy with it.

    SQLite becomes an SQLite file, PostgreSQL a dump in the custom format of pg_dump. Beside it lie FILE.manifest.json,
    which restoring compares it with, and a list of the disabled accounts.
    """
    manifest = back_up(db.engine, file)
    rows = sum(manifest.counts.values())
    click.echo(f"{file}: {manifest.size / 1e6:.1f} MB, {len(manifest.counts)} tables with {rows:,} rows, checked.")


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--verify", is_flag=True, help="Only try it in a scratch place; the live database stays as it is.")
@click.option("--send", is_flag=True, help="Send the mail that was waiting in the backup, which is held otherwise.")
@with_appcontext
def restore(file: Path, verify: bool, send: bool) -> None:
    """Replace the database by the backup FILE, or with --verify only try it.

    The backup is compared with its manifest, brought to the tables of this version, and its rows and indexes are
    examined. Accounts that were disabled since stay disabled; sessions and one-time links end. The replaced state is
    kept. With --verify, exits with 1 if anything is damaged.
    """
    url = parse_database_url(_settings().database_url)
    if verify:
        report = restoring.verify(url, file, _make_engine)
    else:
        own_list = db.engine.get_execution_options().get(LIST_OPTION)
        report = restoring.restore(url, file, _make_engine, own_list=own_list, sends_mail=send)
    _print(file, report, verify=verify)
    if verify and report.problems:
        sys.exit(1)


def _print(file: Path, report: RestoreReport, *, verify: bool) -> None:
    moment = report.taken_at or report.changed_at
    as_of = f"as of {moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "of an unknown moment"
    last = f"; its last change is of {report.changed_at:%Y-%m-%d %H:%M:%S} UTC" if report.changed_at else ""
    click.echo(f"{file}: the portal {as_of}{last}.")
    counted = "Rows of all tables are as many as its manifest says" if report.is_counted else "There is no manifest"
    click.echo(
        f"{counted}. {report.projects:,} records, {report.compared:,} compared with their checksums, "
        f"{report.uncompared:,} without one; text index rebuilt with {report.documents:,} documents."
    )
    for line in report.problems:
        click.echo(f"Damaged: {line}.")
    if verify:
        click.echo("It can be restored; nothing was changed." if not report.problems else "Nothing was changed.")
        return
    for line in report.steps:
        click.echo(line)
    replaced = report.replaced_state
    click.echo("Restored." + (f" The replaced state is {replaced}: delete it when all is well." if replaced else ""))


def _make_engine(url: URL) -> Engine:
    return create_engine(url, **engine_options(url, _settings(), 0))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
