"""portal demo: three accounts and a queue with work in it, for looking around; never made without being asked for."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.cli.accounts import print_link
from portal.cli.database import import_sample
from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import PortalError
from portal.services.operations import demo as demo_data


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Make an author, a reviewer and an administrator, and work for them; print their one-time links."""
    session = db.session()
    if not demo_data.has_projects(session):
        import_sample()
    begin_writing(session)
    try:
        issued = demo_data.create_accounts(session)
        made = demo_data.fill_queue(session)
    except PortalError as why:
        session.rollback()
        raise click.ClickException(str(why)) from why
    session.commit()
    click.echo(f"{made} revisions were put into the queue.")
    for link in issued:
        print_link(link)
    click.echo("Their addresses end in .invalid: nobody gets mail. Run this again for fresh links.")
