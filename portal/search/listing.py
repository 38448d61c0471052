"""Listing: one project as lists and its page show it, read without an object per row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import PartialDate, Project, ProjectCountry, ProjectTag
from portal.search.terms import Terms, Word

_NOT_PUBLIC = (
    "key_folded", "title_sort", "fingerprint", "is_sample", "created_at", "withdrawn_at", "withdrawn_reason", "version",
)  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """A published project in words; what is not stated is None, or empty."""

    id: int
    key: str
    number: str
    prima_id: str
    title: str
    title_language: str
    summary: str
    language: str
    start: PartialDate | None
    end: PartialDate | None
    year: int | None
    budget: Decimal | None
    status: Word | None
    type: Word | None
    coverage: Word | None
    region: Word | None
    countries: tuple[Word, ...]
    other_countries: tuple[Word, ...]
    tags: tuple[Word, ...]
    funding_line: str
    source_url: str
    changed_at: datetime
    published_at: datetime | None

    @property
    def theme(self) -> Word | None:
        return self.type.parent if self.type else None


def listings(session: Session, terms: Terms, ids: Sequence[int]) -> tuple[Listing, ...]:
    """The published projects with these ids, in their order; ids that are not published are left out."""
    if not ids:
        return ()
    chosen = select(Project.__table__).where(Project.id.in_(ids), Project.published_at.is_not(None))
    rows = {row["id"]: row for row in session.execute(chosen).mappings()}
    places: dict[tuple[int, bool], list[Word]] = defaultdict(list)
    links = select(ProjectCountry.project_id, ProjectCountry.term_id, ProjectCountry.is_eligible)
    for project_id, term_id, is_eligible in session.execute(links.where(ProjectCountry.project_id.in_(ids))):
        if word := terms.by_id(term_id):
            places[project_id, is_eligible].append(word)
    tags: dict[int, list[Word]] = defaultdict(list)
    marks = select(ProjectTag.project_id, ProjectTag.term_id).where(ProjectTag.project_id.in_(ids))
    for project_id, term_id in session.execute(marks):
        if word := terms.by_id(term_id):
            tags[project_id].append(word)

    def listing(row: dict[str, object]) -> Listing:
        values = dict(row)
        for name in ("status", "type", "coverage", "region"):
            values[name] = terms.by_id(values.pop(f"{name}_id"))  # type: ignore[arg-type]  # a row's ids are ints
        for name in _NOT_PUBLIC:
            del values[name]
        project_id = row["id"]
        return Listing(
            **{  # type: ignore[arg-type]  # column types are the model's
                **values,
                "number": values["number"] or "",
                "prima_id": values["prima_id"] or "",
                "countries": in_order(places[project_id, True]),  # type: ignore[index]
                "other_countries": in_order(places[project_id, False]),  # type: ignore[index]
                "tags": tuple(sorted(tags[project_id], key=lambda word: word.id)),  # type: ignore[index]
            }
        )

    return tuple(listing(dict(rows[number])) for number in ids if number in rows)


def in_order(words: list[Word]) -> tuple[Word, ...]:
    return tuple(sorted(words, key=lambda word: word.id))
