"""What can go wrong in the trade of the portal; the edges turn these into pages, exit codes and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from portal.i18n.catalogues import english_of, gettext, ngettext


class PortalError(Exception):
    """Anything the portal refuses, in words for the person who asked."""

    @property
    def english(self) -> str:
        """The same for the audit log, whoever asked."""
        return str(english_of(self.args[0])) if self.args else str(self)


class ConfigurationError(PortalError):
    """A setting is missing or impossible; the message names it and says what to set."""


class UnreadableFile(PortalError):
    """A file that cannot be read to its end; nothing of it was stored, or the message says what was."""


class IncompatibleTables(PortalError):
    """The tables are not those of this version, and it may not run on them; the message says what to do."""


class BackupFailed(PortalError):
    """No copy of the database was made."""


class InvalidCheckpoint(PortalError):
    """A text that is no checkpoint of the audit log."""


class AuditLogDiffers(PortalError):
    """The audit log in the database does not continue what was published; the message says what to do."""


class DamagedRecords(PortalError):
    """Records are not what the portal stored; the message says how many and what to do."""


class RestoreFailed(PortalError):
    """A backup cannot be restored; the live database is as it was, or the message says what it is."""


class NotFound(PortalError):
    """There is no project under this address."""


class Forbidden(PortalError):
    """The account may not do this, here or at all; the message says why and who may."""


class InvalidTransition(PortalError):
    """The revision is not in a state from which this step leads anywhere."""


class ReauthenticationRequired(PortalError):
    """The act needs the password and the code once more, because the last proof is too old."""


class InvalidTermChange(PortalError):
    """A change of a term that cannot be made; the message says why, and what to do instead."""


class InvalidLink(PortalError):
    """A one-time link that is unknown, used, expired or overtaken; all of them read the same."""


class WeakPassword(PortalError):
    """A password that is refused; the message says why and what makes a good one."""


class DecryptionFailed(PortalError):
    """A stored secret that none of the portal's keys opens; the message says what the operator does."""


class RateLimited(PortalError):
    """A limit is reached; `retry_after` is in seconds, until it is worth trying again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            ngettext(
                "Too many attempts. Wait a minute, then try again.",
                "Too many attempts. Wait %(num)s minutes, then try again.",
                -(-retry_after // 60),
            )
        )
        self.retry_after = retry_after


class Busy(PortalError):
    """Too much of one costly kind is asked for at once; nothing was done. `retry_after` is in seconds."""

    retry_after = 2


class TextSearchUnavailable(PortalError):
    """The database finds words, and does not answer; filters need only what is in memory."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Searching for words is not possible at the moment, because the database does not answer.")
        )


class MissingAuditEvent(PortalError):
    """A transaction changes governed tables without writing down who did it: a fault of the program."""


class ValidationFailed(PortalError):
    """A submission that lacks something or says what cannot be; `errors` holds all of it, as FieldErrors."""

    def __init__(self, errors: Sequence[Any]) -> None:
        sentences = " ".join(map(str, errors))
        super().__init__(gettext("The submission is not complete: %(errors)s", errors=sentences))
        self.errors = tuple(errors)


class Conflict(PortalError):
    """Somebody else changed the record meanwhile.

    `mine` is what was to be saved, `theirs` what stands now, both project drafts; `version` is what the next
    attempt has to start from: the revision's when `conflict_with` is "revision", the project's when it is "project".
    """

    def __init__(self, *, conflict_with: Literal["revision", "project"], mine: Any, theirs: Any, version: int) -> None:
        super().__init__(gettext("Someone changed this record while you worked on it. Compare both texts and choose."))
        self.conflict_with = conflict_with
        self.mine = mine
        self.theirs = theirs
        self.version = version


@dataclass(frozen=True)
class FieldError:
    """One thing to mend: `field` is a field of ProjectDraft."""

    field: str
    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.reason} {self.advice}"

    def said(self, **values: object) -> FieldError:
        """The error in the language that is spoken, for one that stands in the code in English."""
        return FieldError(self.field, gettext(self.reason), gettext(self.advice, **values))
