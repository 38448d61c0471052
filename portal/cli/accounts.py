"""portal account: the first administrator, and what an operator does when nobody can sign in."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import PortalError, ValidationFailed
from portal.models import Account
from portal.services import mail
from portal.services.accounts import administration, email_change, notifications, one_time_links
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.vocabulary.workflow import Role

# Stands in until the operator gives a contact address; .invalid belongs to nobody (RFC 2606).
PLACEHOLDER_EMAIL = "administrator@portal.invalid"


@click.group("account")
def account() -> None:
    """Accounts of staff."""


def print_link(link: IssuedLink) -> None:
    """Print a link once; it is kept nowhere."""
    click.echo(f"{link.name} <{link.email}> chooses a password here, once, within 30 minutes:")
    click.echo(f"  {link.url(current_app.extensions['settings'].public_url)}")


def get_account(session: Session, email: str) -> Account:
    found = administration.find_by_email(session, email)
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
    purpose = Purpose.FIRST if administration.has_no_accounts(session) else Purpose.INVITE
    try:
        link = one_time_links.issue(
            session, administration.add_account(session, email=email, name=name, role=role), purpose
        )
    except ValidationFailed as why:
        session.rollback()
        raise click.ClickException(" ".join(str(fault) for fault in why.errors)) from why
    session.commit()
    print_link(link)


@account.command("first")
@with_appcontext
def first() -> None:
    """Print a link for the first administrator, as long as nobody has a password; else print nothing."""
    session = db.session()
    begin_writing(session)
    everyone = administration.list_accounts(session)
    if any(one.password_hash for one in everyone):
        session.rollback()
        return
    contact = current_app.extensions["settings"].contact
    found = next((one for one in everyone if one.is_administrator and not one.is_disabled), None)
    if found is None:
        email = contact if "@" in contact else PLACEHOLDER_EMAIL
        found = administration.add_account(session, email=email, name="First administrator", role=Role.ADMINISTRATOR)
    link = one_time_links.issue(session, found, Purpose.FIRST)
    session.commit()
    click.echo("Nobody can sign in yet.")
    print_link(link)


@account.command("list")
@with_appcontext
def list_() -> None:
    """Show all accounts."""
    for one in administration.list_accounts(db.session()):
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
    found = get_account(session, email)
    try:
        before = email_change.set_email(session, found, other, by=None, auth_session=None)
    except PortalError as why:
        session.rollback()
        raise click.ClickException(str(why)) from why
    session.commit()
    settings = current_app.extensions["settings"]
    for to in (before, found.email):
        event, detail = notifications.SecurityEvent.EMAIL_CHANGED, found.email
        mail.send_quietly(
            notifications.security_notification(event, to=to, name=found.name, settings=settings, detail=detail),
            settings,
        )
    click.echo(f"{before} is {found.email} now.")


@account.command("disable")
@click.argument("email")
@with_appcontext
def disable(email: str) -> None:
    """Shut an account and end its sessions at once."""
    session = db.session()
    begin_writing(session)
    try:
        administration.disable(session, get_account(session, email), by=None)
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
    found = get_account(session, email)
    try:
        if new_second_factor:
            administration.remove_second_factor(session, found, by=None, auth_session=None)
        issued = administration.issue_link(session, found, by=None)
    except PortalError as why:
        session.rollback()
        raise click.ClickException(str(why)) from why
    session.commit()
    print_link(issued)
    if new_second_factor:
        settings = current_app.extensions["settings"]
        event = notifications.SecurityEvent.SECOND_FACTOR_REMOVED
        mail.send_quietly(
            notifications.security_notification(event, to=found.email, name=found.name, settings=settings), settings
        )
