"""The text index: stores documents and finds project ids, on SQLite (FTS5) and PostgreSQL (tsvector) alike.

portal.search.fulltext.tokenizer splits texts into tokens; the databases only store and match them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.search.arrays import Int64Array
from portal.search.fulltext.documents import TextDocument, load_documents
from portal.search.fulltext.postgresql_tsvector import Tsvector
from portal.search.fulltext.sqlite_fts5 import Fts5
from portal.search.fulltext.tokenizer import parse_query

# Subqueries of one statement. A complete identifier is looked up in columns that have an index.
_IDENTIFIER_MATCH = (
    "(SELECT {ids} FROM (SELECT id FROM project WHERE published_at IS NOT NULL AND (key_folded = :folded "
    "OR number IN (:text, :upper, :lower) OR prima_id IN (:text, :upper, :lower))) AS exact)"
)
# The projects that must have a document; withdrawn projects have none.
_FROM_PUBLISHED = "FROM project WHERE published_at IS NOT NULL"
_CHUNK = 2_000
NO_IDS: Int64Array = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Hits:
    """Ids of matching projects, in no order.

    `title_matches` are those with the text in title or identifiers, `whole_word_matches` those of them where the
    last word is a whole one and not only the beginning of one: Roma, but not Romania.
    """

    whole_word_matches: Int64Array
    title_matches: Int64Array
    all: Int64Array


def match(session: Session, text: str) -> Hits:
    """Find the projects that contain the text, in one round trip to the database, however many there are.

    A complete identifier matches only the project that has it.
    """
    # PostgreSQL does not accept NUL in a parameter.
    text = text.replace("\0", " ")
    if not (phrases := parse_query(text)):
        return Hits(NO_IDS, NO_IDS, NO_IDS)
    database = _backend(session)
    exact = _IDENTIFIER_MATCH.format(ids=database.AGGREGATE_IDS.format("id"))
    row = session.execute(
        sql(f"SELECT {exact}, {database.WHOLE_WORD_MATCHES}, {database.TITLE_MATCHES}, {database.ALL_MATCHES}"),
        {"text": text, "upper": text.upper(), "lower": text.lower(), "folded": text.casefold()}
        | database.match_parameters(phrases),
    ).one()
    identified, *hits = map(database.decode_ids, row)
    return Hits(identified, identified, identified) if len(identified) else Hits(*hits)


def write(session: Session, documents: Iterable[TextDocument]) -> None:
    """Insert documents into the text index or replace those of the same projects."""
    if batch := list(documents):
        _backend(session).write(session.connection(), batch)


def remove(session: Session, project_ids: Iterable[int]) -> None:
    """Delete the documents of these projects from the text index."""
    if ids := list(project_ids):
        _backend(session).remove(session.connection(), ids)


def find_stale_documents(session: Session) -> list[int]:
    """Ids of published projects without a document, and of documents without a published project.

    Compares ids only, so it is cheap and does not notice changed texts.
    """
    database = _backend(session)
    ids, documents = database.AGGREGATE_IDS.format("id"), database.AGGREGATE_IDS.format(database.ID_COLUMN)
    row = session.execute(
        sql(f"SELECT (SELECT {ids} {_FROM_PUBLISHED}), (SELECT {documents} FROM project_text)")  # noqa: S608 # no input
    ).one()
    project_ids, document_ids = map(database.decode_ids, row)
    return [int(project_id) for project_id in np.setxor1d(project_ids, document_ids)]


@dataclass(frozen=True)
class Agreement:
    """How many projects are published, how many documents there are, and whether both are of the same projects."""

    projects: int
    documents: int
    is_complete: bool


def compare_counts(session: Session) -> Agreement:
    """Compare numbers and sums of ids: cheap enough for health checks."""
    ids = _backend(session).ID_COLUMN
    projects, project_sum, documents, document_sum = session.execute(
        sql(
            f"SELECT projects, project_sum, documents, document_sum FROM "  # noqa: S608 # no input
            f"(SELECT count(*) AS projects, coalesce(sum(id), 0) AS project_sum {_FROM_PUBLISHED}) AS published, "
            f"(SELECT count(*) AS documents, coalesce(sum({ids}), 0) AS document_sum FROM project_text) AS texts"
        )
    ).one()
    return Agreement(projects, documents, (projects, project_sum) == (documents, document_sum))


def rebuild(session: Session, progress: Callable[[int], object] | None = None) -> int:
    """Rebuild the text index from the tables, in the caller's transaction; returns the number of documents.

    `progress` is called with the number of projects of each batch.
    """
    database = _backend(session)
    database.clear(session.connection())
    ids = database.decode_ids(
        session.execute(sql(f"SELECT {database.AGGREGATE_IDS.format('id')} {_FROM_PUBLISHED}")).scalar_one()
    )
    repair(session, ids.tolist(), progress)
    return len(ids)


def repair(session: Session, project_ids: Sequence[int], progress: Callable[[int], object] | None = None) -> None:
    """Rewrite the documents of these projects from the tables and remove those of unpublished projects."""
    for start in range(0, len(project_ids), _CHUNK):
        chunk = project_ids[start : start + _CHUNK]
        documents = list(load_documents(session, chunk))
        remove(session, set(chunk).difference(document.project_id for document in documents))
        write(session, documents)
        if progress:
            progress(len(chunk))


def _backend(session: Session) -> type[Fts5] | type[Tsvector]:
    return Tsvector if session.get_bind().dialect.name == "postgresql" else Fts5
