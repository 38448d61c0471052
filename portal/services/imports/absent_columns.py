"""Columns that a file does not have: they say nothing, so an updated record keeps what it states there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.services.imports.header import COLUMN_BY_STORED
from portal.services.imports.matching import KnownRecords, StoredRecord, eligible_countries
from portal.services.imports.stated_translations import StatedTranslations
from portal.services.records.values import RecordValues

_TAG_COLUMNS = ("sdg", "gcm")
_COUNTRY_COLUMNS = (("benefiting_member_states", True), ("other_countries", False))
# The values that a fingerprint is made of, but for the title, which every file has.
_FINGERPRINTED = frozenset(("start", "end", "year", "country_links", "source_url"))


class AbsentColumns:
    """The columns that a file lacks. A table has all required ones; a format of others may have no place for them."""

    def __init__(self, session: Session, columns: Collection[str]) -> None:
        self._absent = [name for name, column in COLUMN_BY_STORED.items() if column not in columns]
        self._absent_countries = [is_eligible for column, is_eligible in _COUNTRY_COLUMNS if column not in columns]
        self._lacks_shares = "country_shares" not in columns
        absent_facets = [name for name in _TAG_COLUMNS if name not in columns]
        self._translations = StatedTranslations(columns)
        tags = select(Term.id).where(Term.facet.in_(absent_facets))
        self._absent_tags = frozenset(session.execute(tags).scalars()) if absent_facets else frozenset()

    def filled(self, incoming: RecordValues, record: StoredRecord, known: KnownRecords) -> RecordValues:
        """The row with what the record states in these columns."""
        values: dict[str, Any] = {
            name: value for name in self._absent if (value := record.value_of(name)) not in (None, "")
        }
        stated = {term_id for term_id, _ in incoming.country_links}
        links = known.country_links.get(record.id, ())
        absent = {link for link in links if link[1] in self._absent_countries and link[0] not in stated}
        if absent:
            values["country_links"] = tuple(sorted({*incoming.country_links, *absent}))
        shares = known.country_shares.get(record.id, ()) if self._lacks_shares else ()
        # Shares of other states than these say nothing of them.
        if shares and {term_id for term_id, _ in shares} == set(eligible_countries(incoming._replace(**values))):
            values["country_shares"] = shares
        if tags := self._absent_tags.intersection(known.tags.get(record.id, ())):
            values["tags"] = tuple(sorted({*incoming.tags, *tags}))
        translations = self._translations.filled(
            incoming._replace(**values), record, known.translations.get(record.id, ())
        )
        if translations != incoming.translations:
            values["translations"] = translations
        filled = incoming._replace(**values) if values else incoming
        if filled.fingerprint and not _FINGERPRINTED.isdisjoint(values):
            return filled._replace(fingerprint=filled._replace(fingerprint="").content_fingerprint())
        return filled
