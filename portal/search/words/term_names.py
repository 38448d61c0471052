"""TermNames: the rows of the projects whose terms have a word in a name, from the facets of the index. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from pyroaring import BitMap

from portal.search.fulltext.documents import searchable_names
from portal.search.fulltext.tokenizer import tokenise
from portal.search.index.facet_index import FacetIndex
from portal.search.read_models.terms import Terms, TermView

# The facets whose terms a record names itself; the names of a theme are among those of its types.
_NAMED_FACETS = ("country", "region", "status", "coverage", "type", "sdg", "gcm")
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True, eq=False)
class TermNames:
    """`by_word` has the terms with each word, in any language."""

    by_word: dict[str, tuple[TermView, ...]] = field(repr=False)

    @classmethod
    def from_terms(cls, terms: Terms) -> TermNames:
        every = [term for facet in _NAMED_FACETS for term in terms.in_facet(facet)]
        parents = [term.parent for term in every if term.parent]
        names = searchable_names([*parents, *every])
        by_word: defaultdict[str, list[TermView]] = defaultdict(list)
        for term in every:
            for word in dict.fromkeys(tokenise(names[term.id])):
                by_word[word].append(term)
        return cls({word: tuple(found) for word, found in by_word.items()})

    @cached_property
    def _words(self) -> list[str]:
        return sorted(self.by_word)

    def find(self, word: str, *, is_prefix: bool) -> set[TermView]:
        """The terms with this word in a name, or with one that begins so."""
        if not is_prefix:
            return set(self.by_word.get(word, ()))
        first = bisect_left(self._words, word)
        last = bisect_left(self._words, word + _AFTER_ALL, first)
        return {term for found in self._words[first:last] for term in self.by_word[found]}


_names: WeakKeyDictionary[Terms, TermNames] = WeakKeyDictionary()


def names_of(terms: Terms) -> TermNames:
    """The names of these terms, sorted at their first use."""
    names = _names.get(terms)
    return names if names is not None else _names.setdefault(terms, TermNames.from_terms(terms))


def rows_with(index: FacetIndex, terms: set[TermView]) -> BitMap:
    """The rows that have one of the terms in a facet."""
    bitmaps = (index.bitmaps[term.facet].get(term.code) for term in terms)
    return BitMap.union(BitMap(), *(rows for rows in bitmaps if rows is not None))
