"""Terms in memory: the terms of all facets as frozen values, by id or by (facet, code)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.models.term import FORMER_CODES
from portal.text.folding import fold


@dataclass(frozen=True)
class TermView:
    """One term: `names` by language, `aliases` other spellings, `phrase` for use inside an English sentence.

    `parent` is the broader term, None if there is none. `position` is the place in the list of the facet. Two are equal
    if they print the same: what is kept for one must not be taken for the same term under another name.
    """

    id: int
    facet: str
    code: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    aliases: tuple[str, ...] = field(default=(), compare=False, repr=False)
    phrase: str = field(default="", compare=False, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    parent: TermView | None = field(default=None, compare=False, repr=False)
    position: int = field(default=0, compare=False, repr=False)

    @property
    def parent_id(self) -> int | None:
        return self.parent.id if self.parent else None


class Terms:
    """All terms, in the order of the term lists; parents first."""

    def __init__(self, terms: dict[int, TermView]) -> None:
        self._by_id = terms
        # The term with this id, None for no id. Not a method: a page of new rows asks hundreds of times.
        self.by_id: Callable[[int | None], TermView | None] = terms.get  # type: ignore[assignment]  # None is no key
        self._by_code = {(term.facet, term.code): term for term in terms.values()}
        self.count = len(terms)
        self._merged = {
            (term.facet, code): term.code for term in terms.values() for code in term.extra.get(FORMER_CODES, ())
        }

    @classmethod
    def load(cls, session: Session) -> Terms:
        terms: dict[int, TermView] = {}
        # Parents come first, so that each term can refer to its parent.
        rows = session.execute(select(Term.__table__).order_by(Term.position, Term.id)).mappings().all()
        for row in sorted(rows, key=lambda row: row["parent_id"] is not None):
            terms[row["id"]] = TermView(
                id=row["id"],
                facet=row["facet"],
                code=row["code"],
                name=row["name"],
                names=row["names"],
                aliases=tuple(row["aliases"]),
                phrase=row["phrase"] or row["name"],
                extra=row["extra"],
                parent=terms.get(row["parent_id"]) if row["parent_id"] else None,
                position=row["position"],
            )
        return cls(terms)

    def get(self, facet: str, code: str) -> TermView | None:
        """The term with this code, or the one that a term with this code was merged into."""
        return self._by_code.get((facet, self._merged.get((facet, code), code)))

    def current_values(self, values: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """The (facet, code) pairs; a code that was merged into another is replaced by that one."""
        if self._merged.keys().isdisjoint(values):
            return values
        return frozenset((facet, self._merged.get((facet, code), code)) for facet, code in values)

    @cached_property
    def _countries_by_name(self) -> dict[str, str]:
        return {
            fold(name): term.code
            for term in self.in_facet("country")
            for name in (*term.aliases, *term.names.values(), term.name)
        }

    def country_named(self, text: str) -> str | None:
        """The code of the country that has this text as a name, in any spelling."""
        return self._countries_by_name.get(fold(text))

    def in_facet(self, facet: str) -> Iterator[TermView]:
        """The terms of one facet, in the order of its list."""
        return (term for term in self._by_id.values() if term.facet == facet)
