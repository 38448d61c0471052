"""Decides what each row of a file does: it adds a record, changes one, changes nothing, or is refused.

docs/decisions/0018-how-rows-find-their-records.md describes the order in which rows find their records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.search.fulltext import text_index
from portal.services.imports import row_issues
from portal.services.imports.absent_columns import AbsentColumns
from portal.services.imports.added_terms import TermStore
from portal.services.imports.batches import Batch, CheckedRow
from portal.services.imports.bulk.writer import BulkWriter
from portal.services.imports.claimed_rows import ClaimedRows
from portal.services.imports.held_updates import HeldUpdates
from portal.services.imports.issues import ImportIssue, RowLabel
from portal.services.imports.matching import PROJECT_TABLE, KnownRecords, StoredRecord, eligible_countries
from portal.services.imports.prescan import SharedValues
from portal.services.imports.report import Report
from portal.services.imports.runs.journal import RunJournal
from portal.services.records.values import RecordValues

Content = tuple[object, ...]


class AcceptedRow(NamedTuple):
    """A valid row that repeats no other; `issues` are its repairs and notes."""

    incoming: RecordValues
    issues: list[ImportIssue]

    @property
    def label(self) -> RowLabel:
        return RowLabel(self.incoming.reference or "", self.incoming.title)


class MatchedRow(NamedTuple):
    """A row and its record; None if the row adds one."""

    row: AcceptedRow
    record: StoredRecord | None


class UpdateRules(NamedTuple):
    """What an update leaves alone, and what holds it back."""

    absent_columns: AbsentColumns
    held: HeldUpdates


class Upserter:
    """Stores one import batch by batch, and remembers the records that its rows have matched."""

    def __init__(
        self,
        session: Session,
        report: Report,
        shared_values: SharedValues,
        update_rules: UpdateRules,
        *,
        journal: RunJournal,
        is_sample: bool,
    ) -> None:
        self._session = session
        self._report = report
        self._shared_values = shared_values
        self._update_rules = update_rules
        self._journal = journal
        self._is_sample = is_sample
        self._first_new_id = (session.execute(select(func.max(PROJECT_TABLE.c.id))).scalar_one() or 0) + 1
        # Each record may match one row of the file only.
        self._claimed_rows = ClaimedRows()
        # Rows whose record is certain only once all other rows have found theirs.
        self._deferred: list[AcceptedRow] = []
        # Rows that later ones may repeat, though they are not stored: those that wait, and those that are held back.
        self._unstored_rows: dict[Content, int] = {}
        self._superseded_rows: dict[str, tuple[int, Content]] = {}
        self._rows_by_likeness: dict[Content, int] = {}
        # Rows whose key other rows state too.
        self._keyed_rows: dict[Content, int] = {}
        # The slugs that records lose because rows of this batch give them a Projects ID.
        self._numbered_slugs: set[str] = set()
        self._terms = TermStore(session)

    @property
    def has_deferred(self) -> bool:
        return bool(self._deferred)

    def store(self, batch: Batch) -> None:
        """Write a batch and its journal in the caller's transaction; the report counts every row."""
        self._terms.announce(batch.new_terms)
        self._numbered_slugs.clear()
        rows = self._terms.rows_with_stored_ids(batch.rows)
        known = self._known_records(row.incoming for row in rows)
        accepted = list(self._accepted_rows(rows, known))
        if known.are_none:
            self._write([MatchedRow(row, None) for row in accepted], known)
            return
        matched: list[MatchedRow] = []
        # Certain matches come first: no row may claim a record that another row identifies with certainty.
        for candidates in (known.by_reference, known.by_key, known.by_content):
            accepted = list(self._unmatched(accepted, candidates, matched))
        accepted = [row for row in accepted if not self._is_superseded(row, known)]
        for row in self._unmatched(accepted, known.by_prima_id, matched):
            self._match_by_title(row, known, matched)
        self._write(matched, known)

    def store_deferred(self) -> None:
        """Write the rows that waited for the end of the file: a Prima ID may be unique now, and identify a record."""
        # Other rows may have stored the terms that these add.
        deferred = [row._replace(incoming=self._terms.with_stored_ids(row.incoming)) for row in self._deferred]
        self._deferred = []
        known = self._known_records(row.incoming for row in deferred)
        matched: list[MatchedRow] = []
        rows = list(self._unmatched(deferred, known.by_prima_id, matched))
        if matched:
            self._write(matched, known)
            # Some of these may have given a record its Projects ID.
            known, matched = self._known_records(row.incoming for row in rows), []
        groups: dict[Content, list[AcceptedRow]] = {}
        for row in [row for row in rows if not self._is_superseded(row, known)]:
            groups.setdefault(_title_key(row.incoming), []).append(row)
        for group in groups.values():
            self._match_group(group, known, matched)
        self._write(matched, known)

    def _known_records(self, batch: Iterable[RecordValues | None]) -> KnownRecords:
        valid = [incoming for incoming in batch if incoming]
        return KnownRecords(self._session, valid, self._shared_values, self._first_new_id)

    def _accepted_rows(self, rows: Iterable[CheckedRow], known: KnownRecords) -> Iterator[AcceptedRow]:
        """Count every row, report those that are refused, and yield those that are neither refused nor repeats."""
        rows_by_identity: dict[Content, int] = {}
        for incoming, issues, label in rows:
            self._report.rows += 1
            if incoming is None:
                self._report.refuse(issues, label)
                continue
            identity = _identity(incoming)
            if first := rows_by_identity.get(identity) or self._earlier_row(incoming, identity, known):
                self._refuse(AcceptedRow(incoming, issues), [row_issues.repeated(incoming, first)])
                continue
            rows_by_identity[identity] = incoming.row
            if incoming.key and self._shared_values.has("key", incoming.key):
                self._keyed_rows[identity] = incoming.row
            yield AcceptedRow(incoming, [*issues, *self._notes(incoming)])

    def _earlier_row(self, incoming: RecordValues, identity: Content, known: KnownRecords) -> int:
        """The row of an earlier batch with the same ID or, without an ID, the same content; 0 if there is none."""
        if incoming.key and not incoming.reference:
            return self._keyed_rows.get(identity, 0)
        if not known.are_none:
            records = known.by_reference(incoming) if incoming.reference else known.by_content(incoming)
            if row := next(filter(None, (self._claimed_rows.row_of(record.id) for record in records)), 0):
                return row
        if row := self._unstored_rows.get(identity, 0):
            return row
        row, superseded = self._superseded_rows.get(incoming.fingerprint, (0, ()))
        return row if superseded == identity else 0

    def _notes(self, incoming: RecordValues) -> Iterator[ImportIssue]:
        if incoming.prima_id and self._shared_values.has("prima_id", incoming.prima_id):
            yield row_issues.shared_prima_id(incoming)
        if not incoming.reference and self._shared_values.has("title", incoming.title):
            likeness = (hash(incoming.sort_title), incoming.start, incoming.end, incoming.country_links)
            if first := self._rows_by_likeness.get(likeness):
                yield row_issues.similar(incoming, first)
            else:
                self._rows_by_likeness[likeness] = incoming.row

    def _unmatched(
        self,
        rows: Iterable[AcceptedRow],
        candidates: Callable[[RecordValues], Iterator[StoredRecord]],
        matched: list[MatchedRow],
    ) -> Iterator[AcceptedRow]:
        """Match each row with its first candidate that no other row has claimed; yield the rows that have none."""
        for row in rows:
            if record := next(self._unclaimed(candidates(row.incoming)), None):
                self._claim(record, row)
                matched.append(MatchedRow(row, record))
            else:
                yield row

    def _claim(self, record: StoredRecord, row: AcceptedRow) -> None:
        self._claimed_rows.claim(record.id, row.incoming.row)
        if row.incoming.reference and not record.value_of("reference"):
            self._numbered_slugs.add(record.slug.casefold())

    def _unclaimed(self, records: Iterable[StoredRecord]) -> Iterator[StoredRecord]:
        return (record for record in records if not self._claimed_rows.row_of(record.id))

    def _is_superseded(self, row: AcceptedRow, known: KnownRecords) -> bool:
        """Whether the record with this content has a Projects ID now; an old file then changes nothing."""
        incoming = row.incoming
        slug = incoming.key or incoming.slug
        if incoming.reference or slug.casefold() not in known.former_slugs:
            return False
        if incoming.key:
            issues = [*row.issues, row_issues.former_key(incoming)]
        elif incoming.fingerprint in self._superseded_rows:
            return False
        else:
            issues = row.issues
            self._superseded_rows[incoming.fingerprint] = incoming.row, _identity(incoming)
        self._report.accept(issues, row.label)
        self._report.unchanged += 1
        return True

    def _match_by_title(self, row: AcceptedRow, known: KnownRecords, matched: list[MatchedRow]) -> None:
        candidates = list(self._unclaimed(known.by_title(row.incoming)))
        if len(candidates) > 1 or (candidates and self._depends_on_others(row.incoming)):
            self._deferred.append(row)
            self._unstored_rows[_identity(row.incoming)] = row.incoming.row
            return
        for record in candidates:
            self._claim(record, row)
        matched.append(MatchedRow(row, candidates[0] if candidates else None))

    def _depends_on_others(self, incoming: RecordValues) -> bool:
        """Whether other rows decide what a row means: one with its title, or one that numbers its record."""
        slug = incoming.key or incoming.slug
        is_stated = not incoming.key and self._shared_values.has_key(slug)
        return is_stated or slug.casefold() in self._numbered_slugs or self._shared_values.has("title", incoming.title)

    def _match_group(self, rows: list[AcceptedRow], known: KnownRecords, matched: list[MatchedRow]) -> None:
        """Match the rows of one title, countries and year: with one row and one record left, they belong together."""
        candidates = list(self._unclaimed(known.by_title(rows[0].incoming)))
        if not candidates:
            matched.extend(MatchedRow(row, None) for row in rows)
        elif len(rows) == len(candidates) == 1:
            self._claim(candidates[0], rows[0])
            matched.append(MatchedRow(rows[0], candidates[0]))
        else:
            numbers = [row.incoming.row for row in rows]
            for row in rows:
                self._refuse(row, [row_issues.ambiguous(row.incoming, candidates, numbers)])

    def _write(self, matched: list[MatchedRow], known: KnownRecords) -> None:
        """Store the rows, but for those whose update is held back."""
        writer = BulkWriter(self._session, known, self._journal, is_sample=self._is_sample)
        filled = [self._filled(match, known) for match in matched]
        # The search documents of these rows were made of what the file alone states.
        incomplete_rows = {new.row.incoming.row for old, new in zip(matched, filled, strict=True) if new is not old}
        stale_ids: list[int] = []
        stored = sorted(self._without_held(filled, known), key=lambda match: match.row.incoming.row)
        notes = self._terms.store(match.row.incoming for match in stored)
        for row, record in stored:
            incoming = row.incoming
            complete = self._terms.with_stored_ids(incoming)
            slug = writer.add(complete) if record is None else record.slug
            if issues := [*row.issues, *notes.get(incoming.row, ()), *row_issues.other_key(incoming, slug, record)]:
                self._report.accept(issues, row.label)
            if record is None:
                self._report.added += 1
            elif writer.change(record, complete):
                self._report.changed += 1
                if incoming.row in incomplete_rows:
                    stale_ids.append(record.id)
            else:
                self._report.unchanged += 1
        for record_id, row_number in writer.write():
            self._claimed_rows.claim(record_id, row_number)
        text_index.repair(self._session, stale_ids)

    def _filled(self, match: MatchedRow, known: KnownRecords) -> MatchedRow:
        """The row with what its record states in columns that the file lacks."""
        if match.record is None:
            return match
        incoming = self._update_rules.absent_columns.filled(match.row.incoming, match.record, known)
        return match if incoming is match.row.incoming else match._replace(row=match.row._replace(incoming=incoming))

    def _without_held(self, matched: Iterable[MatchedRow], known: KnownRecords) -> Iterator[MatchedRow]:
        for match in matched:
            if match.record and (held := self._update_rules.held.issues(match.record, match.row.incoming, known)):
                self._unstored_rows[_identity(match.row.incoming)] = match.row.incoming.row
                self._refuse(match.row, held)
            else:
                yield match

    def _refuse(self, row: AcceptedRow, issues: Sequence[ImportIssue]) -> None:
        self._report.refuse([*row.issues, *issues], row.label)


def _identity(incoming: RecordValues) -> Content:
    """What two rows have in common if one repeats the other: the Projects ID, or else every field and the key."""
    if incoming.reference:
        return (incoming.reference.casefold(),)
    return (*incoming.content(), incoming.key.casefold())


def _title_key(incoming: RecordValues) -> Content:
    return (incoming.sort_title, eligible_countries(incoming), incoming.year)
