"""portal account: create the first administrator, and manage accounts when nobody can sign in."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.orm import db
from portal.database.transactions import transaction
from portal.models import Account
from portal.services.accounts import administration, email_change, one_time_links
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.editorial import handover
from portal.text.email_addresses import is_email, normalise_email
from portal.vocabulary.workflow import Role

# Used until the operator configures a contact address; nobody can own a .invalid domain (RFC 2606).
PLACEHOLDER_EMAIL = "administrator@portal.invalid"


@click.group("account")
def account() -> None:
    """Manage staff accounts."""


def print_link(link: IssuedLink) -> None:
    """Print a one-time link; its token is not stored, so it cannot be printed later."""
    click.echo(f"{link.name} <{link.email}> can choose a password here, once, within {link.validity}:")
    click.echo(f"  {link.url(_settings().public_url)}")


def get_account(session: Session, email: str) -> Account:
    account_row = administration.find_by_email(session, email)
    if account_row is None:
        raise click.ClickException(f"There is no account {email}. Run portal account list to see all accounts.")
    return account_row


@account.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The name that colleagues see.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AUTHOR.value, show_default=True)
@with_appcontext
def add(email: str, name: str, role: str) -> None:
    """Add an account and print its one-time link."""
    with transaction(db.session()) as session:
        purpose = Purpose.FIRST if administration.has_no_accounts(session) else Purpose.INVITE
        added = administration.add_account(session, email=email, name=name, role=role)
        link = one_time_links.issue(session, added, purpose)
    print_link(link)
    _say_that_nobody_was_asked(added)


@account.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@with_appcontext
def role_(email: str, role: str) -> None:
    """Change the role of an account and end its sessions at once."""
    with transaction(db.session()) as session:
        changed = get_account(session, email)
        previous = changed.role
        administration.change_role(session, changed, role, by=None, auth_session=None)
    click.echo(f"{changed.email} is now: {changed.role}.")
    if changed.role != previous:
        _say_that_nobody_was_asked(changed)


@account.command("first")
@with_appcontext
def first() -> None:
    """Print a link for the first administrator; print nothing once anyone has a password."""
    with transaction(db.session()) as session:
        accounts = administration.list_accounts(session)
        if any(listed.password_hash for listed in accounts):
            return
        administrator = next((a for a in accounts if a.is_administrator and not a.is_disabled), None)
        if administrator is None:
            contact = _settings().contact
            administrator = administration.add_account(
                session,
                email=contact if is_email(normalise_email(contact)) else PLACEHOLDER_EMAIL,
                name="First administrator",
                role=Role.ADMINISTRATOR,
            )
        link = one_time_links.issue(session, administrator, Purpose.FIRST)
    click.echo("Nobody can sign in yet.")
    print_link(link)


@account.command("list")
@with_appcontext
def list_() -> None:
    """List all accounts."""
    for listed in administration.list_accounts(db.session()):
        signed_in = f"last signed in {listed.signed_in_at:%Y-%m-%d}" if listed.signed_in_at else "never signed in"
        factor = "second factor" if listed.has_second_factor else "no second factor"
        status = "disabled" if listed.is_disabled else signed_in
        click.echo(f"{listed.email}\t{listed.name}\t{listed.role}\t{factor}\t{status}")


@account.command("email")
@click.argument("email")
@click.argument("new_email")
@with_appcontext
def email_(email: str, new_email: str) -> None:
    """Change the email address of an account and end its sessions at once."""
    with transaction(db.session()) as session:
        changed = get_account(session, email)
        previous = email_change.set_email(session, changed, new_email, by=None, auth_session=None)
    click.echo(f"{previous} is now {changed.email}.")


@account.command("disable")
@click.argument("email")
@with_appcontext
def disable(email: str) -> None:
    """Disable an account and end its sessions at once."""
    with transaction(db.session()) as session:
        disabled = get_account(session, email)
        work = handover.open_work(session, disabled)
        administration.disable(session, disabled, by=None)
    click.echo(f"{email} is disabled.")
    if work.reviews:
        click.echo(f"Back in the review queue: {', '.join(revision.label for revision in work.reviews)}.")
    if work.own:
        labels = ", ".join(revision.label for revision in work.own)
        click.echo(f"An administrator can hand over to another author: {labels}.")


@account.command("enable")
@click.argument("email")
@with_appcontext
def enable(email: str) -> None:
    """Enable a disabled account; its password and second factor work again."""
    with transaction(db.session()) as session:
        enabled = get_account(session, email)
        was_disabled = enabled.is_disabled
        administration.enable(session, enabled, by=None, auth_session=None)
    click.echo(f"{enabled.email} is enabled.")
    if was_disabled:
        _say_that_nobody_was_asked(enabled)


@account.command("link")
@click.argument("email")
@click.option("--new-second-factor", is_flag=True, help="For a lost device: set up a new one at the next sign-in.")
@with_appcontext
def link(email: str, new_second_factor: bool) -> None:
    """Print a one-time link for choosing a password."""
    with transaction(db.session()) as session:
        owner = get_account(session, email)
        if new_second_factor:
            administration.remove_second_factor(session, owner, by=None, auth_session=None)
        issued = administration.issue_link(session, owner, by=None)
    print_link(issued)


def _say_that_nobody_was_asked(made: Account) -> None:
    """The operator hears that a new administrator needed nobody else; the others are told by mail."""
    if made.is_administrator and _settings().needs_second_administrator:
        click.echo(
            "No second administrator was asked: the command line is the way for emergencies. The audit log and the "
            "desk of every administrator show it."
        )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
