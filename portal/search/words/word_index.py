"""WordIndex: answers searches for words from the postings, the names of terms and what has changed since. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from portal.search.arrays import IntegerArray
from portal.search.fulltext.tokenizer import Phrase, parse_query
from portal.search.index.facet_index import FacetIndex
from portal.search.index.snapshot import CatalogueVersion
from portal.search.read_models.terms import Terms, TermView
from portal.search.words.changed_documents import ChangedDocument, matching, with_heading
from portal.search.words.postings import Postings, WordRange, identifying_checksums
from portal.search.words.term_names import names_of, rows_with

# Beginnings of words that many projects have are looked up by the database, whose statements have a time limit. So
# many entries take some 50 ms.
_MAX_ENTRIES = 5_000_000


@dataclass(frozen=True)
class WordHits:
    """Rows, as ids in fulltext.text_index.Hits."""

    whole_word_matches: BitMap
    title_matches: BitMap
    all: BitMap


@dataclass(frozen=True, eq=False)
class WordIndex:
    """The words of all projects in one state of the catalogue.

    `changed` has the projects that changed since the postings were made, None for those no longer published;
    `changed_identifiers` the checksums of what names one of them.
    """

    postings: Postings = field(repr=False)
    version: CatalogueVersion
    changed: Mapping[int, ChangedDocument | None] = field(default_factory=dict, repr=False)
    changed_identifiers: frozenset[int] = field(default=frozenset(), repr=False)

    def match(self, index: FacetIndex, terms: Terms, text: str) -> WordHits | None:
        """The rows of the projects that contain the text; None if the database must be asked.

        That is so for phrases, for what may be an identifier, and for what would take long.
        """
        text = text.replace("\0", " ")
        phrases = parse_query(text)
        if any(len(phrase.tokens) > 1 for phrase in phrases) or self._may_identify(text):
            return None
        if not phrases:
            return WordHits(BitMap(), BitMap(), BitMap())
        words = [self.postings.find(phrase.tokens[0], is_prefix=phrase.is_prefix) for phrase in phrases]
        if sum(len(self.postings.all(found)) for found in words) > _MAX_ENTRIES:
            return None
        return self._match(index, terms, phrases, words)

    def _match(
        self, index: FacetIndex, terms: Terms, phrases: Sequence[Phrase], words: Sequence[WordRange]
    ) -> WordHits:
        postings = self.postings
        whole = [postings.find(phrase.tokens[0], is_prefix=False) for phrase in phrases]
        anywhere = [
            index.rows_of(postings.all(found)) | self._rows_by_term(index, terms, phrase)
            for phrase, found in zip(phrases, words, strict=True)
        ]
        title = BitMap.intersection(*(index.rows_of(postings.heading(found)) for found in words))
        rows = (
            # Often nothing is longer than what was typed.
            title
            if whole == words
            else BitMap.intersection(*(index.rows_of(postings.heading(found)) for found in whole)),
            title,
            BitMap.intersection(*anywhere),
        )
        return WordHits(*(self._with_changed(index, phrases, rows) if self.changed else rows))

    def _with_changed(
        self, index: FacetIndex, phrases: Sequence[Phrase], rows: tuple[BitMap, BitMap, BitMap]
    ) -> list[BitMap]:
        stale = index.rows_of(np.array(sorted(self.changed)))
        documents = matching(filter(None, self.changed.values()), phrases)
        found = (
            with_heading(documents, phrases, whole=True),
            with_heading(documents, phrases, whole=False),
            [document.project_id for document in documents],
        )
        return [known - stale | index.rows_of(_ids(fresh)) for known, fresh in zip(rows, found, strict=True)]

    def _rows_by_term(self, index: FacetIndex, terms: Terms, phrase: Phrase) -> BitMap:
        found = names_of(terms).find(phrase.tokens[0], is_prefix=phrase.is_prefix)
        return rows_with(index, found) | index.rows_of(self._other_countries(found)) if found else BitMap()

    def _other_countries(self, terms: set[TermView]) -> IntegerArray:
        """Ids of the projects that have one of the terms as a country that the facet leaves out."""
        known, ids = self.postings.other_countries
        if not len(known):
            return ids
        bounds = (np.searchsorted(known, (term.id, term.id + 1)) for term in terms)
        return np.concatenate([ids[first:last] for first, last in bounds])

    def _may_identify(self, text: str) -> bool:
        return not self.changed_identifiers.isdisjoint(identifying_checksums(text)) or self.postings.may_identify(text)


def _ids(ids: list[int]) -> IntegerArray:
    return np.array(ids, dtype=np.int64)
