"""Matches the incoming records of a batch with the records in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, MetaData, Table, TextClause, case, column, exists, select, table
from sqlalchemy.orm import Session

from portal.database.orm import UTCDateTime
from portal.models import Project, ProjectCountry, ProjectTag, ProjectTranslation, SlugHistory
from portal.models.project import UNNUMBERED
from portal.services.imports.bulk.sql import in_list
from portal.services.imports.prescan import SharedValues
from portal.services.records.translations import translation_rows
from portal.services.records.values import STORED_COLUMNS, RecordContent, RecordValues, Translation
from portal.vocabulary.workflow import SAMPLE_WITHDRAWAL_REASON

_COLUMNS, _IDENTIFYING = Project.__table__.c, ("id", "slug", "slug_folded")
# Untyped columns: values are read and written in the format of the driver, which is that of RecordValues.
PROJECT_TABLE = Table(
    "project",
    MetaData(),
    *(Column(_COLUMNS[name].name, key=name) for name in (*_IDENTIFYING, *STORED_COLUMNS, "fingerprint")),
    *(Column(name) for name in ("is_sample", "version", "withdrawn_reason")),
    *(Column(name, UTCDateTime) for name in ("created_at", "changed_at", "published_at", "withdrawn_at")),
)
COUNTRY_COLUMNS = ("project_id", "term_id", "is_eligible", "share")
PROJECT_COUNTRY_TABLE = table("project_country", *map(column, COUNTRY_COLUMNS))
PROJECT_TAG_TABLE = table("project_tag", column("project_id"), column("term_id"))
TRANSLATION_TABLE = table("project_translation", *map(column, translation_rows.COLUMNS))
_SLUG_HISTORY_COLUMNS, _COUNTRY_COLUMNS, _TAG_COLUMNS, _TRANSLATION_COLUMNS = (
    SlugHistory.__table__.c,
    ProjectCountry.__table__.c,
    ProjectTag.__table__.c,
    ProjectTranslation.__table__.c,
)
_PUBLIC, _WITHDRAWN, _WITHDRAWN_SAMPLE = range(3)
_YEAR, _SORT_TITLE = STORED_COLUMNS.index("year"), STORED_COLUMNS.index("sort_title")
_VISIBILITY = case(
    (PROJECT_TABLE.c.published_at.is_not(None), _PUBLIC),
    (PROJECT_TABLE.c.withdrawn_reason == SAMPLE_WITHDRAWAL_REASON, _WITHDRAWN_SAMPLE),
    else_=_WITHDRAWN,
)  # fmt: skip
_SELECTED_COLUMNS = [
    PROJECT_TABLE.c.id,
    PROJECT_TABLE.c.slug,
    PROJECT_TABLE.c.is_sample,
    _VISIBILITY,
    PROJECT_TABLE.c.version,
    *(PROJECT_TABLE.c[name] for name in ("fingerprint", *STORED_COLUMNS)),
]


class StoredRecord(NamedTuple):
    """A record in the database; `values` are those of STORED_COLUMNS, in that order."""

    id: int
    slug: str
    is_sample: bool
    visibility: int
    version: int
    fingerprint: str
    values: tuple[Any, ...]

    @property
    def is_public(self) -> bool:
        return self.visibility == _PUBLIC

    @property
    def is_withdrawn_sample(self) -> bool:
        """Withdrawn because the sample was removed, not because of its content."""
        return self.visibility == _WITHDRAWN_SAMPLE

    @property
    def label(self) -> str:
        """The Projects ID, or the last part of the address of a record without one."""
        return self.value_of("reference") or self.slug

    def value_of(self, name: str) -> str | None:
        value: str | None = self.fingerprint if name == "fingerprint" else self.values[STORED_COLUMNS.index(name)]
        return value


class KnownRecords:
    """The records that a batch may match, by each identifier, and the case-folded slugs that are in use.

    `country_links`, `country_shares`, `tags` and `translations` are sorted tuples by record id. A record with an id
    from `first_new_id` on was added by this import: no row updates it.
    """

    def __init__(
        self, session: Session, batch: Sequence[RecordValues], shared_values: SharedValues, first_new_id: int
    ) -> None:
        self._session = session
        self._shared_values = shared_values
        self._first_new_id = first_new_id
        self._records: dict[tuple[str, str], StoredRecord] = {}
        self._by_reference: dict[str, StoredRecord] = {}
        self._by_key: dict[str, StoredRecord] = {}
        self._by_fingerprint: dict[str, list[StoredRecord]] = {}
        self._by_sort_title: dict[str, list[StoredRecord]] = {}
        self.country_links: dict[int, tuple[tuple[int, bool], ...]] = {}
        self.country_shares: dict[int, tuple[tuple[int, int], ...]] = {}
        self.tags: dict[int, tuple[int, ...]] = {}
        self.translations: dict[int, tuple[Translation, ...]] = {}
        self._ids: list[int] = []
        self.has_unnumbered = bool(
            session.execute(select(PROJECT_TABLE.c.id).where(PROJECT_TABLE.c.reference.is_(None)).limit(1)).first()
        )
        self._load(PROJECT_TABLE.c.reference, _references_in_any_case(batch))
        # Most files are imported repeatedly; a record that was found by ID needs no other query.
        others = [p for p in batch if not (p.reference and self.find("reference", p.reference))]
        slugs = {slug.casefold() for p in others for slug in (p.slug, p.key) if slug}
        self.slugs_in_use = {slug.casefold() for slug in self._load(PROJECT_TABLE.c.slug_folded, slugs)}
        self.former_slugs = self._load_former_slugs(slugs)
        if self.has_unnumbered:
            self._load_unnumbered(others)
        self._load_links()

    @property
    def are_none(self) -> bool:
        """Whether no row of the batch can be of a record: none was loaded, and no slug is a former one."""
        loaded = self._records, self._by_reference, self._by_key, self._by_fingerprint, self._by_sort_title
        return not any(loaded) and not self.former_slugs

    def find(self, identifier: str, value: str) -> StoredRecord | None:
        """The record whose "reference" or "prima_id" has this value."""
        return self._records.get((identifier, value.casefold()))

    def by_reference(self, incoming: RecordValues) -> Iterator[StoredRecord]:
        """The record with the Projects ID of the row: in the same case first."""
        if incoming.reference:
            if record := self._by_reference.get(incoming.reference):
                yield record
            if record := self.find("reference", incoming.reference):
                yield record

    def by_key(self, incoming: RecordValues) -> Iterator[StoredRecord]:
        """The record without an ID that has the key of the row as its slug, if no other row has that key."""
        if not incoming.key or self._shared_values.has("key", incoming.key):
            return
        if (record := self._by_key.get(incoming.key.casefold())) and record.id < self._first_new_id:
            yield record

    def by_content(self, incoming: RecordValues) -> Iterator[StoredRecord]:
        """The records without an ID that state the same in every field, oldest first."""
        for record in self._by_fingerprint.get(incoming.content_fingerprint() if self._by_fingerprint else "", ()):
            if self._has_content(record, incoming) and not self._is_of_other_row(record, incoming):
                yield record

    def by_prima_id(self, incoming: RecordValues) -> Iterator[StoredRecord]:
        """The record without a Projects ID whose Prima ID is the same, if it is unique in the file and database."""
        record = self.find("prima_id", incoming.prima_id) if incoming.prima_id else None
        if record and not self._is_of_other_row(record, incoming):
            yield record

    def by_title(self, incoming: RecordValues) -> Iterator[StoredRecord]:
        """The records without a Projects ID that have the title, countries and year of the row, oldest first."""
        for record in self._by_sort_title.get(incoming.sort_title, ()):
            is_alike = record.values[_YEAR] == incoming.year and self._countries(record) == eligible_countries(incoming)
            if is_alike and not self._is_of_other_row(record, incoming):
                yield record

    def _is_of_other_row(self, record: StoredRecord, incoming: RecordValues) -> bool:
        """Whether another row of the file states the key of the record, and so identifies it with certainty."""
        return record.slug.casefold() != incoming.key.casefold() and self._shared_values.has_key(record.slug)

    def _has_content(self, record: StoredRecord, incoming: RecordValues) -> bool:
        # Reference, the first column, is None in the record.
        known, proposed = self.content(record), incoming.content()
        return known[0][1:] == proposed[0][1:] and known[1:] == proposed[1:]

    def content(self, record: StoredRecord) -> RecordContent:
        """What a record states, as an incoming one would."""
        links, shares = self.country_links.get(record.id, ()), self.country_shares.get(record.id, ())
        return record.values, links, shares, self.tags.get(record.id, ()), self.translations.get(record.id, ())

    def _countries(self, record: StoredRecord) -> tuple[int, ...]:
        return tuple(term_id for term_id, is_eligible in self.country_links.get(record.id, ()) if is_eligible)

    def _load_unnumbered(self, batch: Sequence[RecordValues]) -> None:
        """Load the records without an ID that incoming ones may match, but for those found by their key."""
        batch = [p for p in batch if not any(self.by_key(p))]
        for record in self._query(PROJECT_TABLE.c.fingerprint, (p.content_fingerprint() for p in batch), UNNUMBERED):
            self._by_fingerprint.setdefault(record.fingerprint, []).append(record)
        self._load_links()
        others = [p for p in batch if not any(self.by_content(p))]
        self._load_unique("prima_id", (p.prima_id for p in others))
        is_older = PROJECT_TABLE.c.id < self._first_new_id
        for record in self._query(PROJECT_TABLE.c.sort_title, (p.sort_title for p in others), UNNUMBERED, is_older):
            self._by_sort_title.setdefault(record.values[_SORT_TITLE], []).append(record)

    def _load(self, key_column: ColumnElement[Any], values: Iterable[str | None]) -> list[str]:
        """Load the records with one of these values; return their slugs."""
        slugs: list[str] = []
        for record in self._query(key_column, values):
            slugs.append(record.slug)
            if reference := record.value_of("reference"):
                self._by_reference[reference] = record
                self._remember("reference", reference, record)
            else:
                self._by_key[record.slug.casefold()] = record
        return slugs

    def _load_unique(self, identifier: str, values: Iterable[str | None]) -> None:
        """Load the records without an ID that have one of these values, if it is unique in the file and database."""
        key_column, other = PROJECT_TABLE.c[identifier], PROJECT_TABLE.alias("other")
        is_unique = ~exists().where(other.c[identifier] == key_column, other.c.id != PROJECT_TABLE.c.id)
        unshared = (value for value in values if value and not self._shared_values.has(identifier, value))
        for record in self._query(key_column, unshared, UNNUMBERED, is_unique):
            self._remember(identifier, record.value_of(identifier) or "", record)

    def _query(
        self,
        key_column: ColumnElement[Any],
        values: Iterable[str | None],
        *conditions: ColumnElement[bool] | TextClause,
    ) -> Iterator[StoredRecord]:
        if not (values := sorted({value for value in values if value})):
            return
        query = select(*_SELECTED_COLUMNS).where(in_list(self._session, key_column, values), *conditions)
        for row in self._session.execute(query.order_by(PROJECT_TABLE.c.id)):
            record_id, slug, is_sample, visibility, version, fingerprint, *values = row
            self._ids.append(record_id)
            yield StoredRecord(record_id, slug, bool(is_sample), visibility, version, fingerprint, tuple(values))

    def _remember(self, identifier: str, value: str, record: StoredRecord) -> None:
        """Index a record; of several with the same identifier, the oldest is used."""
        key = (identifier, value.casefold())
        earlier = self._records.get(key)
        if earlier is None or record.id < earlier.id:
            self._records[key] = record

    def _load_former_slugs(self, slugs: set[str]) -> set[str]:
        if not slugs or not self._session.execute(select(SlugHistory.slug_folded).limit(1)).first():
            return set()
        former = select(SlugHistory.slug_folded).where(
            in_list(self._session, _SLUG_HISTORY_COLUMNS.slug_folded, sorted(slugs))
        )
        return set(self._session.execute(former).scalars())

    def _load_links(self) -> None:
        """Load the countries, tags and translations of the records that were loaded since the last call."""
        ids = sorted(set(self._ids))
        self._ids = []
        if not ids:
            return
        links: dict[int, tuple[tuple[int, bool], ...]] = {}
        shares: dict[int, tuple[tuple[int, int], ...]] = {}
        tags: dict[int, tuple[int, ...]] = {}
        countries = select(*(_COUNTRY_COLUMNS[name] for name in COUNTRY_COLUMNS))
        is_loaded = in_list(self._session, _COUNTRY_COLUMNS.project_id, ids)
        countries = countries.where(is_loaded).order_by(ProjectCountry.term_id)
        for project_id, term_id, is_eligible, share in self._session.execute(countries):
            links[project_id] = (*links.get(project_id, ()), (term_id, is_eligible))
            if share is not None:
                shares[project_id] = (*shares.get(project_id, ()), (term_id, share))
        tag_rows = select(ProjectTag.project_id, ProjectTag.term_id)
        is_loaded = in_list(self._session, _TAG_COLUMNS.project_id, ids)
        tag_rows = tag_rows.where(is_loaded).order_by(ProjectTag.term_id)
        for project_id, term_id in self._session.execute(tag_rows):
            tags[project_id] = (*tags.get(project_id, ()), term_id)
        self.country_links |= links
        self.country_shares |= shares
        self.tags |= tags
        is_loaded = in_list(self._session, _TRANSLATION_COLUMNS.project_id, ids)
        self.translations |= translation_rows.of_projects(self._session, is_loaded)


def eligible_countries(incoming: RecordValues) -> tuple[int, ...]:
    """The ids of the benefiting member states, sorted."""
    return tuple(term_id for term_id, is_eligible in incoming.country_links if is_eligible)


def _references_in_any_case(batch: Sequence[RecordValues]) -> Iterator[str]:
    """The Projects IDs as the rows have them, in capitals and in small letters.

    A record whose ID has yet another case is found by its address, unless that was taken by another record.
    """
    for incoming in batch:
        if reference := incoming.reference:
            yield from (reference, reference.upper(), reference.lower())
