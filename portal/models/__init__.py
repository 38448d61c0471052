"""The tables of the portal; other packages import them from here."""

from portal.models.account import Account, AccountSession, Attempt, OneTimeLink, RecoveryCode
from portal.models.administrator_request import AdministratorRequest
from portal.models.audit import AUDITED_TABLES, AuditEvent, AuditLeaf, RequiredAuditEvent
from portal.models.catalogue import CATALOGUE_TOUCHED, Catalogue, CatalogueChange
from portal.models.clock import ClockMark, UsedCode
from portal.models.draft import ProjectDraft
from portal.models.import_run import ImportChange, ImportRun
from portal.models.job_run import JobRun, TrialWrite
from portal.models.language_guess import LanguageGuess
from portal.models.outbox import OutboxHold, OutboxMessage
from portal.models.partial_date import PartialDate
from portal.models.project import Project, ProjectCountry, ProjectTag, ProjectTranslation, SlugHistory
from portal.models.revision import IdempotencyKey, Revision
from portal.models.row_checksum import RowCheck, RowChecksum
from portal.models.schema_info import SchemaInfo
from portal.models.term import Term

__all__ = [
    "AUDITED_TABLES",
    "CATALOGUE_TOUCHED",
    "Account",
    "AccountSession",
    "AdministratorRequest",
    "Attempt",
    "AuditEvent",
    "AuditLeaf",
    "Catalogue",
    "CatalogueChange",
    "ClockMark",
    "IdempotencyKey",
    "ImportChange",
    "ImportRun",
    "JobRun",
    "LanguageGuess",
    "OneTimeLink",
    "OutboxHold",
    "OutboxMessage",
    "PartialDate",
    "Project",
    "ProjectCountry",
    "ProjectDraft",
    "ProjectTag",
    "ProjectTranslation",
    "RecoveryCode",
    "RequiredAuditEvent",
    "Revision",
    "RowCheck",
    "RowChecksum",
    "SchemaInfo",
    "SlugHistory",
    "Term",
    "TrialWrite",
    "UsedCode",
]
