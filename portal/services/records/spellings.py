"""TermLookup: finds terms by any spelling. It holds no database connection, so another process can receive it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from portal.models import Catalogue, Term
from portal.models.term import FORMER_CODES
from portal.search.fulltext.documents import searchable_names
from portal.search.fulltext.tokenizer import normalise_text
from portal.text.folding import fold
from portal.vocabulary.facets import NOT_STATED

_MAX_CACHE_ENTRIES = 10_000
# A code that a file states for a term: it becomes part of addresses.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_ARTICLES = r"(?:the|le|la|les|l['’]|el|los|las)"
# What lists of countries add to a name or write in another way, and what stands in its place.
_COUNTRY_ADDITIONS = (
    (re.compile(r"\s*(?:\[\w{1,2}\]|[*†‡]+)\s*$"), ""),
    (re.compile(rf"\s*\({_ARTICLES}\)", re.IGNORECASE), ""),
    (re.compile(rf"(?<=[(,])(\s*){_ARTICLES}\s+", re.IGNORECASE), r"\1"),
    (re.compile(r"\s*&\s*"), " and "),
    (re.compile(r"\bSt\.(?=\w)"), "St. "),
)
# An import changes the catalogue with the terms that it adds; the count and the last id show terms without projects.
_TERMS_VERSION = select(select(Catalogue.stamp).scalar_subquery(), func.count(Term.id), func.max(Term.id))


class KnownTerm(NamedTuple):
    """A term found by one spelling.

    `language` is set when that spelling belongs to one language only, `is_alias` when it is
    neither a name nor a code.
    """

    id: int
    name: str
    language: str
    is_alias: bool


@dataclass(frozen=True)
class NewTerm:
    """A term that the file adds. Its id is negative until it is stored."""

    id: int
    facet: str
    code: str
    name: str
    position: int


class TermLookup:
    """Finds terms by name in any language, code or alias; with `accepts_new`, `add` takes in those that it lacks.

    Threads may share one that accepts no new terms.
    """

    def __init__(self, terms: Iterable[Term | Row[Any]], *, accepts_new: bool) -> None:
        self._accepts_new = accepts_new
        self._known: dict[tuple[str, str], KnownTerm] = {}
        self._codes: dict[tuple[str, str], int] = {}
        self._codes_by_facet: dict[str, set[str]] = {}
        self._names: dict[str, list[str]] = {}
        # Files repeat the same few spellings; folding them is most of the work of a lookup.
        self._lookup_cache: dict[tuple[str, str], KnownTerm | None] = {}
        self._closest_cache: dict[tuple[str, str], str] = {}
        # The terms of whole fields that needed no finding, by facet and field; files repeat them too.
        self.plain_readings: dict[tuple[str, str | tuple[str, ...]], tuple[int, ...]] = {}
        self._joined_names: dict[tuple[int | None, ...], str] = {}
        self._new_terms: list[NewTerm] = []
        self._last_id = 0
        by_id = {term.id: term for term in terms}
        for term in by_id.values():
            spellings = [(text, "", True) for text in term.aliases] + [(term.code, "", False)]
            spellings += [(text, language, False) for language, text in term.names.items()]
            if alpha2 := term.extra.get("alpha2"):
                spellings.append((alpha2, "", False))
            self._register(term.id, term.facet, term.code, term.name, spellings)
            for code in term.extra.get(FORMER_CODES, ()):
                self._codes[term.facet, code.casefold()] = term.id
                self._codes_by_facet[term.facet].add(code)
        self._normalised_names = {
            term_id: normalise_text(names) for term_id, names in searchable_names(list(by_id.values())).items()
        }

    @classmethod
    def load(cls, session: Session, *, accepts_new: bool = False) -> TermLookup:
        """The lookup of the stored terms, read as rows: every import makes one, and objects take six times as long."""
        return cls(session.execute(select(*Term.__table__.columns)), accepts_new=accepts_new)

    def _register(self, term_id: int, facet: str, code: str, name: str, spellings: list[tuple[str, str, bool]]) -> None:
        self._names.setdefault(facet, []).append(name)
        self._codes[facet, code.casefold()] = term_id
        self._codes_by_facet.setdefault(facet, set()).add(code)
        for text, language, is_alias in spellings:
            spelling = (facet, fold(text))
            before = self._known.get(spelling)
            if before and before.id == term_id and not before.is_alias:
                # The same word in two languages does not show the language.
                language = "" if before.language != language else language
            self._known[spelling] = KnownTerm(term_id, name, language, is_alias)

    def find(self, facet: str, text: str) -> KnownTerm | None:
        """The term with this spelling in any case, None if there is none."""
        spelling = (facet, text)
        if spelling in (cache := self._lookup_cache):
            # Another thread may have emptied the cache meanwhile.
            return cache.get(spelling) or self._known.get((facet, fold(text)))
        term = self._known.get((facet, fold(text)))
        if term is None and facet == "country" and (plain := plain_country_name(text)) != text:
            found = self._known.get((facet, fold(plain)))
            term = found and found._replace(is_alias=True)
        if len(cache) >= _MAX_CACHE_ENTRIES:
            cache.clear()
        cache[spelling] = term
        return term

    def remember_reading(self, facet: str, field: str | tuple[str, ...], term_ids: tuple[int, ...]) -> None:
        """Remember the terms of a field that was read without a finding."""
        if len(self.plain_readings) >= _MAX_CACHE_ENTRIES:
            self.plain_readings.clear()
        self.plain_readings[facet, field] = term_ids

    def by_code(self, facet: str, code: str) -> int | None:
        """The id of the term with this code in any case, None if there is none."""
        return self._codes.get((facet, code.casefold()))

    def codes_in(self, facet: str) -> Set[str]:
        """The codes of a facet, in the case of their list."""
        return self._codes_by_facet.get(facet, set())

    def closest(self, facet: str, text: str) -> str:
        """The most similar known name, or ""."""
        spelling = (facet, fold(text))
        name = self._closest_cache.get(spelling)
        if name is None:
            names = {fold(name): name for name in self._names.get(facet, [])}
            near = difflib.get_close_matches(spelling[1], names, n=1, cutoff=0.75)
            name = names[near[0]] if near else ""
            if len(self._closest_cache) >= _MAX_CACHE_ENTRIES:
                self._closest_cache.clear()
            self._closest_cache[spelling] = name
        return name

    def add(self, facet: str, text: str, *, code: str = "") -> KnownTerm | None:
        """Take in a term under this name, or return None where new terms are not accepted.

        `code` is the one that it should have; a code that is taken, or none, makes way for one from the name.
        """
        if not self._accepts_new:
            return None
        is_free = _CODE.fullmatch(code) and (facet, code.casefold()) not in self._codes
        code = stem = code if is_free else code_from_name(text)
        number = 1
        while (facet, code.casefold()) in self._codes or code == NOT_STATED:
            number += 1
            code = f"{stem}-{number}"
        self._last_id -= 1
        self._new_terms.append(NewTerm(self._last_id, facet, code, text, len(self._names.get(facet, []))))
        self._register(self._last_id, facet, code, text, [(code, "", False), (text, "en", False)])
        self._normalised_names[self._last_id] = normalise_text(text)
        for cache in (self._lookup_cache, self._closest_cache, self.plain_readings):
            cache.clear()
        return self.find(facet, text)

    def term_names(self, terms: tuple[int | None, ...]) -> str:
        """The normalised names of terms in the order of a search document; new terms follow stored ones."""
        if (joined := self._joined_names.get(terms)) is None:
            if len(self._joined_names) >= _MAX_CACHE_ENTRIES:
                self._joined_names.clear()
            joined = self._joined_names[terms] = self._join_names(terms)
        return joined

    def _join_names(self, terms: tuple[int | None, ...]) -> str:
        stated = sorted({term_id for term_id in terms if term_id})
        added = [term_id for term_id in reversed(stated) if term_id < 0]
        return " ".join([self._normalised_names[term_id] for term_id in (*stated[len(added) :], *added)])

    def take_new_terms(self) -> list[NewTerm]:
        """The terms taken in since the last call, in the order of the file."""
        added, self._new_terms = self._new_terms, []
        return added


@dataclass(frozen=True)
class _CachedLookup:
    version: tuple[Any, ...]
    term_lookup: TermLookup


_cached_lookups: WeakKeyDictionary[Engine, _CachedLookup] = WeakKeyDictionary()
_cache_lock = Lock()


def cached_term_lookup(session: Session) -> TermLookup:
    """The lookup of the stored terms, shared by all threads and rebuilt when the catalogue or the terms change."""
    engine = session.get_bind().engine
    version = tuple(session.execute(_TERMS_VERSION).one())
    with _cache_lock:
        cached = _cached_lookups.get(engine)
    if cached is None or cached.version != version:
        cached = _CachedLookup(version, TermLookup.load(session))
        with _cache_lock:
            _cached_lookups[engine] = cached
    return cached.term_lookup


def plain_country_name(text: str) -> str:
    """The name without what lists of the UN, ISO and IATI add: "Niger (the)", "Bénin (le)", "Kosovo [1]", "Niue *"."""
    for pattern, replacement in _COUNTRY_ADDITIONS:
        text = pattern.sub(replacement, text)
    return text.strip()


def code_from_name(name: str) -> str:
    """A code of lower-case letters, digits and hyphens; "term" if the name has none of them."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:70] or "term"
