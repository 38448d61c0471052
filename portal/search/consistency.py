"""Compares the index, the text index and the journal with the tables, for `portal index check`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.models import Catalogue, CatalogueChange
from portal.search.fulltext import text_index
from portal.search.index.snapshot import Snapshot
from portal.search.title_places import TITLE_ORDER
from portal.vocabulary.facets import NOT_STATED

_MAX_LISTED_IDS = 10
_COMPARED_ROWS = 50
_PUBLISHED = "published_at IS NOT NULL"
_SINGLE_TERM_FACETS = ("region", "status", "coverage", "type")
_KNOWN_YEAR = "coalesce(year, CAST(substr(start, 1, 4) AS INTEGER))"
_NEWEST_FIRST = f"coalesce({_KNOWN_YEAR}, 0) DESC, coalesce(CAST(substr(start, 1, 4) AS INTEGER), 0) DESC, id DESC"
_ORDER_BY = {
    "newest": _NEWEST_FIRST,
    "oldest": f"coalesce({_KNOWN_YEAR}, 9999), {_NEWEST_FIRST}",
    "budget": f"budget IS NULL, budget, {_NEWEST_FIRST}",
    "-budget": f"coalesce(budget, -1) DESC, {_NEWEST_FIRST}",
    "title": TITLE_ORDER,
}


def find_inconsistencies(session: Session, snapshot: Snapshot) -> Iterator[str]:
    """Yield one sentence for each difference of the snapshot, the text index or the journal from the tables."""
    yield from total_inconsistencies(session, snapshot)
    yield from facet_inconsistencies(session, snapshot)
    yield from sort_order_inconsistencies(session, snapshot)
    if ids := text_index.find_stale_documents(session):
        named = ", ".join(map(str, ids[:_MAX_LISTED_IDS])) + (" …" if len(ids) > _MAX_LISTED_IDS else "")
        yield f"text index: {len(ids)} documents are missing or superfluous (projects {named}): portal index rebuild"
    catalogue = session.get(Catalogue, 1, populate_existing=True)
    newest = session.query(CatalogueChange).order_by(CatalogueChange.version.desc()).first()
    if catalogue and newest and (catalogue.version, catalogue.stamp) != (newest.version, newest.stamp):
        yield f"journal: it ends at {newest.version}, the catalogue is at {catalogue.version}: portal index rebuild"


def total_inconsistencies(session: Session, snapshot: Snapshot) -> Iterator[str]:
    index = snapshot.index
    count, total = session.execute(
        sql(f"SELECT count(*), coalesce(sum(budget), 0) FROM project WHERE {_PUBLISHED}")  # noqa: S608 # no input
    ).one()
    if count != len(index.all_rows):
        yield f"index: {len(index.all_rows)} projects, the tables have {count}"
    if int(total) != index.budgets.total(index.all_rows):
        yield f"index: budgets of {index.budgets.total(index.all_rows)} cents, the tables have {total}"


def facet_inconsistencies(session: Session, snapshot: Snapshot) -> Iterator[str]:
    for facet, statement in facet_count_statements():
        stated = {str(value): count for value, count in session.execute(sql(statement))}
        if facet != "year":
            terms = {value: snapshot.terms.by_id(int(value)) for value in stated}
            stated = {term.code: stated[value] for value, term in terms.items() if term}
        indexed = {
            value: len(rows) for value, rows in snapshot.index.bitmaps[facet].items() if rows and value != NOT_STATED
        }
        for value in sorted(stated.keys() | indexed.keys()):
            if stated.get(value, 0) != indexed.get(value, 0):
                yield f"index: {facet} {value} has {indexed.get(value, 0)} projects, the tables {stated.get(value, 0)}"


def facet_count_statements() -> Iterator[tuple[str, str]]:
    """Yield each facet that a table states and the statement that counts its values; contains no user input."""
    for facet in _SINGLE_TERM_FACETS:
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


def sort_order_inconsistencies(session: Session, snapshot: Snapshot) -> Iterator[str]:
    index = snapshot.index
    for name, order in _ORDER_BY.items():
        statement = f"SELECT id FROM project WHERE {_PUBLISHED} ORDER BY {order} LIMIT {_COMPARED_ROWS}"  # noqa: S608 # no input
        expected = list(session.execute(sql(statement)).scalars())
        if index.page(index.all_rows, name, 0, _COMPARED_ROWS) != expected:
            yield f"index: the first {_COMPARED_ROWS} projects by {name} are not those of the tables"
