"""The search indexes: whether they say what the tables say."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text as sql

from portal.search.consistency import find_inconsistencies
from portal.search.index.snapshot import load_snapshot
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem

_MAX_LISTED = 3
_INVALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"


def check(surroundings: Surroundings) -> Iterator[Finding]:
    session = surroundings.session
    snapshot = load_snapshot(session)
    differences = list(find_inconsistencies(session, snapshot))
    if differences:
        more = f" and {len(differences) - _MAX_LISTED} more" if len(differences) > _MAX_LISTED else ""
        yield problem(
            f"The indexes differ from the tables: {'; '.join(differences[:_MAX_LISTED])}{more}.",
            "Run portal index rebuild, then portal index check.",
        )
    else:
        yield ok(f"Facet index, text index and tables agree: {len(snapshot.index.all_rows):,} projects.")
    if surroundings.dialect == "postgresql" and (names := session.execute(sql(_INVALID)).scalars().all()):
        yield problem(
            f"PostgreSQL does not use the index {', '.join(names)}: it is invalid.", "Run REINDEX INDEX on it."
        )
