"""Slugs of project pages: which are taken, and the first free one. A slug that a project once had is never reused."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Project, SlugHistory


def first_free_slug(preferred: str, is_taken: Callable[[str], bool]) -> str:
    """The preferred slug, or the first numbered one that is free; `is_taken` gets a case-folded slug."""
    slug, number = preferred, 1
    while is_taken(slug.casefold()):
        number += 1
        slug = f"{preferred}-{number}"
    return slug


def is_slug_taken(session: Session, folded_slug: str) -> bool:
    """Whether a project has this case-folded slug or once had it."""
    current = session.execute(select(Project.id).where(Project.slug_folded == folded_slug)).first()
    return current is not None or session.get(SlugHistory, folded_slug) is not None
