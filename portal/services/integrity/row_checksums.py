"""Checksums of projects: the row as it lies in the file, with its countries, tags and translations.

Whatever changes a project increments its version; what does not (terms that are merged, titles that fold otherwise)
calls `store` in its transaction, and so does everything that changes few records. An import does not, because it
would take longer: `services.integrity.row_check` gives its records their checksums afterwards.

The rows are read without the types of the models: a damaged date must be compared, not fail to be parsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert
from sqlalchemy.orm import Session

from portal.models import Project, ProjectTranslation, RowChecksum, Term

_CHUNK_SIZE = 2_000
# So many records take a fraction of a second; an import or undo of more leaves them to the next check.
FEW = 5_000
_COLUMNS = ", ".join(f'"{column.name}"' for column in Project.__table__.columns)
# Another set of columns gives other checksums: they begin with this, and those of another set are not compared.
_TRANSLATION_COLUMNS = ", ".join(f'"{column.name}"' for column in ProjectTranslation.__table__.columns)
SCHEME = blake2b(f"{_COLUMNS}; {_TRANSLATION_COLUMNS}".encode(), digest_size=3).hexdigest()
_IN_RANGE = "WHERE id BETWEEN {first} AND {last} ORDER BY id"
_ROW = {
    "sqlite": f"SELECT id, version, {_COLUMNS} FROM project {_IN_RANGE}",  # noqa: S608 # no input
    "postgresql": f"SELECT id, version, ROW({_COLUMNS})::text FROM project {_IN_RANGE}",  # noqa: S608
}
_TERM_COLUMNS = ", ".join(f'"{column.name}"' for column in Term.__table__.columns)
_TERMS = {
    "sqlite": f"SELECT {_TERM_COLUMNS} FROM term ORDER BY id",  # noqa: S608 # no input
    "postgresql": f"SELECT ROW({_TERM_COLUMNS})::text FROM term ORDER BY id",  # noqa: S608
}
_OF_PROJECTS = "WHERE project_id BETWEEN {first} AND {last} ORDER BY project_id, term_id"
_COUNTRIES = f"SELECT project_id, term_id, is_eligible, share FROM project_country {_OF_PROJECTS}"  # noqa: S608
_TAGS = f"SELECT project_id, term_id FROM project_tag {_OF_PROJECTS}"  # noqa: S608
_TRANSLATIONS = (
    f"SELECT {_TRANSLATION_COLUMNS} FROM project_translation WHERE project_id BETWEEN {{first}} AND {{last}} "  # noqa: S608
    "ORDER BY project_id, field, language"
)


class StoredRow(NamedTuple):
    """The version of a project, and the checksum of what lies in the file."""

    version: int
    checksum: str


def store(session: Session, project_ids: Sequence[int]) -> int:
    """Store the checksums of these projects as they are now, in the caller's transaction; returns how many.

    Call it after the last change of the rows. Ids of deleted projects are left out.
    """
    session.flush()
    ids, count = sorted(set(project_ids)), 0
    for chunk in _runs(ids):
        wanted = set(chunk)
        rows = read_rows(session, chunk[0], chunk[-1])
        values = [
            {"project_id": project_id, "version": row.version, "checksum": row.checksum}
            for project_id, row in rows.items()
            if project_id in wanted
        ]
        session.execute(delete(RowChecksum).where(RowChecksum.project_id.in_(chunk)))
        if values:
            session.execute(insert(RowChecksum), values)
        count += len(values)
    return count


def store_few(session: Session, project_ids: Sequence[int]) -> None:
    """Store the checksums of these projects unless there are many, which the next check then does."""
    if len(project_ids) <= FEW:
        store(session, project_ids)


def read_rows(session: Session, first: int, last: int) -> dict[int, StoredRow]:
    """The projects with ids from `first` to `last`, by id; raises what the database raises for a damaged page."""
    bounds = {"first": int(first), "last": int(last)}
    with _raw_values(session.connection()) as connection:
        statements = (_ROW[connection.dialect.name], _COUNTRIES, _TAGS, _TRANSLATIONS)
        rows, *links = (connection.exec_driver_sql(statement.format(**bounds)).all() for statement in statements)
    linked = tuple(map(_by_project, links))
    return {
        project_id: StoredRow(version, _checksum((content, *(links.get(project_id, ()) for links in linked))))
        for project_id, version, *content in rows
    }


def terms_checksum(session: Session) -> str:
    """The checksum of all terms as they lie in the file."""
    with _raw_values(session.connection()) as connection:
        rows = connection.exec_driver_sql(_TERMS[connection.dialect.name]).all()
    return _checksum(tuple(map(tuple, rows)))


def _checksum(content: tuple[Any, ...]) -> str:
    return f"{SCHEME}:{blake2b(repr(content).encode(), digest_size=16).hexdigest()}"


def _by_project(links: Sequence[Any]) -> dict[int, list[tuple[Any, ...]]]:
    return {project_id: list(map(tuple, rows)) for project_id, rows in groupby(links, itemgetter(0))}


def _runs(ids: list[int]) -> Iterator[list[int]]:
    """Chunks of ids of which a range holds few others, so that ids far apart do not read the whole table."""
    chunk: list[int] = []
    for project_id in ids:
        if chunk and (len(chunk) == _CHUNK_SIZE or project_id - chunk[0] > 2 * _CHUNK_SIZE):
            yield chunk
            chunk = []
        chunk.append(project_id)
    if chunk:
        yield chunk


@contextmanager
def _raw_values(connection: Connection) -> Iterator[Connection]:
    """Values as the file has them: text as bytes on SQLite, since damaged text is not UTF-8, and times in UTC."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL timezone TO 'UTC'")
        connection.exec_driver_sql("SET LOCAL datestyle TO 'ISO, YMD'")
        yield connection
        return
    driver = connection.connection.driver_connection
    former = driver.text_factory  # type: ignore[union-attr]  # pysqlite3 has no types
    # Not bytes, which are what a BLOB is: one flipped bit makes a text a BLOB.
    driver.text_factory = bytearray  # type: ignore[union-attr]
    try:
        yield connection
    finally:
        driver.text_factory = former  # type: ignore[union-attr]
