"""Stores the terms that the rows of an import add. Only stored rows bring terms: those of refused rows never do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.models.draft import TERM_FIELDS
from portal.services.imports.batches import CheckedRow
from portal.services.imports.header import column_of
from portal.services.imports.issues import ImportIssue
from portal.services.records.spellings import NewTerm
from portal.services.records.values import RecordValues
from portal.text.folding import fold

# The ids of terms that a file may add stand side by side.
_FIRST_TERM, _AFTER_TERMS = RecordValues._fields.index("status_id"), RecordValues._fields.index("region_id") + 1
_TermIds = tuple[int | None, ...]
# Facet and code of the stored and the new terms, with their id and folded name.
TermsByCode = dict[tuple[str, str], tuple[int, str]]


class TermStore:
    """The new terms of an import, which are stored once a stored row uses them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pending: dict[int, NewTerm] = {}
        self._stored_ids: dict[int, int] = {}
        # Few combinations of terms occur in a file.
        self._stored_by_used: dict[_TermIds, _TermIds] = {}

    def announce(self, terms: Iterable[NewTerm]) -> None:
        """Take in the new terms of a batch; a later batch may be the first one that stores a row with them."""
        self._pending.update((term.id, term) for term in terms)

    def store(self, batch: Iterable[RecordValues]) -> dict[int, list[ImportIssue]]:
        """Store the pending terms that these rows use; return a note for the first row of each, by row number."""
        if not self._pending:
            return {}
        used: list[NewTerm] = []
        notes: dict[int, list[ImportIssue]] = {}
        for incoming in batch:
            for term_id in _new_term_ids(incoming):
                if term := self._pending.pop(term_id, None):
                    used.append(term)
                    notes.setdefault(incoming.row, []).append(_added_issue(incoming, term))
        self._stored_ids.update(store_terms(self._session, sorted(used, key=lambda term: -term.id)))
        self._stored_by_used.clear()
        return notes

    def rows_with_stored_ids(self, rows: Sequence[CheckedRow]) -> Sequence[CheckedRow]:
        """The rows with stored ids in place of the temporary ids of new terms."""
        return [self._with_stored_ids(row) for row in rows] if self._stored_ids else rows

    def _with_stored_ids(self, row: CheckedRow) -> CheckedRow:
        incoming = row.incoming and self.with_stored_ids(row.incoming)
        return row if incoming is row.incoming else row._replace(incoming=incoming)

    def with_stored_ids(self, incoming: RecordValues) -> RecordValues:
        """The row with stored ids in place of the temporary ids of new terms."""
        used = _term_ids(incoming)
        stored = self._stored_by_used.get(used)
        if stored is None:
            stored = self._stored_by_used[used] = tuple(self._stored_ids.get(term_id or 0, term_id) for term_id in used)
        if stored == used:
            return incoming
        return RecordValues._make(incoming[:_FIRST_TERM] + stored + incoming[_AFTER_TERMS:])


def _new_term_ids(incoming: RecordValues) -> list[int]:
    return [term_id for term_id in _term_ids(incoming) if term_id and term_id < 0]


def _term_ids(incoming: RecordValues) -> _TermIds:
    # By position: this is done for every row.
    ids: _TermIds = incoming[_FIRST_TERM:_AFTER_TERMS]  # type: ignore[assignment]
    return ids


def _added_issue(incoming: RecordValues, term: NewTerm) -> ImportIssue:
    column = next(column_of(field) for field, facet in TERM_FIELDS.items() if facet == term.facet)
    reason = f"A new term was added to the list {term.facet}"
    return ImportIssue(incoming.row, column, term.name, "note", reason, "Check that it is not a misspelling")


def store_terms(session: Session, terms: Sequence[NewTerm]) -> dict[int, int]:
    """Store new terms in their order; return the stored id of each by its temporary id.

    A term that another transaction has added since the term lookup was built is used as it is.
    """
    if not terms:
        return {}
    by_code = _load_terms(session, {term.facet for term in terms})
    ids: dict[int, int] = {}
    rows: list[dict[str, object]] = []
    added: list[NewTerm] = []
    for term in terms:
        existing = by_code.get((term.facet, term.code))
        if existing and existing[1] == fold(term.name):
            ids[term.id] = existing[0]
            continue
        code = _free_code(term, by_code)
        by_code[term.facet, code] = (term.id, fold(term.name))
        names = {"en": term.name}
        rows.append({"facet": term.facet, "code": code, "name": term.name, "names": names, "position": term.position})
        added.append(term)
    if rows:
        stored = session.connection().execute(insert(Term).returning(Term.id, sort_by_parameter_order=True), rows)
        ids |= {term.id: term_id for term, term_id in zip(added, stored.scalars(), strict=True)}
    return ids


def _load_terms(session: Session, facets: set[str]) -> TermsByCode:
    rows = session.execute(select(Term.facet, Term.code, Term.id, Term.name).where(Term.facet.in_(facets)))
    return {(facet, code): (term_id, fold(name)) for facet, code, term_id, name in rows}


def _free_code(term: NewTerm, by_code: Mapping[tuple[str, str], object]) -> str:
    """The code of a term, numbered if another term has it."""
    code, number = term.code, 1
    while (term.facet, code) in by_code:
        number += 1
        code = f"{term.code}-{number}"
    return code
