"""The signed link that stops mail about one's work: it needs no sign-in, tells nothing, and works in old mails too."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy.orm import Session

from portal.database.encryption import Keyring, keyring_for
from portal.models import Account

STOP_PATH = "/mail/stop/"


def stop_path(session: Session, account: Account) -> str:
    """The path of the link of this account; another address of the account makes another link."""
    return f"{STOP_PATH}{account.id}.{_signature(keyring_for(session).secret_key, account)}"


def find_account(session: Session, token: str) -> Account | None:
    """The account whose link this is; None for any other token. Former keys count: mail is kept for years."""
    number, _, signature = token.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10 and signature.isascii()):
        return None
    account = session.get(Account, int(number))
    if account is None:
        return None
    fits = [hmac.compare_digest(signature, _signature(key, account)) for key in _keys(keyring_for(session))]
    return account if any(fits) else None


def _keys(keyring: Keyring) -> tuple[str, ...]:
    return (keyring.secret_key, *keyring.fallbacks)


def _signature(key: str, account: Account) -> str:
    text = f"stop mail {account.id} {account.email}"
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
