"""ProjectView: one published project as a read-only value, for lists and its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Row, bindparam, select
from sqlalchemy.orm import Session

from portal.database.public_reader import RECORD_TRANSLATION
from portal.models import PartialDate, Project, ProjectCountry, ProjectTag
from portal.search.read_models.terms import Terms, TermView
from portal.search.shares import rebased

# Built once: building a statement takes longer than running it.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_PROJECT, _COUNTRY, _TAG = Project.__table__.c, ProjectCountry.__table__.c, ProjectTag.__table__.c
_EXCLUDED_COLUMNS = (
    *("slug_folded", "sort_title", "fingerprint", "is_sample"),
    *("created_at", "withdrawn_at", "withdrawn_reason", "version"),
)
_SELECT_PROJECTS = select(*(column for column in _PROJECT if column.key not in _EXCLUDED_COLUMNS)).where(
    _PROJECT.id.in_(_IDS), _PROJECT.published_at.is_not(None)
)
_SELECT_COUNTRIES = select(_COUNTRY.project_id, _COUNTRY.term_id, _COUNTRY.is_eligible, _COUNTRY.share).where(
    _COUNTRY.project_id.in_(_IDS)
)
_SELECT_TAGS = select(_TAG.project_id, _TAG.term_id).where(_TAG.project_id.in_(_IDS))
_SELECT_TRANSLATIONS = select(RECORD_TRANSLATION).where(RECORD_TRANSLATION.c.project_id.in_(_IDS))


class TranslatedText(NamedTuple):
    """A title or summary in another language; `is_outdated` if its source has changed since it was made."""

    text: str
    is_machine: bool
    is_outdated: bool


@dataclass(frozen=True, eq=False)
class ProjectView:
    """A published project with its terms; what is not stated is None, "" or (). `budget` is in US dollars.

    `shares` are those of `countries` in their order, as the source states them, in hundredths of a per cent; None for
    equal shares. `translations` are by name ("title_fr"). Two values are equal only if they are the same object.
    """

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
    shares: tuple[int, ...] | None
    other_countries: tuple[TermView, ...]
    tags: tuple[TermView, ...]
    funding_line: str
    source_url: str
    changed_at: datetime
    published_at: datetime | None
    translations: Mapping[str, TranslatedText] = field(default_factory=dict)

    @property
    def theme(self) -> TermView | None:
        return self.type.parent if self.type else None

    @property
    def counted_shares(self) -> tuple[int, ...] | None:
        """The shares in proportion, so that they total 100 per cent; None for equal ones."""
        return tuple(rebased(self.shares)) if self.shares else None


def load_project_views(session: Session, terms: Terms, ids: Sequence[int]) -> tuple[ProjectView, ...]:
    """The published projects with these database ids, in their order; ids that are not published are left out."""
    if not ids:
        return ()
    # Without the ORM, which takes as long as the database.
    parameters, connection = {"ids": list(ids)}, session.connection()
    countries: dict[tuple[int, bool], list[TermView]] = defaultdict(list)
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    for project_id, term_id, is_eligible, share in connection.execute(_SELECT_COUNTRIES, parameters).all():
        if country := terms.by_id(term_id):
            countries[project_id, is_eligible].append(country)
        if share is not None:
            shares[project_id][term_id] = share
    tags: dict[int, list[TermView]] = defaultdict(list)
    for project_id, term_id in connection.execute(_SELECT_TAGS, parameters).all():
        if tag := terms.by_id(term_id):
            tags[project_id].append(tag)
    translations = load_translations(session, ids)
    projects = {
        row.id: build_project_view(
            row,
            terms,
            countries[row.id, True],
            shares[row.id],
            countries[row.id, False],
            tags[row.id],
            translations.get(row.id, {}),
        )
        for row in connection.execute(_SELECT_PROJECTS, parameters).all()
    }
    return tuple(projects[project_id] for project_id in ids if project_id in projects)


def load_translations(session: Session, ids: Sequence[int]) -> dict[int, dict[str, TranslatedText]]:
    """The translations of published projects by project and name."""
    found: dict[int, dict[str, TranslatedText]] = defaultdict(dict)
    rows = session.execute(_SELECT_TRANSLATIONS, {"ids": list(ids)})
    for project_id, name, language, text, is_machine, is_outdated in rows:
        found[project_id][f"{name}_{language}"] = TranslatedText(text, is_machine, is_outdated)
    return found


def build_project_view(
    row: Row[Any],
    terms: Terms,
    countries: list[TermView],
    shares: Mapping[int, int],
    other_countries: list[TermView],
    tags: list[TermView],
    translations: Mapping[str, TranslatedText],
) -> ProjectView:
    """A project from a row of _SELECT_PROJECTS and its terms."""
    by_id, ordered, view = terms.by_id, sort_terms(countries), object.__new__(ProjectView)
    # As its __init__ does, which takes several times as long.
    view.__dict__.update(
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
        status=by_id(row.status_id),
        type=by_id(row.type_id),
        coverage=by_id(row.coverage_id),
        region=by_id(row.region_id),
        countries=ordered,
        shares=ordered_shares(ordered, shares),
        other_countries=sort_terms(other_countries),
        tags=sort_terms(tags),
        funding_line=row.funding_line,
        source_url=row.source_url,
        changed_at=row.changed_at,
        published_at=row.published_at,
        translations=translations,
    )
    return view


def ordered_shares(countries: Iterable[TermView], shares: Mapping[int, int]) -> tuple[int, ...] | None:
    """The shares of these countries in their order, from shares by term id; None for equal ones."""
    ordered = tuple(shares[country.id] for country in countries if country.id in shares)
    return ordered or None


def sort_terms(terms: list[TermView]) -> tuple[TermView, ...]:
    return tuple(sorted(terms, key=lambda term: term.id)) if len(terms) > 1 else tuple(terms)
