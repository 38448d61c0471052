"""Writes the records of one batch, their links, former slugs, text index and journal: one statement per table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.database.orm import UTCDateTime, now
from portal.models import Catalogue, ProjectCountry, ProjectTag, ProjectTranslation, SlugHistory
from portal.search.fulltext import text_index
from portal.search.fulltext.documents import TextDocument
from portal.services.audit import recording
from portal.services.imports.bulk.sql import insert_rows
from portal.services.imports.matching import (
    COUNTRY_COLUMNS,
    PROJECT_COUNTRY_TABLE,
    PROJECT_TABLE,
    PROJECT_TAG_TABLE,
    TRANSLATION_TABLE,
    KnownRecords,
    StoredRecord,
)
from portal.services.imports.runs.journal import RunJournal, values_before
from portal.services.imports.slugs import SlugAllocator
from portal.services.records.translations import translation_rows
from portal.services.records.values import STORED_COLUMNS, RecordValues
from portal.text.folding import fold

_INSERT_COLUMNS = (
    "id",
    "slug",
    "slug_folded",
    *STORED_COLUMNS,
    "fingerprint",
    "is_sample",
    "created_at",
    "changed_at",
    "published_at",
)
_UPDATE_PARAMETERS = ("at", "slug", "slug_folded", *STORED_COLUMNS, "fingerprint", "is_sample", "changed_at")


class BulkWriter:
    """Collects the additions and changes of a batch, then writes them."""

    def __init__(self, session: Session, known_records: KnownRecords, journal: RunJournal, *, is_sample: bool) -> None:
        self._session = session
        self._journal = journal
        self._known_records = known_records
        self._is_sample = is_sample
        self._slugs = SlugAllocator(session, known_records.slugs_in_use | known_records.former_slugs)
        self._moment = now()
        self._added: list[tuple[str, RecordValues]] = []
        self._changed: list[tuple[int, RecordValues]] = []
        self._update_rows: list[dict[str, Any]] = []
        self._journal_rows: list[tuple[int, int, str, dict[str, Any]]] = []
        self._former_slugs: list[dict[str, Any]] = []
        self._non_public_ids: set[int] = set()
        self._republished_ids: list[int] = []

    def add(self, incoming: RecordValues) -> str:
        """Queue a new record; return its slug: the key of the row if it is free, else one of its own."""
        slug = self._slugs.take(incoming.key) or self._slugs.allocate(incoming.slug)
        self._added.append((slug, incoming))
        return slug

    def change(self, record: StoredRecord, incoming: RecordValues) -> bool:
        """Queue a change of a record to an incoming one; return whether anything differs."""
        # The sample never overwrites a real record.
        if self._is_sample and not record.is_sample:
            return False
        reference = record.value_of("reference")
        # An ID in another case is the same ID.
        if reference and incoming.reference and fold(reference) == fold(incoming.reference):
            incoming = incoming._replace(reference=reference)
        if not self._differs(record, incoming):
            return False
        if record.is_withdrawn_sample:
            self._republished_ids.append(record.id)
        elif not record.is_public:
            self._non_public_ids.add(record.id)
        slug = record.slug
        if incoming.reference != reference:
            slug = self._slugs.allocate(incoming.slug)
            self._former_slugs.append({"slug_folded": record.slug.casefold(), "project_id": record.id})
        values = (*incoming[: len(STORED_COLUMNS)], incoming.fingerprint, self._is_sample, self._moment)
        row = (record.id, slug, slug.casefold(), *values)
        self._update_rows.append(dict(zip(_UPDATE_PARAMETERS, row, strict=True)))
        self._changed.append((record.id, incoming))
        self._journal_rows.append((record.id, record.version + 1, slug, values_before(record, self._known_records)))
        return True

    def _differs(self, record: StoredRecord, incoming: RecordValues) -> bool:
        proposed = (*incoming.content(), self._is_sample)
        before = (*self._known_records.content(record), record.is_sample)
        return proposed != before or record.is_withdrawn_sample

    def write(self) -> list[tuple[int, int]]:
        """Write everything; return the id of each added record and its row in the file."""
        self._write_changes()
        added = self._write_added()
        if written := self._changed + added:
            self._write_links(written)
            slugs = (slug for slug, _ in self._added)
            self._journal.write(
                [(project_id, slug) for (project_id, _), slug in zip(added, slugs, strict=True)], self._journal_rows
            )
            public = [
                (project_id, incoming) for project_id, incoming in written if project_id not in self._non_public_ids
            ]
            text_index.write(self._session, [_build_document(project_id, incoming) for project_id, incoming in public])
            Catalogue.touch(self._session, [project_id for project_id, _ in written])
        return [(project_id, incoming.row) for project_id, incoming in added]

    def _write_changes(self) -> None:
        if not self._update_rows:
            return
        connection = self._session.connection()
        changed = (
            update(PROJECT_TABLE)
            .where(PROJECT_TABLE.c.id == bindparam("at"))
            .values(version=PROJECT_TABLE.c.version + 1)
        )
        connection.execute(changed, self._update_rows)
        self._republish()
        ids = [project_id for project_id, _ in self._changed]
        for links in (ProjectCountry, ProjectTag, ProjectTranslation):
            connection.execute(delete(links).where(links.project_id.in_(ids)))
        if self._former_slugs:
            connection.execute(insert(SlugHistory), self._former_slugs)

    def _republish(self) -> None:
        """Publish records again that were withdrawn with the sample and are in the file."""
        if not self._republished_ids:
            return
        public = {"published_at": self._moment, "withdrawn_at": None, "withdrawn_reason": ""}
        self._session.connection().execute(
            update(PROJECT_TABLE).where(PROJECT_TABLE.c.id.in_(self._republished_ids)).values(public)
        )
        for project_id in self._republished_ids:
            # The public history of the record needs its own event beside that of the import.
            recording.record(self._session, "publish again", "project", project_id)

    def _write_added(self) -> list[tuple[int, RecordValues]]:
        if not self._added:
            return []
        connection = self._session.connection()
        stored_as = UTCDateTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
        moment = stored_as(self._moment) if stored_as else self._moment
        last_columns = (self._is_sample, moment, moment, moment)
        ids = _allocate_ids(self._session, len(self._added))
        rows = [
            (record_id, slug, slug.casefold(), *incoming[: len(STORED_COLUMNS)], incoming.fingerprint, *last_columns)
            for record_id, (slug, incoming) in zip(ids, self._added, strict=True)
        ]
        insert_rows(connection, PROJECT_TABLE, _INSERT_COLUMNS, rows)
        return [(record_id, incoming) for record_id, (_, incoming) in zip(ids, self._added, strict=True)]

    def _write_links(self, written: Sequence[tuple[int, RecordValues]]) -> None:
        connection = self._session.connection()
        countries = [(i, *row) for i, incoming in written for row in incoming.country_rows()]
        insert_rows(connection, PROJECT_COUNTRY_TABLE, COUNTRY_COLUMNS, countries)
        tags = [(i, term_id) for i, incoming in written for term_id in incoming.tags]
        insert_rows(connection, PROJECT_TAG_TABLE, ("project_id", "term_id"), tags)
        translations = [translation_rows.row_of(i, one) for i, incoming in written for one in incoming.translations]
        insert_rows(connection, TRANSLATION_TABLE, translation_rows.COLUMNS, translations)


def _allocate_ids(session: Session, count: int) -> Sequence[int]:
    """Ids for `count` new records, allocated first so that they need not be read back one by one."""
    if session.get_bind().dialect.name == "sqlite":
        # SQLite has one writer, so the next ids are free; SQLite itself would assign the same ones.
        first = (session.execute(select(func.max(PROJECT_TABLE.c.id))).scalar_one() or 0) + 1
        return range(first, first + count)
    next_id = func.nextval(func.pg_get_serial_sequence("project", "id"))
    return session.execute(select(next_id).select_from(func.generate_series(1, count))).scalars().all()


def _build_document(project_id: int, incoming: RecordValues) -> TextDocument:
    return TextDocument(project_id, *incoming.search_document, is_normalised=True)
