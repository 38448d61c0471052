"""What the portal writes to people: kinds of mail, how often somebody wants it, and the states of a message."""

from __future__ import annotations

from enum import StrEnum

from portal.i18n.catalogues import NC_, pgettext


class MailChoice(StrEnum):
    """How often a person gets mail about their work."""

    AT_ONCE = NC_("mail choice", "at once")
    DAILY = NC_("mail choice", "daily")
    NONE = NC_("mail choice", "none")


class MailKind(StrEnum):
    """What a message is about. A digest holds what one person was told in a day."""

    WAITS = "waits"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    OVERTAKEN = "overtaken"
    TAKEN_OVER = "taken over"
    DUE = "due"
    DIGEST = "digest"
    SECURITY = "security"
    LINK = "link"

    @property
    def is_optional(self) -> bool:
        """Whether a person may turn it off: what guards an account, or was asked for, always comes."""
        return self not in (MailKind.SECURITY, MailKind.LINK)


class MailState(StrEnum):
    """`sending`: one sender has it now. `dropped`: nobody wants it any more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


OPEN_MAIL_STATES = (MailState.WAITING, MailState.SENDING)


def choice_name(choice: MailChoice) -> str:
    """ "at once", in the language that is spoken."""
    return pgettext("mail choice", choice)
