"""portal iati-report: counts what the IATI files leave out, by reason."""

from __future__ import annotations

from collections import Counter
from datetime import date

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.config import Settings
from portal.errors import ConfigurationError
from portal.exports.iati.activity import Publication, express
from portal.exports.iati.omissions import WHOLE_PROJECT
from portal.exports.iati.organisations import reporter_of
from portal.exports.selection import Selection, reading, select_all
from portal.search import Filters


@click.command("iati-report")
@with_appcontext
def iati_report() -> None:
    """Count the projects and fields that IATI files leave out, by reason; /iati/report.csv lists each of them."""
    settings: Settings = current_app.extensions["settings"]
    if (reporter := reporter_of(settings)) is None:
        raise ConfigurationError("This portal publishes no IATI files: set PORTAL_IATI_ORGANISATION.")
    selection = select_all(Filters())
    changed_at = selection.snapshot.changed_at
    today = changed_at.date() if changed_at else date.max
    counts = count_omissions(selection, Publication(reporter, settings.public_url, today))
    left_out = sum(count for (field, _), count in counts.items() if field == WHOLE_PROJECT)
    total = selection.sums.projects
    click.echo(f"{total:,} projects: {total - left_out:,} activities, {left_out:,} left out.")
    for (field, reason), count in sorted(counts.items(), key=lambda item: (item[0][0] != WHOLE_PROJECT, -item[1])):
        click.echo(f"{count:>9,}  {field}: {reason}")


def count_omissions(selection: Selection, publication: Publication) -> Counter[tuple[str, str]]:
    """How many projects leave out a field for a reason, by field and reason."""
    with reading() as connection:
        return Counter(
            pair
            for batch in selection.batches(connection)
            for record in batch
            # A set: a record may leave out several values of one field.
            for pair in {(omission.field, str(omission.reason)) for omission in express(record, publication).omissions}
        )
