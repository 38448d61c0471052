"""portal check-rows: compares each record with the checksum of what the portal stored; for a nightly timer."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.database.orm import db
from portal.database.statement_timeout import disable_timeout
from portal.database.transactions import begin_reading, transaction
from portal.errors import DamagedRecords
from portal.services.integrity import row_check
from portal.services.operations.job_runs import recorded

_ADVICE = (
    "Look at each record, and at its row in a backup of before the damage (portal restore FILE --verify names the "
    "moment of a backup). Restore that backup or correct the record at the desk; if the present row is right because "
    "somebody changed it with SQL: portal check-rows --accept NUMBER."
)


@click.command("check-rows")
@click.option("--accept", "names", multiple=True, metavar="NAME", help="Take the present row of this record as right.")
@with_appcontext
@recorded("check-rows")
def check_rows(names: tuple[str, ...]) -> None:
    """Compare each record with the checksum of what the portal stored; exit with 1 if any is damaged.

    New and changed records get their checksum.
    """
    for name in names:
        with transaction(db.session()) as session:
            accepted = row_check.accept(session, name)
        what = accepted.label if accepted.label == row_check.TERMS else f"project {accepted.id}, {accepted.label}"
        click.echo(f"Taken as right: {what}.")
    if not names:
        _check()


def _check() -> None:
    begin_reading(db.session())
    disable_timeout(db.session())
    found = row_check.check(db.session())
    with transaction(db.session()) as session:
        disable_timeout(session)
        added = row_check.save_result(session, found)
    for row in found.damaged:
        click.echo(row)
    click.echo(f"{found.compared:,} records compared, {added:,} new or changed ones have a checksum now.")
    if found.damaged:
        count = len(found.damaged)
        raise DamagedRecords(f"{count} {'record is' if count == 1 else 'records are'} damaged. {_ADVICE}")
