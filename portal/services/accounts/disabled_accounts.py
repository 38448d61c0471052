"""The list of disabled accounts, a small file that outlives the database: a restored backup must let nobody in again.

It lies beside the SQLite file, or with PostgreSQL in the folder of PORTAL_STATE, and a copy beside each backup. A line
is added when an account is disabled or enabled; the last one about an account counts.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from portal.database.orm import now
from portal.models import Account

FILE_NAME = "disabled-accounts.jsonl"
# The execution option of the engine: the path of the list, None if none is kept.
LIST_OPTION = "disabled accounts"
_PENDING = "disabled accounts to be listed"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ListedAccount:
    """One line: an account is told by its id and the moment when it was added, since backups give ids again."""

    id: int
    email: str
    created_at: str
    is_disabled: bool
    at: str

    @classmethod
    def from_account(cls, account: Account) -> ListedAccount:
        moment = now().isoformat()
        return cls(account.id, account.email, account.created_at.isoformat(), account.is_disabled, moment)

    def means(self, account: Account) -> bool:
        """Whether this line is about the account: the same one, or one with its address that is not newer."""
        created_at = account.created_at.isoformat()
        is_same = (self.id, self.created_at) == (account.id, created_at)
        return is_same or (self.email == account.email and created_at <= self.at)


def path_beside(file: Path) -> Path:
    """The list that belongs to an SQLite file or to a backup."""
    return file.with_name(f"{file.name}.{FILE_NAME}")


def list_path(session: Session) -> Path | None:
    """The list of the session's database, as create_app set it."""
    path: Path | None = session.get_bind().get_execution_options().get(LIST_OPTION)
    return path


def remember(session: Session, account: Account) -> None:
    """Add a line about the account to the list when, and only if, the transaction is committed."""
    if list_path(session) is not None:
        session.info.setdefault(_PENDING, []).append(ListedAccount.from_account(account))


def save_all(session: Session, path: Path) -> None:
    """Write what the list and the database know to another file, and to the list what it lacks."""
    own = list_path(session)
    listed = read_list(own) if own else []
    known = {(line.id, line.created_at) for line in listed if line.is_disabled}
    disabled = session.execute(select(Account).where(Account.is_disabled).order_by(Account.id)).scalars()
    missing = [line for line in map(ListedAccount.from_account, disabled) if (line.id, line.created_at) not in known]
    if own and missing:
        _append(own, missing)
    _append(path, [*listed, *missing])


def read_list(path: Path) -> list[ListedAccount]:
    """The lines of a list, oldest first; a list that does not exist is empty, and a damaged line is left out."""
    if not path.exists():
        return []
    lines = []
    for number, text in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            lines.append(ListedAccount(**json.loads(text)))
        except (ValueError, TypeError):
            _log.warning("line %d of %s is damaged and was left out", number, path)
    return lines


def find_listed(session: Session, lines: Iterable[ListedAccount]) -> list[Account]:
    """The enabled accounts of this database that the lines say are disabled."""
    ordered = sorted(lines, key=lambda line: line.at)
    enabled = session.execute(select(Account).where(Account.is_disabled.is_(False)).order_by(Account.id)).scalars()
    return [account for account in enabled if _is_disabled(account, ordered)]


def _is_disabled(account: Account, ordered: list[ListedAccount]) -> bool:
    last = next((line for line in reversed(ordered) if line.means(account)), None)
    return last is not None and last.is_disabled


def _append(path: Path, lines: Iterable[ListedAccount]) -> None:
    text = "".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@event.listens_for(Session, "after_commit")
def _write_pending(session: Session) -> None:
    if session.in_nested_transaction() or not (pending := session.info.pop(_PENDING, None)):
        return
    path: Any = list_path(session)
    try:
        _append(path, pending)
    except OSError:
        # The change is made; the next backup completes the list.
        _log.exception("the list of disabled accounts could not be written: check %s", path)


@event.listens_for(Session, "after_transaction_end")
def _forget_pending(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_PENDING, None)
