"""Matches the proposals of a batch with the records in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, MetaData, Table, case, column, exists, select, table
from sqlalchemy.orm import Session

from portal.database.orm import UTCDateTime
from portal.models import Project, ProjectCountry, ProjectTag, SlugHistory
from portal.services.imports.bulk_sql import in_list
from portal.services.imports.prescan import SharedValues
from portal.services.records.values import STORED_COLUMNS, Proposal
from portal.vocabulary.workflow import SAMPLE_WITHDRAWAL_REASON

_COLUMNS, _IDENTIFYING = Project.__table__.c, ("id", "slug", "slug_folded")
# Untyped columns: values are read and written in the format of the driver, which is that of a Proposal.
PROJECT_TABLE = Table(
    "project",
    MetaData(),
    *(Column(_COLUMNS[name].name, key=name) for name in (*_IDENTIFYING, *STORED_COLUMNS, "fingerprint")),
    *(Column(name) for name in ("is_sample", "version", "withdrawn_reason")),
    *(Column(name, UTCDateTime) for name in ("created_at", "changed_at", "published_at", "withdrawn_at")),
)
PROJECT_COUNTRY_TABLE = table("project_country", column("project_id"), column("term_id"), column("is_eligible"))
PROJECT_TAG_TABLE = table("project_tag", column("project_id"), column("term_id"))
_SLUG_HISTORY_COLUMNS, _COUNTRY_COLUMNS, _TAG_COLUMNS = (
    SlugHistory.__table__.c,
    ProjectCountry.__table__.c,
    ProjectTag.__table__.c,
)
_PUBLIC, _WITHDRAWN, _WITHDRAWN_SAMPLE = range(3)
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
    *(PROJECT_TABLE.c[name] for name in ("fingerprint", *STORED_COLUMNS)),
]


class StoredRecord(NamedTuple):
    """A record in the database; `values` are those of STORED_COLUMNS, in that order."""

    id: int
    slug: str
    is_sample: bool
    visibility: int
    fingerprint: str
    values: tuple[Any, ...]

    @property
    def is_public(self) -> bool:
        return self.visibility == _PUBLIC

    @property
    def is_withdrawn_sample(self) -> bool:
        """Withdrawn because the sample was removed, not because of its content."""
        return self.visibility == _WITHDRAWN_SAMPLE

    def value_of(self, name: str) -> str | None:
        value: str | None = self.fingerprint if name == "fingerprint" else self.values[STORED_COLUMNS.index(name)]
        return value


class KnownRecords:
    """The records that a batch may match, by each identifier, and the case-folded slugs that are in use.

    `country_links` and `tags` are sorted tuples by record id.
    """

    def __init__(self, session: Session, proposals: Sequence[Proposal], shared_values: SharedValues) -> None:
        self._session = session
        self._shared_values = shared_values
        self._records: dict[tuple[str, str], StoredRecord] = {}
        self._by_reference: dict[str, StoredRecord] = {}
        self._ids: list[int] = []
        self.has_unnumbered = bool(
            session.execute(select(PROJECT_TABLE.c.id).where(PROJECT_TABLE.c.reference.is_(None)).limit(1)).first()
        )
        self._load(PROJECT_TABLE.c.reference, (p.reference for p in proposals))
        # Most files are imported repeatedly; a record that was found by ID needs no other query.
        others = [p for p in proposals if not (p.reference and self.find("reference", p.reference))]
        slugs = {p.slug.casefold() for p in others}
        self.slugs_in_use = {slug.casefold() for slug in self._load(PROJECT_TABLE.c.slug_folded, slugs)}
        self.former_slugs = self._load_former_slugs(slugs)
        if self.has_unnumbered:
            has_no_reference = PROJECT_TABLE.c.reference.is_(None)
            self._load(PROJECT_TABLE.c.fingerprint, (p.content_fingerprint() for p in others), has_no_reference)
            self._load_unique("prima_id", (p.prima_id for p in others))
            self._load_unique("source_url", (p.source_url for p in others if p.reference))
        self.country_links, self.tags = self._load_links()

    def find(self, identifier: str, value: str) -> StoredRecord | None:
        """The record whose identifier ("reference", "fingerprint", "prima_id", "source_url") has this value."""
        return self._records.get((identifier, value.casefold()))

    def certain_matches(self, proposal: Proposal) -> Iterator[StoredRecord]:
        """The record with the same ID, then one without an ID and with the same content."""
        if proposal.reference and (record := self._by_reference.get(proposal.reference)):
            yield record
        identifiers = (
            ("reference", proposal.reference),
            ("fingerprint", proposal.content_fingerprint() if self.has_unnumbered else ""),
        )
        yield from self._find_each(identifiers)

    def likely_matches(self, proposal: Proposal) -> Iterator[StoredRecord]:
        """Records without an ID whose content differs but whose Prima ID is the same, most likely first.

        A row with an ID also matches a record from the same source page. Both identifiers must be unique in the file
        and among the records.
        """
        if self.has_unnumbered:
            page = proposal.source_url if proposal.reference else ""
            yield from self._find_each((("prima_id", proposal.prima_id), ("source_url", page)))

    def _find_each(self, identifiers: Iterable[tuple[str, str | None]]) -> Iterator[StoredRecord]:
        for identifier, value in identifiers:
            if value and (record := self.find(identifier, value)):
                yield record

    def _load(
        self, key_column: ColumnElement[Any], values: Iterable[str | None], *conditions: ColumnElement[bool]
    ) -> list[str]:
        """Load the matching records, by ID or content; return their slugs."""
        slugs: list[str] = []
        for record in self._query(key_column, values, *conditions):
            slugs.append(record.slug)
            if reference := record.value_of("reference"):
                self._by_reference[reference] = record
                self._remember("reference", reference, record)
            else:
                self._remember("fingerprint", record.fingerprint, record)
        return slugs

    def _load_unique(self, identifier: str, values: Iterable[str | None]) -> None:
        """Load the records without an ID that have one of these values, if it is unique in the file and database."""
        key_column, other = PROJECT_TABLE.c[identifier], PROJECT_TABLE.alias("other")
        is_unique = ~exists().where(other.c[identifier] == key_column, other.c.id != PROJECT_TABLE.c.id)
        unshared = (value for value in values if value and not self._shared_values.has(identifier, value))
        for record in self._query(key_column, unshared, PROJECT_TABLE.c.reference.is_(None), is_unique):
            self._remember(identifier, record.value_of(identifier) or "", record)

    def _query(
        self, key_column: ColumnElement[Any], values: Iterable[str | None], *conditions: ColumnElement[bool]
    ) -> Iterator[StoredRecord]:
        if not (values := sorted({value for value in values if value})):
            return
        query = select(*_SELECTED_COLUMNS).where(in_list(self._session, key_column, values), *conditions)
        for record_id, slug, is_sample, visibility, fingerprint, *values in self._session.execute(query):
            self._ids.append(record_id)
            yield StoredRecord(record_id, slug, bool(is_sample), visibility, fingerprint, tuple(values))

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

    def _load_links(self) -> tuple[dict[int, tuple[tuple[int, bool], ...]], dict[int, tuple[int, ...]]]:
        links: dict[int, tuple[tuple[int, bool], ...]] = {}
        tags: dict[int, tuple[int, ...]] = {}
        if self._ids:
            countries = select(ProjectCountry.project_id, ProjectCountry.term_id, ProjectCountry.is_eligible)
            is_loaded = in_list(self._session, _COUNTRY_COLUMNS.project_id, self._ids)
            countries = countries.where(is_loaded).order_by(ProjectCountry.term_id)
            for project_id, term_id, is_eligible in self._session.execute(countries):
                links[project_id] = (*links.get(project_id, ()), (term_id, is_eligible))
            tag_rows = select(ProjectTag.project_id, ProjectTag.term_id)
            is_loaded = in_list(self._session, _TAG_COLUMNS.project_id, self._ids)
            tag_rows = tag_rows.where(is_loaded).order_by(ProjectTag.term_id)
            for project_id, term_id in self._session.execute(tag_rows):
                tags[project_id] = (*tags.get(project_id, ()), term_id)
        return links, tags
