"""The statements of one batch: records, links, former keys, text index and journal, each table in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.database.orm import Moment, now
from portal.models import Catalogue, FormerKey, ProjectCountry, ProjectTag
from portal.search.fulltext import text_index
from portal.search.fulltext.documents import Document
from portal.services.audit import recording
from portal.services.imports.bulk_sql import insert_rows
from portal.services.imports.matching import PLAIN, PLAIN_COUNTRY, PLAIN_TAG, Known, Stored
from portal.services.imports.slugs import Keys
from portal.services.records.values import STORED, Proposal
from portal.text.folding import folded

_ADDED = ("id", "key", "key_folded", *STORED, "fingerprint", "is_sample", "created_at", "changed_at", "published_at")
_CHANGED = ("at", "key", "key_folded", *STORED, "fingerprint", "is_sample", "changed_at")


class Writing:
    """Collects what a batch adds and changes, and writes it."""

    def __init__(self, session: Session, known: Known, *, is_sample: bool) -> None:
        self._session = session
        self._known = known
        self._is_sample = is_sample
        self._keys = Keys(session, known.present | known.former)
        self._moment = now()
        self._fresh: list[tuple[str, Proposal]] = []
        self._changed: list[tuple[int, Proposal]] = []
        self._changes: list[dict[str, Any]] = []
        self._former: list[dict[str, Any]] = []
        self._hidden: set[int] = set()
        self._back: list[int] = []

    def add(self, proposal: Proposal) -> None:
        self._fresh.append((self._keys.give(proposal.key), proposal))

    def change(self, here: Stored, proposal: Proposal) -> bool:
        """Bring a record up to a proposal; say whether anything differed."""
        if self._is_sample and not here.is_sample:
            # The sample never overwrites a real record.
            return False
        before = here.get("number")
        if before and proposal.number and folded(before) == folded(proposal.number):
            proposal = proposal._replace(number=before)
        values = proposal[: len(STORED)]
        links, tags = self._known.links.get(here.id, ()), self._known.tags.get(here.id, ())
        told, stored = (values, proposal.links, proposal.tags), (here.values, links, tags)
        if told == stored and self._is_sample == here.is_sample and not here.is_set_aside:
            return False
        if here.is_set_aside:
            self._back.append(here.id)
        elif not here.is_public:
            self._hidden.add(here.id)
        key = here.key
        if proposal.number != before:
            key = self._keys.give(proposal.key)
            self._former.append({"key_folded": here.key.casefold(), "project_id": here.id})
        row = (here.id, key, key.casefold(), *values, proposal.fingerprint, self._is_sample, self._moment)
        self._changes.append(dict(zip(_CHANGED, row, strict=True)))
        self._changed.append((here.id, proposal))
        return True

    def write(self) -> list[tuple[int, int]]:
        """Write everything; return the id of each fresh record and the row that it came from."""
        self._write_changes()
        fresh = self._write_fresh()
        if written := self._changed + fresh:
            self._link(written)
            shown = [(project_id, proposal) for project_id, proposal in written if project_id not in self._hidden]
            text_index.write(self._session, [_document(project_id, proposal) for project_id, proposal in shown])
            Catalogue.touch(self._session, [project_id for project_id, _ in written])
        return [(project_id, proposal.row) for project_id, proposal in fresh]

    def _write_changes(self) -> None:
        if not self._changes:
            return
        connection = self._session.connection()
        changed = update(PLAIN).where(PLAIN.c.id == bindparam("at")).values(version=PLAIN.c.version + 1)
        connection.execute(changed, self._changes)
        self._bring_back()
        ids = [project_id for project_id, _ in self._changed]
        for links in (ProjectCountry, ProjectTag):
            connection.execute(delete(links).where(links.project_id.in_(ids)))
        if self._former:
            connection.execute(insert(FormerKey), self._former)

    def _bring_back(self) -> None:
        """Records that were taken away with the sample are public once a file names them."""
        if not self._back:
            return
        public = {"published_at": self._moment, "withdrawn_at": None, "withdrawn_reason": ""}
        self._session.connection().execute(update(PLAIN).where(PLAIN.c.id.in_(self._back)).values(public))
        for project_id in self._back:
            # Beside the one event of the import, for the public history of the record.
            recording.record(self._session, "publish again", "project", project_id)

    def _write_fresh(self) -> list[tuple[int, Proposal]]:
        if not self._fresh:
            return []
        connection = self._session.connection()
        stored_as = Moment().dialect_impl(connection.dialect).bind_processor(connection.dialect)
        moment = stored_as(self._moment) if stored_as else self._moment
        rest = (self._is_sample, moment, moment, moment)
        ids = _fresh_ids(self._session, len(self._fresh))
        rows = [
            (record_id, key, key.casefold(), *proposal[: len(STORED)], proposal.fingerprint, *rest)
            for record_id, (key, proposal) in zip(ids, self._fresh, strict=True)
        ]
        insert_rows(connection, PLAIN, _ADDED, rows)
        return [(record_id, proposal) for record_id, (_, proposal) in zip(ids, self._fresh, strict=True)]

    def _link(self, written: Sequence[tuple[int, Proposal]]) -> None:
        connection = self._session.connection()
        countries = [(i, term_id, is_eligible) for i, proposal in written for term_id, is_eligible in proposal.links]
        insert_rows(connection, PLAIN_COUNTRY, ("project_id", "term_id", "is_eligible"), countries)
        tags = [(i, term_id) for i, proposal in written for term_id in proposal.tags]
        insert_rows(connection, PLAIN_TAG, ("project_id", "term_id"), tags)


def _fresh_ids(session: Session, number: int) -> Sequence[int]:
    """Ids for as many records; to know them beforehand spares reading each back."""
    if session.get_bind().dialect.name == "sqlite":
        # The one writer, so nobody else takes the next ones; SQLite itself would give the same.
        first = (session.execute(select(func.max(PLAIN.c.id))).scalar_one() or 0) + 1
        return range(first, first + number)
    following = func.nextval(func.pg_get_serial_sequence("project", "id"))
    return session.execute(select(following).select_from(func.generate_series(1, number))).scalars().all()


def _document(project_id: int, proposal: Proposal) -> Document:
    return Document(project_id, *proposal.document, is_plain=True)
