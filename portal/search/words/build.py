"""Makes the postings of all documents: in parts, since a million projects at once need more memory than there is."""

from __future__ import annotations

import itertools
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Project, ProjectCountry
from portal.search.arrays import Int64Array, IntegerArray
from portal.search.fulltext.documents import TextDocument, load_documents
from portal.search.fulltext.tokenizer import normalise_text
from portal.search.index.storage.array_file import Section
from portal.search.words import postings
from portal.search.words.postings import Ids, checksum, sort_words

_CHUNK = 2_000
# What FTS5 does to a text: ASCII capitals become small, and all else of ASCII but digits separates words.
_SEPARATE = bytes(
    byte if byte > 0x7F else ord(chr(byte).lower()) if chr(byte).isalnum() else ord(" ") for byte in range(256)
)
# A key is the number of a word, and in its lower half the id of a project that has it.
_HALF = np.uint64(32)
Keys = npt.NDArray[np.uint64]


def words_of(text: str) -> list[bytes]:
    """The tokens of a text, as tokenizer.tokenise finds them, in UTF-8; in a fraction of its time."""
    return normalise_text(text).encode().translate(_SEPARATE).split()


def make_sections(session: Session) -> dict[str, Section]:
    """The postings of all published projects, as sections of a file."""
    terms, ids = _other_countries(session)
    return collect(_read_documents(session)) | {
        postings.IDENTIFIERS: _identifiers(session),
        postings.OTHER_COUNTRIES: terms,
        postings.OTHER_COUNTRY_IDS: ids,
    }


def collect(batches: Iterable[Sequence[TextDocument]]) -> dict[str, Section]:
    """The words of documents, which come in the order of their ids, and the lists of projects."""
    numbers: defaultdict[bytes, int] = defaultdict(itertools.count().__next__)
    with tempfile.TemporaryFile() as headings, tempfile.TemporaryFile() as bodies:
        heading_lists, all_lists = _Lists(headings), _Lists(bodies)
        for documents in batches:
            ids = np.array([document.project_id for document in documents], dtype=np.uint32)
            heading = _keys(numbers, [words_of(f"{document.title} {document.number}") for document in documents], ids)
            body = _keys(numbers, [words_of(document.body) for document in documents], ids)
            heading_lists.add(heading)
            all_lists.add(np.concatenate([heading, body]))
        words, places = sort_words(numbers)
        heading_ids, heading_ends = heading_lists.merged(places)
        all_ids, all_ends = all_lists.merged(places)
    return {
        **words,
        postings.HEADING_IDS: heading_ids,
        postings.HEADING_ENDS: heading_ends,
        postings.ALL_IDS: all_ids,
        postings.ALL_ENDS: all_ends,
    }


def _read_documents(session: Session) -> Iterator[list[TextDocument]]:
    published = select(Project.id).where(Project.published_at.is_not(None)).order_by(Project.id)
    ids = session.execute(published).scalars().all()
    for start in range(0, len(ids), _CHUNK):
        found = load_documents(session, ids[start : start + _CHUNK], with_term_names=False)
        yield sorted(found, key=lambda document: document.project_id)


def _keys(numbers: defaultdict[bytes, int], tokens: Sequence[list[bytes]], ids: Ids) -> Keys:
    """A key for each word of each project; `tokens` are those of each project."""
    lengths = [len(words) for words in tokens]
    flat = map(numbers.__getitem__, itertools.chain.from_iterable(tokens))
    words = np.fromiter(flat, dtype=np.uint64, count=sum(lengths))
    return words << _HALF | np.repeat(ids, lengths)


@dataclass
class _Lists:
    """The lists of the ids of all words, collected in a file: projects are added in the order of their ids."""

    file: IO[bytes]
    sizes: list[int] = field(default_factory=list)

    def add(self, keys: Keys) -> None:
        # Faster than numpy.unique, which hashes.
        keys = np.sort(keys)
        keys = keys[np.diff(keys, prepend=~keys[:1]) != 0]
        self.sizes.append(len(keys))
        self.file.write(keys.data)

    def merged(self, places: IntegerArray) -> tuple[Ids, IntegerArray]:
        """The lists, one after the other, and where each ends; each word stands at its place."""
        counts = np.zeros(len(places), dtype=np.int64)
        for words, _ in self._parts(places):
            counts += np.bincount(words, minlength=len(places))
        ends = np.cumsum(counts)
        filled, result = ends - counts, np.empty(sum(self.sizes), dtype=np.uint32)
        for words, ids in self._parts(places):
            # The keys of a part are sorted, so equal words stand together.
            begins = np.flatnonzero(np.diff(words, prepend=-1))
            lengths = np.diff(begins, append=len(words))
            firsts = filled[words[begins]]
            result[np.repeat(firsts - begins, lengths) + np.arange(len(words))] = ids
            filled[words[begins]] += lengths
        return result, ends.astype(np.uint32)

    def _parts(self, places: IntegerArray) -> Iterator[tuple[Int64Array, Ids]]:
        """The places of words and the ids of each part, parallel."""
        self.file.seek(0)
        for size in self.sizes:
            keys = np.frombuffer(self.file.read(size * 8), dtype=np.uint64)
            yield places[keys >> _HALF].astype(np.int64), keys.astype(np.uint32)


def _identifiers(session: Session) -> Ids:
    columns = select(Project.slug_folded, Project.reference, Project.prima_id)
    rows = session.execute(columns.where(Project.published_at.is_not(None)), execution_options={"yield_per": _CHUNK})
    checksums = (checksum(identifier) for row in rows for identifier in row if identifier)
    return np.sort(np.fromiter(checksums, dtype=np.uint32))


def _other_countries(session: Session) -> tuple[Ids, Ids]:
    """Terms of countries that the facet leaves out, and the ids of their projects; by term."""
    links = select(ProjectCountry.term_id, ProjectCountry.project_id).where(~ProjectCountry.is_eligible)
    rows = session.execute(links.order_by(ProjectCountry.term_id, ProjectCountry.project_id)).all()
    pairs = np.array([tuple(row) for row in rows], dtype=np.uint32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
