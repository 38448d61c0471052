"""The journal of one import run: what it added and changed, so that it can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import column, delete, insert, select, table
from sqlalchemy.orm import Session

from portal.models import ImportChange, ImportRun
from portal.services.imports.bulk.sql import insert_rows
from portal.services.imports.matching import KnownRecords, StoredRecord
from portal.services.records.values import STORED_COLUMNS

# Gets the session, the id of a run, the name of its file, and the ids of projects that were changed just now.
ChangeListener = Callable[[Session, int, str, Sequence[int]], None]
# Older runs cannot be undone; each change holds a whole record.
MAX_UNDOABLE_RUNS = 20
_COLUMNS = ("run_id", "project_id", "version", "slug", "before")
_CHANGE_TABLE = table("import_change", *map(column, _COLUMNS))


class RunJournal:
    """Writes down what a run does; the run gets its row, and its id, with the first batch."""

    def __init__(self, session: Session, file_name: str) -> None:
        self._session = session
        self.file_name = file_name[:64]
        self.run_id: int | None = None
        self._added_ids: list[int] = []
        self._changed_ids: list[int] = []

    def begin(self) -> int:
        """The id of the run, in the transaction of its first batch; the changes of old runs are deleted."""
        if self.run_id is None:
            inserted = insert(ImportRun).values(file_name=self.file_name).returning(ImportRun.id)
            self.run_id = self._session.execute(inserted).scalar_one()
            is_old = ImportChange.run_id <= self.run_id - MAX_UNDOABLE_RUNS
            self._session.execute(delete(ImportChange).where(is_old))
        return self.run_id

    def write(self, added: Sequence[tuple[int, str]], changed: Sequence[tuple[int, int, str, dict[str, Any]]]) -> None:
        """Store the added records (id, slug) and the changed ones (id, version now, slug now, values before)."""
        run_id = self.begin()
        self._added_ids += [project_id for project_id, _ in added]
        self._changed_ids += [project_id for project_id, *_ in changed]
        rows: list[tuple[Any, ...]] = [(run_id, project_id, 1, slug, None) for project_id, slug in added]
        rows += [
            (run_id, project_id, version, slug, orjson.dumps(before).decode())
            for project_id, version, slug, before in changed
        ]
        insert_rows(self._session.connection(), _CHANGE_TABLE, _COLUMNS, rows)

    def take_added_ids(self) -> list[list[int]]:
        """The ids of the records added since the last call, as ranges: the first and last id of each."""
        ranges: list[list[int]] = []
        for project_id in sorted(self._added_ids):
            if ranges and ranges[-1][1] == project_id - 1:
                ranges[-1][1] = project_id
            else:
                ranges.append([project_id, project_id])
        self._added_ids.clear()
        return ranges

    def take_changed_ids(self) -> list[int]:
        """The ids of the records changed, not added, since the last call."""
        taken, self._changed_ids = self._changed_ids, []
        return taken

    def changed_ids(self) -> list[int]:
        """The ids of all projects that this run has added or changed so far."""
        changed = select(ImportChange.project_id).where(ImportChange.run_id == self.run_id)
        return list(self._session.execute(changed).scalars())


def values_before(record: StoredRecord, known: KnownRecords) -> dict[str, Any]:
    """The record as a run found it, in the format of the driver."""
    return dict(zip(STORED_COLUMNS, record.values, strict=True)) | {
        "slug": record.slug,
        "slug_folded": record.slug.casefold(),
        "fingerprint": record.fingerprint,
        "is_sample": record.is_sample,
        "was_withdrawn_sample": record.is_withdrawn_sample,
        "country_links": known.country_links.get(record.id, ()),
        "country_shares": known.country_shares.get(record.id, ()),
        "tags": known.tags.get(record.id, ()),
        "translations": tuple(map(tuple, known.translations.get(record.id, ()))),
    }
