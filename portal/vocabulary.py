"""The words of the portal: facets, sort names and the term lists that a new database starts with.

Terms themselves live in the database, so that another fund can bring its own; the lists in
portal/terms/ are what `portal migrate` puts into an empty one.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

TERMS = Path(__file__).parent / "terms"

# Facets in the order of the filter panel. A facet may be stated once per project (ONE) or
# several times (MANY). Budget is here only for its "not stated".
ONE = ("region", "status", "coverage", "theme", "type", "year", "budget")
MANY = ("country", "sdg", "gcm")
FACETS = ("region", "country", "status", "coverage", "theme", "type", "year", "budget", "sdg", "gcm")
TERM_FACETS = tuple(facet for facet in FACETS if facet not in ("year", "budget"))
NOT_STATED = "none"

SORTS = ("relevance", "newest", "oldest", "-budget", "budget", "title")
VIEWS = ("list", "table")
PAGE_SIZE, PAGE_SIZE_MOST = 20, 100
YEAR_FIRST, YEAR_LAST = 1900, 2199
BUDGET_MOST = 10**15
TEXT_MOST = 200
PICKS_MOST = 50


@dataclass(frozen=True)
class TermRow:
    """One line of a list in portal/terms/: `names` by language, `parent` is a code of `parent_facet`."""

    facet: str
    code: str
    names: dict[str, str]
    aliases: tuple[str, ...]
    parent: str
    phrase: str
    extra: dict[str, str]

    @property
    def parent_facet(self) -> str:
        return {"type": "theme"}.get(self.facet, self.facet)


def term_rows(facet: str) -> Iterator[TermRow]:
    """Yield the shipped terms of one facet in their order."""
    with (TERMS / f"{facet}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield TermRow(
                facet=facet,
                code=row.pop("code"),
                names={language: row.pop(f"name_{language}") for language in ("en", "fr", "es")},
                aliases=tuple(filter(None, row.pop("aliases").split("|"))),
                parent=row.pop("parent"),
                phrase=row.pop("phrase_en"),
                extra=row,
            )


@cache
def alpha3_by_alpha2() -> dict[str, str]:
    """ISO 3166-1: two-letter code to three-letter code, upper case."""
    return {row.extra["alpha2"]: row.code for row in term_rows("country")}


@cache
def eligible_states() -> dict[str, int]:
    """Eligible member states by region code, as the Line 2 list of August 2024 counts them."""
    with (TERMS / "eligibility_regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["region"]: int(row["states"]) for row in csv.DictReader(file)}


def bare(text: str) -> str:
    """The text without case, accents and apostrophes of its own kind; what separates words stays."""
    if text.isascii():
        return text.lower()
    text = text.replace("’", "'").replace("ʼ", "'").replace("œ", "oe").replace("Œ", "OE")
    decomposed = unicodedata.normalize("NFKD", text)
    # No combining mark stands before U+0300; to ask of every letter would cost more than all else here.
    return "".join([mark for mark in decomposed if mark < "\u0300" or not unicodedata.combining(mark)]).casefold()


def folded(text: str) -> str:
    """Fold case, accents, apostrophes and spaces, so that spellings of one name meet."""
    return " ".join(bare(text).split())


# Why a sample record that staff worked on was taken back; the record itself may still come, from a file of the Fund.
SAMPLE_REASON = "It was a sample."


class Role(StrEnum):
    """What an account may do, in rising order: each may do what the one before may."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class State(StrEnum):
    """Where a revision stands on its way; the arrows between them are in services.steps."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in review"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


# Still on its way to the public; an author has one such revision of a project at most.
OPEN_STATES = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED, State.SCHEDULED)
# The content may still be edited.
EDITABLE_STATES = (State.DRAFT, State.RETURNED, State.IN_REVIEW)
# It was public, or is.
PUBLISHED_STATES = (State.PUBLISHED, State.SUPERSEDED, State.WITHDRAWN)
# Someone else than its editor must have agreed before a revision can be here.
AGREED_STATES = (State.APPROVED, State.SCHEDULED, *PUBLISHED_STATES)
