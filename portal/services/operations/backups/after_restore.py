"""What is done to a restored database before it goes live, in one transaction with an audit event.

A backup is a former state: it knows nothing of accounts that were disabled since, and its sessions, links and pages in
caches belong to a time that is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import Account, AccountSession, Catalogue, OneTimeLink
from portal.models.account import EmailChange
from portal.services.accounts import administrator_requests, disabled_accounts
from portal.services.accounts.disabled_accounts import ListedAccount
from portal.services.audit import recording
from portal.services.editorial import handover
from portal.services.mail import outbox
from portal.services.operations.backups.live_state import LiveState, key_of


@dataclass(frozen=True)
class Restore:
    """One restore: the name of the backup, the lists of disabled accounts, and the state that it replaces."""

    backup: str
    listed: Sequence[ListedAccount]
    replaced: LiveState
    sends_mail: bool = False


Step = Callable[[Session, Restore], str]


def disable_listed_accounts(session: Session, restore: Restore) -> str:
    """Disable the accounts that were disabled since the backup."""
    accounts = disabled_accounts.find_listed(session, [*restore.listed, *restore.replaced.disabled])
    for account in accounts:
        account.is_disabled = True
        account.credential_version += 1
        session.flush()
        handover.release_reviews(session, account, reason=handover.ACCOUNT_DISABLED.english(name=account.name), by=None)
    return f"Disabled again: {', '.join(account.email for account in accounts)}." if accounts else ""


def end_sessions(session: Session, _restore: Restore) -> str:
    """End all sessions: everyone signs in again."""
    count = _count(session, update(AccountSession).where(AccountSession.ended_at.is_(None)), "ended_at")
    return f"{count} sessions ended."


def revoke_links(session: Session, _restore: Restore) -> str:
    """Make all one-time links and changes of e-mail addresses that were under way unusable."""
    count = sum(
        _count(session, update(model).where(model.used_at.is_(None)), "used_at") for model in (OneTimeLink, EmailChange)
    )
    return f"{count} one-time links revoked."


def end_administrator_requests(session: Session, _restore: Restore) -> str:
    """End the requests for new administrators: they may have been decided since, and who asked may ask again."""
    count = administrator_requests.end_all(session)
    return f"{count} requests for a new administrator ended." if count else ""


def name_changed_accounts(session: Session, restore: Restore) -> str:
    """Name the accounts whose role, password or second factor changed since the backup: the former ones are back."""
    former = dict(restore.replaced.credential_versions)
    accounts = session.execute(select(Account).where(Account.is_disabled.is_(False)).order_by(Account.email)).scalars()
    changed = [account.email for account in accounts if former.get(key_of(account), 0) > account.credential_version]
    if not changed:
        return ""
    return f"Role, password or second factor are the former ones again, so check them: {', '.join(changed)}."


def hold_mail(session: Session, restore: Restore) -> str:
    """Hold the mail that waited when the backup was made: most of it was sent since."""
    if restore.sends_mail:
        return ""
    outbox.hold_all(session)
    return "Mail is held: portal send-mail --release sends what waits, with --discard only what comes later."


def begin_epoch(session: Session, restore: Restore) -> str:
    """Give the catalogue a version that neither database had: no index, page or ETag of before fits any more."""
    newest = restore.replaced.catalogue_version
    session.execute(update(Catalogue).where(Catalogue.version < newest).values(version=newest))
    return f"The catalogue begins again at version {Catalogue.touch(session, None)}."


# In this order. What else must not go on as it was in a restored database gets its step here.
STEPS: tuple[Step, ...] = (
    disable_listed_accounts,
    name_changed_accounts,
    end_sessions,
    revoke_links,
    end_administrator_requests,
    hold_mail,
    begin_epoch,
)


def apply_steps(session: Session, restore: Restore) -> list[str]:
    """Do all steps in the caller's transaction; returns a sentence of each that did something."""
    done = [sentence for step in STEPS if (sentence := step(session, restore))]
    record_restore(session, restore, done)
    return done


def record_restore(session: Session, restore: Restore, done: Sequence[str]) -> None:
    """Record what was done as one event, which covers the changes of accounts."""
    recording.record_bulk(session, "restore", "database", restore.backup[:64], after={"steps": list(done)})


def _count(session: Session, statement: Any, column: str) -> int:
    return len(session.execute(statement.values(**{column: now()}).returning(literal(1))).all())
