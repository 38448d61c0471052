"""Deciding what each row of a batch means: a fresh record, a change, nothing, or the same thing said twice."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from portal.services.imports.added_terms import store_terms
from portal.services.imports.batches import Batch, Checked
from portal.services.imports.bulk_write import Writing
from portal.services.imports.claimed_rows import Claims
from portal.services.imports.matching import Known, Stored
from portal.services.imports.prescan import Shared
from portal.services.imports.report import Report
from portal.services.records.findings import Finding
from portal.services.records.values import Proposal


class Storing:
    """Stores one import batch by batch, and remembers which records it has answered for."""

    def __init__(self, session: Session, report: Report, shared: Shared, *, is_sample: bool) -> None:
        self._session = session
        self._report = report
        self._shared = shared
        self._is_sample = is_sample
        # No second row may take over a record, and none may say it again.
        self._claims = Claims()
        self._outdated: dict[str, int] = {}
        self._term_ids: dict[int, int] = {}

    def store(self, batch: Batch) -> None:
        """Write a batch and its journal within the caller's transaction; the report counts every row."""
        self._term_ids.update(store_terms(self._session, batch.terms))
        rows = [self._settled(checked) for checked in batch.rows]
        known = Known(self._session, [proposal for proposal, _ in rows if proposal], self._shared)
        writing = Writing(self._session, known, is_sample=self._is_sample)
        seen: dict[tuple[str, str], int] = {}
        accepted: list[Proposal] = []
        for proposal, findings in rows:
            self._report.rows += 1
            if proposal is None:
                self._report.refuse(findings)
                continue
            identity = _identity(proposal)
            if first := seen.get(identity) or self._row_before(identity, known):
                self._report.refuse([*findings, _repeated(proposal, first)])
                continue
            seen[identity] = proposal.row
            if proposal.prima_id and self._shared.has("prima_id", proposal.prima_id):
                findings = [*findings, _ambiguous(proposal)]
            self._report.accept(findings)
            accepted.append(proposal)
        # No row may take over a record that another one surely means.
        for proposal in [p for p in accepted if not self._is_placed(p, known.sure(p), writing)]:
            self._place(proposal, known, writing)
        for record_id, row in writing.write():
            self._claims.take(record_id, row)

    def _settled(self, checked: Checked) -> Checked:
        """The same row with the stored ids of the terms that the file brought along."""
        proposal, ids = checked.proposal, self._term_ids
        if proposal is None or not ids:
            return checked
        told = proposal.status_id, proposal.type_id, proposal.coverage_id, proposal.region_id
        status, kind, coverage, region = stored = tuple(ids.get(term or 0, term) for term in told)
        if stored == told:
            return checked
        settled = proposal._replace(status_id=status, type_id=kind, coverage_id=coverage, region_id=region)
        return Checked(settled, checked.findings)

    def _row_before(self, identity: tuple[str, str], known: Known) -> int:
        """The row of an earlier batch that said the same, or 0."""
        way, value = identity
        record = known.find(way, value)
        return (self._claims.row_of(record.id) if record else 0) or self._outdated.get(value, 0)

    def _place(self, proposal: Proposal, known: Known, writing: Writing) -> None:
        if not proposal.number and proposal.key.casefold() in known.former:
            # The same content got a Projects ID since; the old file says nothing new.
            self._outdated[proposal.fingerprint] = proposal.row
            self._report.unchanged += 1
        elif not self._is_placed(proposal, known.likely(proposal), writing):
            writing.add(proposal)
            self._report.added += 1

    def _is_placed(self, proposal: Proposal, candidates: Iterator[Stored], writing: Writing) -> bool:
        """Bring the first of these records that no row has taken up to the row; say whether there was one."""
        here = next((record for record in candidates if not self._claims.row_of(record.id)), None)
        if here is None:
            return False
        self._claims.take(here.id, proposal.row)
        if writing.change(here, proposal):
            self._report.changed += 1
        else:
            self._report.unchanged += 1
        return True


def _identity(proposal: Proposal) -> tuple[str, str]:
    if proposal.number:
        return "number", proposal.number.casefold()
    return "fingerprint", proposal.fingerprint


def _ambiguous(proposal: Proposal) -> Finding:
    reason = "Other rows of the file have this Prima ID too, so no record is known by it"
    return Finding(proposal.row, "prima_id", proposal.prima_id or "", "note", reason, "Check that it is right")


def _repeated(proposal: Proposal, first: int) -> Finding:
    column, value, what = (
        ("project_id", proposal.number, "Projects ID")
        if proposal.number
        else ("title", proposal.title, "title, dates and countries")
    )
    reason = f"The same {what} stood in row {first} already"
    return Finding(proposal.row, column, value, "refused", reason, "Keep one of the two, or correct its ID")
