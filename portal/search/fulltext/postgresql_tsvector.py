"""The text index in PostgreSQL: two tsvectors a project, made here word by word and not by a configuration there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from sqlalchemy.engine import Connection

from portal.search.arrays import Int64Array
from portal.search.fulltext.documents import Document
from portal.search.fulltext.tokenizer import Phrase, tokenise

# What PostgreSQL keeps at most: a higher position counts as this one, further places of a word are dropped,
# and a tsvector that takes more than a megabyte is an error.
MAX_POSITION, MAX_POSITIONS_PER_TOKEN, MAX_TSVECTOR_BYTES = 16_383, 255, 1_000_000
# So few words fit, however long (four bytes a letter) and wherever they stand.
_MAX_UNCHECKED_POSITION = 3_000
# Between two columns, so that no phrase reaches from one into the next.
_COLUMN_GAP = 10
# The head of a sent array, then each element as its length and its value (functions array_send, int4send).
_ARRAY_HEADER_BYTES = 20
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i4")])


class Tsvector:
    """`heading` holds title and identifiers alone: a weight would do too, but needs a look at every row found."""

    ID_COLUMN = "project_id"
    AGGREGATE_IDS = "array_send(array_agg({}))"
    TITLE_MATCHES = (
        "(SELECT array_send(array_agg(project_id)) FROM project_text WHERE heading @@ CAST(:all AS tsquery))"
    )
    ALL_MATCHES = "(SELECT array_send(array_agg(project_id)) FROM project_text WHERE document @@ CAST(:all AS tsquery))"

    @staticmethod
    def decode_ids(answer: bytes | None) -> Int64Array:
        # No row at all makes no array.
        elements = np.frombuffer(answer[_ARRAY_HEADER_BYTES:] if answer else b"", _ELEMENT)
        return elements["value"].astype(np.int64)

    @staticmethod
    def match_parameters(phrases: Sequence[Phrase]) -> dict[str, str]:
        every = (" <-> ".join(f"'{word}'" for word in p.tokens) + (":*" if p.is_prefix else "") for p in phrases)
        return {"all": " & ".join(every)}

    @staticmethod
    def write(connection: Connection, documents: Sequence[Document]) -> None:
        heads = [(tokenise(d.title), tokenise(d.number)) for d in documents]
        rows = {
            "ids": [d.project_id for d in documents],
            "headings": [tsvector_literal(*head) for head in heads],
            "documents": [
                tsvector_literal(*head, tokenise(d.term_names), tokenise(d.body))
                for head, d in zip(heads, documents, strict=True)
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


def tsvector_literal(*columns: list[str]) -> str:
    """The words of some columns as a tsvector literal: each word with its places."""
    places: dict[str, list[int]] = {}
    place = 0
    for column in columns:
        for place, word in enumerate(column, place + 1):  # noqa: B020 # counted on after the loop
            places.setdefault(word, []).append(place)
        place += _COLUMN_GAP
    if place > _MAX_UNCHECKED_POSITION:
        places = limit_positions(places)
    return " ".join([f"'{word}':{','.join(map(str, found))}" for word, found in places.items()])


def limit_positions(positions: dict[str, list[int]]) -> dict[str, list[int]]:
    """What PostgreSQL can keep of a long text."""
    kept: dict[str, list[int]] = {}
    size = 0
    for word, found in positions.items():
        kept[word] = [min(place, MAX_POSITION) for place in found[:MAX_POSITIONS_PER_TOKEN]]
        # A word takes its bytes, two for each place, and up to four to fill up and to count the places.
        size += len(word.encode()) + 2 * len(kept[word]) + 4
        if size > MAX_TSVECTOR_BYTES:
            kept.pop(word)
            break
    return kept
