"""How names are understood: "Ivory Coast" is the country CIV. A name means one term or none; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from portal.search.read_models.terms import Terms, TermView
from portal.text.folding import fold
from portal.vocabulary.facets import NOT_STATED

_MAX_SUGGESTIONS, _LEAST_LIKENESS = 3, 0.6
_NOT_STATED_NAMES = (NOT_STATED, "not stated")


@dataclass(frozen=True)
class UnderstoodName:
    """A name that was given, and the code and name of the term that it means."""

    filter: str
    given: str
    value: str
    name: str


@dataclass(frozen=True)
class UnknownName:
    """A name that no term has alone, with the names of similar terms."""

    filter: str
    given: str
    similar: tuple[str, ...]


def understand(terms: Terms, facet: str, given: str) -> UnderstoodName | UnknownName:
    """The term of a facet that has this code or this name, in any language, case or known spelling."""
    if fold(given) in _NOT_STATED_NAMES:
        return UnderstoodName(facet, given, NOT_STATED, "not stated")
    found = _terms_named(terms, facet, given)
    if len(found) == 1:
        return UnderstoodName(facet, given, found[0].code, found[0].name)
    if found:
        return UnknownName(facet, given, tuple(term.name for term in found))
    names = {fold(name): term.name for term in terms.in_facet(facet) for name in _names_of(term)}
    near = get_close_matches(fold(given), names, n=_MAX_SUGGESTIONS, cutoff=_LEAST_LIKENESS)
    return UnknownName(facet, given, tuple(dict.fromkeys(names[name] for name in near)))


def band(given: str) -> str:
    """The value of a band ("3", "50000-100000") or of "not stated"; whether there is such a band is not asked."""
    return NOT_STATED if fold(given) in _NOT_STATED_NAMES else given.strip()


def understand_all(terms: Terms, names: Iterable[tuple[str, Iterable[str]]]) -> Iterator[UnderstoodName | UnknownName]:
    """The same for the names of several facets."""
    for facet, given in names:
        yield from (understand(terms, facet, name) for name in given)


def _terms_named(terms: Terms, facet: str, given: str) -> list[TermView]:
    code = terms.country_named(given) if facet == "country" else None
    if term := terms.get(facet, code or given):
        return [term]
    folded = fold(given)
    return [term for term in terms.in_facet(facet) if folded in set(map(fold, _names_of(term)))] if folded else []


def _names_of(term: TermView) -> tuple[str, ...]:
    codes = (term.code, str(term.extra.get("alpha2", "")))
    return (term.name, *term.names.values(), *term.aliases, *filter(None, codes))
