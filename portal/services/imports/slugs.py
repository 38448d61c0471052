"""The slugs of imported projects, allocated without a query for each row."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.services.records.slugs import first_free_slug, is_slug_taken
from portal.services.records.values import is_slug


class SlugAllocator:
    """Allocates free slugs; `taken` are those preferred slugs and keys of a batch that are in use, case-folded."""

    def __init__(self, session: Session, taken: set[str]) -> None:
        self._session = session
        self._taken = taken

    def take(self, key: str) -> str:
        """The slug that a file states, if it is one and free; else ""."""
        if not is_slug(key) or key.casefold() in self._taken:
            return ""
        self._taken.add(key.casefold())
        return key

    def allocate(self, preferred: str) -> str:
        """The preferred slug, or the first numbered one that is free; it counts as taken from now on."""
        preferred_folded = preferred.casefold()

        def is_taken(folded_slug: str) -> bool:
            # `taken` is complete for preferred slugs; only numbered ones need a query.
            if folded_slug in self._taken or folded_slug == preferred_folded:
                return folded_slug in self._taken
            return is_slug_taken(self._session, folded_slug)

        slug = first_free_slug(preferred, is_taken)
        self._taken.add(slug.casefold())
        return slug
