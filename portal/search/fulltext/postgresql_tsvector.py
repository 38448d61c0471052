"""The text index in PostgreSQL: two tsvectors per project, built from our own tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from sqlalchemy.engine import Connection

from portal.search.arrays import Int64Array
from portal.search.fulltext.documents import TextDocument
from portal.search.fulltext.tokenizer import Phrase, tokenise

# Limits of PostgreSQL (documentation, 12.11): higher positions become this one, further positions of a token are
# dropped, and a tsvector of more than a megabyte is an error.
MAX_POSITION, MAX_POSITIONS_PER_TOKEN, MAX_TSVECTOR_BYTES = 16_383, 255, 1_000_000
# Up to this many tokens always fit, even if each has the maximum length and four bytes per character.
_MAX_UNCHECKED_POSITION = 3_000
# Positions between two columns, so that no phrase matches across them.
_COLUMN_GAP = 10
# Binary format of array_send: a header, then for each element its length and its value (int4send).
_ARRAY_HEADER_BYTES = 20
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i4")])


class Tsvector:
    """The column `heading` holds title and identifiers only; weights would require a recheck of every matching row."""

    ID_COLUMN = "project_id"
    AGGREGATE_IDS = "array_send(array_agg({}))"
    WHOLE_WORD_MATCHES = (
        "(SELECT array_send(array_agg(project_id)) FROM project_text WHERE heading @@ CAST(:whole AS tsquery))"
    )
    TITLE_MATCHES = (
        "(SELECT array_send(array_agg(project_id)) FROM project_text WHERE heading @@ CAST(:all AS tsquery))"
    )
    ALL_MATCHES = "(SELECT array_send(array_agg(project_id)) FROM project_text WHERE document @@ CAST(:all AS tsquery))"

    @staticmethod
    def decode_ids(answer: bytes | None) -> Int64Array:
        # array_agg over no rows is NULL.
        elements = np.frombuffer(answer[_ARRAY_HEADER_BYTES:] if answer else b"", _ELEMENT)
        return elements["value"].astype(np.int64)

    @staticmethod
    def match_parameters(phrases: Sequence[Phrase]) -> dict[str, str]:
        whole = [" <-> ".join(f"'{token}'" for token in phrase.tokens) for phrase in phrases]
        every = (words + (":*" if phrase.is_prefix else "") for words, phrase in zip(whole, phrases, strict=True))
        return {"whole": " & ".join(whole), "all": " & ".join(every)}

    @staticmethod
    def write(connection: Connection, documents: Sequence[TextDocument]) -> None:
        headings = [(tokenise(d.title), tokenise(d.number)) for d in documents]
        rows = {
            "ids": [d.project_id for d in documents],
            "headings": [tsvector_literal(*heading) for heading in headings],
            "documents": [
                tsvector_literal(*heading, tokenise(d.term_names), tokenise(d.body))
                for heading, d in zip(headings, documents, strict=True)
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
    """The tokens of some columns as a tsvector literal: each token with its positions, from 1."""
    positions: dict[str, list[int]] = {}
    position = 0
    for column in columns:
        for position, token in enumerate(column, position + 1):  # noqa: B020 # used after the loop
            positions.setdefault(token, []).append(position)
        position += _COLUMN_GAP
    if position > _MAX_UNCHECKED_POSITION:
        positions = limit_positions(positions)
    return " ".join([f"'{token}':{','.join(map(str, at))}" for token, at in positions.items()])


def limit_positions(positions: dict[str, list[int]]) -> dict[str, list[int]]:
    """The tokens and positions of a long text that fit the limits of PostgreSQL."""
    limited: dict[str, list[int]] = {}
    size = 0
    for token, token_positions in positions.items():
        limited[token] = [min(position, MAX_POSITION) for position in token_positions[:MAX_POSITIONS_PER_TOKEN]]
        # A token takes its own bytes, two for each position, and up to four for padding and the number of positions.
        size += len(token.encode()) + 2 * len(limited[token]) + 4
        if size > MAX_TSVECTOR_BYTES:
            limited.pop(token)
            break
    return limited
