"""The tables of the portal; the one import line for all floors above."""

from portal.models.account import Account, AccountSession, Attempt, OneTimeLink, RecoveryCode
from portal.models.audit import GOVERNED, AuditDue, AuditEvent
from portal.models.catalogue import TOUCHED, Catalogue, Change
from portal.models.draft import ProjectDraft
from portal.models.partial_date import PartialDate
from portal.models.project import FormerKey, Project, ProjectCountry, ProjectTag
from portal.models.revision import Revision, SubmissionKey
from portal.models.term import Term

__all__ = [
    "GOVERNED",
    "TOUCHED",
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
]
