"""Glossary: every spelling of every term, for reading what people write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.search.documents import names_of
from portal.vocabulary import folded


@dataclass(frozen=True)
class Known:
    """A term under one spelling: `language` when that spelling is of one language only, `is_alias` when it is
    neither a name nor a code."""

    id: int
    name: str
    language: str
    is_alias: bool


class Glossary:
    """Finds terms by name in any language, code or alias; adds new ones when `adds`."""

    def __init__(self, session: Session, *, adds: bool) -> None:
        self._session = session
        self._adds = adds
        self._known: dict[tuple[str, str], Known] = {}
        self._codes: dict[tuple[str, str], int] = {}
        self._names: dict[str, list[str]] = {}
        terms = session.execute(select(Term)).scalars().all()
        for term in terms:
            self._take(term)
        self.words = names_of(terms)

    def _take(self, term: Term) -> None:
        self._names.setdefault(term.facet, []).append(term.name)
        self._codes[term.facet, term.code.casefold()] = term.id
        spellings = [(text, "", True) for text in term.aliases] + [(term.code, "", False)]
        spellings += [(text, language, False) for language, text in term.names.items()]
        if alpha2 := term.extra.get("alpha2"):
            spellings.append((alpha2, "", False))
        for text, language, is_alias in spellings:
            spelling = (term.facet, folded(text))
            before = self._known.get(spelling)
            if before and before.id == term.id and not before.is_alias:
                # The same word in two languages says nothing of the language.
                language = "" if before.language != language else language
            self._known[spelling] = Known(term.id, term.name, language, is_alias)

    def find(self, facet: str, text: str) -> Known | None:
        return self._known.get((facet, folded(text)))

    def by_code(self, facet: str, code: str) -> int | None:
        return self._codes.get((facet, code.casefold()))

    def names(self, facet: str) -> list[str]:
        return self._names.get(facet, [])

    def add(self, facet: str, text: str) -> int | None:
        """Make a term under this name and return its id, or None where that is not wanted."""
        if not self._adds:
            return None
        code = stem = re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")[:70] or "term"
        number = 1
        while (facet, code) in self._codes or code == "none":
            number += 1
            code = f"{stem}-{number}"
        names = {"en": text}
        term = Term(
            facet=facet, code=code, name=text, names=names, aliases=[], extra={}, position=len(self.names(facet))
        )
        self._session.add(term)
        self._session.flush()
        self._take(term)
        self.words |= names_of([term])
        return term.id
