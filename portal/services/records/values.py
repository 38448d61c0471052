"""RecordValues: the validated values of a project in the format of the tables, with its slug and sort title."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from portal.text.folding import fold

# In characters: PostgreSQL limits the size of an index entry.
MAX_SORT_TITLE_LENGTH = 500
# The length of its column.
MAX_SLUG_LENGTH = 200
_NON_SLUG_CHARACTERS = re.compile(r"[^A-Za-z0-9._~-]+")
_LEADING_PUNCTUATION = re.compile(r"^\W+")
# Addresses have these in place of a slug: /staff/projects/new, /staff/projects/check, /projects/table.
RESERVED_SLUGS = frozenset(("new", "check", "history", "table", "table.csv", "table.json", "table.xlsx"))


class Translation(NamedTuple):
    """A title or summary in another language than its source; `name` is "title_fr".

    `source_text` is the source that it was made from: the translation is older than its source if that says something
    else now. None stands for an older one that is not known.
    """

    name: str
    text: str
    is_machine: bool
    source_text: str | None


# The stored columns, the links and the shares of countries, the tags, and the translations, as in RecordValues.
RecordContent = tuple[
    tuple[Any, ...], tuple[tuple[int, bool], ...], tuple[tuple[int, int], ...], tuple[int, ...], tuple[Translation, ...]
]


class RecordValues(NamedTuple):
    """The columns of the project table come first, so a slice of it is a database row (STORED_COLUMNS).

    `start` and `end` are partial ISO dates, `budget` is in US cents. The `_id`s are term ids; negative ones are terms
    that the file adds (see NewTerm). `country_links` are (term id, is eligible) pairs, sorted, as are `tags` and
    `country_shares`, which are (term id, hundredths of a per cent) pairs, () for equal shares. `slug` is the preferred
    slug, `row` the row number in the file. `search_document` holds identifiers, title, summary and term names,
    normalised here because an import validates in a second process. `fingerprint` is "" for a project with a Projects
    ID, which identifies it: computing and indexing half a million of them would be wasted. `key` is the slug that a
    file states, "" if it states none. `translations` are sorted by name.
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
    country_shares: tuple[tuple[int, int], ...]
    tags: tuple[int, ...]
    search_document: tuple[str, str, str, str]
    key: str = ""
    translations: tuple[Translation, ...] = ()

    def content(self) -> RecordContent:
        """What it states, without what follows from that."""
        return self[: len(STORED_COLUMNS)], self.country_links, self.country_shares, self.tags, self.translations

    def source_of(self, field: str) -> str:
        """The source of the translations of a field, "title" or "summary"."""
        return self.title if field == "title" else self.summary

    def country_rows(self) -> Iterator[tuple[int, bool, int | None]]:
        """Yield term id, whether it is a benefiting member state, and its share."""
        shares = dict(self.country_shares)
        return ((term_id, is_eligible, shares.get(term_id)) for term_id, is_eligible in self.country_links)

    def content_fingerprint(self) -> str:
        """The fingerprint, computed if the project has a Projects ID."""
        countries = [term_id for term_id, is_eligible in self.country_links if is_eligible]
        return self.fingerprint or fingerprint(self.title, self.start, self.end, self.year, countries, self.source_url)


STORED_COLUMNS = RecordValues._fields[: RecordValues._fields.index("fingerprint")]


def fingerprint(
    title: str, start: str | None, end: str | None, year: int | None, countries: list[int], source_url: str
) -> str:
    """A SHA-256 in hexadecimal of title, dates, countries and source, which identifies a project without an ID."""
    parts = (_fold_for_fingerprint(title), start, end, year, *sorted(countries), source_url)
    return hashlib.sha256("|".join("" if part is None else str(part) for part in parts).encode()).hexdigest()


def _fold_for_fingerprint(title: str) -> str:
    """The title as fingerprints have it since the first release. Never change it: addresses follow from them."""
    plain = title.replace("’", "'").replace("ʼ", "'").replace("œ", "oe").replace("Œ", "OE")
    letters = (letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return " ".join("".join(letters).casefold().split())


def is_slug(text: str) -> bool:
    """Whether a text may be the last part of an address. Slugs are made of a Projects ID or of a fingerprint."""
    return 0 < len(text) <= MAX_SLUG_LENGTH and slug_from_reference(text) == text


def slug_from_reference(reference: str) -> str:
    """A slug from a Projects ID; "" if no character of it may be in a slug."""
    slug = _NON_SLUG_CHARACTERS.sub("-", reference).strip(".")
    return f"{slug}-1" if slug.casefold() in RESERVED_SLUGS else slug


def slug_from_fingerprint(content_fingerprint: str) -> str:
    """A slug derived from the fingerprint: the same content always gets the same one."""
    return "n-" + base64.b32encode(hashlib.sha256(content_fingerprint.encode()).digest())[:10].decode().lower()


def sort_title_of(title: str) -> str:
    """The title in the form that sorts: folded, without leading punctuation, limited in length."""
    folded = fold(title)
    return (folded if folded[:1].isalnum() else _LEADING_PUNCTUATION.sub("", folded) or folded)[:MAX_SORT_TITLE_LENGTH]
