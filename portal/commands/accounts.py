"""portal account: the first administrator, and what an operator does when nobody can sign in."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from portal.errors import Incomplete, PortalError
from portal.models import Account, db
from portal.services import accounts, email_change, links, mail, notices
from portal.services.links import IssuedLink, Purpose
from portal.services.writing import begin_writing
from portal.vocabulary import Role

# Stands in until the operator gives a contact address; .invalid belongs to nobody (RFC 2606).
NOBODY = "administrator@portal.invalid"


@click.group("account")
def account() -> None:
    """Accounts of staff."""


def show(link: IssuedLink) -> None:
    """Print a link once; it is kept nowhere."""
    click.echo(f"{link.name} <{link.email}> chooses a password here, once, within 30 minutes:")
    click.echo(f"  {link.address(current_app.extensions['settings'].public_url)}")


def wanted(session: Session, email: str) -> Account:
    found = accounts.find(session, email)
    if found is None:
        raise click.ClickException(f"There is no account {email}. portal account list shows all.")
    return found


@account.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The name that colleagues see.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AUTHOR.value, show_default=True)
@with_appcontext
def add(email: str, name: str, role: str) -> None:
    """Add an account and print its one-time link."""
    session = db.session()
    begin_writing(session)
    purpose = Purpose.FIRST if accounts.is_first_start(session) else Purpose.INVITE
    try:
        link = links.issue(session, accounts.add(session, email=email, name=name, role=role), purpose)
    except Incomplete as why:
        session.rollback()
        raise click.ClickException(" ".join(str(fault) for fault in why.faults)) from why
    session.commit()
    show(link)


@account.command("first")
@with_appcontext
def first() -> None:
    """Print a link for the first administrator, as long as nobody has a password; else print nothing."""
    session = db.session()
    begin_writing(session)
    everyone = accounts.everyone(session)
    if any(one.password_hash for one in everyone):
        session.rollback()
        return
    contact = current_app.extensions["settings"].contact
    found = next((one for one in everyone if one.is_administrator and not one.is_disabled), None)
    if found is None:
        email = contact if "@" in contact else NOBODY
        found = accounts.add(session, email=email, name="First administrator", role=Role.ADMINISTRATOR)
    link = links.issue(session, found, Purpose.FIRST)
    session.commit()
    click.echo("Nobody can sign in yet.")
    show(link)


@account.command("list")
@with_appcontext
def list_() -> None:
    """Show all accounts."""
    for one in accounts.everyone(db.session()):
        seen = f"last signed in {one.signed_in_at:%Y-%m-%d}" if one.signed_in_at else "never signed in"
        factor = "second factor" if one.has_second_factor else "no second factor"
        state = "disabled" if one.is_disabled else seen
        click.echo(f"{one.email}\t{one.name}\t{one.role}\t{factor}\t{state}")


@account.command("email")
@click.argument("email")
@click.argument("other")
@with_appcontext
def email_(email: str, other: str) -> None:
    """Give an account another e-mail address, and end its sessions at once."""
    session = db.session()
    begin_writing(session)
    found = wanted(session, email)
    try:
        before = email_change.change(session, found, other, by=None, proof=None)
    except PortalError as why:
        session.rollback()
        raise click.ClickException(str(why)) from why
    session.commit()
    settings = current_app.extensions["settings"]
    for to in (before, found.email):
        event, detail = notices.Event.EMAIL, found.email
        mail.attempt(notices.letter(event, to=to, name=found.name, settings=settings, detail=detail), settings)
    click.echo(f"{before} is {found.email} now.")


@account.command("disable")
@click.argument("email")
@with_appcontext
def disable(email: str) -> None:
    """Shut an account and end its sessions at once."""
    session = db.session()
    begin_writing(session)
    try:
        accounts.disable(session, wanted(session, email), by=None)
    except PortalError as why:
        session.rollback()
        raise click.ClickException(str(why)) from why
    session.commit()
    click.echo(f"{email} is disabled.")


@account.command("link")
@click.argument("email")
@click.option("--new-second-factor", is_flag=True, help="For a lost device: set up another one at the next sign-in.")
@with_appcontext
def link(email: str, new_second_factor: bool) -> None:
    """Print a one-time link with which an account chooses a password."""
    session = db.session()
    begin_writing(session)
    found = wanted(session, email)
    try:
        if new_second_factor:
            accounts.remove_second_factor(session, found, by=None, proof=None)
        issued = accounts.link_for(session, found, by=None)
    except PortalError as why:
        session.rollback()
        raise click.ClickException(str(why)) from why
    session.commit()
    show(issued)
    if new_second_factor:
        settings = current_app.extensions["settings"]
        event = notices.Event.NO_SECOND_FACTOR
        mail.attempt(notices.letter(event, to=found.email, name=found.name, settings=settings), settings)
