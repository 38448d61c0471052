"""The text index in PostgreSQL: two tsvectors a project, made here word by word and not by a configuration there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from sqlalchemy.engine import Connection

from portal.search.arrays import Ints
from portal.search.fulltext.documents import Document
from portal.search.fulltext.tokenizer import Phrase, words

# What PostgreSQL keeps at most: a higher position counts as this one, further places of a word are dropped,
# and a tsvector that takes more than a megabyte is an error.
POSITION_MOST, PLACES_MOST, BYTES_MOST = 16_383, 255, 1_000_000
# So few words fit, however long (four bytes a letter) and wherever they stand.
_SURELY_FITS = 3_000
# Between two columns, so that no phrase reaches from one into the next.
_APART = 10
# The head of a sent array, then each element as its length and its value (functions array_send, int4send).
_HEAD = 20
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i4")])


class Tsvector:
    """`heading` holds title and identifiers alone: a weight would do too, but needs a look at every row found."""

    KEY = "project_id"
    IDS = "array_send(array_agg({}))"
    STRONG = "(SELECT array_send(array_agg(project_id)) FROM project_text WHERE heading @@ CAST(:all AS tsquery))"
    ALL = "(SELECT array_send(array_agg(project_id)) FROM project_text WHERE document @@ CAST(:all AS tsquery))"

    @staticmethod
    def ids(answer: bytes | None) -> Ints:
        # No row at all makes no array.
        elements = np.frombuffer(answer[_HEAD:] if answer else b"", _ELEMENT)
        return elements["value"].astype(np.int64)

    @staticmethod
    def parameters(phrases: Sequence[Phrase]) -> dict[str, str]:
        every = (" <-> ".join(f"'{word}'" for word in p.words) + (":*" if p.begins else "") for p in phrases)
        return {"all": " & ".join(every)}

    @staticmethod
    def write(connection: Connection, documents: Sequence[Document]) -> None:
        heads = [(words(d.title), words(d.number)) for d in documents]
        rows = {
            "ids": [d.project_id for d in documents],
            "headings": [vector(*head) for head in heads],
            "documents": [
                vector(*head, words(d.places), words(d.body)) for head, d in zip(heads, documents, strict=True)
            ],
        }
        connection.exec_driver_sql(
            "INSERT INTO project_text (project_id, heading, document) "
            "SELECT id, heading::tsvector, document::tsvector FROM unnest(%(ids)s::int[], %(headings)s::text[], "
            "%(documents)s::text[]) AS fresh (id, heading, document) ON CONFLICT (project_id) "
            "DO UPDATE SET heading = excluded.heading, document = excluded.document",
            rows,
        )

    @staticmethod
    def remove(connection: Connection, project_ids: Collection[int]) -> None:
        connection.exec_driver_sql(
            "DELETE FROM project_text WHERE project_id = ANY(%(ids)s::int[])", {"ids": list(project_ids)}
        )

    @staticmethod
    def clear(connection: Connection) -> None:
        connection.exec_driver_sql("TRUNCATE project_text")


def vector(*columns: list[str]) -> str:
    """The words of some columns as a tsvector literal: each word with its places."""
    places: dict[str, list[int]] = {}
    place = 0
    for column in columns:
        for place, word in enumerate(column, place + 1):  # noqa: B020 # counted on after the loop
            places.setdefault(word, []).append(place)
        place += _APART
    if place > _SURELY_FITS:
        places = within_bounds(places)
    return " ".join([f"'{word}':{','.join(map(str, found))}" for word, found in places.items()])


def within_bounds(places: dict[str, list[int]]) -> dict[str, list[int]]:
    """What PostgreSQL can keep of a long text."""
    kept: dict[str, list[int]] = {}
    size = 0
    for word, found in places.items():
        kept[word] = [min(place, POSITION_MOST) for place in found[:PLACES_MOST]]
        # A word takes its bytes, two for each place, and up to four to fill up and to count the places.
        size += len(word.encode()) + 2 * len(kept[word]) + 4
        if size > BYTES_MOST:
            kept.pop(word)
            break
    return kept
