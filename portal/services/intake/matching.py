"""Which record each proposal means: what the database holds that a batch may be about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, column, select, table
from sqlalchemy.orm import Session

from portal.models import FormerKey, ProjectCountry, ProjectTag
from portal.models.base import Moment
from portal.services.intake.proposal import STORED, Proposal
from portal.services.intake.statements import among

# Without types: the many values go in and out as the driver has them, and a Proposal holds them so.
PLAIN = table(
    "project",
    *(column(name) for name in ("id", "key", "key_folded", *STORED, "fingerprint", "is_sample", "version")),
    *(column(name, Moment) for name in ("created_at", "changed_at", "published_at")),
)
PLAIN_COUNTRY = table("project_country", column("project_id"), column("term_id"), column("is_eligible"))
PLAIN_TAG = table("project_tag", column("project_id"), column("term_id"))
_FORMER, _COUNTRY, _TAG = FormerKey.__table__.c, ProjectCountry.__table__.c, ProjectTag.__table__.c
_ASKED = [PLAIN.c[name] for name in ("id", "key", "is_sample", "fingerprint", *STORED)]


class Stored(NamedTuple):
    """A record as it is in the database; `values` are those of STORED, in that order."""

    id: int
    key: str
    is_sample: bool
    fingerprint: str
    values: tuple[Any, ...]

    def get(self, name: str) -> str | None:
        value: str | None = self.fingerprint if name == "fingerprint" else self.values[STORED.index(name)]
        return value


class Known:
    """The records that a batch may mean, by each thing they can be known by, and the folded keys in use.

    `links` and `tags` are sorted tuples by record id.
    """

    def __init__(self, session: Session, proposals: Sequence[Proposal]) -> None:
        self._session = session
        self._records: dict[tuple[str, str], Stored] = {}
        self._ids: list[int] = []
        self.has_bare = bool(session.execute(select(PLAIN.c.id).where(PLAIN.c.number.is_(None)).limit(1)).first())
        self._ask(PLAIN.c.number, (p.number for p in proposals))
        # Most files come again: who was found by ID wants no key.
        others = [p for p in proposals if not (p.number and self.find("number", p.number))]
        keys = {p.key.casefold() for p in others}
        self.present = {key.casefold() for key in self._ask(PLAIN.c.key_folded, keys)}
        self.former = self._former(keys)
        if self.has_bare:
            bare = PLAIN.c.number.is_(None)
            self._ask(PLAIN.c.prima_id, (p.prima_id for p in others), bare)
            self._ask(PLAIN.c.fingerprint, (p.content() for p in others), bare)
            self._ask(PLAIN.c.source_url, (p.source_url for p in others if p.number), bare)
        self.links, self.tags = self._links()

    def find(self, way: str, value: str) -> Stored | None:
        return self._records.get((way, value.casefold()))

    def candidates(self, proposal: Proposal) -> Iterator[Stored]:
        """The records that a proposal may mean, the surest first.

        By its ID, else one that has no ID yet and is the same by Prima ID or content. A row with an ID may also
        take over a record without one that was read from the same source page.
        """
        ways = [("number", proposal.number)]
        if self.has_bare:
            ways += [("prima_id", proposal.prima_id), ("fingerprint", proposal.content())]
            ways += [("source_url", proposal.source_url)] if proposal.number else []
        for way, value in ways:
            if value and (record := self.find(way, value)):
                yield record

    def _ask(
        self, asked: ColumnElement[Any], values: Iterable[str | None], *conditions: ColumnElement[bool]
    ) -> list[str]:
        """Remember the records that answer; return their keys."""
        keys: list[str] = []
        if not (wanted := sorted({value for value in values if value})):
            return keys
        query = select(*_ASKED).where(among(self._session, asked, wanted), *conditions)
        for record_id, key, is_sample, fingerprint, *values_found in self._session.execute(query):
            record = Stored(record_id, key, bool(is_sample), fingerprint, tuple(values_found))
            keys.append(key)
            self._ids.append(record_id)
            for way in ("number",) if record.get("number") else ("prima_id", "fingerprint", "source_url"):
                if value := record.get(way):
                    self._records[way, value.casefold()] = record
        return keys

    def _former(self, keys: set[str]) -> set[str]:
        if not keys or not self._session.execute(select(FormerKey.key_folded).limit(1)).first():
            return set()
        former = select(FormerKey.key_folded).where(among(self._session, _FORMER.key_folded, sorted(keys)))
        return set(self._session.execute(former).scalars())

    def _links(self) -> tuple[dict[int, tuple[tuple[int, bool], ...]], dict[int, tuple[int, ...]]]:
        links: dict[int, tuple[tuple[int, bool], ...]] = {}
        tags: dict[int, tuple[int, ...]] = {}
        if self._ids:
            countries = select(ProjectCountry.project_id, ProjectCountry.term_id, ProjectCountry.is_eligible)
            theirs = among(self._session, _COUNTRY.project_id, self._ids)
            countries = countries.where(theirs).order_by(ProjectCountry.term_id)
            for project_id, term_id, is_eligible in self._session.execute(countries):
                links[project_id] = (*links.get(project_id, ()), (term_id, is_eligible))
            marks = select(ProjectTag.project_id, ProjectTag.term_id)
            marks = marks.where(among(self._session, _TAG.project_id, self._ids)).order_by(ProjectTag.term_id)
            for project_id, term_id in self._session.execute(marks):
                tags[project_id] = (*tags.get(project_id, ()), term_id)
        return links, tags
