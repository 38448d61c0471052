"""What IATI cannot say of a record, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from portal.i18n.catalogues import N_

# The field of an omission that concerns the record as a whole.
WHOLE_PROJECT = "project"


class Reason(StrEnum):
    """Why a project, or a value of it, is not in an IATI file; or what IATI asks for and the record does not state."""

    NO_PROJECTS_ID = N_("There is no Projects ID, so there is no identifier that lasts.")
    IDENTIFIER = N_("The Projects ID has a character that an identifier of IATI must not have, such as / & | or ?.")
    NO_STATUS = N_("There is no status, and IATI demands one.")
    STATUS = N_("The status has no code in IATI.")
    NO_DATE = N_("There is neither start nor end, and IATI demands a date.")

    CHARACTERS = N_("It held characters that XML forbids, which are removed.")
    LANGUAGE = N_("The language has no code in ISO 639-1, the list that IATI uses.")
    NO_SUMMARY = N_("There is no summary, and IATI demands a description: it repeats the title.")
    MACHINE = N_("A machine translated it, which IATI cannot say; it stands in portal:translation.")
    NO_START = N_("There is no start, and IATI asks for one.")
    END_BEFORE_START = N_("The end is before the start.")
    SCOPE = N_("The coverage has no code in IATI.")
    COUNTRY_CODE = N_("A state has no ISO 3166-1 code, so no shares of the states can be given.")
    OTHER_COUNTRY_CODE = N_("A country has no ISO 3166-1 code.")
    REGION = N_("IATI states a region only where no country is known; it stands in portal:record.")
    NO_PLACE = N_("There is neither state nor region, and IATI asks for one.")
    NO_TYPE = N_("There is no project type, and IATI asks for a sector: it is 99810, sectors not specified.")
    SDG = N_("It is neither a goal nor a target in the lists of IATI.")
    BUDGET = N_(
        "IATI has budgets of at most a year, and commitments with a date: the years are more, or not known, and there "
        "is no year of allocation that has begun. It stands in portal:record."
    )
    YEAR = N_("IATI has the year of allocation only as the date of a budget; it stands in portal:record.")
    FUNDING_LINE = N_("IATI has no place for the funding line; it stands in portal:record.")
    SOURCE = N_("It is not the address of a web page.")


class Omission(NamedTuple):
    """`field` is a column of exports.columns, or "project" for a record that is left out as a whole."""

    key: str
    reference: str
    field: str
    reason: Reason


# Takes the field and the reason.
Omit = Callable[[str, Reason], None]
