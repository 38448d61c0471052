"""Public records that a draft may describe once more: by the words of the title, the countries and the year."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.models import Project, ProjectCountry, ProjectDraft, Term
from portal.search.fulltext import text_index
from portal.services.records import rules
from portal.text.folding import fold

MAX_DUPLICATES = 5
_MAX_CANDIDATES = 200
_MAX_WORD_PAIRS = 4
_MIN_SIMILARITY = 0.62
_LONG_WORDS = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class PossibleDuplicate:
    """A record that may be the same project, from 0 to 1 how alike the titles are, and what else agrees."""

    slug: str
    title: str
    year: int | None
    similarity: float
    shares_country: bool
    shares_year: bool


def find_duplicates(
    session: Session, draft: ProjectDraft, *, project_id: int | None = None
) -> tuple[PossibleDuplicate, ...]:
    """Up to five public records, the likest first; `project_id` is the project that the draft changes."""
    title = fold(draft.title)
    if len(title) < 8:
        return ()
    ids = _candidate_ids(session, draft.title)
    year = rules.parse_year(draft.year)
    named = Project.reference.in_([value for value in (draft.number,) if value])
    rows = session.execute(
        select(Project.id, Project.slug, Project.title, Project.year)
        .where(Project.published_at.is_not(None), or_(Project.id.in_(ids), named))
        .limit(_MAX_CANDIDATES + 1)
    ).all()
    sharing = _ids_sharing_country(session, [row.id for row in rows], draft.countries)
    found = []
    for row in rows:
        if row.id == project_id:
            continue
        alike = difflib.SequenceMatcher(None, title, fold(row.title), autojunk=False).ratio()
        shares_year = year is not None and row.year == year
        weight = alike + 0.08 * (row.id in sharing) + 0.05 * shares_year
        if weight >= _MIN_SIMILARITY + 0.05:
            found.append(
                (weight, PossibleDuplicate(row.slug, row.title, row.year, alike, row.id in sharing, shares_year))
            )
    return tuple(likeness for _, likeness in sorted(found, key=lambda item: -item[0])[:MAX_DUPLICATES])


def _candidate_ids(session: Session, title: str) -> list[int]:
    """Records that hold all words of the title, or two neighbours among its longest ones."""
    words = sorted(set(_LONG_WORDS.findall(title)), key=len, reverse=True)[: _MAX_WORD_PAIRS + 1]
    questions = [" ".join(_LONG_WORDS.findall(title))]
    questions += [f"{first} {second}" for first, second in pairwise(words)]
    found: dict[int, None] = {}
    for question in filter(None, questions):
        if len(found) < _MAX_CANDIDATES:
            found |= dict.fromkeys(text_index.match(session, question).all[-_MAX_CANDIDATES:].tolist())
    return list(found)[:_MAX_CANDIDATES]


def _ids_sharing_country(session: Session, ids: list[int], countries: tuple[str, ...]) -> set[int]:
    if not ids or not countries:
        return set()
    query = (
        select(ProjectCountry.project_id)
        .join(Term, Term.id == ProjectCountry.term_id)
        .where(ProjectCountry.project_id.in_(ids), Term.facet == "country", Term.code.in_(countries))
    )
    return set(session.execute(query).scalars())
