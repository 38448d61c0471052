"""The words an import may use: spellings of terms in every language, loaded once, and what is not among them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.vocabulary import NOT_STATED, folded

_CODE_MOST = 80
# Cells repeat: most files state few different lists of countries.
_KEPT_MOST = 50_000
_NOT_IN_CODES = re.compile(r"[^a-z0-9]+")


class Match(NamedTuple):
    """A term that a cell names; `languages` are those in which exactly this is its name."""

    id: int
    code: str
    name: str
    languages: frozenset[str]
    is_alias: bool


class Listed(NamedTuple):
    """The terms of a cell that lists several, each once, and what of it matched twice or not at all."""

    matches: tuple[Match, ...]
    repeated: tuple[str, ...]
    unknown: tuple[str, ...]


class Terms:
    """Finds terms by any spelling. It knows no rows; only add() needs a session."""

    def __init__(self) -> None:
        self._spellings: dict[str, dict[str, Match]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._words: dict[int, str] = {}
        self._lists: dict[tuple[str, str], Listed] = {}

    @classmethod
    def load(cls, session: Session) -> Terms:
        terms = cls()
        columns = (Term.id, Term.facet, Term.code, Term.name, Term.names, Term.aliases, Term.parent_id)
        rows = [tuple(row) for row in session.execute(select(*columns).order_by(Term.facet, Term.position, Term.id))]
        # Names come before codes and aliases, whatever term they belong to.
        for term_id, facet, code, name, names, _, _ in rows:
            terms._learn_names(term_id, facet, code, name, names)
        for term_id, facet, code, name, _, aliases, parent_id in rows:
            spellings = terms._spellings[facet]
            spellings.setdefault(folded(code), Match(term_id, code, name, frozenset(), False))
            for alias in aliases:
                spellings.setdefault(folded(alias), Match(term_id, code, name, frozenset(), True))
            if parent_id and facet == "type":
                terms._words[term_id] += f" {terms._words.get(parent_id, '')}"
        return terms

    def _learn_names(self, term_id: int, facet: str, code: str, name: str, names: Mapping[str, str]) -> None:
        spellings = self._spellings.setdefault(facet, {})
        by_language = {"en": name} | {language: text for language, text in names.items() if text}
        for text in by_language.values():
            form = folded(text)
            languages = frozenset(language for language, other in by_language.items() if folded(other) == form)
            spellings.setdefault(form, Match(term_id, code, name, languages, False))
            self._names.setdefault(facet, {})[form] = text
        self._words[term_id] = " ".join(dict.fromkeys(by_language.values()))

    def match(self, facet: str, text: str) -> Match | None:
        """The term that the text names in any language, by code or by alias."""
        return self._spellings.get(facet, {}).get(folded(text))

    def listed(self, facet: str, cell: str) -> Listed:
        """The terms of a cell, divided by semicolons, in its order."""
        found = self._lists.get((facet, cell))
        if found is None:
            if len(self._lists) >= _KEPT_MOST:
                self._lists.clear()
            found = self._lists[facet, cell] = self._listed(facet, cell)
        return found

    def _listed(self, facet: str, cell: str) -> Listed:
        matches: dict[int, Match] = {}
        repeated: list[str] = []
        unknown: list[str] = []
        for text in filter(None, (part.strip() for part in cell.split(";"))):
            match = self.match(facet, text)
            if match is None:
                unknown.append(text)
            elif match.id in matches:
                repeated.append(text)
            else:
                # The spelling found is told with it, so that a repair can name both.
                matches[match.id] = match
        return Listed(tuple(matches.values()), tuple(repeated), tuple(unknown))

    def nearest(self, facet: str, text: str) -> str:
        """The name most like the text, or "" when none is close."""
        names = self._names.get(facet, {})
        close = get_close_matches(folded(text)[:100], names, n=1, cutoff=0.75)
        return names[close[0]] if close else ""

    def words(self, term_ids: Iterable[int]) -> str:
        """The names of terms in all languages, and of the themes of types, for the text index."""
        return " ".join(self._words[term_id] for term_id in term_ids)

    def facet_of_codes(self, facet: str) -> frozenset[int]:
        """Ids of all terms of a facet."""
        return frozenset(match.id for match in self._spellings.get(facet, {}).values())

    def add(self, session: Session, facet: str, name: str) -> Match:
        """Make a new term at the end of its list; its code is made of its name."""
        taken = set(session.scalars(select(Term.code).where(Term.facet == facet)))
        last = session.execute(select(func.max(Term.position)).where(Term.facet == facet)).scalar_one()
        code = _code(facet, name, taken | {NOT_STATED})
        made = session.execute(
            insert(Term)
            .values(
                facet=facet,
                code=code,
                name=name,
                names={"en": name},
                aliases=[],
                phrase="",
                extra={},
                position=0 if last is None else last + 1,
            )
            .returning(Term.id)
        ).scalar_one()
        self._learn_names(made, facet, code, name, {})
        return self._spellings[facet][folded(name)]


def _code(facet: str, name: str, taken: set[str]) -> str:
    plain = _NOT_IN_CODES.sub("-", folded(name)).strip("-")[: _CODE_MOST - 5].strip("-")
    # A name in another script leaves no letter that an address could carry unescaped.
    plain = plain or f"{facet}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    code, count = plain, 1
    while code in taken:
        count += 1
        code = f"{plain}-{count}"
    return code
