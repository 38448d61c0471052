"""Terms in memory: every word of every facet as a frozen value, found by id or by (facet, code)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Term


@dataclass(frozen=True)
class TermView:
    """One term: `names` by language, `aliases` other spellings, `phrase` within an English sentence, `parent` wider."""

    id: int
    facet: str
    code: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    aliases: tuple[str, ...] = field(default=(), compare=False, repr=False)
    phrase: str = field(default="", compare=False, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    parent: TermView | None = field(default=None, compare=False, repr=False)


class Terms:
    """All terms, in the order of their lists."""

    def __init__(self, terms: dict[int, TermView]) -> None:
        self._by_id = terms
        self._by_code = {(word.facet, word.code): word for word in terms.values()}
        self.count = len(terms)

    @classmethod
    def load(cls, session: Session) -> Terms:
        words: dict[int, TermView] = {}
        # Parents are made before their children: a term never precedes its broader one.
        rows = session.execute(select(Term.__table__).order_by(Term.position, Term.id)).mappings().all()
        for row in sorted(rows, key=lambda row: row["parent_id"] is not None):
            words[row["id"]] = TermView(
                id=row["id"],
                facet=row["facet"],
                code=row["code"],
                name=row["name"],
                names=row["names"],
                aliases=tuple(row["aliases"]),
                phrase=row["phrase"] or row["name"],
                extra=row["extra"],
                parent=words.get(row["parent_id"]) if row["parent_id"] else None,
            )
        return cls(words)

    def by_id(self, term_id: int | None) -> TermView | None:
        return self._by_id.get(term_id) if term_id else None

    def get(self, facet: str, code: str) -> TermView | None:
        return self._by_code.get((facet, code))

    def in_facet(self, facet: str) -> Iterator[TermView]:
        """Yield one facet's terms in their order."""
        return (word for word in self._by_id.values() if word.facet == facet)
