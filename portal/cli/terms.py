"""portal terms: lists the terms of a facet, and renames, merges and removes them."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.cli.database import exclusive_transaction
from portal.database.orm import db
from portal.services.operations import terms as term_changes
from portal.vocabulary.facets import TERM_FACETS

_LIST = click.Choice(TERM_FACETS)


@click.group("terms")
def terms() -> None:
    """List, rename, merge and remove the terms of the lists."""


@terms.command("list")
@click.argument("list", type=_LIST)
@click.option("--unused", is_flag=True, help="Only terms that no record, draft or narrower term has.")
@with_appcontext
def list_(list: str, unused: bool) -> None:
    """Print the terms of LIST: code, records, open drafts, name and other spellings, separated by tabs."""
    click.echo("code\trecords\tdrafts\tname\tother spellings")
    for use in term_changes.list_terms(db.session(), list):
        if not (unused and use.is_used):
            aliases = "; ".join(use.term.aliases)
            click.echo(f"{use.term.code}\t{use.records}\t{use.drafts}\t{use.term.name}\t{aliases}")


@terms.command("rename")
@click.argument("list", type=_LIST)
@click.argument("code")
@click.argument("name")
@click.option("--language", type=click.Choice(["en", "fr", "es"]), default="en", show_default=True)
@with_appcontext
def rename(list: str, code: str, name: str, language: str) -> None:
    """Give the term CODE of LIST another NAME. Its code stays, and its former name still finds it."""
    with exclusive_transaction() as session:
        term = term_changes.get_term(session, list, code)
        count = term_changes.rename(session, term, name, language=language)
    click.echo(f"Renamed {code} of the list {list}: {name}, on {term_changes.count_of(count, 'record')}.")


@terms.command("merge")
@click.argument("list", type=_LIST)
@click.argument("code")
@click.argument("into")
@with_appcontext
def merge(list: str, code: str, into: str) -> None:
    """Put everything under CODE of LIST under the term INTO, and remove CODE. Its spellings still find records."""
    with exclusive_transaction() as session:
        term, target = (term_changes.get_term(session, list, text) for text in (code, into))
        count = term_changes.merge(session, term, target)
    click.echo(f"Merged {code} into {into} in the list {list}, with {term_changes.count_of(count, 'record')}.")


@terms.command("remove")
@click.argument("list", type=_LIST)
@click.argument("code")
@with_appcontext
def remove(list: str, code: str) -> None:
    """Remove the term CODE of LIST. A term that anything has is refused: merge it instead."""
    with exclusive_transaction() as session:
        term_changes.remove(session, term_changes.get_term(session, list, code))
    click.echo(f"Removed {code} from the list {list}.")
