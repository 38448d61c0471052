"""The tables of the portal; the one import line for all floors above."""

from portal.models.account import Account, AccountSession, Attempt, OneTimeLink, RecoveryCode
from portal.models.audit import GOVERNED, AuditDue, AuditEvent
from portal.models.base import (
    IS_PUBLIC,
    READER,
    SQLITE_FLOOR,
    db,
    now,
    postgresql_engine_options,
    sqlite_engine_options,
)
from portal.models.catalogue import TOUCHED, Catalogue, Change
from portal.models.deadline import unlimited
from portal.models.draft import ProjectDraft
from portal.models.partial_date import PartialDate
from portal.models.project import FormerKey, Project, ProjectCountry, ProjectTag
from portal.models.reader import (
    PROJECT_EVENT,
    WITHDRAWN_ADDRESS,
    postgresql_reader,
    reading,
    restrict_sqlite,
    sqlite_reader,
)
from portal.models.revision import Revision, SubmissionKey
from portal.models.term import Term

__all__ = [
    "GOVERNED",
    "IS_PUBLIC",
    "PROJECT_EVENT",
    "READER",
    "SQLITE_FLOOR",
    "TOUCHED",
    "WITHDRAWN_ADDRESS",
    "Account",
    "AccountSession",
    "Attempt",
    "AuditDue",
    "AuditEvent",
    "Catalogue",
    "Change",
    "FormerKey",
    "OneTimeLink",
    "PartialDate",
    "Project",
    "ProjectCountry",
    "ProjectDraft",
    "ProjectTag",
    "RecoveryCode",
    "Revision",
    "SubmissionKey",
    "Term",
    "db",
    "now",
    "postgresql_engine_options",
    "postgresql_reader",
    "reading",
    "restrict_sqlite",
    "sqlite_engine_options",
    "sqlite_reader",
    "unlimited",
]
