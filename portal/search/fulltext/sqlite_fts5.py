"""The text index in SQLite: a contentless FTS5 table, which holds no copy of the texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import orjson
from sqlalchemy.engine import Connection

from portal.search.arrays import Int64Array
from portal.search.fulltext.documents import TextDocument
from portal.search.fulltext.tokenizer import Phrase, normalise_text

# Bytes that FTS5 collects in memory before it writes. The setting is stored in the file, so the same transaction
# resets it.
_SET_HASH_SIZE = "INSERT INTO project_text(project_text, rank) VALUES ('hashsize', ?)"
_DEFAULT_HASH_BYTES, _MAX_HASH_BYTES = 1 << 20, 16 << 20
_MIN_BULK_DOCUMENTS = 500


class Fts5:
    """The FTS5 tokenizer splits at ASCII punctuation only; normalise_text prepares every text for that."""

    ID_COLUMN = "rowid"
    AGGREGATE_IDS = "json_group_array({})"
    WHOLE_WORD_MATCHES = "(SELECT json_group_array(rowid) FROM project_text WHERE project_text MATCH :whole)"
    TITLE_MATCHES = "(SELECT json_group_array(rowid) FROM project_text WHERE project_text MATCH :strong)"
    ALL_MATCHES = "(SELECT json_group_array(rowid) FROM project_text WHERE project_text MATCH :all)"

    @staticmethod
    def decode_ids(answer: str) -> Int64Array:
        return np.array(orjson.loads(answer), dtype=np.int64)

    @staticmethod
    def match_parameters(phrases: Sequence[Phrase]) -> dict[str, str]:
        whole = " AND ".join(f'"{" ".join(p.tokens)}"' for p in phrases)
        every = " AND ".join(f'"{" ".join(p.tokens)}"' + (" *" if p.is_prefix else "") for p in phrases)
        in_title = "{title number} : (%s)"
        return {"whole": in_title % whole, "strong": in_title % every, "all": every}

    @staticmethod
    def write(connection: Connection, documents: Sequence[TextDocument]) -> None:
        rows = [
            (d.project_id, d.title, d.number, d.body, d.term_names)
            if d.is_normalised
            else (
                d.project_id,
                normalise_text(d.title),
                normalise_text(d.number),
                normalise_text(d.body),
                normalise_text(d.term_names),
            )
            for d in documents
        ]
        # FTS5 writes one segment per full buffer: fewer, larger segments need less merging.
        is_bulk = len(documents) > _MIN_BULK_DOCUMENTS
        if is_bulk:
            connection.exec_driver_sql(_SET_HASH_SIZE, (_MAX_HASH_BYTES,))
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO project_text(rowid, title, number, body, places) VALUES (?, ?, ?, ?, ?)", rows
        )
        if is_bulk:
            connection.exec_driver_sql(_SET_HASH_SIZE, (_DEFAULT_HASH_BYTES,))

    @staticmethod
    def remove(connection: Connection, project_ids: Collection[int]) -> None:
        connection.exec_driver_sql("DELETE FROM project_text WHERE rowid = ?", [(i,) for i in project_ids])

    @staticmethod
    def clear(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO project_text(project_text) VALUES ('delete-all')")
