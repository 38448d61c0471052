"""The last parts of addresses: each is given once, and one that a project had before is never given to another."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Project, SlugHistory


class SlugAllocator:
    """Hands out free keys; `taken` are those of a batch's wishes that are in use, folded."""

    def __init__(self, session: Session, taken: set[str]) -> None:
        self._session = session
        self._taken = taken

    def allocate(self, preferred: str) -> str:
        """The wanted key, or the first numbered one that is free; it is taken from then on."""
        key, number = preferred, 1
        while self._is_taken(key.casefold(), is_numbered=number > 1):
            number += 1
            key = f"{preferred}-{number}"
        self._taken.add(key.casefold())
        return key

    def _is_taken(self, slug: str, *, is_numbered: bool) -> bool:
        if slug in self._taken or not is_numbered:
            return slug in self._taken
        present = self._session.execute(select(Project.id).where(Project.slug_folded == slug)).first()
        return bool(present or self._session.get(SlugHistory, slug))
