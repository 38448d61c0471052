"""Finds public records that may describe the same project as a draft, by title, countries and year."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from portal.models import Project, ProjectCountry, ProjectDraft, Term
from portal.search.fulltext import text_index
from portal.services.records import rules
from portal.text.folding import fold

MAX_DUPLICATES = 5
_MAX_CANDIDATES = 200
_MAX_WORD_PAIRS = 4
_MIN_TITLE_LENGTH = 8
_COUNTRY_WEIGHT, _YEAR_WEIGHT = 0.08, 0.05
_MIN_WEIGHT = 0.67
_LONG_WORDS = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class PossibleDuplicate:
    """A public record that may be the same project; `similarity` of the titles is from 0 to 1."""

    slug: str
    title: str
    title_language: str
    year: int | None
    similarity: float
    shares_country: bool
    shares_year: bool

    @property
    def weight(self) -> float:
        return self.similarity + _COUNTRY_WEIGHT * self.shares_country + _YEAR_WEIGHT * self.shares_year


def find_duplicates(
    session: Session, draft: ProjectDraft, *, project_id: int | None = None
) -> tuple[PossibleDuplicate, ...]:
    """Up to MAX_DUPLICATES public records, the most similar first; `project_id` is the project that the draft changes.

    A title of fewer than eight characters has no duplicates.
    """
    title, year = fold(draft.title), rules.parse_year(draft.year)
    if len(title) < _MIN_TITLE_LENGTH:
        return ()
    rows = _candidate_rows(session, draft, project_id)
    sharing_country = _ids_sharing_country(session, [row.id for row in rows], draft.countries)
    candidates = [
        PossibleDuplicate(
            slug=row.slug,
            title=row.title,
            title_language=row.title_language,
            year=row.year,
            similarity=difflib.SequenceMatcher(None, title, fold(row.title), autojunk=False).ratio(),
            shares_country=row.id in sharing_country,
            shares_year=year is not None and row.year == year,
        )
        for row in rows
    ]
    likely = [candidate for candidate in candidates if candidate.weight >= _MIN_WEIGHT]
    return tuple(sorted(likely, key=lambda candidate: -candidate.weight)[:MAX_DUPLICATES])


def _candidate_rows(
    session: Session, draft: ProjectDraft, project_id: int | None
) -> list[Row[int, str, str, str, int | None]]:
    """The public projects with a similar title or the same Projects ID, except the project itself, oldest first."""
    has_same_reference = Project.reference.in_([draft.number] if draft.number else [])
    query = (
        select(Project.id, Project.slug, Project.title, Project.title_language, Project.year)
        .where(
            Project.published_at.is_not(None),
            or_(Project.id.in_(_candidate_ids(session, draft.title)), has_same_reference),
        )
        .order_by(Project.id)
        .limit(_MAX_CANDIDATES + 1)
    )
    return [row for row in session.execute(query) if row.id != project_id]


def _candidate_ids(session: Session, title: str) -> list[int]:
    """The projects that match all words of the title, then those that match two of its longest words."""
    queries = [" ".join(_LONG_WORDS.findall(title))]
    queries += [f"{first} {second}" for first, second in pairwise(longest_words(title))]
    ids: dict[int, None] = {}
    for query in filter(None, queries):
        if len(ids) < _MAX_CANDIDATES:
            ids |= dict.fromkeys(text_index.match(session, query).all[-_MAX_CANDIDATES:].tolist())
    return list(ids)[:_MAX_CANDIDATES]


def longest_words(title: str) -> list[str]:
    """The longest different words of a title; of equally long words, the earlier one first."""
    words = dict.fromkeys(_LONG_WORDS.findall(title))
    return sorted(words, key=len, reverse=True)[: _MAX_WORD_PAIRS + 1]


def _ids_sharing_country(session: Session, ids: list[int], countries: tuple[str, ...]) -> set[int]:
    if not ids or not countries:
        return set()
    query = (
        select(ProjectCountry.project_id)
        .join(Term, Term.id == ProjectCountry.term_id)
        .where(ProjectCountry.project_id.in_(ids), Term.facet == "country", Term.code.in_(countries))
    )
    return set(session.execute(query).scalars())
