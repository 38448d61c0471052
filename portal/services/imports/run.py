"""Imports a file into projects, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from portal.errors import UnreadableFile
from portal.services.audit import recording
from portal.services.imports.absent_columns import AbsentColumns
from portal.services.imports.batches import Batch, Prefixes, validated_batches
from portal.services.imports.held_updates import HeldUpdates
from portal.services.imports.prescan import prescan
from portal.services.imports.report import Report
from portal.services.imports.runs.journal import ChangeListener, RunJournal
from portal.services.imports.upsert import UpdateRules, Upserter
from portal.services.imports.worker import batches_from_worker
from portal.services.integrity import row_checksums
from portal.services.records.spellings import TermLookup


def import_file(
    session: Session,
    path: Path,
    *,
    report: Report,
    new_terms: Literal["add", "refuse"] = "refuse",
    is_sample: bool = False,
    id_prefix: str = "",
    iati_prefix: str = "",
    allow_emptying: bool = False,
    allow_replacing: bool = False,
    batch_context: Callable[[], AbstractContextManager[object]] | None = None,
    in_worker: bool = False,
    on_total: Callable[[int], object] | None = None,
    on_progress: Callable[[int], object] | None = None,
    on_changed: ChangeListener | None = None,
) -> None:
    """Import a CSV, XLSX, JSON Lines, 360Giving or IATI file into projects; never commits. Raises UnreadableFile.

    Valid rows are stored, invalid ones are refused in `report`; a repeated import changes nothing. Each batch is
    written inside `with batch_context()`, which may be its own transaction; `on_changed` gets in it what has changed.
    `in_worker` reads and validates in a second process. `on_total` gets the number of rows, `on_progress` each batch's.
    """
    source = path, TermLookup.load(session, accepts_new=new_terms == "add"), Prefixes(id_prefix, iati_prefix)
    with batches_from_worker(*source) if in_worker else nullcontext(validated_batches(*source)) as batches:
        row_count, columns, shared_values = prescan(path)
        # The sample may change in any way: its records describe nothing.
        held = HeldUpdates(session, allow_emptying or is_sample, allow_replacing or is_sample)
        run = _Run(session, RunJournal(session, path.name), report, on_changed)
        rules = UpdateRules(AbsentColumns(session, columns), held)
        upserter = Upserter(session, report, shared_values, rules, journal=run.journal, is_sample=is_sample)
        if on_total:
            on_total(row_count)
        try:
            run.store_batches(batches, upserter, batch_context or nullcontext, on_progress)
        except UnreadableFile as error:
            if not batch_context or not report.rows:
                raise
            raise _interrupted(error, report) from error
        run.store_checksums(row_count, batch_context or nullcontext)


def _interrupted(error: UnreadableFile, report: Report) -> UnreadableFile:
    return UnreadableFile(
        f"{error} The {report.rows:,} rows before it were processed, and the valid ones are stored. "
        "Correct the file and import it again: stored rows count as unchanged."
    )


@dataclass(frozen=True)
class _Run:
    """One import run: its session, journal and report."""

    session: Session
    journal: RunJournal
    report: Report
    on_changed: ChangeListener | None = None

    def store_batches(
        self,
        batches: Iterable[Batch],
        upserter: Upserter,
        context: Callable[[], AbstractContextManager[object]],
        on_progress: Callable[[int], object] | None,
    ) -> None:
        """Store each batch in a context of its own, and at the end the rows that waited for it."""
        for batch in batches:
            self.report.note_file(batch.notes)
            if batch.rows:
                with context():
                    self.store(partial(upserter.store, batch))
            if on_progress:
                on_progress(len(batch.rows))
        if upserter.has_deferred:
            with context():
                self.store(upserter.store_deferred)

    def store(self, write: Callable[[], None]) -> None:
        """Write a batch and the one audit event that covers its changes."""
        before = self._counts()
        recording.begin_bulk(self.session)
        self.report.run_id = self.journal.begin()
        write()
        counts = {name: count - before[name] for name, count in self._counts().items()}
        # The ids let a proof find the event that published a record (services.audit.proofs).
        after = counts | {"run": self.journal.begin(), "added_ids": self.journal.take_added_ids()}
        recording.record_bulk(self.session, "import", "import", self.journal.file_name, after=after)
        changed = self.journal.take_changed_ids()
        if self.on_changed and changed:
            self.on_changed(self.session, self.journal.begin(), self.journal.file_name, changed)

    def store_checksums(self, row_count: int, context: Callable[[], AbstractContextManager[object]]) -> None:
        """Store the checksums of what a small file changed; those of a large one are left to `portal check-rows`."""
        if self.journal.run_id is not None and row_count <= row_checksums.FEW:
            with context():
                row_checksums.store(self.session, self.journal.changed_ids())

    def _counts(self) -> dict[str, int]:
        return {"added": self.report.added, "changed": self.report.changed, "refused": self.report.refused}
