"""Columns that a file does not have: they say nothing, so an updated record keeps what it states there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.services.imports.header import OPTIONAL_COLUMNS
from portal.services.imports.matching import KnownRecords, StoredRecord, eligible_countries
from portal.services.records.values import STORED_COLUMNS, Proposal

_TAG_COLUMNS = ("sdg", "gcm")


class AbsentColumns:
    """The optional columns that a file lacks. Required columns are in every file."""

    def __init__(self, session: Session, columns: Collection[str]) -> None:
        self._absent = [name for name in OPTIONAL_COLUMNS if name not in columns]
        absent_facets = [name for name in _TAG_COLUMNS if name in self._absent]
        tags = select(Term.id).where(Term.facet.in_(absent_facets))
        self._absent_tags = frozenset(session.execute(tags).scalars()) if absent_facets else frozenset()

    def filled(self, proposal: Proposal, record: StoredRecord, known: KnownRecords) -> Proposal:
        """The row with what the record states in these columns."""
        values: dict[str, Any] = {
            name: record.value_of(name) for name in self._absent if name in STORED_COLUMNS and record.value_of(name)
        }
        if "other_countries" in self._absent:
            eligible = {term_id for term_id, is_eligible in proposal.country_links if is_eligible}
            links = known.country_links.get(record.id, ())
            others = {(term_id, False) for term_id, is_eligible in links if not is_eligible and term_id not in eligible}
            if others:
                values["country_links"] = tuple(sorted({*proposal.country_links, *others}))
        shares = known.country_shares.get(record.id, ())
        if "country_shares" in self._absent and {term_id for term_id, _ in shares} == set(eligible_countries(proposal)):
            # Shares of other states than these say nothing of them.
            values["country_shares"] = shares
        if tags := self._absent_tags.intersection(known.tags.get(record.id, ())):
            values["tags"] = tuple(sorted({*proposal.tags, *tags}))
        filled = proposal._replace(**values) if values else proposal
        if filled.fingerprint and "source_url" in values:
            # The source is part of it.
            return filled._replace(fingerprint=filled._replace(fingerprint="").content_fingerprint())
        return filled
