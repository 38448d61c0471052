"""Whether the index, the text index, the journal and the tables say the same; asked by `portal index check`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.models import Catalogue, Change
from portal.search.fulltext import text_index
from portal.search.index.snapshot import Snapshot
from portal.vocabulary.facets import NOT_STATED

_LISTED_MOST = 10
_PAGE = 50
_PUBLISHED = "published_at IS NOT NULL"
_SINGLE = ("region", "status", "coverage", "type")
_KNOWN = "coalesce(year, CAST(substr(start, 1, 4) AS INTEGER))"
_NEWEST = f"coalesce({_KNOWN}, 0) DESC, coalesce(CAST(substr(start, 1, 4) AS INTEGER), 0) DESC, id DESC"
_ORDERS = {
    "newest": _NEWEST,
    "oldest": f"coalesce({_KNOWN}, 9999), {_NEWEST}",
    "budget": f"budget IS NULL, budget, {_NEWEST}",
    "-budget": f"coalesce(budget, -1) DESC, {_NEWEST}",
    "title": "title_sort, id",
}


def differences(session: Session, snapshot: Snapshot) -> Iterator[str]:
    """Yield in words everything in which a snapshot, the text index and the journal differ from the tables."""
    yield from in_numbers(session, snapshot)
    yield from in_facets(session, snapshot)
    yield from in_orders(session, snapshot)
    if ids := text_index.check(session):
        named = ", ".join(map(str, ids[:_LISTED_MOST])) + (" …" if len(ids) > _LISTED_MOST else "")
        yield f"text index: {len(ids)} documents are missing or superfluous (projects {named}): portal index rebuild"
    catalogue = session.get(Catalogue, 1, populate_existing=True)
    newest = session.query(Change).order_by(Change.version.desc()).first()
    if catalogue and newest and (catalogue.version, catalogue.stamp) != (newest.version, newest.stamp):
        yield f"journal: it ends at {newest.version}, the catalogue is at {catalogue.version}: portal index rebuild"


def in_numbers(session: Session, snapshot: Snapshot) -> Iterator[str]:
    index = snapshot.index
    count, total = session.execute(
        sql(f"SELECT count(*), coalesce(sum(budget), 0) FROM project WHERE {_PUBLISHED}")  # noqa: S608 # no input
    ).one()
    if count != len(index.everything):
        yield f"index: {len(index.everything)} projects, the tables have {count}"
    if int(total) != index.budgets.total(index.everything):
        yield f"index: budgets of {index.budgets.total(index.everything)} cents, the tables have {total}"


def in_facets(session: Session, snapshot: Snapshot) -> Iterator[str]:
    for facet, statement in statements():
        stated = {str(value): count for value, count in session.execute(sql(statement))}
        if facet != "year":
            words = {value: snapshot.terms.by_id(int(value)) for value in stated}
            stated = {word.code: stated[value] for value, word in words.items() if word}
        indexed = {
            value: len(rows) for value, rows in snapshot.index.bits[facet].items() if rows and value != NOT_STATED
        }
        for value in sorted(stated.keys() | indexed.keys()):
            if stated.get(value, 0) != indexed.get(value, 0):
                yield f"index: {facet} {value} has {indexed.get(value, 0)} projects, the tables {stated.get(value, 0)}"


def statements() -> Iterator[tuple[str, str]]:
    """Yield each facet that a table states, and how the tables count it; no input enters these."""
    for facet in _SINGLE:
        column = f"{facet}_id"
        stated = f"FROM project WHERE {_PUBLISHED} AND {column} > 0 GROUP BY {column}"
        yield facet, f"SELECT {column}, count(*) {stated}"
    yield "year", f"SELECT year, count(*) FROM project WHERE {_PUBLISHED} AND year > 0 GROUP BY year"  # noqa: S608 # no input
    yield (
        "country",
        "SELECT term_id, count(*) FROM project_country JOIN project ON project.id = project_id "  # noqa: S608 # no input
        f"WHERE {_PUBLISHED} AND is_eligible GROUP BY term_id",
    )
    yield (
        "gcm",
        "SELECT term_id, count(*) FROM project_tag JOIN project ON project.id = project_id "  # noqa: S608 # no input
        f"JOIN term ON term.id = term_id WHERE {_PUBLISHED} AND facet = 'gcm' GROUP BY term_id",
    )


def in_orders(session: Session, snapshot: Snapshot) -> Iterator[str]:
    index = snapshot.index
    for name, order in _ORDERS.items():
        statement = f"SELECT id FROM project WHERE {_PUBLISHED} ORDER BY {order} LIMIT {_PAGE}"  # noqa: S608 # no input
        wanted = list(session.execute(sql(statement)).scalars())
        if index.page(index.everything, name, 0, _PAGE) != wanted:
            yield f"index: the first {_PAGE} projects by {name} are not those of the tables"
