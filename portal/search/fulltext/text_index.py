"""The text index: documents in, project ids out, the same on SQLite (FTS5) and PostgreSQL (tsvector).

What a word is decides portal.search.fulltext.tokenizer; the database only keeps the words and finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.search.arrays import Ints
from portal.search.fulltext.documents import Document, documents_of
from portal.search.fulltext.postgresql_tsvector import Tsvector
from portal.search.fulltext.sqlite_fts5 import Fts5
from portal.search.fulltext.tokenizer import phrases

# Each in one statement. An identifier typed whole is looked up by columns that have an index.
_EXACT = (
    "(SELECT {ids} FROM (SELECT id FROM project WHERE published_at IS NOT NULL AND (key_folded = :folded "
    "OR number IN (:text, :upper, :lower) OR prima_id IN (:text, :upper, :lower))) AS exact)"
)
# The projects that have a document: what is withdrawn is not even in the index.
_PUBLIC = "FROM project WHERE published_at IS NOT NULL"
_CHUNK = 2_000
NO_IDS: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Hits:
    """Ids of the projects that hold a text, in no order; `strong` is the part that has it in title or identifiers."""

    strong: Ints
    all: Ints


def match(session: Session, text: str) -> Hits:
    """Find the projects that hold the text, in one round trip to the database whatever their number.

    An identifier typed whole means that record alone.
    """
    # PostgreSQL refuses to be asked for this character.
    text = text.replace("\0", " ")
    if not (wanted := phrases(text)):
        return Hits(NO_IDS, NO_IDS)
    database = _database(session)
    exact = _EXACT.format(ids=database.IDS.format("id"))
    row = session.execute(
        sql(f"SELECT {exact}, {database.STRONG}, {database.ALL}"),
        {"text": text, "upper": text.upper(), "lower": text.lower(), "folded": text.casefold()}
        | database.parameters(wanted),
    ).one()
    exactly, strong, found = map(database.ids, row)
    return Hits(exactly, exactly) if len(exactly) else Hits(strong, found)


def write(session: Session, documents: Iterable[Document]) -> None:
    """Put documents into the text index, in place of what it held of those projects."""
    if chosen := list(documents):
        _database(session).write(session.connection(), chosen)


def remove(session: Session, project_ids: Iterable[int]) -> None:
    """Take projects out of the text index."""
    if chosen := list(project_ids):
        _database(session).remove(session.connection(), chosen)


def check(session: Session) -> list[int]:
    """Ids of public projects whose document is missing, and of documents of no such project; cheap, reads no text."""
    database = _database(session)
    ids, documents = database.IDS.format("id"), database.IDS.format(database.KEY)
    row = session.execute(
        sql(f"SELECT (SELECT {ids} {_PUBLIC}), (SELECT {documents} FROM project_text)")  # noqa: S608 # no input
    ).one()
    projects, kept = map(database.ids, row)
    return [int(number) for number in np.setxor1d(projects, kept)]


def rebuild(session: Session, progress: Callable[[int], object] | None = None) -> int:
    """Write the text index anew from the tables, in the caller's transaction; return how many documents it holds."""
    database = _database(session)
    database.clear(session.connection())
    ids = database.ids(session.execute(sql(f"SELECT {database.IDS.format('id')} {_PUBLIC}")).scalar_one())
    repair(session, ids.tolist(), progress)
    return len(ids)


def repair(session: Session, project_ids: Sequence[int], progress: Callable[[int], object] | None = None) -> None:
    """Bring the documents of these projects up to the tables; those of projects that are not public go."""
    for start in range(0, len(project_ids), _CHUNK):
        chunk = project_ids[start : start + _CHUNK]
        documents = list(documents_of(session, chunk))
        remove(session, set(chunk).difference(document.project_id for document in documents))
        write(session, documents)
        if progress:
            progress(len(chunk))


def _database(session: Session) -> type[Fts5] | type[Tsvector]:
    return Tsvector if session.get_bind().dialect.name == "postgresql" else Fts5
