"""Which record each proposal means: what the database holds that a batch may be about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, column, exists, select, table
from sqlalchemy.orm import Session

from portal.database.orm import Moment
from portal.models import FormerKey, ProjectCountry, ProjectTag
from portal.services.imports.bulk_sql import among
from portal.services.imports.prescan import Shared
from portal.services.records.values import STORED, Proposal
from portal.vocabulary.workflow import SAMPLE_REASON

# Without types: the many values go in and out as the driver has them, and a Proposal holds them so.
PLAIN = table(
    "project",
    *(column(name) for name in ("id", "key", "key_folded", *STORED, "fingerprint", "is_sample", "version")),
    *(column(name, Moment) for name in ("created_at", "changed_at", "published_at", "withdrawn_at")),
    column("withdrawn_reason"),
)
PLAIN_COUNTRY = table("project_country", column("project_id"), column("term_id"), column("is_eligible"))
PLAIN_TAG = table("project_tag", column("project_id"), column("term_id"))
_FORMER, _COUNTRY, _TAG = FormerKey.__table__.c, ProjectCountry.__table__.c, ProjectTag.__table__.c
_PUBLIC, _WITHDRAWN, _SET_ASIDE = range(3)
_STANDING = case(
    (PLAIN.c.published_at.is_not(None), _PUBLIC), (PLAIN.c.withdrawn_reason == SAMPLE_REASON, _SET_ASIDE),
    else_=_WITHDRAWN,
)  # fmt: skip
_ASKED = [PLAIN.c.id, PLAIN.c.key, PLAIN.c.is_sample, _STANDING, *(PLAIN.c[name] for name in ("fingerprint", *STORED))]


class Stored(NamedTuple):
    """A record as it is in the database; `values` are those of STORED, in that order."""

    id: int
    key: str
    is_sample: bool
    standing: int
    fingerprint: str
    values: tuple[Any, ...]

    @property
    def is_public(self) -> bool:
        return self.standing == _PUBLIC

    @property
    def is_set_aside(self) -> bool:
        """Withdrawn with the sample, and not because of what it says."""
        return self.standing == _SET_ASIDE

    def get(self, name: str) -> str | None:
        value: str | None = self.fingerprint if name == "fingerprint" else self.values[STORED.index(name)]
        return value


class Known:
    """The records that a batch may mean, by each thing they can be known by, and the folded keys in use.

    `links` and `tags` are sorted tuples by record id.
    """

    def __init__(self, session: Session, proposals: Sequence[Proposal], shared: Shared) -> None:
        self._session = session
        self._shared = shared
        self._records: dict[tuple[str, str], Stored] = {}
        self._numbered: dict[str, Stored] = {}
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
            self._ask(PLAIN.c.fingerprint, (p.content() for p in others), bare)
            self._ask_sole("prima_id", (p.prima_id for p in others))
            self._ask_sole("source_url", (p.source_url for p in others if p.number))
        self.links, self.tags = self._links()

    def find(self, way: str, value: str) -> Stored | None:
        return self._records.get((way, value.casefold()))

    def sure(self, proposal: Proposal) -> Iterator[Stored]:
        """The record of the same ID, else one that has no ID yet and says the same."""
        if proposal.number and (same := self._numbered.get(proposal.number)):
            yield same
        ways = (("number", proposal.number), ("fingerprint", proposal.content() if self.has_bare else ""))
        yield from self._found(ways)

    def likely(self, proposal: Proposal) -> Iterator[Stored]:
        """Records without an ID that say something else but have the same Prima ID, the surest first.

        A row with an ID may also take over a record that was read from the same source page. Either counts only
        where no other row of the file and no other record has it.
        """
        if self.has_bare:
            page = proposal.source_url if proposal.number else ""
            yield from self._found((("prima_id", proposal.prima_id), ("source_url", page)))

    def _found(self, ways: Iterable[tuple[str, str | None]]) -> Iterator[Stored]:
        for way, value in ways:
            if value and (record := self.find(way, value)):
                yield record

    def _ask(
        self, asked: ColumnElement[Any], values: Iterable[str | None], *conditions: ColumnElement[bool]
    ) -> list[str]:
        """Remember the records that answer, by ID or content; return their keys."""
        keys: list[str] = []
        for record in self._answers(asked, values, *conditions):
            keys.append(record.key)
            if number := record.get("number"):
                self._numbered[number] = record
                self._remember("number", number, record)
            else:
                self._remember("fingerprint", record.fingerprint, record)
        return keys

    def _ask_sole(self, way: str, values: Iterable[str | None]) -> None:
        """Remember the records without an ID that alone have one of these values, which alone a row has."""
        told, other = PLAIN.c[way], PLAIN.alias("other")
        is_sole = ~exists().where(other.c[way] == told, other.c.id != PLAIN.c.id)
        lone = (value for value in values if value and not self._shared.has(way, value))
        for record in self._answers(told, lone, PLAIN.c.number.is_(None), is_sole):
            self._remember(way, record.get(way) or "", record)

    def _answers(
        self, asked: ColumnElement[Any], values: Iterable[str | None], *conditions: ColumnElement[bool]
    ) -> Iterator[Stored]:
        if not (wanted := sorted({value for value in values if value})):
            return
        query = select(*_ASKED).where(among(self._session, asked, wanted), *conditions)
        for record_id, key, is_sample, standing, mark, *found in self._session.execute(query):
            self._ids.append(record_id)
            yield Stored(record_id, key, bool(is_sample), standing, mark, tuple(found))

    def _remember(self, way: str, value: str, record: Stored) -> None:
        """Of several records that are known by the same, the oldest counts, whatever order they come in."""
        known = (way, value.casefold())
        before = self._records.get(known)
        if before is None or record.id < before.id:
            self._records[known] = record

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
