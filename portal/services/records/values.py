"""What one row of a file says of a project, with every value as the tables store it."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from typing import NamedTuple

from portal.text.folding import fold

# Characters of a title that decide its place; an index of PostgreSQL takes no longer ones.
MAX_SORT_TITLE_LENGTH = 500
_NON_SLUG_CHARACTERS = re.compile(r"[^A-Za-z0-9._~-]+")
_LEADING_PUNCTUATION = re.compile(r"^\W+")
# What stands at the place of a key in the addresses of staff: /staff/projects/new, /staff/projects/check.
RESERVED_SLUGS = frozenset(("new", "check"))


class Proposal(NamedTuple):
    """The columns of the project table come first, so that a slice of the proposal is the record.

    `start` and `end` are ISO texts, `budget` is in cents, the `_id`s are term ids; negative ones stand for terms
    that the file brings along (see Glossary). `links` are (term id, is eligible), sorted, as are `tags`.
    `key` is the wanted last part of the address, `document` what the text index holds: identifiers, title, body and
    places, made plain where the row was read, in the second process. `fingerprint` is
    empty where a Projects ID tells the record apart: half a million of them would be made and indexed for nothing.
    """

    reference: str | None
    prima_id: str | None
    title: str
    sort_title: str
    title_language: str
    summary: str
    language: str
    start: str | None
    end: str | None
    year: int | None
    budget: int | None
    status_id: int | None
    type_id: int | None
    coverage_id: int | None
    region_id: int | None
    funding_line: str
    source_url: str
    fingerprint: str
    slug: str
    row: int
    country_links: tuple[tuple[int, bool], ...]
    tags: tuple[int, ...]
    search_document: tuple[str, str, str, str]

    def content_fingerprint(self) -> str:
        """The fingerprint, made now where the record has a Projects ID."""
        countries = [term_id for term_id, is_eligible in self.country_links if is_eligible]
        return self.fingerprint or fingerprint(self.title, self.start, self.end, self.year, countries, self.source_url)


STORED_COLUMNS = Proposal._fields[: Proposal._fields.index("fingerprint")]


def fingerprint(
    title: str, start: str | None, end: str | None, year: int | None, countries: list[int], source_url: str
) -> str:
    """Tells records without a Projects ID apart: by title, dates, countries and source."""
    parts = (_fold_for_fingerprint(title), start, end, year, *sorted(countries), source_url)
    return hashlib.sha256("|".join("" if part is None else str(part) for part in parts).encode()).hexdigest()


def _fold_for_fingerprint(title: str) -> str:
    """The title as fingerprints have it since the first release. Never change it: addresses follow from them."""
    plain = title.replace("’", "'").replace("ʼ", "'").replace("œ", "oe").replace("Œ", "OE")
    letters = (letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return " ".join("".join(letters).casefold().split())


def slug_from_reference(reference: str) -> str:
    """A Projects ID made fit for an address, or "" when nothing of it is."""
    key = _NON_SLUG_CHARACTERS.sub("-", reference).strip(".")
    return f"{key}-1" if key.casefold() in RESERVED_SLUGS else key


def slug_from_fingerprint(content_fingerprint: str) -> str:
    """A key that follows from the fingerprint `mark` and never changes."""
    return "n-" + base64.b32encode(hashlib.sha256(content_fingerprint.encode()).digest())[:10].decode().lower()


def sort_title_of(title: str) -> str:
    """A title as it sorts: folded, without the quotation marks and signs it begins with."""
    bare = fold(title)
    return (bare if bare[:1].isalnum() else _LEADING_PUNCTUATION.sub("", bare) or bare)[:MAX_SORT_TITLE_LENGTH]
