"""The text index of SQLite (FTS5): words in, project ids out; nothing a visitor types is a syntax error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import orjson
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.search.bitmaps import Ints

# Ranking costs about a microsecond a hit; beyond this many the list falls back to newest first.
RANKED_MOST = 5_000
_PARTS = re.compile(r'"([^"]*)"?|(\S+)')
_WORDS = re.compile(r"[^\W_]+", re.UNICODE)


@dataclass(frozen=True)
class Document:
    """What the text index holds of one project, all plain text."""

    project_id: int
    number: str
    title: str
    body: str
    places: str


def query(text: str) -> str:
    """What a visitor typed as an FTS5 expression, or "" when it holds no word.

    All words must occur. A quoted part is a phrase; a part with inner punctuation (LM.0024) too. A word
    with a star, and the last word, also find longer words that begin with it.
    """
    phrases: list[str] = []
    parts = list(_PARTS.finditer(text))
    for part in parts:
        quoted, bare = part.groups()
        words = _WORDS.findall(quoted if bare is None else bare)
        if not words:
            continue
        begins = bare is not None and (bare.endswith("*") or (part is parts[-1] and len(words[-1]) > 1))
        phrases.append(f'"{" ".join(words)}"' + (" *" if begins else ""))
    return " AND ".join(phrases)


def match(session: Session, text: str) -> Ints:
    """Ids of the projects that hold the text, in no order; one row from the database whatever the number."""
    if not (expression := query(text)):
        return np.empty(0, dtype=np.int64)
    # An identifier typed whole means that record alone.
    exact = session.execute(
        sql("SELECT id FROM project WHERE upper(number) = :q OR upper(prima_id) = :q OR upper(key) = :q LIMIT 2"),
        {"q": text.upper()},
    ).scalars()
    if ids := list(exact):
        return np.array(ids, dtype=np.int64)
    found = session.execute(
        sql("SELECT json_group_array(rowid) FROM project_text WHERE project_text MATCH :q"), {"q": expression}
    ).scalar_one()
    return np.array(orjson.loads(found), dtype=np.int64)


def rank(session: Session, text: str) -> list[int]:
    """Ids of the best RANKED_MOST hits, best first: title and identifiers weigh most."""
    if not (expression := query(text)):
        return []
    best = session.execute(
        sql(
            "SELECT rowid FROM project_text WHERE project_text MATCH :q "
            "ORDER BY bm25(project_text, 10.0, 8.0, 1.0, 3.0), rowid DESC LIMIT :most"
        ),
        {"q": expression, "most": RANKED_MOST},
    ).scalars()
    return list(best)


def write(session: Session, documents: Iterable[Document]) -> None:
    """Put documents into the text index, in place of what it held of those projects."""
    rows = [asdict(document) for document in documents]
    if not rows:
        return
    connection = session.connection()
    connection.execute(sql("DELETE FROM project_text WHERE rowid = :project_id"), rows)
    connection.execute(
        sql(
            "INSERT INTO project_text(rowid, title, number, body, places) "
            "VALUES (:project_id, :title, :number, :body, :places)"
        ),
        rows,
    )


def remove(session: Session, project_ids: Iterable[int]) -> None:
    """Take projects out of the text index."""
    if rows := [{"project_id": project_id} for project_id in project_ids]:
        session.connection().execute(sql("DELETE FROM project_text WHERE rowid = :project_id"), rows)
