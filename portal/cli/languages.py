"""portal guess-languages: guesses the languages of records that state none."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.services.records import language_guesses

_BATCH_SIZE = 500


@click.command("guess-languages")
@with_appcontext
def guess_languages() -> None:
    """Guess the languages of records that state none, as a suggestion for authors.

    Guesses are never published. Run it after an import; what is guessed already is left out.
    """
    total = 0
    while True:
        with transaction(db.session()) as session:
            count = language_guesses.make_guesses(session, _BATCH_SIZE)
        total += count
        if count < _BATCH_SIZE:
            break
    click.echo(f"Guessed the languages of {total:,} records.")
