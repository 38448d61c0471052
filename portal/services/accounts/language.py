"""The language of an account, in which it sees staff pages and gets mail."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from portal.errors import FieldError, ValidationFailed
from portal.i18n.catalogues import gettext
from portal.models import Account
from portal.services.audit import recording


def choose_language(session: Session, account: Account, code: str, *, offered: Collection[str]) -> Account:
    """Keep the owner's choice of one of the languages that the portal offers. Raises ValidationFailed."""
    if code not in offered:
        advice = gettext("Select one of these: %(choices)s.", choices=", ".join(offered))
        raise ValidationFailed([FieldError("language", gettext("There is no such language."), advice)])
    if code != account.language:
        before, account.language = account.language, code
        before_and_after = {"before": {"language": before}, "after": {"language": code}}
        recording.record(session, "choose language", "account", account.id, **before_and_after, by=account)
    return account
