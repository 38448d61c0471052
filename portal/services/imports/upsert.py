"""Deciding what each row of a batch means: a fresh record, a change, nothing, or the same thing said twice."""

from __future__ import annotations

from collections.abc import Iterator

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
    """Stores one import batch by batch, and remembers which records it has answered for."""

    def __init__(self, session: Session, report: Report, shared_values: SharedValues, *, is_sample: bool) -> None:
        self._session = session
        self._report = report
        self._shared_values = shared_values
        self._is_sample = is_sample
        # No second row may take over a record, and none may say it again.
        self._claimed_rows = ClaimedRows()
        self._superseded_rows: dict[str, int] = {}
        self._term_ids: dict[int, int] = {}

    def store(self, batch: Batch) -> None:
        """Write a batch and its journal within the caller's transaction; the report counts every row."""
        self._term_ids.update(store_terms(self._session, batch.new_terms))
        rows = [self._with_stored_term_ids(checked) for checked in batch.rows]
        known = KnownRecords(self._session, [proposal for proposal, _ in rows if proposal], self._shared_values)
        writing = BulkWriter(self._session, known, is_sample=self._is_sample)
        seen: dict[tuple[str, str], int] = {}
        accepted: list[Proposal] = []
        for proposal, findings in rows:
            self._report.rows += 1
            if proposal is None:
                self._report.refuse(findings)
                continue
            identity = _identity(proposal)
            if first := seen.get(identity) or self._earlier_row(identity, known):
                self._report.refuse([*findings, _repeated_issue(proposal, first)])
                continue
            seen[identity] = proposal.row
            if proposal.prima_id and self._shared_values.has("prima_id", proposal.prima_id):
                findings = [*findings, _ambiguous_issue(proposal)]
            self._report.accept(findings)
            accepted.append(proposal)
        # No row may take over a record that another one surely means.
        for proposal in [p for p in accepted if not self._update_match(p, known.certain_matches(p), writing)]:
            self._store_row(proposal, known, writing)
        for record_id, row in writing.write():
            self._claimed_rows.claim(record_id, row)

    def _with_stored_term_ids(self, checked: CheckedRow) -> CheckedRow:
        """The same row with the stored ids of the terms that the file brought along."""
        proposal, ids = checked.proposal, self._term_ids
        if proposal is None or not ids:
            return checked
        told = proposal.status_id, proposal.type_id, proposal.coverage_id, proposal.region_id
        status, kind, coverage, region = stored = tuple(ids.get(term or 0, term) for term in told)
        if stored == told:
            return checked
        settled = proposal._replace(status_id=status, type_id=kind, coverage_id=coverage, region_id=region)
        return CheckedRow(settled, checked.issues)

    def _earlier_row(self, identity: tuple[str, str], known_records: KnownRecords) -> int:
        """The row of an earlier batch that said the same, or 0."""
        way, value = identity
        record = known_records.find(way, value)
        return (self._claimed_rows.row_of(record.id) if record else 0) or self._superseded_rows.get(value, 0)

    def _store_row(self, proposal: Proposal, known_records: KnownRecords, writer: BulkWriter) -> None:
        if not proposal.reference and proposal.slug.casefold() in known_records.former_slugs:
            # The same content got a Projects ID since; the old file says nothing new.
            self._superseded_rows[proposal.fingerprint] = proposal.row
            self._report.unchanged += 1
        elif not self._update_match(proposal, known_records.likely_matches(proposal), writer):
            writer.add(proposal)
            self._report.added += 1

    def _update_match(self, proposal: Proposal, candidates: Iterator[StoredRecord], writer: BulkWriter) -> bool:
        """Bring the first of these records that no row has taken up to the row; say whether there was one."""
        here = next((record for record in candidates if not self._claimed_rows.row_of(record.id)), None)
        if here is None:
            return False
        self._claimed_rows.claim(here.id, proposal.row)
        if writer.change(here, proposal):
            self._report.changed += 1
        else:
            self._report.unchanged += 1
        return True


def _identity(proposal: Proposal) -> tuple[str, str]:
    if proposal.reference:
        return "reference", proposal.reference.casefold()
    return "fingerprint", proposal.fingerprint


def _ambiguous_issue(proposal: Proposal) -> ImportIssue:
    reason = "Other rows of the file have this Prima ID too, so no record is known by it"
    return ImportIssue(proposal.row, "prima_id", proposal.prima_id or "", "note", reason, "Check that it is right")


def _repeated_issue(proposal: Proposal, first: int) -> ImportIssue:
    column, value, what = (
        ("project_id", proposal.reference, "Projects ID")
        if proposal.reference
        else ("title", proposal.title, "title, dates and countries")
    )
    reason = f"The same {what} stood in row {first} already"
    return ImportIssue(proposal.row, column, value, "refused", reason, "Keep one of the two, or correct its ID")
