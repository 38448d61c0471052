"""What is read of the database that a restore replaces, as far as it can still be read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.models import Account, Catalogue
from portal.services.accounts.disabled_accounts import ListedAccount

AccountKey = tuple[int, str]


@dataclass(frozen=True)
class LiveState:
    """The catalogue version, the disabled accounts, and how often the credentials of each account changed."""

    catalogue_version: int = 0
    disabled: tuple[ListedAccount, ...] = ()
    credential_versions: tuple[tuple[AccountKey, int], ...] = ()


def read_live_state(engine: Engine) -> LiveState | None:
    """The state of the live database; None if it cannot be read."""
    try:
        with Session(engine) as session:
            accounts = session.execute(select(Account)).scalars().all()
            version = session.execute(select(Catalogue.version)).scalar_one_or_none() or 0
            return LiveState(
                version,
                tuple(ListedAccount.from_account(account) for account in accounts if account.is_disabled),
                tuple((key_of(account), account.credential_version) for account in accounts),
            )
    except (SQLAlchemyError, ValueError):
        return None


def key_of(account: Account) -> AccountKey:
    """What tells an account from a later one with the same id."""
    return account.id, account.created_at.isoformat()
