"""Storing what a file proposes: matches each row to a record, adds or changes it, keeps the text index in step."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.models import Catalogue, FormerKey, Project, ProjectCountry, ProjectTag, now
from portal.search import text
from portal.search.documents import Document
from portal.services.intake.checking import Proposal, Row, check
from portal.services.intake.glossary import Glossary
from portal.services.intake.reading import Table, table
from portal.services.intake.report import Report
from portal.vocabulary import folded

CHUNK = 1_000
# Characters of a title that decide its place; an index of PostgreSQL takes no longer ones.
SORTED_MOST = 500
_ADDRESSABLE = re.compile(r"[^A-Za-z0-9._~-]+")
_LEADING = re.compile(r"^\W+")


def import_file(
    session: Session,
    path: Path,
    *,
    report: Report,
    new_terms: Literal["add", "refuse"] = "refuse",
    is_sample: bool = False,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Read a CSV (plain, .gz, .xz) or XLSX file into projects within the caller's transaction; never commits.

    Good rows are stored, faulty ones refused with findings in `report`. Raises UnreadableFile for a file that cannot be
    read; then the caller rolls back. Importing the same file again changes nothing.
    """
    glossary = Glossary(session, adds=new_terms == "add")
    storing = Storing(session, glossary, is_sample=is_sample)
    with table(path) as found:
        proposals = proposed(found, glossary, report, progress)
        while chunk := list(islice(proposals, CHUNK)):
            storing.store(chunk, report)
    if storing.written:
        Catalogue.touch(session, storing.written)
    session.flush()


def proposed(
    found: Table, glossary: Glossary, report: Report, progress: Callable[[int], object] | None
) -> Iterator[Proposal]:
    """Yield what the sound rows propose; a record that the file has had already is refused."""
    seen: dict[str, int] = {}
    for number, cells, fault in found.rows:
        report.rows += 1
        row = Row(number, cells)
        if fault:
            row.findings.append(fault)
        proposal = None if fault else check(row, glossary)
        if proposal:
            identity = folded(proposal.number) if proposal.number else proposal.fingerprint
            first = seen.setdefault(identity, number)
            if first != number:
                column, what = (
                    ("project_id", "Projects ID") if proposal.number else ("title", "title, dates and countries")
                )
                row.refuse(
                    column, f"The same {what} stood in row {first} already", "Keep one of the two, or correct its ID"
                )
                proposal = None
        if proposal:
            report.accept(row.findings)
        else:
            report.refuse(row.findings)
        if progress:
            progress(1)
        if proposal:
            yield proposal


@dataclass(frozen=True)
class Stored:
    """A record as it is in the database, as far as a proposal may change it."""

    id: int
    key: str
    values: dict[str, Any]
    countries: frozenset[tuple[int, bool]]
    tags: frozenset[int]


Known = dict[tuple[str, str], Stored]


class Storing:
    """Writes proposals chunk by chunk."""

    def __init__(self, session: Session, glossary: Glossary, *, is_sample: bool) -> None:
        self._session = session
        self._glossary = glossary
        self._is_sample = is_sample
        # Records this import has answered for already: no second row may take one over.
        self._claimed: set[int] = set()
        self.written: list[int] = []

    def store(self, proposals: list[Proposal], report: Report) -> None:
        known = self._stored(proposals)
        taken = self._taken(proposals)
        fresh: list[tuple[Proposal, dict[str, Any]]] = []
        changed: list[tuple[int, Proposal]] = []
        for proposal in proposals:
            here = match(proposal, known, self._claimed)
            if here is not None:
                self._claimed.add(here.id)
            if here is None and not proposal.number and wanted_key(proposal).casefold() in taken.former:
                # The same content got a Projects ID since; the old file says nothing new.
                report.unchanged += 1
            elif here is None:
                key = taken.give(proposal)
                moment = now()
                extra = {"key": key, "key_folded": key.casefold(), "created_at": moment, "published_at": moment}
                fresh.append((proposal, values_of(proposal, self._is_sample) | extra | {"changed_at": moment}))
            elif self._change(proposal, here, taken):
                changed.append((here.id, proposal))
            else:
                report.unchanged += 1
        report.added += len(fresh)
        report.changed += len(changed)
        written = changed + self._add(fresh)
        self.written += (project_id for project_id, _ in written)
        text.write(self._session, [self._document(project_id, proposal) for project_id, proposal in written])

    def _stored(self, proposals: list[Proposal]) -> Known:
        """Records that may be meant, by each thing they can be known by."""
        numbers = {p.number for p in proposals if p.number}
        keys = {wanted_key(p).casefold() for p in proposals if p.number}
        without = Project.number.is_(None)
        questions = (
            (Project.number.is_not(None), Project.number, numbers),
            (Project.number.is_not(None), Project.key_folded, keys),
            (without, Project.prima_id, {p.prima_id for p in proposals if p.prima_id}),
            (without, Project.fingerprint, {p.fingerprint for p in proposals}),
            (without, Project.source_url, {p.source_url for p in proposals if p.source_url and p.number}),
        )
        rows: dict[int, dict[str, Any]] = {}
        for condition, column, wanted in questions:
            if wanted:
                query = select(Project.__table__).where(condition, column.in_(wanted))
                rows |= {row["id"]: dict(row) for row in self._session.execute(query).mappings()}
        countries, tags = self._links(rows)
        known: Known = {}
        for row in rows.values():
            links = frozenset(countries.get(row["id"], ())), frozenset(tags.get(row["id"], ()))
            record = Stored(row["id"], row["key"], row, *links)
            for name in ("number",) if row["number"] else ("prima_id", "fingerprint", "source_url"):
                if value := row[name]:
                    known[name, value.casefold()] = record
        return known

    def _links(self, ids: Iterable[int]) -> tuple[dict[int, set[tuple[int, bool]]], dict[int, set[int]]]:
        countries: dict[int, set[tuple[int, bool]]] = {}
        tags: dict[int, set[int]] = {}
        chosen = list(ids)
        for link in self._session.execute(
            select(ProjectCountry.__table__).where(ProjectCountry.project_id.in_(chosen))
        ).mappings():
            countries.setdefault(link["project_id"], set()).add((link["term_id"], link["is_eligible"]))
        for mark in self._session.execute(
            select(ProjectTag.__table__).where(ProjectTag.project_id.in_(chosen))
        ).mappings():
            tags.setdefault(mark["project_id"], set()).add(mark["term_id"])
        return countries, tags

    def _taken(self, proposals: list[Proposal]) -> Taken:
        """Which of the keys wanted here, present or former, are in use."""
        wanted = [wanted_key(proposal).casefold() for proposal in proposals]
        present = select(Project.key_folded).where(Project.key_folded.in_(wanted))
        former = select(FormerKey.key_folded).where(FormerKey.key_folded.in_(wanted))
        return Taken(
            self._session,
            set(self._session.execute(present).scalars()),
            set(self._session.execute(former).scalars()),
        )

    def _change(self, proposal: Proposal, here: Stored, taken: Taken) -> bool:
        """Bring a record up to a proposal; say whether anything differed."""
        if self._is_sample and not here.values["is_sample"]:
            # The sample never overwrites a real record.
            return False
        wanted = values_of(proposal, self._is_sample)
        if proposal.number and here.values["number"] and folded(proposal.number) == folded(here.values["number"]):
            wanted["number"] = here.values["number"]
        changes = {name: value for name, value in wanted.items() if here.values[name] != value}
        countries, tags = links_of(proposal), proposal.tags
        if not changes and countries == here.countries and tags == here.tags:
            return False
        if "number" in changes:
            key = taken.give(proposal)
            old = {"key_folded": here.key.casefold(), "project_id": here.id}
            self._session.execute(insert(FormerKey).values(**old))
            changes |= {"key": key, "key_folded": key.casefold()}
        changes["changed_at"] = now()
        self._session.execute(update(Project).where(Project.id == here.id).values(**changes))
        self._session.execute(delete(ProjectCountry).where(ProjectCountry.project_id == here.id))
        self._session.execute(delete(ProjectTag).where(ProjectTag.project_id == here.id))
        self._link([(here.id, proposal)])
        return True

    def _add(self, fresh: list[tuple[Proposal, dict[str, Any]]]) -> list[tuple[int, Proposal]]:
        if not fresh:
            return []
        self._session.execute(insert(Project), [values for _, values in fresh])
        by_key = {values["key"]: proposal for proposal, values in fresh}
        made = self._session.execute(select(Project.id, Project.key).where(Project.key.in_(by_key)))
        written = [(project_id, by_key[key]) for project_id, key in made]
        self._link(written)
        return written

    def _link(self, written: list[tuple[int, Proposal]]) -> None:
        countries = [
            {"project_id": project_id, "term_id": term_id, "is_eligible": is_eligible}
            for project_id, proposal in written
            for term_id, is_eligible in links_of(proposal)
        ]
        tags = [{"project_id": i, "term_id": term_id} for i, proposal in written for term_id in proposal.tags]
        if countries:
            self._session.execute(insert(ProjectCountry), countries)
        if tags:
            self._session.execute(insert(ProjectTag), tags)

    def _document(self, project_id: int, proposal: Proposal) -> Document:
        return Document.of(
            project_id,
            identifiers=(proposal.number, proposal.prima_id),
            title=proposal.title,
            summary=proposal.summary,
            terms=[*proposal.countries, *proposal.other_countries, *proposal.terms.values()],
            names=self._glossary.words,
        )


def match(proposal: Proposal, known: Known, claimed: set[int]) -> Stored | None:
    """The record a proposal means: by its ID, else one that has no ID yet and is the same by Prima ID or content.

    A row with an ID may also take over a record without one that was read from the same source page.
    """
    names = ("number", "prima_id", "fingerprint", "source_url") if proposal.number else ("prima_id", "fingerprint")
    for name in names:
        value = getattr(proposal, name)
        if value and (here := known.get((name, value.casefold()))) and here.id not in claimed:
            return here
    return None


def links_of(proposal: Proposal) -> frozenset[tuple[int, bool]]:
    others = proposal.other_countries - proposal.countries
    return frozenset({(i, True) for i in proposal.countries} | {(i, False) for i in others})


def values_of(proposal: Proposal, is_sample: bool) -> dict[str, Any]:
    """The columns that an import decides."""
    return {
        "number": proposal.number,
        "prima_id": proposal.prima_id,
        "title": proposal.title,
        "title_sort": (_LEADING.sub("", folded(proposal.title)) or folded(proposal.title))[:SORTED_MOST],
        "title_language": proposal.title_language,
        "summary": proposal.summary,
        "language": proposal.language,
        "start": proposal.start,
        "end": proposal.end,
        "year": proposal.year,
        "budget": proposal.budget,
        **{f"{facet}_id": term_id for facet, term_id in proposal.terms.items()},
        "funding_line": proposal.funding_line,
        "source_url": proposal.source_url,
        "fingerprint": proposal.fingerprint,
        "is_sample": is_sample,
    }


def wanted_key(proposal: Proposal) -> str:
    """The Projects ID made fit for an address, or a key that follows from the content and never changes."""
    if proposal.number and (key := _ADDRESSABLE.sub("-", proposal.number).strip(".")):
        return key
    digest = hashlib.sha256(proposal.fingerprint.encode()).digest()
    return "n-" + base64.b32encode(digest)[:10].decode().lower()


class Taken:
    """The keys in use, present and former; `give` hands out a free one."""

    def __init__(self, session: Session, present: set[str], former: set[str]) -> None:
        self._session = session
        self._keys = present | former
        self.former = former

    def give(self, proposal: Proposal) -> str:
        """The wanted key, or the first numbered one that is free; it is taken from then on."""
        key = stem = wanted_key(proposal)
        number = 1
        while self._has(key.casefold(), is_numbered=number > 1):
            number += 1
            key = f"{stem}-{number}"
        self._keys.add(key.casefold())
        return key

    def _has(self, key: str, *, is_numbered: bool) -> bool:
        if key in self._keys or not is_numbered:
            return key in self._keys
        present = self._session.execute(select(Project.id).where(Project.key_folded == key)).first()
        return bool(present or self._session.get(FormerKey, key))


def remove_sample(session: Session) -> int:
    """Take the sample records out; return how many there were."""
    ids = list(session.execute(select(Project.id).where(Project.is_sample)).scalars())
    text.remove(session, ids)
    for start in range(0, len(ids), CHUNK):
        session.execute(delete(Project).where(Project.id.in_(ids[start : start + CHUNK])))
    if ids:
        Catalogue.touch(session, ids)
    session.flush()
    return len(ids)
