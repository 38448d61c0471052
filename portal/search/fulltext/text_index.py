"""The text index: documents in, project ids out, the same on SQLite (FTS5) and PostgreSQL (tsvector).

What a word is decides portal.search.fulltext.tokenizer; the database only keeps the words and finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.search.arrays import Int64Array
from portal.search.fulltext.documents import Document, load_documents
from portal.search.fulltext.postgresql_tsvector import Tsvector
from portal.search.fulltext.sqlite_fts5 import Fts5
from portal.search.fulltext.tokenizer import parse_query

# Each in one statement. An identifier typed whole is looked up by columns that have an index.
_IDENTIFIER_MATCH = (
    "(SELECT {ids} FROM (SELECT id FROM project WHERE published_at IS NOT NULL AND (key_folded = :folded "
    "OR number IN (:text, :upper, :lower) OR prima_id IN (:text, :upper, :lower))) AS exact)"
)
# The projects that have a document: what is withdrawn is not even in the index.
_FROM_PUBLISHED = "FROM project WHERE published_at IS NOT NULL"
_CHUNK = 2_000
NO_IDS: Int64Array = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Hits:
    """Ids of the projects that hold a text, in no order; `strong` is the part that has it in title or identifiers."""

    title_matches: Int64Array
    all: Int64Array


def match(session: Session, text: str) -> Hits:
    """Find the projects that hold the text, in one round trip to the database whatever their number.

    An identifier typed whole means that record alone.
    """
    # PostgreSQL refuses to be asked for this character.
    text = text.replace("\0", " ")
    if not (wanted := parse_query(text)):
        return Hits(NO_IDS, NO_IDS)
    database = _backend(session)
    exact = _IDENTIFIER_MATCH.format(ids=database.AGGREGATE_IDS.format("id"))
    row = session.execute(
        sql(f"SELECT {exact}, {database.TITLE_MATCHES}, {database.ALL_MATCHES}"),
        {"text": text, "upper": text.upper(), "lower": text.lower(), "folded": text.casefold()}
        | database.match_parameters(wanted),
    ).one()
    exactly, strong, found = map(database.decode_ids, row)
    return Hits(exactly, exactly) if len(exactly) else Hits(strong, found)


def write(session: Session, documents: Iterable[Document]) -> None:
    """Put documents into the text index, in place of what it held of those projects."""
    if chosen := list(documents):
        _backend(session).write(session.connection(), chosen)


def remove(session: Session, project_ids: Iterable[int]) -> None:
    """Take projects out of the text index."""
    if chosen := list(project_ids):
        _backend(session).remove(session.connection(), chosen)


def find_stale_documents(session: Session) -> list[int]:
    """Ids of public projects whose document is missing, and of documents of no such project; cheap, reads no text."""
    database = _backend(session)
    ids, documents = database.AGGREGATE_IDS.format("id"), database.AGGREGATE_IDS.format(database.ID_COLUMN)
    row = session.execute(
        sql(f"SELECT (SELECT {ids} {_FROM_PUBLISHED}), (SELECT {documents} FROM project_text)")  # noqa: S608 # no input
    ).one()
    projects, kept = map(database.decode_ids, row)
    return [int(number) for number in np.setxor1d(projects, kept)]


def rebuild(session: Session, progress: Callable[[int], object] | None = None) -> int:
    """Write the text index anew from the tables, in the caller's transaction; return how many documents it holds."""
    database = _backend(session)
    database.clear(session.connection())
    ids = database.decode_ids(
        session.execute(sql(f"SELECT {database.AGGREGATE_IDS.format('id')} {_FROM_PUBLISHED}")).scalar_one()
    )
    repair(session, ids.tolist(), progress)
    return len(ids)


def repair(session: Session, project_ids: Sequence[int], progress: Callable[[int], object] | None = None) -> None:
    """Bring the documents of these projects up to the tables; those of projects that are not public go."""
    for start in range(0, len(project_ids), _CHUNK):
        chunk = project_ids[start : start + _CHUNK]
        documents = list(load_documents(session, chunk))
        remove(session, set(chunk).difference(document.project_id for document in documents))
        write(session, documents)
        if progress:
            progress(len(chunk))


def _backend(session: Session) -> type[Fts5] | type[Tsvector]:
    return Tsvector if session.get_bind().dialect.name == "postgresql" else Fts5
