"""Glossary: every spelling of every term, for reading what people write. It holds no database and may travel."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from portal.models import Term
from portal.search.fulltext.documents import searchable_names
from portal.search.fulltext.tokenizer import normalise_text
from portal.text.folding import fold

_MAX_CACHE_ENTRIES = 10_000


class KnownTerm(NamedTuple):
    """A term under one spelling: `language` when that spelling is of one language only, `is_alias` when it is
    neither a name nor a code."""

    id: int
    name: str
    language: str
    is_alias: bool


@dataclass(frozen=True)
class NewTerm:
    """A term that the file brings along. Its id is negative until someone stores it."""

    id: int
    facet: str
    code: str
    name: str
    position: int


class TermLookup:
    """Finds terms by name in any language, code or alias; when `adds`, takes in those that it lacks."""

    def __init__(self, terms: Iterable[Term], *, accepts_new: bool) -> None:
        self._accepts_new = accepts_new
        self._known: dict[tuple[str, str], KnownTerm] = {}
        self._codes: dict[tuple[str, str], int] = {}
        self._names: dict[str, list[str]] = {}
        # Files repeat the same few spellings; folding each anew is most of the work of a look-up.
        self._lookup_cache: dict[tuple[str, str], KnownTerm | None] = {}
        self._closest_cache: dict[tuple[str, str], str] = {}
        self._new_terms: list[NewTerm] = []
        self._last_id = 0
        by_id = {term.id: term for term in terms}
        for term in by_id.values():
            spellings = [(text, "", True) for text in term.aliases] + [(term.code, "", False)]
            spellings += [(text, language, False) for language, text in term.names.items()]
            if alpha2 := term.extra.get("alpha2"):
                spellings.append((alpha2, "", False))
            self._register(term.id, term.facet, term.code, term.name, spellings)
        self._normalised_names = {
            term_id: normalise_text(names) for term_id, names in searchable_names(list(by_id.values())).items()
        }

    def _register(self, term_id: int, facet: str, code: str, name: str, spellings: list[tuple[str, str, bool]]) -> None:
        self._names.setdefault(facet, []).append(name)
        self._codes[facet, code.casefold()] = term_id
        for text, language, is_alias in spellings:
            spelling = (facet, fold(text))
            before = self._known.get(spelling)
            if before and before.id == term_id and not before.is_alias:
                # The same word in two languages says nothing of the language.
                language = "" if before.language != language else language
            self._known[spelling] = KnownTerm(term_id, name, language, is_alias)

    def find(self, facet: str, text: str) -> KnownTerm | None:
        asked = (facet, text)
        if asked not in self._lookup_cache:
            if len(self._lookup_cache) >= _MAX_CACHE_ENTRIES:
                self._lookup_cache.clear()
            self._lookup_cache[asked] = self._known.get((facet, fold(text)))
        return self._lookup_cache[asked]

    def by_code(self, facet: str, code: str) -> int | None:
        return self._codes.get((facet, code.casefold()))

    def closest(self, facet: str, text: str) -> str:
        """The most similar known name, or ""."""
        asked = (facet, fold(text))
        if asked not in self._closest_cache:
            if len(self._closest_cache) >= _MAX_CACHE_ENTRIES:
                self._closest_cache.clear()
            names = {fold(name): name for name in self._names.get(facet, [])}
            near = difflib.get_close_matches(asked[1], names, n=1, cutoff=0.75)
            self._closest_cache[asked] = names[near[0]] if near else ""
        return self._closest_cache[asked]

    def add(self, facet: str, text: str) -> KnownTerm | None:
        """Take in a term under this name, or return None where that is not wanted."""
        if not self._accepts_new:
            return None
        code = stem = code_from_name(text)
        number = 1
        while (facet, code) in self._codes or code == "none":
            number += 1
            code = f"{stem}-{number}"
        self._last_id -= 1
        self._new_terms.append(NewTerm(self._last_id, facet, code, text, len(self._names.get(facet, []))))
        self._register(self._last_id, facet, code, text, [(code, "", False), (text, "en", False)])
        self._normalised_names[self._last_id] = normalise_text(text)
        self._lookup_cache.clear()
        self._closest_cache.clear()
        return self.find(facet, text)

    def term_names(self, terms: Iterable[int | None]) -> str:
        """The names of terms as Document.of() puts them, made plain; those of the file after the stored ones."""
        stated = sorted({term_id for term_id in terms if term_id})
        brought = [term_id for term_id in reversed(stated) if term_id < 0]
        return " ".join([self._normalised_names[term_id] for term_id in (*stated[len(brought) :], *brought)])

    def take_new_terms(self) -> list[NewTerm]:
        """The terms taken in since the last call, in the order of the file."""
        brought, self._new_terms = self._new_terms, []
        return brought


def code_from_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:70] or "term"
