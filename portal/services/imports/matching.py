"""Which record each proposal means: what the database holds that a batch may be about."""

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
# Without types: the many values go in and out as the driver has them, and a Proposal holds them so.
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
    """A record as it is in the database; `values` are those of STORED, in that order."""

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
        """Withdrawn with the sample, and not because of what it says."""
        return self.visibility == _WITHDRAWN_SAMPLE

    def value_of(self, name: str) -> str | None:
        value: str | None = self.fingerprint if name == "fingerprint" else self.values[STORED_COLUMNS.index(name)]
        return value


class KnownRecords:
    """The records that a batch may mean, by each thing they can be known by, and the folded slugs in use.

    `links` and `tags` are sorted tuples by record id.
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
        # Most files come again: who was found by ID needs no slug.
        others = [p for p in proposals if not (p.reference and self.find("reference", p.reference))]
        slugs = {p.slug.casefold() for p in others}
        self.slugs_in_use = {slug.casefold() for slug in self._load(PROJECT_TABLE.c.slug_folded, slugs)}
        self.former_slugs = self._load_former_slugs(slugs)
        if self.has_unnumbered:
            bare = PROJECT_TABLE.c.reference.is_(None)
            self._load(PROJECT_TABLE.c.fingerprint, (p.content_fingerprint() for p in others), bare)
            self._load_unique("prima_id", (p.prima_id for p in others))
            self._load_unique("source_url", (p.source_url for p in others if p.reference))
        self.country_links, self.tags = self._load_links()

    def find(self, way: str, value: str) -> StoredRecord | None:
        return self._records.get((way, value.casefold()))

    def certain_matches(self, proposal: Proposal) -> Iterator[StoredRecord]:
        """The record of the same ID, else one that has no ID yet and says the same."""
        if proposal.reference and (same := self._by_reference.get(proposal.reference)):
            yield same
        ways = (
            ("reference", proposal.reference),
            ("fingerprint", proposal.content_fingerprint() if self.has_unnumbered else ""),
        )
        yield from self._find_each(ways)

    def likely_matches(self, proposal: Proposal) -> Iterator[StoredRecord]:
        """Records without an ID that say something else but have the same Prima ID, the surest first.

        A row with an ID may also take over a record that was read from the same source page. Either counts only
        where no other row of the file and no other record has it.
        """
        if self.has_unnumbered:
            page = proposal.source_url if proposal.reference else ""
            yield from self._find_each((("prima_id", proposal.prima_id), ("source_url", page)))

    def _find_each(self, ways: Iterable[tuple[str, str | None]]) -> Iterator[StoredRecord]:
        for way, value in ways:
            if value and (record := self.find(way, value)):
                yield record

    def _load(
        self, key_column: ColumnElement[Any], values: Iterable[str | None], *conditions: ColumnElement[bool]
    ) -> list[str]:
        """Remember the records that answer, by ID or content; return their slugs."""
        slugs: list[str] = []
        for record in self._query(key_column, values, *conditions):
            slugs.append(record.slug)
            if reference := record.value_of("reference"):
                self._by_reference[reference] = record
                self._remember("reference", reference, record)
            else:
                self._remember("fingerprint", record.fingerprint, record)
        return slugs

    def _load_unique(self, way: str, values: Iterable[str | None]) -> None:
        """Remember the records without an ID that alone have one of these values, which alone a row has."""
        told, other = PROJECT_TABLE.c[way], PROJECT_TABLE.alias("other")
        is_sole = ~exists().where(other.c[way] == told, other.c.id != PROJECT_TABLE.c.id)
        lone = (value for value in values if value and not self._shared_values.has(way, value))
        for record in self._query(told, lone, PROJECT_TABLE.c.reference.is_(None), is_sole):
            self._remember(way, record.value_of(way) or "", record)

    def _query(
        self, key_column: ColumnElement[Any], values: Iterable[str | None], *conditions: ColumnElement[bool]
    ) -> Iterator[StoredRecord]:
        if not (values := sorted({value for value in values if value})):
            return
        query = select(*_SELECTED_COLUMNS).where(in_list(self._session, key_column, values), *conditions)
        for record_id, slug, is_sample, visibility, fingerprint, *values in self._session.execute(query):
            self._ids.append(record_id)
            yield StoredRecord(record_id, slug, bool(is_sample), visibility, fingerprint, tuple(values))

    def _remember(self, way: str, value: str, record: StoredRecord) -> None:
        """Of several records that are known by the same, the oldest counts, whatever order they come in."""
        known = (way, value.casefold())
        before = self._records.get(known)
        if before is None or record.id < before.id:
            self._records[known] = record

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
            theirs = in_list(self._session, _COUNTRY_COLUMNS.project_id, self._ids)
            countries = countries.where(theirs).order_by(ProjectCountry.term_id)
            for project_id, term_id, is_eligible in self._session.execute(countries):
                links[project_id] = (*links.get(project_id, ()), (term_id, is_eligible))
            marks = select(ProjectTag.project_id, ProjectTag.term_id)
            marks = marks.where(in_list(self._session, _TAG_COLUMNS.project_id, self._ids)).order_by(ProjectTag.term_id)
            for project_id, term_id in self._session.execute(marks):
                tags[project_id] = (*tags.get(project_id, ()), term_id)
        return links, tags
