"""The tables of the portal; the one import line for all floors above."""

from portal.models.base import SQLITE_FLOOR, db, now, postgresql_engine_options, sqlite_engine_options
from portal.models.catalogue import Catalogue, Change
from portal.models.partial_date import PartialDate
from portal.models.project import FormerKey, Project, ProjectCountry, ProjectTag
from portal.models.term import Term

__all__ = [
    "SQLITE_FLOOR",
    "Catalogue",
    "Change",
    "FormerKey",
    "PartialDate",
    "Project",
    "ProjectCountry",
    "ProjectTag",
    "Term",
    "db",
    "now",
    "postgresql_engine_options",
    "sqlite_engine_options",
]
