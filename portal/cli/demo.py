"""portal demo: creates four accounts and a queue with revisions to review, for trying the portal out."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.cli.accounts import print_link
from portal.cli.database import import_sample
from portal.database.orm import db
from portal.database.transactions import transaction
from portal.services.operations import demo as demo_data


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Add demo authors, a reviewer and an administrator, fill the queue, and print their one-time links."""
    if not demo_data.has_projects(db.session()):
        import_sample()
    with transaction(db.session()) as session:
        issued = demo_data.create_accounts(session)
        count = demo_data.fill_queue(session)
    click.echo(f"{count} revisions were added to the queue.")
    for link in issued:
        print_link(link)
    click.echo("Their addresses end in .invalid, so nobody gets mail. Run portal demo again for new links.")
