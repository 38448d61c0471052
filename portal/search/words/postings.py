"""Postings: which projects have which word, as arrays that may lie in a mapped file. Pure."""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from portal.search.arrays import IntegerArray

# The names of the sections of Postings in a file.
WORDS, WORD_ENDS, WORD_KEYS = "words/text", "words/ends", "words/keys"
HEADING_IDS, HEADING_ENDS = "words/heading/ids", "words/heading/ends"
ALL_IDS, ALL_ENDS = "words/all/ids", "words/all/ends"
IDENTIFIERS = "words/identifiers"
OTHER_COUNTRIES, OTHER_COUNTRY_IDS = "words/other countries/terms", "words/other countries/ids"
_ARRAYS = (WORD_ENDS, WORD_KEYS, HEADING_IDS, HEADING_ENDS, ALL_IDS, ALL_ENDS, IDENTIFIERS)
# No byte of UTF-8 is as high, so it sorts after all words with a common beginning; and none of a word is as low as 0.
_AFTER_ALL, _BEFORE_ALL = b"\xff", b"\0"
_KEY_BYTES = 8
Ids = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class WordRange:
    """The words from number `first` up to, not including, `last`."""

    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Postings:
    """The words of all documents, sorted by their bytes, and for each the database ids of the projects that have it.

    `text` holds all words without a gap, `word_keys` the first eight bytes of each as a number, which rises with the
    words. The `ends` say where each word, or its list of ids, ends; ids rise in each list. `heading_ids` are of title
    and identifiers, `all_ids` of these and the body. The names of terms are not among the words; `other_countries` are
    terms and projects, parallel and by term, that no facet has. `identifiers` are the checksums of what names one
    project (see checksum), rising.
    """

    text: memoryview = field(repr=False)
    word_ends: IntegerArray = field(repr=False)
    word_keys: npt.NDArray[np.uint64] = field(repr=False)
    heading_ids: Ids = field(repr=False)
    heading_ends: IntegerArray = field(repr=False)
    all_ids: Ids = field(repr=False)
    all_ends: IntegerArray = field(repr=False)
    identifiers: Ids = field(repr=False)
    other_countries: tuple[IntegerArray, Ids] = field(repr=False)

    @classmethod
    def of_sections(cls, sections: Mapping[str, Any]) -> Postings:
        """From the sections that `sections` gives. Raises KeyError."""
        others = (sections[OTHER_COUNTRIES], sections[OTHER_COUNTRY_IDS])
        return cls(memoryview(sections[WORDS]), *(sections[name] for name in _ARRAYS), others)  # type: ignore[call-arg]

    def find(self, word: str, *, is_prefix: bool) -> WordRange:
        """This word, or all words that begin so; an empty range if there is none."""
        wanted, words = word.encode(), range(len(self.word_ends))
        beginning = wanted[:_KEY_BYTES]
        bounds = [beginning.ljust(_KEY_BYTES, pad) for pad in (_BEFORE_ALL, _AFTER_ALL if is_prefix else _BEFORE_ALL)]
        low, high = np.array([int.from_bytes(bound, "big") for bound in bounds], dtype=np.uint64)
        first, last = int(self.word_keys.searchsorted(low)), int(self.word_keys.searchsorted(high, "right"))
        if len(wanted) > _KEY_BYTES:
            first = bisect_left(words, wanted, first, last, key=self._word)
            last = bisect_left(words, wanted + _AFTER_ALL, first, last, key=self._word)
        if not is_prefix:
            last = first + (first < last and self._word(first) == wanted)
        return WordRange(first, last)

    def heading(self, words: WordRange) -> Ids:
        """Ids of the projects with one of the words in title or identifiers; an id may occur several times."""
        return _slice(self.heading_ids, self.heading_ends, words)

    def all(self, words: WordRange) -> Ids:
        """Ids of the projects with one of the words; an id may occur several times."""
        return _slice(self.all_ids, self.all_ends, words)

    def may_identify(self, text: str) -> bool:
        """Whether a text may be what names one project; seldom true of another text, never false of such a one."""
        wanted = np.array(sorted(identifying_checksums(text)), dtype=np.uint32)
        places = np.searchsorted(self.identifiers, wanted)
        is_within = places < len(self.identifiers)
        return bool((self.identifiers[places[is_within]] == wanted[is_within]).any())

    def _word(self, number: int) -> bytes:
        begin = int(self.word_ends[number - 1]) if number else 0
        return bytes(self.text[begin : int(self.word_ends[number])])


def _slice(ids: Ids, ends: IntegerArray, words: WordRange) -> Ids:
    begin = int(ends[words.first - 1]) if words.first else 0
    return ids[begin : int(ends[words.last - 1])] if words.last > words.first else ids[:0]


def checksum(identifier: str) -> int:
    """A number of an identifier; two of them may share one."""
    return zlib.crc32(identifier.encode())


def identifying_checksums(text: str) -> set[int]:
    """Those of the identifiers that a text may stand for: in any case, and as typed."""
    return {checksum(spelling) for spelling in (text, text.upper(), text.lower(), text.casefold())}


def sort_words(words: Iterable[bytes]) -> tuple[dict[str, Any], IntegerArray]:
    """The sections of the words, and the place of each of the given words among them."""
    given = list(words)
    order = sorted(range(len(given)), key=given.__getitem__)
    places = np.empty(len(order), dtype=np.uint32)
    places[order] = np.arange(len(order), dtype=np.uint32)
    in_order = [given[number] for number in order]
    keys = np.array(in_order, dtype=f"S{_KEY_BYTES}").view(">u8").astype(np.uint64)
    ends = np.cumsum([len(word) for word in in_order], dtype=np.uint32)
    return {WORDS: b"".join(in_order), WORD_ENDS: ends, WORD_KEYS: keys}, places
