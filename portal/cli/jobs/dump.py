"""portal dump: writes the files of all projects and their description into a folder; for a nightly timer."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.config import Settings
from portal.exports.document import Document
from portal.exports.dump.folder import write_dump
from portal.exports.iati.organisations import reporter_of
from portal.exports.licence import licence_named
from portal.exports.selection import Selection
from portal.services.operations.job_runs import recorded


@click.command("dump")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--address", default="", metavar="URL", help="Where the folder is served, for the description.")
@with_appcontext
@recorded("dump")
def dump(folder: Path, address: str) -> None:
    """Write all projects into FOLDER: CSV, JSON Lines, IATI, their description and what changed since the last dump.

    Run again without a change, it writes the same bytes.
    """
    try:
        written = write_dump(folder, _describe, address)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written ({error.strerror}). Choose another folder.") from error
    state = "" if written.is_new else " Nothing has changed since the last dump."
    click.echo(f"{written.projects:,} projects in {len(written.files)} files, with their description.{state}")


def _describe(selection: Selection) -> Document:
    settings: Settings = current_app.extensions["settings"]
    is_sample = bool(selection.snapshot.sample_count)
    return Document(
        site=settings.full_name,
        public_url=settings.public_url,
        operator=settings.operator,
        heading="All projects",
        sentence="All projects",
        address=f"{settings.public_url}/projects.csv",
        page_address=f"{settings.public_url}/projects/",
        changed_at=selection.snapshot.changed_at,
        licence=licence_named(settings.licence, settings.licence_url),
        sums=selection.sums,
        note="Records that are samples are marked; their totals are not the Fund’s." if is_sample else "",
        iati_reporter=reporter_of(settings),
    )
