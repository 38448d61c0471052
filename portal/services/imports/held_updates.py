"""Updates that are held back: those that empty stated public fields, or make a record look like another project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.search.shares import share_text
from portal.services.imports.header import COLUMN_BY_STORED
from portal.services.imports.issues import ImportIssue
from portal.services.imports.matching import KnownRecords, StoredRecord
from portal.services.records.values import STORED_COLUMNS, RecordValues
from portal.text.folding import fold

_LANGUAGES = ("title_language", "language")
_POSITIONS = {name: STORED_COLUMNS.index(name) for name in COLUMN_BY_STORED}


@dataclass(frozen=True)
class HeldUpdates:
    """Finds what holds an update back; either kind of update may be allowed for a whole import."""

    session: Session
    allow_emptying: bool = False
    allow_replacing: bool = False
    _terms: dict[int, tuple[str, str]] = field(default_factory=dict)

    def issues(self, record: StoredRecord, incoming: RecordValues, known: KnownRecords) -> list[ImportIssue]:
        """Why this update of a public record is held back, with both versions; empty if it may be stored."""
        if not record.is_public or (self.allow_emptying and self.allow_replacing):
            return []
        issues: list[ImportIssue] = []
        links, tags = known.country_links.get(record.id, ()), known.tags.get(record.id, ())
        if incoming.content() == known.content(record):
            return issues
        if not self.allow_emptying:
            issues += [
                _emptied_issue(record, incoming, column, before)
                for column, before in self._emptied(record, incoming, links, tags)
            ]
            if (shares := known.country_shares.get(record.id)) and not incoming.country_shares:
                issues.append(_emptied_issue(record, incoming, "country_shares", self._shares_text(shares)))
            left = {one.name for one in incoming.translations}
            issues += [
                _emptied_issue(record, incoming, one.name, one.text)
                for one in known.translations.get(record.id, ())
                if one.name not in left
            ]
        if not self.allow_replacing and _replaces_project(record, incoming, links):
            issues += self._replaced_issues(record, incoming, links)
        return issues

    def _emptied(
        self,
        record: StoredRecord,
        incoming: RecordValues,
        links: tuple[tuple[int, bool], ...],
        tags: tuple[int, ...],
    ) -> Iterable[tuple[str, str]]:
        """The file columns whose public value the incoming record empties, and that value."""
        for name, position in _POSITIONS.items():
            before = record.values[position]
            # Versions before 0.2 declared every text English: nobody stated it.
            if name in _LANGUAGES and before == "en":
                continue
            # Zero is a stated budget.
            if before not in (None, "") and incoming[position] in (None, ""):
                yield COLUMN_BY_STORED[name], self._text(name, before)
        if links != incoming.country_links:
            yield from self._emptied_countries(links, incoming.country_links)
        if lost := set(tags) - set(incoming.tags):
            facets_left = {self._term(term_id)[0] for term_id in incoming.tags}
            for facet in sorted({self._term(term_id)[0] for term_id in lost} - facets_left):
                yield facet, self._names(term_id for term_id in tags if self._term(term_id)[0] == facet)

    def _emptied_countries(
        self, before: tuple[tuple[int, bool], ...], after: tuple[tuple[int, bool], ...]
    ) -> Iterable[tuple[str, str]]:
        countries_after = {term_id for term_id, _ in after}
        for column, is_eligible in (("benefiting_member_states", True), ("other_countries", False)):
            lost = [term_id for term_id, eligible in before if eligible == is_eligible]
            if not lost or any(eligible == is_eligible for _, eligible in after):
                continue
            # Countries that became benefiting member states are still stated.
            if is_eligible or set(lost) - countries_after:
                yield column, self._names(lost)

    def _replaced_issues(
        self, record: StoredRecord, incoming: RecordValues, links: tuple[tuple[int, bool], ...]
    ) -> list[ImportIssue]:
        title, countries = record.value_of("title"), self._names(term_id for term_id, _ in links)
        reason = "The row changes title and countries of a record at once, so it may be another project"
        advice = "Check the ID of the row, or import with --allow-replacing"
        new_countries = self._names(term_id for term_id, _ in incoming.country_links)
        versions = (
            ("title", incoming.title, f"the public title of {record.label} is {title}"),
            ("benefiting_member_states", new_countries, f"the public countries of {record.label} are {countries}"),
        )
        return [
            ImportIssue(incoming.row, column, value, "refused", f"{reason}: {public}", advice)
            for column, value, public in versions
        ]

    def _text(self, name: str, value: Any) -> str:
        """A stored value as a file states it."""
        if name == "budget":
            return f"{value // 100}.{value % 100:02}"
        return self._term(value)[1] if name.endswith("_id") and name != "prima_id" else str(value)

    def _shares_text(self, shares: tuple[tuple[int, int], ...]) -> str:
        return "; ".join(f"{self._term(term_id)[1]} {share_text(share)}" for term_id, share in shares)

    def _names(self, term_ids: Iterable[int]) -> str:
        return "; ".join(sorted(self._term(term_id)[1] for term_id in term_ids))

    def _term(self, term_id: int) -> tuple[str, str]:
        """The facet and the name of a term; a term that the file adds has neither yet."""
        if term_id not in self._terms:
            row = self.session.execute(select(Term.facet, Term.name).where(Term.id == term_id)).one_or_none()
            self._terms[term_id] = (row.facet, row.name) if row else ("", "")
        return self._terms[term_id]


def _replaces_project(record: StoredRecord, incoming: RecordValues, links: tuple[tuple[int, bool], ...]) -> bool:
    countries, new_countries = ({term_id for term_id, _ in pairs} for pairs in (links, incoming.country_links))
    if not countries or countries == new_countries:
        return False
    return fold(record.value_of("title") or "") != fold(incoming.title)


def _emptied_issue(record: StoredRecord, incoming: RecordValues, column: str, before: str) -> ImportIssue:
    reason = f"The row empties a public field: {record.label} states {before}"
    return ImportIssue(incoming.row, column, "", "refused", reason, "Enter it, or import with --allow-emptying")
