"""Listing: one project as lists and its page show it, read without an object per row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from portal.models import PartialDate, Project, ProjectCountry, ProjectTag
from portal.search.read_models.terms import Terms, TermView

# Made once: to put a statement together takes longer than to run it.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_PROJECT, _COUNTRY, _TAG = Project.__table__.c, ProjectCountry.__table__.c, ProjectTag.__table__.c
_EXCLUDED_COLUMNS = (
    *("slug_folded", "sort_title", "fingerprint", "is_sample"),
    *("created_at", "withdrawn_at", "withdrawn_reason", "version"),
)
_SELECT_PROJECTS = select(*(column for column in _PROJECT if column.key not in _EXCLUDED_COLUMNS)).where(
    _PROJECT.id.in_(_IDS), _PROJECT.published_at.is_not(None)
)
_SELECT_COUNTRIES = select(_COUNTRY.project_id, _COUNTRY.term_id, _COUNTRY.is_eligible).where(
    _COUNTRY.project_id.in_(_IDS)
)
_SELECT_TAGS = select(_TAG.project_id, _TAG.term_id).where(_TAG.project_id.in_(_IDS))


@dataclass(frozen=True, eq=False)
class ProjectView:
    """A published project in words; what is not stated is None, or empty. Each reading is a thing of its own."""

    id: int
    slug: str
    reference: str
    prima_id: str
    title: str
    title_language: str
    summary: str
    language: str
    start: PartialDate | None
    end: PartialDate | None
    year: int | None
    budget: Decimal | None
    status: TermView | None
    type: TermView | None
    coverage: TermView | None
    region: TermView | None
    countries: tuple[TermView, ...]
    other_countries: tuple[TermView, ...]
    tags: tuple[TermView, ...]
    funding_line: str
    source_url: str
    changed_at: datetime
    published_at: datetime | None

    @property
    def theme(self) -> TermView | None:
        return self.type.parent if self.type else None


def load_project_views(session: Session, terms: Terms, ids: Sequence[int]) -> tuple[ProjectView, ...]:
    """The published projects with these ids, in their order; ids that are not published are left out."""
    if not ids:
        return ()
    asked, word = {"ids": list(ids)}, terms.by_id
    places: dict[tuple[int, bool], list[TermView]] = defaultdict(list)
    for project_id, term_id, is_eligible in session.execute(_SELECT_COUNTRIES, asked).all():
        if place := word(term_id):
            places[project_id, is_eligible].append(place)
    tags: dict[int, list[TermView]] = defaultdict(list)
    for project_id, term_id in session.execute(_SELECT_TAGS, asked).all():
        if tag := word(term_id):
            tags[project_id].append(tag)
    found = {
        row.id: ProjectView(
            id=row.id,
            slug=row.slug,
            reference=row.reference or "",
            prima_id=row.prima_id or "",
            title=row.title,
            title_language=row.title_language,
            summary=row.summary,
            language=row.language,
            start=row.start,
            end=row.end,
            year=row.year,
            budget=row.budget,
            status=word(row.status_id),
            type=word(row.type_id),
            coverage=word(row.coverage_id),
            region=word(row.region_id),
            countries=sort_terms(places[row.id, True]),
            other_countries=sort_terms(places[row.id, False]),
            tags=sort_terms(tags[row.id]),
            funding_line=row.funding_line,
            source_url=row.source_url,
            changed_at=row.changed_at,
            published_at=row.published_at,
        )
        for row in session.execute(_SELECT_PROJECTS, asked).all()
    }
    return tuple(found[number] for number in ids if number in found)


def sort_terms(terms: list[TermView]) -> tuple[TermView, ...]:
    return tuple(sorted(terms, key=lambda word: word.id))
