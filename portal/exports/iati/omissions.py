"""What IATI cannot say of a record, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

# The field of an omission that concerns the record as a whole.
WHOLE_PROJECT = "project"


class Reason(StrEnum):
    """Why a project, or a value of it, is not in an IATI file; or what IATI asks for and the record does not state."""

    NO_PROJECTS_ID = "There is no Projects ID, so there is no identifier that lasts."
    IDENTIFIER = "The Projects ID has a character that an identifier of IATI must not have, such as / & | or ?."
    NO_STATUS = "There is no status, and IATI demands one."
    STATUS = "The status has no code in IATI."
    NO_DATE = "There is neither start nor end, and IATI demands a date."

    CHARACTERS = "It held characters that XML forbids, which are removed."
    LANGUAGE = "The language has no code in ISO 639-1, the list that IATI uses."
    NO_SUMMARY = "There is no summary, and IATI demands a description: it repeats the title."
    MACHINE = "A machine translated it, which IATI cannot say; it stands in portal:translation."
    NO_START = "There is no start, and IATI asks for one."
    END_BEFORE_START = "The end is before the start."
    SCOPE = "The coverage has no code in IATI."
    COUNTRY_CODE = "A state has no ISO 3166-1 code, so no shares of the states can be given."
    OTHER_COUNTRY_CODE = "A country has no ISO 3166-1 code."
    REGION = "IATI states a region only where no country is known; it stands in portal:record."
    NO_PLACE = "There is neither state nor region, and IATI asks for one."
    NO_TYPE = "There is no project type, and IATI asks for a sector: it is 99810, sectors not specified."
    SDG = "It is neither a goal nor a target in the lists of IATI."
    BUDGET = (
        "IATI has budgets of at most a year, and commitments with a date: the years are more, or not known, and there "
        "is no year of allocation that has begun. It stands in portal:record."
    )
    YEAR = "IATI has the year of allocation only as the date of a budget; it stands in portal:record."
    FUNDING_LINE = "IATI has no place for the funding line; it stands in portal:record."
    SOURCE = "It is not the address of a web page."


class Omission(NamedTuple):
    """`field` is a column of exports.columns, or "project" for a record that is left out as a whole."""

    key: str
    reference: str
    field: str
    reason: Reason


# Takes the field and the reason.
Omit = Callable[[str, Reason], None]
