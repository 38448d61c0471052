"""The text index in SQLite: an FTS5 table without a copy of the texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import orjson
from sqlalchemy.engine import Connection

from portal.search.arrays import Ints
from portal.search.fulltext.documents import Document
from portal.search.fulltext.tokenizer import Phrase, plain

# Bytes that FTS5 gathers before it writes; the setting is kept in the file, so it is put back in the same transaction.
_GATHER = "INSERT INTO project_text(project_text, rank) VALUES ('hashsize', ?)"
_GATHERED_USUALLY, _GATHERED_MOST = 1 << 20, 16 << 20
_MANY = 500


class Fts5:
    """Its tokenizer splits ASCII at punctuation and nowhere else, which is what `plain` makes of every text."""

    KEY = "rowid"
    IDS = "json_group_array({})"
    STRONG = "(SELECT json_group_array(rowid) FROM project_text WHERE project_text MATCH :strong)"
    ALL = "(SELECT json_group_array(rowid) FROM project_text WHERE project_text MATCH :all)"

    @staticmethod
    def ids(answer: str) -> Ints:
        return np.array(orjson.loads(answer), dtype=np.int64)

    @staticmethod
    def parameters(phrases: Sequence[Phrase]) -> dict[str, str]:
        every = " AND ".join(f'"{" ".join(p.words)}"' + (" *" if p.begins else "") for p in phrases)
        return {"strong": f"{{title number}} : ({every})", "all": every}

    @staticmethod
    def write(connection: Connection, documents: Sequence[Document]) -> None:
        rows = [
            (d.project_id, d.title, d.number, d.body, d.places)
            if d.is_plain
            else (d.project_id, plain(d.title), plain(d.number), plain(d.body), plain(d.places))
            for d in documents
        ]
        # What is gathered in memory goes into the index as one piece: few large pieces need less merging.
        gathers = len(documents) > _MANY
        if gathers:
            connection.exec_driver_sql(_GATHER, (_GATHERED_MOST,))
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO project_text(rowid, title, number, body, places) VALUES (?, ?, ?, ?, ?)", rows
        )
        if gathers:
            connection.exec_driver_sql(_GATHER, (_GATHERED_USUALLY,))

    @staticmethod
    def remove(connection: Connection, project_ids: Collection[int]) -> None:
        connection.exec_driver_sql("DELETE FROM project_text WHERE rowid = ?", [(i,) for i in project_ids])

    @staticmethod
    def clear(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO project_text(project_text) VALUES ('delete-all')")
