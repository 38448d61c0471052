"""Decides what each row of a batch does: it adds a record, changes one, changes nothing, or is refused as a repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from portal.services.imports.added_terms import store_terms
from portal.services.imports.batches import Batch, CheckedRow
from portal.services.imports.bulk_write import BulkWriter
from portal.services.imports.claimed_rows import ClaimedRows
from portal.services.imports.issues import ImportIssue
from portal.services.imports.matching import KnownRecords, StoredRecord
from portal.services.imports.prescan import SharedValues
from portal.services.imports.report import Report
from portal.services.records.values import Proposal


class Upserter:
    """Stores one import batch by batch, and remembers the records that its rows have matched."""

    def __init__(self, session: Session, report: Report, shared_values: SharedValues, *, is_sample: bool) -> None:
        self._session = session
        self._report = report
        self._shared_values = shared_values
        self._is_sample = is_sample
        # Each record may match one row of the file only.
        self._claimed_rows = ClaimedRows()
        self._superseded_rows: dict[str, int] = {}
        self._term_ids: dict[int, int] = {}

    def store(self, batch: Batch) -> None:
        """Write a batch and its journal in the caller's transaction; the report counts every row."""
        self._term_ids.update(store_terms(self._session, batch.new_terms))
        rows = [self._with_stored_term_ids(checked) for checked in batch.rows]
        known = KnownRecords(self._session, [proposal for proposal, _ in rows if proposal], self._shared_values)
        writer = BulkWriter(self._session, known, is_sample=self._is_sample)
        accepted = list(self._accepted_proposals(rows, known))
        # Certain matches come first: no row may claim a record that another row identifies with certainty.
        unmatched = [p for p in accepted if not self._update_match(p, known.certain_matches(p), writer)]
        for proposal in unmatched:
            self._store_row(proposal, known, writer)
        for record_id, row in writer.write():
            self._claimed_rows.claim(record_id, row)

    def _accepted_proposals(self, rows: Iterable[CheckedRow], known_records: KnownRecords) -> Iterator[Proposal]:
        """Report every row, and yield the proposals of those that are neither refused nor repeats."""
        row_by_identity: dict[tuple[str, str], int] = {}
        for proposal, issues in rows:
            self._report.rows += 1
            if proposal is None:
                self._report.refuse(issues)
                continue
            identity = _identity(proposal)
            if first := row_by_identity.get(identity) or self._earlier_row(identity, known_records):
                self._report.refuse([*issues, _repeated_issue(proposal, first)])
                continue
            row_by_identity[identity] = proposal.row
            is_ambiguous = proposal.prima_id and self._shared_values.has("prima_id", proposal.prima_id)
            self._report.accept([*issues, _ambiguous_issue(proposal)] if is_ambiguous else issues)
            yield proposal

    def _with_stored_term_ids(self, checked: CheckedRow) -> CheckedRow:
        """The row with stored ids in place of the temporary ids of new terms."""
        proposal, ids = checked.proposal, self._term_ids
        if proposal is None or not ids:
            return checked
        term_ids = proposal.status_id, proposal.type_id, proposal.coverage_id, proposal.region_id
        status, project_type, coverage, region = stored_ids = tuple(ids.get(term or 0, term) for term in term_ids)
        if stored_ids == term_ids:
            return checked
        proposal = proposal._replace(status_id=status, type_id=project_type, coverage_id=coverage, region_id=region)
        return CheckedRow(proposal, checked.issues)

    def _earlier_row(self, identity: tuple[str, str], known_records: KnownRecords) -> int:
        """The row of an earlier batch with the same identity, or 0."""
        identifier, value = identity
        record = known_records.find(identifier, value)
        return (self._claimed_rows.row_of(record.id) if record else 0) or self._superseded_rows.get(value, 0)

    def _store_row(self, proposal: Proposal, known_records: KnownRecords, writer: BulkWriter) -> None:
        if not proposal.reference and proposal.slug.casefold() in known_records.former_slugs:
            # The record with this content has a Projects ID now; an old file changes nothing.
            self._superseded_rows[proposal.fingerprint] = proposal.row
            self._report.unchanged += 1
        elif not self._update_match(proposal, known_records.likely_matches(proposal), writer):
            writer.add(proposal)
            self._report.added += 1

    def _update_match(self, proposal: Proposal, candidates: Iterator[StoredRecord], writer: BulkWriter) -> bool:
        """Change the first candidate that no other row has claimed; return whether there is one."""
        record = next((record for record in candidates if not self._claimed_rows.row_of(record.id)), None)
        if record is None:
            return False
        self._claimed_rows.claim(record.id, proposal.row)
        if writer.change(record, proposal):
            self._report.changed += 1
        else:
            self._report.unchanged += 1
        return True


def _identity(proposal: Proposal) -> tuple[str, str]:
    """The identifier that no two rows may share, and its value."""
    if proposal.reference:
        return "reference", proposal.reference.casefold()
    return "fingerprint", proposal.fingerprint


def _ambiguous_issue(proposal: Proposal) -> ImportIssue:
    reason = "Other rows of the file have this Prima ID too, so it identifies no record"
    return ImportIssue(proposal.row, "prima_id", proposal.prima_id or "", "note", reason, "Check that it is right")


def _repeated_issue(proposal: Proposal, first: int) -> ImportIssue:
    column, value, description = (
        ("project_id", proposal.reference, "Projects ID")
        if proposal.reference
        else ("title", proposal.title, "title, dates and countries")
    )
    reason = f"Row {first} has the same {description}"
    return ImportIssue(proposal.row, column, value, "refused", reason, "Delete one of the two rows, or correct its ID")
