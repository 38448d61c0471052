"""The stored translations of projects: read, written, and compared with their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.models import ProjectTranslation
from portal.services.records.values import Translation
from portal.vocabulary.translations import TRANSLATIONS

# The columns of a row, and of what `row_of` gives.
COLUMNS = ("project_id", "field", "language", "text", "is_machine", "source_text")


def of_projects(session: Session, is_wanted: Any) -> dict[int, tuple[Translation, ...]]:
    """The translations by project, sorted by name; `is_wanted` is a condition on ProjectTranslation."""
    columns = ProjectTranslation.__table__.c
    found: dict[int, list[Translation]] = defaultdict(list)
    for project_id, *row in session.execute(select(*(columns[name] for name in COLUMNS)).where(is_wanted)):
        field, language, text, is_machine, source_text = row
        found[project_id].append(Translation(f"{field}_{language}", text, is_machine, source_text))
    return {project_id: tuple(sorted(translations)) for project_id, translations in found.items()}


def of_project(session: Session, project_id: int) -> tuple[Translation, ...]:
    """The translations of one project, sorted by name."""
    return of_projects(session, ProjectTranslation.project_id == project_id).get(project_id, ())


def row_of(project_id: int, translation: Translation) -> tuple[Any, ...]:
    """A row of the table, with COLUMNS."""
    field, language = TRANSLATIONS[translation.name]
    return (project_id, field, language, translation.text, bool(translation.is_machine), translation.source_text)


def replace(session: Session, project_id: int, translations: Iterable[Translation]) -> None:
    """Store these translations of a project in place of all others, in the caller's transaction."""
    session.execute(delete(ProjectTranslation).where(ProjectTranslation.project_id == project_id))
    if rows := [dict(zip(COLUMNS, row_of(project_id, one), strict=True)) for one in translations]:
        session.execute(insert(ProjectTranslation), rows)


def with_known_sources(
    proposed: Sequence[Translation], stored: Sequence[Translation], confirmed: Collection[str]
) -> tuple[Translation, ...]:
    """The proposed translations; one that is unchanged keeps the source it was made from, unless it is confirmed."""
    before = {one.name: one for one in stored}
    return tuple(
        one._replace(source_text=before[one.name].source_text)
        if one.name in before and one.text == before[one.name].text and one.name not in confirmed
        else one
        for one in proposed
    )
